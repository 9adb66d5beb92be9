"""What a checkpoint's regressions learn from past delivery days, before the model is trained on what they leave.

Here: which days teach, and the states that were reached on the way. Not here: features (`features.situations`)
and arithmetic (`online_ridge`).

All that is learnt from is one information set whose context is the whole history. A model that is trained on a
past day must see its reference as it would have been then: so the regressions are kept as they were before each
part of the history too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR, Issue, day_end, day_start, issue_time
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import Situation, first_unknown_hour
from elec_pipeline.domain.inputs import nested
from elec_pipeline.forecasting.degraded import blur
from elec_pipeline.forecasting.experts.ridge.coefficients import Learnt, Regressions
from elec_pipeline.forecasting.experts.ridge.online_ridge import LEAST_DAYS, learn
from elec_pipeline.forecasting.experts.ridge.penalty import SCALES
from elec_pipeline.forecasting.features.day_table import DayTable
from elec_pipeline.forecasting.features.design import Samples
from elec_pipeline.forecasting.features.local_time import LocalGrid
from elec_pipeline.forecasting.features.situations import key, problem

PARTS = 12
"""In how many parts a history is cut at the most; before each one there is a state."""
AFTERWARDS = timedelta(days=2)
"""A day's load is known in full to the issues for the second day after it."""


@dataclass(frozen=True)
class Course:
    """States of the regressions in order of time.

    Attributes:
        states: Each with the first delivery day that it may serve: its issues knew all that it was learnt from.
    """

    states: tuple[tuple[date, Regressions], ...]

    def before(self, day: date) -> Regressions | None:
        """Return the newest state that the issues for a day could have had; None where there is none."""
        fitting = [state for first, state in self.states if first <= day]
        return fitting[-1] if fitting else None

    @property
    def final(self) -> Regressions:
        """What was learnt from all days; empty where they were too few."""
        return self.states[-1][1] if self.states else Regressions()


def learnt(history: History, days: Sequence[date], *, blur_mw: float, seed: int) -> Course:
    """Return what delivery days teach.

    Args:
        history: Covers the days and what their features are made from.
        days: Days to learn from, and no others; later days are not looked at, those outside the history left out.
        blur_mw: Standard deviation of the blur that makes an early forecast of RTE's D-1, MW.
        seed: Of that blur.
    """
    end = history.start + len(history.load_mw) * HOUR
    days = [day for day in days if day_start(day) >= history.start and day_end(day) <= end]
    if len(days) < 2 * LEAST_DAYS:
        return Course(())  # half of them teach nothing, and of the other half no state would be known before
    table, morning = (_table(history, max(days), issue) for issue in (Issue.EVENING, Issue.MORNING))
    of_mornings = replace(table, inputs=morning.inputs)
    positions = _positions(table, days)
    blurred = table.rte_mw + blur((len(table.day), 24), blur_mw, np.random.default_rng(seed))
    states: dict[int, dict[str, Learnt]] = {}
    known_days = np.flatnonzero(~np.isnan(table.load_mw).all(axis=1))
    for situation in Situation:
        for inputs in nested(frozenset(history.inputs)):
            asked = problem(
                situation,
                table if situation is Situation.EVENING else of_mornings,
                inputs=inputs,
                rte_of_day=blurred if situation is Situation.EARLY else None,
            )
            wanted = np.where(np.isin(table.day, _numbers(days))[:, None], asked.samples.wanted_mw, np.nan)
            taught = learn(
                Samples(asked.samples.features, wanted, asked.samples.load_mw),
                SCALES[situation],
                snapshots=positions,
            )
            for position, regression in taught.items():
                through = table.day[known_days[known_days < position][-1]]
                made = Learnt(regression, asked.names, inputs, through=_date(through))
                states.setdefault(position, {})[key(situation, inputs)] = made
    return Course(
        # The issues for the day after the last one learnt from had not seen all of that one yet.
        tuple((_date(table.day[0] + position + 1), Regressions(states[position])) for position in sorted(states))
    )


def _table(history: History, last: date, issue: Issue) -> DayTable:
    """Return the days up to the last one, with all that is known of them two days later.

    Inputs are those that the given issue of each day knew.
    """
    later = last + AFTERWARDS
    while day_end(later) > history.start + len(history.load_mw) * HOUR:
        later -= timedelta(days=1)
    hours = (first_unknown_hour(issue_time(later, issue)) - history.start) // HOUR
    information = history.at(later, issue, context_hours=hours)
    whole = DayTable.of(information, LocalGrid.of(information.hours))
    return whole.rows(slice(0, int(_numbers([last])[0] - whole.day[0]) + 1))


def _positions(table: DayTable, days: Sequence[date]) -> list[int]:
    """Return where a state is kept: before the parts of the days, none shorter than what teaches anything."""
    numbers = _numbers(days)
    first, end = int(numbers.min() - table.day[0]), len(table.day)
    step = max(LEAST_DAYS, -(-(end - first) // PARTS))
    return list(range(first + step, end, step))


def _numbers(days: Sequence[date]) -> np.ndarray:
    return np.array(days, dtype="datetime64[D]").astype(np.int64)


def _date(number: int) -> date:
    made: date = pd.Timestamp(int(number), unit="D").date()
    return made
