"""A grid of hours seen from Paris: the same local hour some days before, means despite gaps.

Here: pure numpy that references and features share. Not here: what they make of it.

The load of France repeats with the week, and RTE's errors repeat with the hour of the day: both are read
at the same *local* hour some days before, so that a clock change does not shift them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.domain.quantiles import Floats

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LocalGrid:
    """A grid of UTC hours seen from Paris.

    Attributes:
        offset: Paris time minus UTC in hours, shape (n,).
        hour: Paris hour of the day, 0 to 23, shape (n,).
        day: Days since 1970-01-01 of the Paris date, shape (n,).
    """

    offset: Integers
    hour: Integers
    day: Integers

    @classmethod
    def of(cls, hours: npt.NDArray[np.datetime64]) -> LocalGrid:
        """Return the local grid of a regular grid of UTC hours (numpy instants, without zone)."""
        utc = hours.astype("datetime64[h]").astype(np.int64)
        paris = pd.DatetimeIndex(hours).tz_localize("UTC").tz_convert(PARIS).tz_localize(None)
        local = paris.to_numpy().astype("datetime64[h]").astype(np.int64)
        return cls(offset=local - utc, hour=local % 24, day=local // 24)

    def earlier(self, values: Floats, days: int) -> Floats:
        """Return for every hour the value of the same local hour some days before; NaN before the grid.

        In the hour that a clock change skips it is a neighbour's value.
        """
        position = np.arange(len(values))
        back = np.clip(position - 24 * days, 0, None)
        source = position - 24 * days + self.offset - self.offset[back]
        return np.where(source >= 0, values[np.clip(source, 0, len(values) - 1)], np.nan)


def nan_mean(values: Floats, axis: int = 0) -> Floats:
    """Return the mean of what is known; NaN, without a warning, where nothing is.

    Example:
        >>> nan_mean(np.array([[1.0, np.nan], [3.0, np.nan]])).tolist()
        [2.0, nan]
    """
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan), dtype=np.float64)


def first_known(*candidates: Floats) -> Floats:
    """Return of every hour the first candidate that is not NaN."""
    result = candidates[0]
    for candidate in candidates[1:]:
        result = np.where(np.isnan(result), candidate, result)
    return result


def by_day(values: Floats, day: Integers, hour: Integers) -> Floats:
    """Return values as a table of days and local hours, NaN where there are none.

    Of an hour that the clock shows twice, it is the later.

    Args:
        values: Shape (n,).
        day: Row of every value, from 0 to the last, shape (n,).
        hour: Local hour of every value, shape (n,).

    Returns:
        Shape (days, 24).
    """
    table = np.full((int(day[-1]) + 1, 24), np.nan)
    table[day, hour] = values
    return table


def back(table: Floats, days: int) -> Floats:
    """Return for every day of a table the row of some days before; NaN before the first."""
    moved = np.full_like(table, np.nan)
    moved[days:] = table[:-days]
    return moved


def of_day(table: Floats) -> Floats:
    """Return the mean of every day of a table, shape (days, 1)."""
    return nan_mean(table, axis=1)[:, None]
