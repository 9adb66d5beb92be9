"""An information set as a table of Paris days and local hours, and the columns that features are made of.

Here: loads, RTE's forecasts and other inputs by day, the calendar of those days, curves cut into blocks. Not
here: which features explain what (`rte_errors`, `weekly_change`, `temperature`, `weather`).

A row holds what is known now of that day. What its own issue would have known is cut by the features: they
look at earlier rows only, and at the row before only up to the issue's last known hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from elec_pipeline.domain.delivery_day import HOUR, Issue
from elec_pipeline.domain.information_set import ACTUAL_DELAY, InformationSet
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.features.local_time import (
    Integers,
    LocalGrid,
    back,
    by_day,
    first_known,
    nan_mean,
    of_day,
)

KNOWN_HOURS = {issue: (issue.wall_clock.hour * HOUR - ACTUAL_DELAY) // HOUR for issue in Issue}
"""Local hours of the day before the delivery day whose load an issue knows."""
MOST_MW = 6_000.0
"""Larger errors of RTE's count as this much: one absurd value must not spoil the next days."""
BLOCK_HOURS = 3


@dataclass(frozen=True)
class DayTable:
    """Days in rows, the 24 local hours in columns; NaN where not known, and in the hour that a clock change skips.

    Of an hour that the clock shows twice, it is the later.

    Attributes:
        day: Paris dates as days since 1970-01-01, shape (days,).
        load_mw: Actual load, shape (days, 24).
        rte_mw: RTE's newest day-ahead forecast, shape (days, 24).
        inputs: Of each input, by name, its newest forecast, shape (days, 24); `input` gives any.
    """

    day: Integers
    load_mw: Floats
    rte_mw: Floats
    inputs: Mapping[str, Floats]

    @classmethod
    def of(cls, information: InformationSet, grid: LocalGrid) -> DayTable:
        """Return the table of an information set, whose last row is the delivery day."""
        row = grid.day - grid.day[0]
        load, rte = (by_day(values, row, grid.hour) for values in (information.load_mw, information.rte_mw))
        inputs = {name: by_day(values, row, grid.hour) for name, values in information.inputs.items()}
        return cls(np.arange(grid.day[0], grid.day[-1] + 1), load, rte, inputs)

    def rows(self, chosen: slice) -> DayTable:
        """Return a range of the days."""
        inputs = {name: values[chosen] for name, values in self.inputs.items()}
        return DayTable(self.day[chosen], self.load_mw[chosen], self.rte_mw[chosen], inputs)

    def input(self, name: str) -> Floats:
        """Return one of `domain.inputs.INPUTS`, shape (days, 24); all NaN where nothing is known of it."""
        known = self.inputs.get(name)
        return np.full_like(self.load_mw, np.nan) if known is None else known

    @cached_property
    def error_mw(self) -> Floats:
        """Load minus RTE's forecast, within `MOST_MW`."""
        return np.clip(self.load_mw - self.rte_mw, -MOST_MW, MOST_MW)

    @cached_property
    def hybrid_mw(self) -> Floats:
        """The load where it is known, else RTE's forecast."""
        return first_known(self.load_mw, self.rte_mw)

    def day_before(self, known_hours: int) -> Floats:
        """Return the day before each day as an issue saw it: load while it was known, then RTE's forecast."""
        known = np.arange(24) < known_hours
        return np.where(known, back(self.hybrid_mw, 1), back(self.rte_mw, 1))

    def error_so_far(self, known_hours: int) -> Floats:
        """Return RTE's errors of the day before each day as far as an issue knew them."""
        return np.where(np.arange(24) < known_hours, back(self.error_mw, 1), np.nan)

    def last_error(self, known_hours: int) -> Floats:
        """Return RTE's last error of each hour that an issue knew: of the day before, or the one before that."""
        return first_known(self.error_so_far(known_hours), back(self.error_mw, 2))


def mean_of_days_before(table: Floats, first: int, last: int) -> Floats:
    """Return for every day and hour the mean over the days from `first` to `last` days before.

    Example:
        >>> mean_of_days_before(np.repeat([[1.0], [3.0], [9.0]], 24, axis=1), 1, 2)[2, :2].tolist()
        [2.0, 2.0]
    """
    return nan_mean(np.stack([back(table, days) for days in range(first, last + 1)]))


def around_mean(table: Floats) -> Floats:
    """Return every day's curve minus its mean."""
    return table - of_day(table)


def blocks(name: str, table: Floats) -> dict[str, Floats]:
    """Return the means of every three hours of each day, as columns that are the same for all its hours.

    Returns:
        By the name with the first hour, each of shape (days, 1).

    Example:
        >>> made = blocks("load", np.arange(24.0)[None])
        >>> list(made)[:2], made["load_3h"].tolist()
        (['load_0h', 'load_3h'], [[4.0]])
    """
    means = nan_mean(table.reshape(len(table), -1, BLOCK_HOURS), axis=2)
    return {f"{name}_{BLOCK_HOURS * n}h": means[:, n : n + 1] for n in range(means.shape[1])}


def later(table: Floats, hours: int) -> Floats:
    """Return for every hour the value some hours later, or earlier; beyond the day, that of its last or first.

    Example:
        >>> later(np.arange(24.0)[None], 2)[0, [0, 21, 23]].tolist()
        [2.0, 23.0, 23.0]
    """
    return table[:, np.clip(np.arange(24) + hours, 0, 23)]
