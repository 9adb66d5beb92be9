"""The week ahead: the days from the second to the seventh after the morning of an issue.

Here: which days an issue speaks of, by their lead in days, and the names by which leads are scored. Not here: what
such an issue knows (`history`), and how it is forecast (`forecasting.week_ahead`).

The lead of tomorrow is 1: that day has forecasts of its own. Issued each morning at the time of the morning issue,
with what that knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS, Issue, delivery_day, issue_time

LEADS = (2, 3, 4, 5, 6, 7)
"""Days from the day of the issue to the delivery day."""


def issued_on(day: date) -> datetime:
    """Return when the issue of a morning is made, UTC.

    Example:
        >>> issued_on(date(2025, 7, 1)).isoformat()
        '2025-07-01T08:00:00+00:00'
    """
    return issue_time(day + timedelta(days=1), Issue.MORNING)


def delivery_days(day: date) -> Iterator[tuple[int, date]]:
    """Yield each lead with its delivery day, of the issue of a morning.

    Example:
        >>> [(lead, each.day) for lead, each in delivery_days(date(2025, 7, 1))][::5]
        [(2, 3), (7, 8)]
    """
    for lead in LEADS:
        yield lead, day + timedelta(days=lead)


def due(day: date, now: datetime) -> bool:
    """Tell whether the time of a morning's issue has come."""
    return issued_on(day) <= now


def leads(hour_start: pd.Series, issued_at: pd.Series) -> pd.Series:
    """Return for each hour how many Paris days after its issue it lies.

    Args:
        hour_start: UTC.
        issued_at: UTC.

    Example:
        >>> hour = pd.Series(pd.to_datetime(["2025-10-25T22:00Z", "2025-10-26T22:30Z"]))
        >>> leads(hour, pd.Series(pd.to_datetime(["2025-10-24T08:00Z"] * 2))).tolist()
        [2, 2]
    """
    day, issue_day = (
        moments.dt.tz_convert(PARIS).dt.tz_localize(None).dt.normalize() for moments in (hour_start, issued_at)
    )
    made: pd.Series = (day - issue_day).dt.days
    return made


def lead_of(day: date, issued_at: datetime) -> int:
    """Return how many days after its issue a delivery day lies.

    Example:
        >>> lead_of(date(2025, 7, 8), issued_on(date(2025, 7, 1)))
        7
    """
    return (day - delivery_day(issued_at)).days
