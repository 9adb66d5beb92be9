"""The quantiles every forecast is made of: their levels, their columns, their order.

Here: pure arithmetic on quantiles. Not here: where they come from.
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


def uncrossed(quantiles: npt.ArrayLike) -> Floats:
    """Return quantiles in ascending order along the last axis, so that they never cross.

    Sorting never makes the pinball loss of a set of quantiles worse.

    Source: Chernozhukov, Fernández-Val and Galichon, «Quantile and probability curves without crossing», 2010.

    Example:
        >>> uncrossed([[2.0, 1.0, 3.0]]).tolist()
        [[1.0, 2.0, 3.0]]
    """
    return np.sort(np.asarray(quantiles, dtype=np.float64), axis=-1)


def recentred(quantiles: npt.ArrayLike, median_share: float, spreads: Sequence[float]) -> Floats:
    """Return quantiles whose median is drawn towards zero and whose distances to it are stretched.

    Args:
        quantiles: Shape (…, 7) at `LEVELS`, the median's distance to a reference among them.
        median_share: How much of the median stays.
        spreads: Factors on the distances to the median of the ends of the bands of 50, 80 and 90 %.

    Example:
        >>> recentred([[-4.0, -3.0, -2.0, 10.0, 12.0, 13.0, 14.0]], 0.5, (2.0, 2.0, 3.0)).tolist()
        [[-37.0, -21.0, -19.0, 5.0, 9.0, 11.0, 17.0]]
    """
    values = np.asarray(quantiles, dtype=np.float64)
    median = values[..., MEDIAN : MEDIAN + 1]
    factors = np.array([*reversed(spreads), 1.0, *spreads])
    return np.asarray(median_share * median + factors * (values - median))


def at_levels(quantiles: npt.ArrayLike, levels: Sequence[float]) -> Floats:
    """Return a model's quantiles at `LEVELS`.

    Between two levels of the model values are interpolated. Beyond its outermost levels the distance to the
    median grows as it does for a normal distribution: repeating the last quantile would make bands that
    hold less than they claim.

    Args:
        quantiles: Shape (…, len(levels)), any unit.
        levels: The model's levels, ascending, with 0.5 among them.

    Returns:
        Shape (…, 7), ascending along the last axis.

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
