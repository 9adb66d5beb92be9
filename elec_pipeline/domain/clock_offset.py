"""By how much the clock of one series is off from that of another of the same quantity. Pure.

Here: the shift at which two series agree, and when there is none to be trusted. Not here: any source.

Two publishers stamp the same forecast differently: by the start of its interval or by the end, in winter time all
year, a quarter-hour early. Mixed without a look, a shift of a quarter-hour poses as an error of the forecast, and
a model learns to correct a clock. So one series is moved against the other, and stands where the two differ least,
as long as they differ clearly less there than elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import QUARTER

LONGEST_QUARTERS = 5
"""To each side: an hour, and one quarter more, so that an hour is seen to be the best of all."""
LEAST_COMMON_QUARTERS = 3 * 96
SAME = 0.02
"""Greatest mean difference of two series of the same quantity, as a share of it."""
CLEARLY = 0.8
"""What the best shift leaves of the difference at its neighbours, at most."""


def to_quarters(curve: pd.DataFrame) -> pd.Series:
    """Return a load curve by quarter-hour: each value holds for all quarters of its interval.

    Args:
        curve: Columns `interval_start` (UTC), `load_mw`, `resolution_minutes`; an instant may come once.

    Returns:
        MW by UTC instant, in order.

    Example:
        >>> curve = pd.DataFrame({"interval_start": pd.to_datetime(["2025-01-01T00:00Z"]), "load_mw": [50e3],
        ...     "resolution_minutes": 30})
        >>> to_quarters(curve).to_list()
        [50000.0, 50000.0]
    """
    parts = (curve["resolution_minutes"] // 15).to_numpy(dtype=np.int64)
    row = np.repeat(np.arange(len(curve)), parts)
    number = np.arange(len(row)) - np.repeat(np.cumsum(parts) - parts, parts)
    at = pd.DatetimeIndex(curve["interval_start"].iloc[row]) + pd.to_timedelta(15 * number, unit="min")
    by_quarter = pd.Series(curve["load_mw"].to_numpy()[row], at)
    return by_quarter[~by_quarter.index.duplicated()].sort_index()


def clock_offset(curve: pd.DataFrame, reference: pd.Series) -> timedelta | None:
    """Return what to add to the times of a load curve so that they are those of a reference.

    Args:
        curve: Columns `interval_start` (UTC), `load_mw`, `resolution_minutes`.
        reference: The same quantity as another has it: MW by UTC instant, of quarter-hours.

    Returns:
        A multiple of a quarter-hour, up to an hour to either side. None where the two have too little in common,
        differ at every shift, or agree as well at several.

    Example:
        >>> at = pd.date_range("2025-01-01", periods=384, freq="15min", tz="UTC")
        >>> reference = pd.Series(50e3 + 9e3 * np.sin(np.arange(384) / 15), at)
        >>> early = pd.DataFrame({"interval_start": at - pd.Timedelta(minutes=15), "load_mw": reference.to_numpy(),
        ...     "resolution_minutes": 15})
        >>> str(clock_offset(early, reference)), clock_offset(early, reference * 1.2)
        ('0:15:00', None)
    """
    tried = range(-LONGEST_QUARTERS, LONGEST_QUARTERS + 1)
    differences = _differences(curve.dropna(subset="load_mw"), reference.dropna(), tried)
    best = int(np.argmin(differences))
    if not 0 < best < len(differences) - 1 or differences[best] > SAME:
        return None
    if differences[best] > CLEARLY * min(differences[best - 1], differences[best + 1]):
        return None
    return tried[best] * QUARTER


def _differences(curve: pd.DataFrame, reference: pd.Series, shifts: Sequence[int]) -> list[float]:
    """Return the mean difference at each shift as a share of the load; infinite where too little is common.

    Each value is held against the mean of the reference over its own interval.
    """
    if reference.empty:
        return [float("inf")] * len(shifts)
    grid = pd.date_range(reference.index[0], reference.index[-1], freq=QUARTER)
    by_quarter = reference.reindex(grid)
    said, minutes = [], []
    for resolution in curve["resolution_minutes"].unique():
        rows = curve[curve["resolution_minutes"] == resolution]
        quarters = int(resolution) // 15
        means = by_quarter.rolling(quarters).mean().shift(1 - quarters)
        value = rows["load_mw"].to_numpy(dtype=np.float64)
        start = pd.DatetimeIndex(rows["interval_start"])
        of_reference = [means.reindex(start + shift * QUARTER).to_numpy(dtype=np.float64) for shift in shifts]
        said.append(np.abs(value - np.stack(of_reference)) / value)
        minutes.append(np.full(len(value), quarters))
    if not said:
        return [float("inf")] * len(shifts)
    shares, weights = np.concatenate(said, axis=1), np.concatenate(minutes)
    common = ~np.isnan(shares)
    known = common @ weights
    total = np.where(common, shares, 0.0) @ weights
    means_of_shifts = np.divide(
        total, known, out=np.full(len(shifts), np.inf), where=known >= LEAST_COMMON_QUARTERS
    )
    return [float(each) for each in means_of_shifts]
