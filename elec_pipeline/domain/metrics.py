"""Scores of forecasts: MAPE, MAE, RMSE, bias, pinball loss, CRPS, coverage. Pure numpy, arrays in MW.

Here: one number from actual values and forecasts. Not here: which forecast is scored on which hours.

A pair of which either side is NaN is left out of every score; without any pair the score is NaN. Compare
two forecasters only on hours for which both have a forecast.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.quantiles import Floats


def _pairs(actual: npt.ArrayLike, forecast: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return both sides, as flat arrays, where both are known.

    Raises:
        ValueError: Their shapes differ.
    """
    truth = np.asarray(actual, dtype=np.float64)
    said = np.asarray(forecast, dtype=np.float64)
    if truth.shape != said.shape:
        raise ValueError(f"actual values have shape {truth.shape}, forecasts {said.shape}")
    known = ~(np.isnan(truth) | np.isnan(said))
    return truth[known], said[known]


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")


def mape(actual: npt.ArrayLike, forecast: npt.ArrayLike) -> float:
    """Return the mean absolute percentage error, in %.

    Args:
        actual: Any shape, MW; an actual value of 0 makes the score infinite or NaN.
        forecast: The same shape, MW.

    Raises:
        ValueError: The shapes differ.

    Example:
        >>> mape([50_000.0, 40_000.0, float("nan")], [51_000.0, 40_000.0, 40_000.0])
        1.0
    """
    truth, said = _pairs(actual, forecast)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100 * _mean(np.abs(said - truth) / np.abs(truth))


def mae(actual: npt.ArrayLike, forecast: npt.ArrayLike) -> float:
    """Return the mean absolute error, in MW.

    Raises:
        ValueError: The shapes differ.

    Example:
        >>> mae([50_000.0, 40_000.0], [51_000.0, 39_000.0])
        1000.0
    """
    truth, said = _pairs(actual, forecast)
    return _mean(np.abs(said - truth))


def rmse(actual: npt.ArrayLike, forecast: npt.ArrayLike) -> float:
    """Return the root of the mean squared error, in MW.

    Raises:
        ValueError: The shapes differ.

    Example:
        >>> rmse([50_000.0, 40_000.0], [53_000.0, 44_000.0]).__round__(1)
        3535.5
    """
    truth, said = _pairs(actual, forecast)
    return float(np.sqrt(_mean((said - truth) ** 2)))


def bias(actual: npt.ArrayLike, forecast: npt.ArrayLike) -> float:
    """Return the mean of forecast minus actual, in MW: positive where too much was forecast.

    Raises:
        ValueError: The shapes differ.

    Example:
        >>> bias([50_000.0, 40_000.0], [51_000.0, 39_500.0])
        250.0
    """
    truth, said = _pairs(actual, forecast)
    return _mean(said - truth)


def pinball(actual: npt.ArrayLike, quantiles: npt.ArrayLike, levels: Sequence[float]) -> float:
    """Return the pinball loss averaged over the quantile levels, in MW.

    Of one quantile q at level p it is `p · (y - q)` where the actual value y lies above, else
    `(1 - p) · (q - y)`; at p = 0.5 that is half the absolute error.

    Args:
        actual: Shape (…,), MW.
        quantiles: Shape (…, len(levels)), MW.
        levels: Between 0 and 1.

    Raises:
        ValueError: The shapes do not fit.

    Example:
        >>> pinball([100.0], [[90.0, 110.0]], levels=[0.1, 0.5])
        3.0
    """
    losses = _losses(actual, quantiles, levels)
    return float(np.mean(losses)) if losses else float("nan")


def _losses(actual: npt.ArrayLike, quantiles: npt.ArrayLike, levels: Sequence[float]) -> list[float]:
    """Return the pinball loss of every level; see `pinball`."""
    said = np.asarray(quantiles, dtype=np.float64)
    if said.shape[-1:] != (len(levels),):
        raise ValueError(f"quantiles have shape {said.shape} for {len(levels)} levels")
    truth = np.asarray(actual, dtype=np.float64)
    # A pair counts only if every quantile is there: the levels are averaged over the same hours.
    whole = np.where(np.isnan(said).any(axis=-1), np.nan, truth)
    losses = []
    for number, level in enumerate(levels):
        y, q = _pairs(whole, said[..., number])
        losses.append(_mean(np.maximum(level * (y - q), (level - 1) * (y - q))))
    return losses


def crps(actual: npt.ArrayLike, quantiles: npt.ArrayLike, levels: Sequence[float]) -> float:
    """Return the continuous ranked probability score, approximated from quantiles, in MW.

    It is twice the integral of the pinball loss over all levels from 0 to 1. The integral is approximated by
    the midpoint rule for unequal steps: each level stands for all that are nearer to it than to another, the
    outermost ones for those out to 0 and 1. Of quantiles that are all the same it is the absolute error.

    Source: Gneiting and Ranjan, «Comparing density forecasts using threshold- and quantile-weighted scoring
    rules», 2011, equation 14.

    Args:
        actual: Shape (…,), MW.
        quantiles: Shape (…, len(levels)), MW.
        levels: Between 0 and 1, ascending.

    Raises:
        ValueError: The shapes do not fit.

    Example:
        >>> crps([100.0], [[90.0, 110.0]], levels=[0.1, 0.5])  # 2 * (0.3 * 1.0 + 0.7 * 5.0)
        7.6
    """
    borders = np.concatenate([[0.0], (np.asarray(levels[1:]) + np.asarray(levels[:-1])) / 2, [1.0]])
    losses = np.array(_losses(actual, quantiles, levels))
    return float(2 * np.sum(np.diff(borders) * losses)) if losses.size else float("nan")


def coverage(actual: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike) -> float:
    """Return the share of actual values inside a band, both ends included, between 0 and 1.

    Args:
        actual: Any shape, MW.
        lower: The same shape, MW; for the central 80 % band the 10 % quantile.
        upper: The same shape, MW; for the central 80 % band the 90 % quantile.

    Raises:
        ValueError: The shapes differ.

    Example:
        >>> coverage([1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 0.0], [3.0, 3.0, 3.0, 3.0])
        0.75
    """
    low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    _, above = _pairs(np.where(np.isnan(high), np.nan, actual), low)
    truth, below = _pairs(np.where(np.isnan(low), np.nan, actual), high)
    return _mean(((above <= truth) & (truth <= below)).astype(np.float64))
