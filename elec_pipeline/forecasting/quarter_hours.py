"""Quarter-hours of an hourly forecast: what the load does within the hour.

Here: the curve through the hours, what it misses each day at the same time, and the bands. Not here: which past
days an issue knew (`domain.quarter_history`), and the hours themselves (`forecaster`).

A natural cubic spline through the energy of a day's hours gives quarter-hours whose means are the hours. What it
cannot know is what happens at fixed times within the hour, such as the switching of water heaters: on the days
that the issue knew, the curve through their hours misses their quarter-hours by much the same, and the weighted
median of that is added. A median, so that no single absurd value can move it.

On perfect hours of 2025-01-15 to 2025-07-26 the curve alone misses the quarter-hours by 0.43 %, with the recent
days by 0.25 %; RTE's own shape within the hour adds nothing to that. The three constants below were chosen on the
same days, the only ones at hand, and barely matter: of nine choices the best is at 0.248 %, the worst at 0.253 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from elec_pipeline.domain.delivery_day import hours
from elec_pipeline.domain.kinds_of_day import share_off
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.quantiles import LEVELS, MEDIAN, Floats
from elec_pipeline.forecasting.features.local_time import LocalGrid
from elec_pipeline.forecasting.forecast import DECIMALS

PAST_DAYS = 28
"""Days before the first that is not over at the issue that are looked at."""
DECAY = 0.95
"""Weight of a day against that of the day after it."""
OTHER_KIND = 0.3
"""Weight of a day that is otherwise off than the delivery day, such as a Sunday for a Monday."""
_TO_DEVIATION = 1.4826
"""From a median absolute deviation to a standard deviation, for a normal distribution."""


def quarter_hours(day: date, hourly: Floats, past: Mapping[date, Floats]) -> Floats:
    """Return the quarter-hours of a forecast.

    Args:
        day: Delivery day.
        hourly: Quantiles of its hours at `domain.quantiles.LEVELS`, MW, shape (23, 24 or 25, 7); NaN where there
            are none.
        past: Quarter-hours of days that the issue knew in full, MW, by day, shape (23, 24 or 25, 4); may be empty.

    Returns:
        MW, shape (92, 96 or 100, 7): the medians of an hour have the hour's median as their mean, to 0.05 MW. A
        band is as wide as that of the hours around, and wider by what the curve missed lately.
    """
    of_hour = LocalGrid.of(hours(day).tz_localize(None).to_numpy()).hour
    shape, spread = (table[of_hour].ravel() for table in _lately(day, past))
    median = _curve(hourly[:, MEDIAN]) + shape
    offsets = _between_hours(hourly - hourly[:, [MEDIAN]])
    z = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
    widened = np.sign(z) * np.hypot(offsets, z * spread[:, None])
    return np.asarray(np.round(median[:, None] + widened, DECIMALS))


def _lately(day: date, past: Mapping[date, Floats]) -> tuple[Floats, Floats]:
    """Return what the curve missed lately at each quarter of each local hour, and how differently; MW, (24, 4)."""
    if not past:
        return np.zeros((24, QUARTERS_AN_HOUR)), np.zeros((24, QUARTERS_AN_HOUR))
    missed = np.full((len(past), 24, QUARTERS_AN_HOUR), np.nan)
    weight = np.empty(len(past))
    for row, (of_day, quarters) in enumerate(past.items()):
        of_hour = LocalGrid.of(hours(of_day).tz_localize(None).to_numpy()).hour
        off = quarters - _curve(quarters.mean(axis=1)).reshape(-1, QUARTERS_AN_HOUR)
        missed[row, of_hour] = off  # of an hour that the clock shows twice, the later
        weight[row] = DECAY ** (day - of_day).days * (1 if share_off(of_day) == share_off(day) else OTHER_KIND)
    shape = weighted_median(missed, weight)
    shape -= shape.mean(axis=1, keepdims=True)  # medians of parts do not add up by themselves
    return shape, _TO_DEVIATION * weighted_median(np.abs(missed - shape), weight)


def weighted_median(values: Floats, weight: Floats) -> Floats:
    """Return the weighted median along the first axis, of what is known; zero where nothing is.

    Args:
        values: Shape (n, …), NaN where not known.
        weight: Positive, shape (n,).

    Example:
        >>> weighted_median(np.array([[1.0], [5.0], [9.0], [np.nan]]), np.array([1.0, 1.0, 3.0, 9.0])).tolist()
        [9.0]
    """
    order = np.argsort(values, axis=0)  # what is not known comes last
    ordered = np.take_along_axis(values, order, axis=0)
    weights = np.where(np.isnan(ordered), 0.0, weight[order])
    reached = np.cumsum(weights, axis=0)
    place = np.argmax(reached >= reached[-1] / 2, axis=0)
    return np.asarray(np.nan_to_num(np.take_along_axis(ordered, place[None], axis=0)[0]))


def _curve(hourly: Floats) -> Floats:
    """Return the quarter-hours of the spline through the energy of some hours, shape (4 n,), MW."""
    return np.asarray(_spline(len(hourly)) @ hourly)


@lru_cache(maxsize=8)
def _spline(n_hours: int) -> Floats:
    """Return what the spline makes of each hour's energy: shape (4 n, n). A sum of parts, it is linear in them."""
    from scipy.interpolate import CubicSpline

    energy = np.vstack([np.zeros(n_hours), np.tril(np.ones((n_hours, n_hours)))])
    spline = CubicSpline(np.arange(n_hours + 1), energy, bc_type="natural")
    edges = np.arange(QUARTERS_AN_HOUR * n_hours + 1) / QUARTERS_AN_HOUR
    return np.asarray(np.diff(spline(edges), axis=0) * QUARTERS_AN_HOUR)


def _between_hours(values: Floats) -> Floats:
    """Return columns of hourly values at the middle of each quarter, straight between the middles of the hours."""
    middle = np.arange(len(values)) + 0.5
    at = (np.arange(QUARTERS_AN_HOUR * len(values)) + 0.5) / QUARTERS_AN_HOUR
    return np.column_stack([np.interp(at, middle, column) for column in values.T])
