"""What RTE's day-ahead forecast is usually wrong by, learnt as a ridge regression for each local hour.

Here: the features of an hour where RTE's forecast of its day is known. Not here: the fit (`ridge`), and what
a model still finds in what is left (`model_inputs`).

The evening issue knows RTE's errors up to 19:00 of the day before the delivery day: features are made for
that hour, and for that issue alone.
"""

from __future__ import annotations

import numpy as np

from elec_pipeline.forecasting.local_grid import (
    LocalGrid,
    back,
    by_day,
    day_type,
    first_known,
    nan_mean,
    of_day,
)
from elec_pipeline.information_set import Floats

FEATURES = (
    "last", "second_last", "third_last", "week_before", "mean_of_week", "mean_of_month", "same_weekdays",
    "at_noon", "at_4", "afternoon", "day_so_far", "day_before",
    "move_of_hour", "move_of_day", "shape", "sunday", "saturday",
)  # fmt: skip
"""RTE's errors of the same hour; its errors of the last days; what it sees coming; the kind of day."""

FIRST_UNKNOWN = 19
"""Local hour from which the evening issue does not know the day before the delivery day."""
MOST_MW = 6_000.0
"""Larger errors count as this much: one absurd value must not spoil the next days."""
MONTH = range(2, 30)
MOVE_SCALE, SHAPE_SCALE, CALENDAR_MW = 0.1, 0.05, 500.0
"""They bring differences of forecasts and the calendar to the size of errors, so that one penalty fits all."""
HALF_LIFE_DAYS = 365.0
ROBUST_MW = 400.0
"""For the fit; chosen on the validation split."""


def features(error_mw: Floats, rte_mw: Floats, grid: LocalGrid) -> Floats:
    """Return the features of every hour of a grid, each as the evening issue for its day would have known it.

    Args:
        error_mw: Load minus RTE's forecast, shape (n,), NaN where either is not known.
        rte_mw: RTE's forecast, shape (n,).
        grid: The local hours, shape (n,).

    Returns:
        Shape (n, len(FEATURES)), MW; 0 where nothing is known.
    """
    day = grid.day - grid.day[0]
    error = by_day(np.clip(error_mw, -MOST_MW, MOST_MW), day, grid.hour)
    rte = by_day(rte_mw, day, grid.hour)
    same_hour = np.stack([back(error, days) for days in MONTH])
    month = nan_mean(same_hour)
    week = first_known(nan_mean(same_hour[:7]), month)
    yesterday = back(error, 1)
    so_far = of_day(yesterday[:, :FIRST_UNKNOWN])
    rte_of_day = of_day(rte)
    kind = day_type(grid.day[0] + np.arange(len(error)))[:, None]
    made = (
        *(first_known(_recent(error, number), week) for number in (1, 2, 3)),
        first_known(back(error, 7), week),
        week,
        month,
        first_known(nan_mean(same_hour[5::7]), month),
        first_known(yesterday[:, 12:13], so_far),
        first_known(yesterday[:, 4:5], so_far),
        first_known(of_day(yesterday[:, 13:FIRST_UNKNOWN]), so_far),
        so_far,
        of_day(back(error, 2)),
        MOVE_SCALE * (rte - back(rte, 1)),
        MOVE_SCALE * (rte_of_day - back(rte_of_day, 1)),
        SHAPE_SCALE * (rte - rte_of_day),
        CALENDAR_MW * (kind == 1.0),
        CALENDAR_MW * (kind == 0.5),  # noqa: PLR2004 - a Saturday
    )
    every_hour = np.stack([np.broadcast_to(values, error.shape) for values in made], axis=-1)
    return np.asarray(np.nan_to_num(every_hour[day, grid.hour]), dtype=np.float64)


def _recent(error: Floats, number: int) -> Floats:
    """Return for every hour its last error known in the evening before, or the second or third last."""
    known = np.arange(24) < FIRST_UNKNOWN
    return np.where(known, back(error, number), back(error, number + 1))
