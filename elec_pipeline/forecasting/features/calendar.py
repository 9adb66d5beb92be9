"""The calendar as columns that a regression can take: kinds of day, weekdays, season.

Here: pure functions of consecutive dates, given as days since 1970-01-01. Not here: of which kind a day is
(`domain.kinds_of_day`), and their scale, which each set of features chooses to fit its own.

School holidays were tried and left out: on the years 2017 to 2024 they made the forecasts no better.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import days
from elec_pipeline.domain.kinds_of_day import SUNDAY, is_bridge_day, is_holiday, share_off
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.features.local_time import Integers

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
TURN_OF_YEAR = (12, 20), (1, 4)
"""Month and day between which much of the country is closed, whatever the weekday."""


def weekday(day: Integers) -> Integers:
    """Return 0 for Mondays to 6 for Sundays, of days since 1970-01-01, which was a Thursday."""
    return (day + 3) % 7


def holiday(day: Integers) -> Floats:
    """Return 1 for public holidays from Monday to Saturday, else 0."""
    return np.where(weekday(day) == SUNDAY, 0.0, _of_dates(is_holiday, day))


def bridge_day(day: Integers) -> Floats:
    """Return 1 for bridge days, else 0."""
    return _of_dates(is_bridge_day, day)


def turn_of_year(day: Integers) -> Floats:
    """Return 1 between 20 December and 4 January, else 0."""
    return _of_dates(_turn_of_year, day)


def weekdays(day: Integers) -> dict[str, Floats]:
    """Return a column of 0 and 1 for each weekday but Sunday, shape (days, 1)."""
    return {name: column(weekday(day) == number) for number, name in enumerate(WEEKDAYS)}


def season(day: Integers) -> dict[str, Floats]:
    """Return the yearly and half-yearly wave, shape (days, 1), between -1 and 1."""
    angle = 2 * np.pi * day / 365.25
    return {
        "year_cosine": column(np.cos(angle)),
        "year_sine": column(np.sin(angle)),
        "half_year_cosine": column(np.cos(2 * angle)),
        "half_year_sine": column(np.sin(2 * angle)),
    }


def column(values: Floats) -> Floats:
    """Return one value a day as a column, shape (days, 1)."""
    return np.asarray(values, dtype=np.float64)[:, None]


def kind(day: Integers) -> Floats:
    """Return 0 for working days, 0.5 for Saturdays, 1 for Sundays and public holidays, shape (days, 1)."""
    return column(_of_dates(share_off, day))


def _of_dates(of_date: Callable[[date], float], day: Integers) -> Floats:
    """Return what a function says of consecutive days, which it is asked once a year."""
    first, last = (pd.Timestamp(int(number), unit="D") for number in (day[0], day[-1]))
    whole = np.concatenate([_of_year(of_date, year) for year in range(first.year, last.year + 1)])
    start = first.day_of_year - 1
    return whole[start : start + len(day)]


@lru_cache(maxsize=1024)
def _of_year(of_date: Callable[[date], float], year: int) -> Floats:
    return np.array([of_date(each) for each in days(date(year, 1, 1), date(year, 12, 31))], dtype=np.float64)


def _turn_of_year(day: date) -> float:
    first, last = TURN_OF_YEAR
    return float((day.month, day.day) >= first or (day.month, day.day) <= last)


def day_type(day: Integers) -> Floats:
    """Return 0 for working days, 0.5 for Saturdays, 1 for Sundays and public holidays.

    Args:
        day: Paris dates as days since 1970-01-01, shape (n,).

    Example:
        >>> day_type(np.array([20277, 20281, 20282])).tolist()  # Tuesday 8, Saturday 12, Sunday 13 July 2025
        [0.0, 0.5, 1.0]
    """
    unique, position = np.unique(day, return_inverse=True)
    return np.array([_type_of_day(int(number)) for number in unique])[position]


@lru_cache(maxsize=16384)
def _type_of_day(number: int) -> float:
    return share_off(pd.Timestamp(number, unit="D").date())
