"""What was known at an issue time: an information set, and what can be told of it.

Here: its load, RTE's forecast and inputs on one grid of hours, and the situation they make. Not here: when each
value became known (`history`, which cuts information sets), and what a model makes of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property

import numpy as np

from elec_pipeline.domain.delivery_day import HOUR, WEEK, Issue, day_end, day_start
from elec_pipeline.domain.inputs import INPUTS
from elec_pipeline.domain.instants import (
    Instants,
)
from elec_pipeline.domain.quantiles import Floats

WEEK_HOURS = 168
MINIMUM_KNOWN_SHARE = 0.5
"""Least share of the hours that must be known, of the last week and of a day that is learnt from or scored."""
ACTUAL_DELAY = HOUR
"""An actual hour is known this long after it ends."""
STANDS_ON = 0.5
"""Least share of the delivery day for which RTE's forecast must be known for a forecast to stand on it, and of the
days before for which an input must be known to hold the delivery day against."""


class Situation(StrEnum):
    """What a forecast can stand on."""

    EVENING = "evening"
    """RTE's D-1 forecast, and its errors until the evening: 20:30."""
    EARLY = "early"
    """An early forecast of RTE's, such as D-2, and its D-1's errors until the morning: 10:00."""
    ALONE = "alone"
    """No forecast of RTE's for the delivery day: the week before, and what is known at 10:00."""


@dataclass(frozen=True, eq=False)  # compared by identity: what is made of one is kept as long as it lives
class InformationSet:
    """Everything known when the forecast of one delivery day was issued, on a regular grid of UTC hours.

    The grid runs from the start of the context to the end of the delivery day. Its first `context_hours`
    hours lie before the first hour that is not known yet; the rest, the horizon, is forecast; the last 23,
    24 or 25 hours of it are the delivery day.

    Attributes:
        delivery_day: The Paris day to forecast.
        issue: Morning or evening.
        issue_time: UTC.
        context_hours: How many hours of the grid are context.
        hours: Start of every hour of the grid, shape (n,).
        load_mw: Actual load, shape (n,), NaN where not known: gaps in the context, all of the horizon.
        rte_mw: RTE's day-ahead forecast, shape (n,), NaN where there is none: of the horizon the newest known
            then, of the context the newest that the evening issue of its own day knew, else the newest.
        inputs: By name, the newest forecast of each hour that the issue of its own day knew, shape (n,), NaN where
            there is none. Only those that the history knows anything of; `input` gives any.
        nominal_vintages: Whether RTE's forecast of the horizon counts by its nominal time, because it was
            fetched after the fact.
        left_out: How many values were known and not believed, by the name of the series (`load_mw`, `rte_mw`, an
            input's); only those of which any was.
    """

    delivery_day: date
    issue: Issue
    issue_time: datetime
    context_hours: int
    hours: Instants
    load_mw: Floats
    rte_mw: Floats
    inputs: Mapping[str, Floats]
    nominal_vintages: bool
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def horizon(self) -> int:
        """Number of hours to forecast: the rest of today, then the delivery day."""
        return len(self.hours) - self.context_hours

    @cached_property
    def delivery_hours(self) -> int:
        """Number of hours of the delivery day: the last ones of the grid."""
        return (day_end(self.delivery_day) - day_start(self.delivery_day)) // HOUR

    @property
    def known_share_of_last_week(self) -> float:
        """Share of the last 168 context hours whose load is known, between 0 and 1."""
        week = self.load_mw[max(0, self.context_hours - 168) : self.context_hours]
        return float(np.count_nonzero(~np.isnan(week))) / 168

    @property
    def is_degraded(self) -> bool:
        """Whether something that should have been known by then was not, or was not believed.

        That is every hour of the last week, and in the evening RTE's forecast of the delivery day.
        """
        rte_is_due = self.issue is Issue.EVENING
        is_short = self.known_share_of_last_week < 1 or (rte_is_due and self.rte_share_of_delivery_day < 1)
        return is_short or bool(self.left_out)

    def with_context(self, context_hours: int) -> InformationSet:
        """Return what is left with a shorter context; itself where that is what it has.

        Raises:
            ValueError: Its context is shorter than that.
        """
        drop = self.context_hours - context_hours
        if drop == 0:
            return self
        if drop < 0:
            raise ValueError(
                f"the information set of {self.delivery_day} has {self.context_hours} hours of context, "
                f"{context_hours} are needed"
            )
        return replace(
            self,
            context_hours=context_hours,
            hours=self.hours[drop:],
            load_mw=self.load_mw[drop:],
            rte_mw=self.rte_mw[drop:],
            inputs={name: values[drop:] for name, values in self.inputs.items()},
        )

    def input(self, name: str) -> Floats:
        """Return one of `inputs.INPUTS`, shape (n,); all NaN where nothing is known of it."""
        known = self.inputs.get(name)
        return np.full(len(self.hours), np.nan) if known is None else known

    @cached_property
    def usable_inputs(self) -> frozenset[str]:
        """Names of the inputs that a forecast can use.

        Those of which all of the delivery day is forecast, and most of the eight days that it is held against.
        """
        return frozenset(name for name in INPUTS if name in self.inputs and self._is_usable(self.inputs[name]))

    def _is_usable(self, values: Floats) -> bool:
        known, hours = ~np.isnan(values), self.delivery_hours
        before = known[-hours - 24 * (WEEK + 1) : -hours]
        return bool(known[-hours:].all() and before.size and before.mean() >= STANDS_ON)

    @cached_property
    def situation(self) -> Situation:
        """What a forecast can stand on."""
        if self.rte_share_of_delivery_day < STANDS_ON:
            return Situation.ALONE
        return Situation.EVENING if self.issue is Issue.EVENING else Situation.EARLY

    @property
    def rte_share_of_delivery_day(self) -> float:
        """Share of the delivery day for which a forecast of RTE's is known, between 0 and 1."""
        return float(np.mean(~np.isnan(self.rte_mw[-self.delivery_hours :])))


def first_unknown_hour(issued: datetime) -> datetime:
    """Return the first hour whose actual load is not known at an instant.

    Example:
        >>> first_unknown_hour(datetime(2025, 1, 1, 9, 0, tzinfo=UTC)).isoformat()
        '2025-01-01T08:00:00+00:00'
    """
    last_end = issued.astimezone(UTC) - ACTUAL_DELAY
    return last_end.replace(minute=0, second=0, microsecond=0)


def is_too_thin(information: InformationSet) -> bool:
    """Tell whether too little of the week before an issue is known for a forecast."""
    return information.known_share_of_last_week < MINIMUM_KNOWN_SHARE
