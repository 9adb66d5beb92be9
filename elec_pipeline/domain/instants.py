"""Instants and positions on a grid of UTC hours, as numpy holds them. Pure.

Here: from aware times to numpy's, which have no zone, and from times to positions. Not here: what stands there.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS, Issue, issue_time
from elec_pipeline.domain.quantiles import Floats

Instants = npt.NDArray[np.datetime64]
"""UTC instants as numpy holds them: without a zone, in microseconds."""
Positions = npt.NDArray[np.int64]
"""Positions on a grid of hours, counted from its first."""

HOUR64 = np.timedelta64(3_600_000_000, "us")


def instant(moment: datetime) -> np.datetime64:
    """Return one instant.

    Example:
        >>> str(instant(datetime(2025, 1, 1, 9, tzinfo=UTC)))
        '2025-01-01T09:00:00.000000'
    """
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


def instants(moments: pd.Series) -> Instants:
    """Return a column of aware timestamps as instants, shape (n,)."""
    naive: Instants = moments.dt.tz_convert(UTC).dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    return naive


def issue_times(hour_start: pd.Series, issue: Issue) -> Instants:
    """Return the issue time of the day that each hour falls on, shape (n,)."""
    day = hour_start.dt.tz_convert(PARIS).dt.date
    table = {each: instant(issue_time(each, issue)) for each in day.unique()}
    return np.array([table[each] for each in day], dtype="datetime64[us]")


def positions(moments: pd.Series, start: datetime) -> Positions:
    """Return how many whole hours each timestamp lies after a start, shape (n,); negative before it."""
    return ((instants(moments) - instant(start)) // HOUR64).astype(np.int64)


def between(ordered: Positions, low: int, high: int) -> slice:
    """Return where ordered positions lie in `[low, high[`."""
    first, last = np.searchsorted(ordered, [low, high])
    return slice(int(first), int(last))


def padded(values: Floats, low: int, high: int) -> Floats:
    """Return a copy of `values[low:high]`, with NaN for positions before the first."""
    return np.concatenate([np.full(max(0, -low), np.nan), values[max(0, low) : high]])
