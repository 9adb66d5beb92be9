"""The problems of a whole history: what its delivery days teach in every situation, with every set of inputs.

Here: the tables of all days and the problems made of them. Not here: what is learnt of them (`experts`), and the
problem of one issue (`situations`).

All that is learnt from is one information set whose context is the whole history.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR, Issue, day_end, day_start, issue_time
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import Situation, first_unknown_hour
from elec_pipeline.domain.inputs import nested
from elec_pipeline.forecasting.degraded import blur
from elec_pipeline.forecasting.features.day_table import DayTable
from elec_pipeline.forecasting.features.design import Problem, Samples
from elec_pipeline.forecasting.features.local_time import Integers, LocalGrid
from elec_pipeline.forecasting.features.situations import key, problem

AFTERWARDS = timedelta(days=2)
"""A day's load is known in full to the issues for the second day after it."""


@dataclass(frozen=True)
class Lessons:
    """What the days of a history teach in one situation with some inputs.

    Attributes:
        situation: What the forecasts stand on.
        inputs: Names of those that the features are made of, in order.
        day: Paris dates as days since 1970-01-01, shape (days,): all of the history up to the last to learn from.
        problem: Of those days; what is wanted is NaN of days that are not to be learnt from.
    """

    situation: Situation
    inputs: tuple[str, ...]
    day: Integers
    problem: Problem

    @property
    def key(self) -> str:
        """As `situations.key` names it."""
        return key(self.situation, self.inputs)


def inside(history: History, days: Sequence[date]) -> list[date]:
    """Return the days that a history covers."""
    end = history.start + len(history.load_mw) * HOUR
    return [day for day in days if day_start(day) >= history.start and day_end(day) <= end]


def lessons(history: History, days: Sequence[date], *, blur_mw: float, seed: int) -> Iterator[Lessons]:
    """Yield what days teach in every situation, with every set of inputs that the history knows.

    Args:
        history: Covers the days and what their features are made from.
        days: Days to learn from, at least one; later days are not looked at.
        blur_mw: Standard deviation of the blur that makes an early forecast of RTE's D-1, MW.
        seed: Of that blur.
    """
    table, morning = (table_of_days(history, max(days), issue) for issue in (Issue.EVENING, Issue.MORNING))
    of_mornings = replace(table, inputs=morning.inputs)
    blurred = table.rte_mw + blur((len(table.day), 24), blur_mw, np.random.default_rng(seed))
    is_asked = np.isin(table.day, numbers(days))[:, None]
    for situation in Situation:
        for inputs in nested(history.inputs):
            asked = problem(
                situation,
                table if situation is Situation.EVENING else of_mornings,
                inputs=inputs,
                rte_of_day=blurred if situation is Situation.EARLY else None,
            )
            samples = asked.samples
            wanted = np.where(is_asked, samples.wanted_mw, np.nan)
            of_days = replace(asked, samples=Samples(samples.features, wanted, samples.load_mw))
            yield Lessons(situation, inputs, table.day, of_days)


def table_of_days(history: History, last: date, issue: Issue) -> DayTable:
    """Return the days up to the last one, with all that is known of them two days later.

    Inputs are those that the given issue of each day knew.
    """
    later = last + AFTERWARDS
    while day_end(later) > history.start + len(history.load_mw) * HOUR:
        later -= timedelta(days=1)
    hours = (first_unknown_hour(issue_time(later, issue)) - history.start) // HOUR
    information = history.at(later, issue, context_hours=hours)
    whole = DayTable.of(information, LocalGrid.of(information.hours))
    return whole.rows(slice(0, int(numbers([last])[0] - whole.day[0]) + 1))


def numbers(days: Sequence[date]) -> Integers:
    """Return dates as days since 1970-01-01."""
    return np.array(days, dtype="datetime64[D]").astype(np.int64)


def date_of(number: int) -> date:
    """Return the date that is so many days after 1970-01-01."""
    made: date = pd.Timestamp(int(number), unit="D").date()
    return made
