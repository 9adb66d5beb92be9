"""Bands around a median: how wide they are, how they are made wider, how far one's width is another's.

Here: pure arithmetic on quantiles. Not here: whose bands (`combination`), and what makes them hold what they claim
(`calibration`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.quantiles import BANDS, LEVELS, MEDIAN, Floats

ENDS = [(LEVELS.index(low), LEVELS.index(high)) for low, high in BANDS.values()]
"""Columns of the lower and upper end of each band."""


def half_widths(quantiles: npt.ArrayLike) -> Floats:
    """Return half the width of each band, shape (n, 3).

    Args:
        quantiles: Shape (n, 7) at `LEVELS`.

    Example:
        >>> half_widths([[-4.0, -3.0, -2.0, 1.0, 2.0, 5.0, 6.0]]).tolist()
        [[2.0, 4.0, 5.0]]
    """
    values = np.asarray(quantiles, dtype=np.float64)
    return np.stack([(values[:, high] - values[:, low]) / 2 for low, high in ENDS], axis=-1)


def drawn_towards(quantiles: npt.ArrayLike, wanted: npt.ArrayLike, share: float) -> Floats:
    """Return quantiles whose bands are drawn towards other half-widths.

    The half-width of each band becomes the geometric mean, weighted by the share, of what it is and of what is
    wanted. Where that is not known, or the band has no width, it stays.

    Args:
        quantiles: Shape (n, 7) at `LEVELS`.
        wanted: Half-widths, in the same unit, shape (n, 3).
        share: Weight of what is wanted.

    Returns:
        Shape (n, 7); the median is what it was, neighbours may cross.

    Example:
        >>> said = [[-5.0, -3.0, 0.0, 1.0, 2.0, 3.0, 4.0]] * 2
        >>> drawn_towards(said, [[4.0, 12.0, 4.5], [np.nan] * 3], 0.5).tolist()
        [[-5.0, -7.0, -1.0, 1.0, 3.0, 5.0, 4.0], [-5.0, -3.0, 0.0, 1.0, 2.0, 3.0, 4.0]]
    """
    values = np.asarray(quantiles, dtype=np.float64)
    factors = np.ones_like(values)
    pairs = zip(half_widths(values).T, np.asarray(wanted, dtype=np.float64).T, ENDS, strict=True)
    for own, others, (low, high) in pairs:
        usable = (own > 0) & (others > 0)
        factors[usable, low] = factors[usable, high] = (others[usable] / own[usable]) ** share
    median = values[:, MEDIAN : MEDIAN + 1]
    return np.asarray(median + factors * (values - median))


def stretched(quantiles: npt.ArrayLike, spreads: Sequence[float]) -> Floats:
    """Return the distances of quantiles to their median, stretched; shape as given, the median 0.

    Args:
        quantiles: Shape (n, 7) at `LEVELS`.
        spreads: Factors on the ends of the bands of 50, 80 and 90 %.

    Example:
        >>> stretched([[-4.0, -3.0, -2.0, 10.0, 12.0, 13.0, 14.0]], (2.0, 2.0, 3.0)).tolist()
        [[-42.0, -26.0, -24.0, 0.0, 4.0, 6.0, 12.0]]
    """
    values = np.asarray(quantiles, dtype=np.float64)
    factors = np.array([*reversed(spreads), 1.0, *spreads])
    return np.asarray(factors * (values - values[:, MEDIAN : MEDIAN + 1]))


def widened(quantiles: npt.ArrayLike, factor: float) -> Floats:
    """Return quantiles whose distances to the median are so many times what they were.

    Args:
        quantiles: Shape (n, 7) at `LEVELS`.
        factor: Of all bands.

    Example:
        >>> widened([[6.0, 7.0, 8.0, 10.0, 12.0, 13.0, 14.0]], 2.0).tolist()
        [[2.0, 4.0, 6.0, 10.0, 14.0, 16.0, 18.0]]
    """
    values = np.asarray(quantiles, dtype=np.float64)
    return stretched(values, (factor, factor, factor)) + values[:, MEDIAN : MEDIAN + 1]
