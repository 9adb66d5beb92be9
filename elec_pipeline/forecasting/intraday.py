"""A day-ahead forecast brought up to date within the day: what was off just now goes on, and fades.

Here: the change of a forecast by the error of the newest half hour known. Not here: which half hour that is, and
which forecast is changed (`domain.intraday`).

The relative error of our evening issue goes on: `n` hours later it is `rho(n)` times as large in the mean. It was
fitted hour by hour on the evenings of 2022 and 2023, by models that had not seen the year: 0.87, 0.75 and 0.66
after one, two and three hours, 0.44 after six, 0.24 after twelve, without weather; 0.86, 0.72, 0.63, 0.43, 0.24
with it. The curve below runs through both; errors of more hours than the last add less than one percent (2024).
The newest half hour stands for the newest hour, because it is a quarter of an hour nearer: in both halves of
2025-01-15 to 2025-07-26 the next hour is then missed by 7 to 11 % less. A single quarter does no better.
`python -m benchmarks.intraday` prints what it is worth.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.quantiles import MEDIAN, Floats
from elec_pipeline.forecasting.forecast import DECIMALS

FADES_IN_HOURS, FADES_AS = 8.0, 0.9
NARROWS_AS = 0.6
"""Power of `1 - rho²` by which a band is narrowed; 0.5 would be the normal distribution's."""
LARGEST_ERROR = 0.06
"""Relative: what is beyond is a fault of the newest values more likely than of the forecast."""


def rho(hours: npt.ArrayLike) -> Floats:
    """Return which part of an error remains after some hours.

    Args:
        hours: From middle to middle, shape (n,).

    Example:
        >>> rho([1, 2, 3, 6, 12, 24]).round(2).tolist()
        [0.86, 0.75, 0.66, 0.46, 0.24, 0.07]
    """
    return np.asarray(np.exp(-((np.asarray(hours) / FADES_IN_HOURS) ** FADES_AS)), dtype=np.float64)


def brought_up_to_date(hourly: Floats, error: float, hours: npt.ArrayLike) -> Floats:
    """Return a forecast of some hours changed by what was off just before.

    Args:
        hourly: Quantiles at `domain.quantiles.LEVELS`, MW, shape (n, 7); NaN where there are none.
        error: By how much the actual load of the newest half hour was above its forecast, as a share of that.
        hours: From the middle of that half hour to the middle of each of these hours, shape (n,).

    Returns:
        MW, shape (n, 7).

    Example:
        >>> brought_up_to_date(np.full((2, 7), 50e3), 0.01, [1, 24])[:, MEDIAN].tolist()
        [50428.7, 50034.0]
    """
    remains = rho(hours)[:, None]
    median = hourly[:, [MEDIAN]]
    moved = median * (1 + remains * np.clip(error, -LARGEST_ERROR, LARGEST_ERROR))
    return np.asarray(np.round(moved + (hourly - median) * (1 - remains**2) ** NARROWS_AS, DECIMALS))
