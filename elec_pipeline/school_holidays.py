"""School holidays of mainland France, which come by zones: pure functions of Paris days.

Here: which share of the three zones is on holiday. Not here: public holidays and bridge days (`delivery_day`),
and what a model makes of either. Dates are the ministry's, as the package `vacances-scolaires-france` carries
them; it knows those that are decided, some two years ahead.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vacances_scolaires_france import SchoolHolidayDates

ZONES = ("A", "B", "C")


def school_holiday_share(day: date) -> float:
    """Return the share of the zones A, B and C whose schools are on holiday, 0 to 1; NaN where it is not decided.

    Example:
        >>> school_holiday_share(date(2025, 2, 12)), school_holiday_share(date(2025, 7, 14))
        (0.3333333333333333, 1.0)
        >>> school_holiday_share(date(2025, 1, 15)), school_holiday_share(date(2090, 1, 1))
        (0.0, nan)
    """
    dates = _dates()
    if not min(dates.data) <= day <= max(dates.data):
        return float("nan")
    return sum(bool(dates.is_holiday_for_zone(day, zone)) for zone in ZONES) / len(ZONES)


@lru_cache(maxsize=1)
def _dates() -> SchoolHolidayDates:
    from vacances_scolaires_france import SchoolHolidayDates

    return SchoolHolidayDates()
