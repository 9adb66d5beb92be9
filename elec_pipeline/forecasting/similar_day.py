"""How a day differs from the same day a week before, learnt as a ridge regression for each local hour.

Here: the features of an hour where RTE's forecast of its day is not known, as in the morning. Not here: the
fit (`ridge`), and what serves where too little is known for this (`references`).
"""

from __future__ import annotations

import numpy as np

from elec_pipeline.forecasting.local_grid import (
    Integers,
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
    "change_of_hour", "change_of_day", "change_of_evening", "change_of_night", "change_of_noon",
    "change_of_hour_before", "change_of_day_before", "change_of_third_day",
    "two_weeks_at_hour", "two_weeks", "three_weeks_at_hour", "week_before_against_mean",
    "move_of_hour", "move_of_day", "error_of_hour", "error_of_night", "error_of_day_before",
    "day_type", "day_type_before", "day_type_move", "holiday", "holiday_week_before", "holiday_before",
    "holiday_week_before_that", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    "winter", "spring",
)  # fmt: skip
"""How the days before differ from their own week before; RTE's errors; the kinds of the days; the season."""

FIRST_UNKNOWN = 9
"""Local hour from which the morning issue does not know the day before the delivery day."""
MOVE_SCALE = 1 / 3
DAY_TYPE_MW, WEEKDAY_MW, SEASON_MW = 3_000.0, 1_500.0, 1_000.0
"""They bring features to the size of changes, so that one penalty fits all."""
HALF_LIFE_DAYS = 730.0
ROBUST_MW = 1_000.0
"""For the fit; chosen on the validation split."""
_SUNDAY = 6


def features(hybrid_mw: Floats, error_mw: Floats, grid: LocalGrid) -> Floats:
    """Return the features of every hour of a grid.

    Args:
        hybrid_mw: Load where it is known, RTE's forecast where it is not, shape (n,), NaN where neither is.
        error_mw: Load minus RTE's forecast, shape (n,), NaN where either is not known.
        grid: The local hours, shape (n,).

    Returns:
        Shape (n, len(FEATURES)), MW; 0 where nothing is known.
    """
    row = grid.day - grid.day[0]
    load = by_day(hybrid_mw, row, grid.hour)
    error = by_day(error_mw, row, grid.hour)
    made = (*_changes(load), *_errors(error), *_calendar(grid.day[0] + np.arange(len(load))))
    every_hour = np.stack([np.broadcast_to(values, load.shape) for values in made], axis=-1)
    return np.asarray(np.nan_to_num(every_hour[row, grid.hour]), dtype=np.float64)


def _changes(load: Floats) -> tuple[Floats, ...]:
    yesterday, week_before = back(load, 1), back(load, 7)
    change = yesterday - back(load, 8)
    before = back(load, 2) - back(load, 9)
    of_all = of_day(change)
    two_weeks = week_before - back(load, 14)
    last_week = nan_mean(np.stack([back(load, days) for days in range(2, 9)]))
    move = yesterday - back(load, 2)
    return (
        first_known(change, of_all),
        of_all,
        first_known(of_day(change[:, 18:]), of_all),
        first_known(of_day(change[:, :FIRST_UNKNOWN]), of_all),
        first_known(of_day(change[:, 10:18]), of_all),
        first_known(before, of_day(before)),
        of_day(before),
        of_day(back(load, 3) - back(load, 10)),
        two_weeks,
        of_day(two_weeks),
        week_before - back(load, 21),
        MOVE_SCALE * (week_before - last_week),
        MOVE_SCALE * first_known(move, of_day(move)),
        MOVE_SCALE * of_day(move),
    )


def _errors(error: Floats) -> tuple[Floats, ...]:
    known = np.arange(24) < FIRST_UNKNOWN
    return (
        np.where(known, back(error, 1), back(error, 2)),
        of_day(back(error, 1)[:, :FIRST_UNKNOWN]),
        of_day(back(error, 2)),
    )


def _calendar(day: Integers) -> tuple[Floats, ...]:
    """Return calendar features of days since 1970-01-01, each of shape (days, 1)."""
    kind, kind_before = day_type(day), day_type(day - 1)
    weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
    angle = 2 * np.pi * day / 365.25
    made = (
        DAY_TYPE_MW * kind,
        DAY_TYPE_MW * kind_before,
        DAY_TYPE_MW * (kind - day_type(day - 7)),
        *(DAY_TYPE_MW * _is_weekday_off(day - days) for days in (0, 7, 1, 8)),
        *(WEEKDAY_MW * (weekday == number) for number in range(_SUNDAY)),
        SEASON_MW * np.cos(angle),
        SEASON_MW * np.sin(angle),
    )
    return tuple(np.asarray(values, dtype=np.float64)[:, None] for values in made)


def _is_weekday_off(day: Integers) -> Floats:
    return np.asarray((day_type(day) == 1) & ((day + 3) % 7 != _SUNDAY), dtype=np.float64)
