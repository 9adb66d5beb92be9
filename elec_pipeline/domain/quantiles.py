"""The quantiles that every forecast is made of: their levels, their columns, their order.

Here: names, the one rule of order, and arithmetic that experts share. Not here: where quantiles come from, and how
bands are widened (`forecasting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVELS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
"""Quantile levels of a forecast, ascending."""
COLUMNS = ("q05", "q10", "q25", "load_mw", "q75", "q90", "q95")
"""Their database columns; `load_mw` is the median."""
MEDIAN = LEVELS.index(0.50)
BANDS = {0.5: (0.25, 0.75), 0.8: (0.10, 0.90), 0.9: (0.05, 0.95)}
"""What the central bands claim to hold, and the levels they lie between."""


def uncrossed(quantiles: npt.ArrayLike) -> Floats:
    """Return quantiles in ascending order along the last axis, so that they never cross.

    Sorting never makes the pinball loss of a set of quantiles worse.

    Source: Chernozhukov, Fernández-Val and Galichon, «Quantile and probability curves without crossing», 2010.

    Example:
        >>> uncrossed([[2.0, 1.0, 3.0]]).tolist()
        [[1.0, 2.0, 3.0]]
    """
    return np.sort(np.asarray(quantiles, dtype=np.float64), axis=-1)


def of_known(values: npt.ArrayLike, levels: Sequence[float], *, least: int) -> Floats:
    """Return quantiles of the known values of each column: as `np.nanquantile`, but many times as fast.

    Args:
        values: Shape (n, columns), NaN where not known.
        levels: Which.
        least: From fewer known values a column has none: NaN.

    Returns:
        Shape (len(levels), columns).

    Example:
        >>> of_known([[3.0, 1.0], [np.nan, np.nan], [2.0, np.nan], [1.0, 2.0]], [0.5, 0.75], least=3).tolist()
        [[2.0, nan], [2.5, nan]]
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=0)  # what is not known comes last
    known = np.count_nonzero(~np.isnan(ordered), axis=0)
    made = np.full((len(levels), ordered.shape[1]), np.nan)
    columns = np.flatnonzero(known >= max(1, least))
    for row, level in enumerate(levels):
        place = level * (known[columns] - 1)
        below = np.floor(place).astype(int)
        above = np.minimum(below + 1, known[columns] - 1)
        low, high = ordered[below, columns], ordered[above, columns]
        made[row, columns] = low + (place - below) * (high - low)
    return made


def at_levels(quantiles: npt.ArrayLike, levels: Sequence[float]) -> Floats:
    """Return a model's quantiles at `LEVELS`.

    Between two levels of the model values are interpolated. Beyond its outermost levels the distance to the
    median grows as it does for a normal distribution: repeating the last quantile would make bands that
    hold less than they claim.

    Args:
        quantiles: Shape (…, len(levels)), any unit.
        levels: The model's levels, ascending, with 0.5 among them.

    Returns:
        Shape (…, 7), ascending along the last axis. NaN wherever one of the quantiles is not finite: in order,
        it would come last and shift the others.

    Raises:
        ValueError: The levels do not hold 0.5, or do not fit the quantiles.

    Example:
        >>> at_levels([0.0, 1.0, 3.0], levels=[0.1, 0.5, 0.9]).round(2).tolist()
        [-0.28, 0.0, 0.37, 1.0, 2.25, 3.0, 3.57]
    """
    own = np.asarray(levels, dtype=np.float64)
    values = uncrossed(quantiles)
    if values.shape[-1] != len(own):
        raise ValueError(f"{values.shape[-1]} quantiles for {len(own)} levels")
    centre = int(np.argmin(np.abs(own - 0.5)))
    if not np.isclose(own[centre], 0.5):
        raise ValueError(f"the levels {levels} hold no median")
    values = np.where(np.isfinite(values).all(axis=-1, keepdims=True), values, np.nan)
    median = values[..., centre]
    return uncrossed(np.stack([_at(level, own, values, median) for level in LEVELS], axis=-1))


def _at(level: float, own: Floats, values: Floats, median: Floats) -> Floats:
    if level < own[0] or level > own[-1]:
        end = 0 if level < own[0] else len(own) - 1
        if np.isclose(own[end], 0.5):
            return median
        stretch = NormalDist().inv_cdf(level) / NormalDist().inv_cdf(float(own[end]))
        return np.asarray(median + stretch * (values[..., end] - median), dtype=np.float64)
    upper = int(np.clip(np.searchsorted(own, level - 1e-9), 1, len(own) - 1))
    share = (level - own[upper - 1]) / (own[upper] - own[upper - 1])
    return np.asarray(
        values[..., upper - 1] + share * (values[..., upper] - values[..., upper - 1]), dtype=np.float64
    )
