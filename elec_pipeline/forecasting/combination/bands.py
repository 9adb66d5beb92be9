"""The quantiles every forecast is made of: their levels, their columns, their order.

Here: pure arithmetic on quantiles. Not here: where they come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.quantiles import BANDS, LEVELS, MEDIAN, Floats, uncrossed


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


def drawn_towards(quantiles: npt.ArrayLike, errors: npt.ArrayLike, share: float) -> Floats:
    """Return quantiles whose bands are drawn towards the width that would have held what they claim.

    The half-width of each band becomes the geometric mean, weighted by the share, of what it is and of the
    absolute error that as many errors as the band claims to hold stayed under. Where that is not known, or the
    band has no width, it stays.

    Args:
        quantiles: Shape (n, 7) at `LEVELS`.
        errors: Quantiles of absolute errors, in the same unit, at what `BANDS` claim, shape (n, 3).
        share: Weight of the errors.

    Returns:
        Shape (n, 7); the median is what it was, neighbours may cross.

    Example:
        >>> said = [[-5.0, -3.0, 0.0, 1.0, 2.0, 3.0, 4.0]] * 2
        >>> drawn_towards(said, [[4.0, 12.0, 4.5], [np.nan] * 3], 0.5).tolist()
        [[-5.0, -7.0, -1.0, 1.0, 3.0, 5.0, 4.0], [-5.0, -3.0, 0.0, 1.0, 2.0, 3.0, 4.0]]
    """
    values = np.asarray(quantiles, dtype=np.float64)
    factors = np.ones_like(values)
    for wanted, ends in zip(np.asarray(errors, dtype=np.float64).T, BANDS.values(), strict=True):
        low, high = (LEVELS.index(level) for level in ends)
        half_width = (values[:, high] - values[:, low]) / 2
        usable = (half_width > 0) & (wanted > 0)
        drawn = (wanted[usable] / half_width[usable]) ** share
        factors[usable, low] = factors[usable, high] = drawn
    median = values[:, MEDIAN : MEDIAN + 1]
    return np.asarray(median + factors * (values - median))


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
