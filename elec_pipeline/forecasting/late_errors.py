"""How large errors were of late, by local hour: for the ridge's own bands, and for those of the combination."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.quantiles import BANDS, Floats, of_known

LEAST_DAYS = 14
"""From fewer known days, of an hour and its two neighbours, the size of errors is not told."""


def sizes_by_hour(errors: npt.ArrayLike) -> Floats:
    """Return quantiles of the absolute errors of each local hour and its neighbours, at what `BANDS` claim.

    The neighbour of the first hour is the last of the same day.

    Args:
        errors: Of days and local hours, shape (days, 24), in any unit; NaN where not known.

    Returns:
        Shape (24, 3), in the same unit; NaN from fewer than 14 days.

    Example:
        >>> sizes_by_hour(np.tile(np.linspace(-100, 100, 21)[:, None], 24))[12].tolist()
        [50.0, 80.0, 90.0]
        >>> sizes_by_hour(np.ones((13, 24)))[12].tolist()
        [nan, nan, nan]
    """
    sizes = np.abs(np.asarray(errors, dtype=np.float64))
    around = np.concatenate([np.roll(sizes, shift, axis=1) for shift in (-1, 0, 1)])
    return of_known(around, list(BANDS), least=3 * LEAST_DAYS).T
