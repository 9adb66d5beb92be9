"""The quantiles that every forecast is made of: their levels, their columns, their order.

Here: names and the one rule of order. Not here: where quantiles come from, and how bands are widened
(`forecasting`).
"""

from __future__ import annotations

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
