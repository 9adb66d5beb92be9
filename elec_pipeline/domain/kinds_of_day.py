"""Kinds of day: public holidays, bridge days, Saturdays, Sundays, working days.

Here: of which kind a delivery day is, and how much of it is off. Not here: its hours (`delivery_day`), and columns
for regressions (`forecasting.features.calendar`).
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6
"""As `date.weekday` counts."""


class KindOfDay(StrEnum):
    """A delivery day is of the first kind that fits, in this order."""

    HOLIDAY = "public holiday"
    BRIDGE_DAY = "bridge day"
    SUNDAY = "Sunday"
    SATURDAY = "Saturday"
    WORKING_DAY = "working day"


def kind_of_day(day: date) -> KindOfDay:
    """Return the kind of a delivery day.

    Example:
        >>> [str(kind_of_day(date(2025, 5, n))) for n in (28, 29, 30, 31)]
        ['working day', 'public holiday', 'bridge day', 'Saturday']
    """
    if is_holiday(day):
        return KindOfDay.HOLIDAY
    if is_bridge_day(day):
        return KindOfDay.BRIDGE_DAY
    return {SATURDAY: KindOfDay.SATURDAY, SUNDAY: KindOfDay.SUNDAY}.get(day.weekday(), KindOfDay.WORKING_DAY)


def is_unusual(day: date) -> bool:
    """Tell whether a day is a public holiday or a bridge day: few of the days before it were like it.

    Example:
        >>> [is_unusual(date(2025, 5, n)) for n in (28, 29, 30, 31)]
        [False, True, True, False]
    """
    return kind_of_day(day) in (KindOfDay.HOLIDAY, KindOfDay.BRIDGE_DAY)


def share_off(day: date) -> float:
    """Return how much of the country does not work: 0 on working days, 0.5 on Saturdays, else 1.

    A bridge day counts as a working day.

    Example:
        >>> [share_off(date(2025, 7, n)) for n in (11, 12, 13, 14)]  # Friday to Monday, the 14th of July
        [0.0, 0.5, 1.0, 1.0]
    """
    if is_holiday(day) or day.weekday() == SUNDAY:
        return 1.0
    return 0.5 if day.weekday() == SATURDAY else 0.0


@lru_cache(maxsize=64)
def _holidays_of(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays("FR", years=year))


def is_holiday(day: date) -> bool:
    """Tell whether a day is a public holiday in mainland France.

    Source: the `holidays` package.

    Example:
        >>> is_holiday(date(2025, 7, 14)), is_holiday(date(2025, 7, 15))
        (True, False)
    """
    return day in _holidays_of(day.year)


def is_bridge_day(day: date) -> bool:
    """Tell whether a working day lies alone between a public holiday and a weekend, so that many take it off.

    That is a Friday after a holiday, or a Monday before one.

    Example:
        >>> is_bridge_day(date(2025, 5, 30)), is_bridge_day(date(2025, 11, 10)), is_bridge_day(date(2025, 5, 28))
        (True, True, False)
    """
    if is_holiday(day):
        return False
    weekday = day.weekday()
    after_holiday = weekday == FRIDAY and is_holiday(day - timedelta(days=1))
    before_holiday = weekday == MONDAY and is_holiday(day + timedelta(days=1))
    return after_holiday or before_holiday
