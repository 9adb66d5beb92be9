"""Paris delivery days of 23, 24 or 25 hours, their quarter-hours, and the two issue times.

Here: the arithmetic between a delivery day (a date in Europe/Paris) and UTC instants, issue times. Not here:
holidays and weekends (`kinds_of_day`), values of any kind.

A delivery day is a plain `datetime.date`; every instant returned is a zone-aware UTC timestamp.
Differences are only ever taken between UTC instants: subtracting two datetimes that share a local
zone subtracts wall clocks, and hides the hour that a clock change adds or takes.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from elec_pipeline.domain.timetable import EVENING_ISSUE, MORNING_ISSUE

if TYPE_CHECKING:
    import pandas as pd  # 50 MB, which processes that only ask for a day or an issue time can do without

PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
FIRST_DAY = date(2012, 12, 17)
"""RTE's Consumption API has no earlier delivery day."""
FIRST_PREVIOUS_RUNS_DAY = date(2021, 3, 23)
"""No weather model's previous runs are older."""
WEEK = 7
"""Days."""


class Issue(enum.StrEnum):
    """The two forecasts that are made for every delivery day D, both on D-1."""

    MORNING = "morning"
    EVENING = "evening"

    @property
    def wall_clock(self) -> time:
        """Paris wall-clock time of the issue on D-1."""
        return MORNING_ISSUE if self is Issue.MORNING else EVENING_ISSUE


class Issues(enum.StrEnum):
    """One issue or both, as a command is told."""

    MORNING = "morning"
    EVENING = "evening"
    BOTH = "both"

    @property
    def chosen(self) -> tuple[Issue, ...]:
        """The issues meant."""
        return tuple(Issue) if self is Issues.BOTH else (Issue(self.value),)


def clock(moment: datetime) -> str:
    """Return an instant in Paris time, as texts have it.

    Example:
        >>> clock(datetime(2025, 6, 2, 9, 5, tzinfo=UTC))
        '2025-06-02 11:05 CEST'
    """
    return f"{moment.astimezone(PARIS):%Y-%m-%d %H:%M %Z}"


def to_utc(day: date, wall_clock: time) -> datetime:
    """Return the UTC instant of a Paris wall-clock time.

    Example:
        >>> to_utc(date(2025, 7, 1), time(10, 0)).isoformat()
        '2025-07-01T08:00:00+00:00'
    """
    return datetime.combine(day, wall_clock, tzinfo=PARIS).astimezone(UTC)


def day_start(day: date) -> datetime:
    """Return the UTC instant of Paris midnight that begins a delivery day.

    Example:
        >>> day_start(date(2025, 1, 1)).isoformat()
        '2024-12-31T23:00:00+00:00'
    """
    return to_utc(day, time(0))


def day_end(day: date) -> datetime:
    """Return the UTC instant that ends a delivery day (exclusive): the start of the next one."""
    return day_start(day + timedelta(days=1))


def delivery_day(instant: datetime) -> date:
    """Return the Paris day that an instant falls on.

    Raises:
        ValueError: The instant carries no time zone.

    Example:
        >>> delivery_day(datetime(2025, 1, 1, 23, 30, tzinfo=UTC))
        datetime.date(2025, 1, 2)
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone")
    return instant.astimezone(PARIS).date()


def hours(first: date, last: date | None = None) -> pd.DatetimeIndex:
    """Return the start of every hour of a delivery day, or of a range of days with both ends included.

    Example:
        >>> [len(hours(date(*day))) for day in [(2025, 3, 30), (2025, 3, 31), (2025, 10, 26)]]
        [23, 24, 25]
    """
    import pandas as pd

    return pd.date_range(day_start(first), day_end(last or first), freq="h", inclusive="left", unit="us")


def quarters(first: date, last: date | None = None) -> pd.DatetimeIndex:
    """Return the start of every quarter-hour of a delivery day, or of a range of days.

    Example:
        >>> [len(quarters(date(*day))) for day in [(2025, 3, 30), (2025, 3, 31), (2025, 10, 26)]]
        [92, 96, 100]
    """
    import pandas as pd

    return pd.date_range(day_start(first), day_end(last or first), freq="15min", inclusive="left", unit="us")


def issue_time(day: date, issue: Issue) -> datetime:
    """Return the UTC instant at which the forecast of a delivery day is issued, on the day before.

    Example:
        >>> issue_time(date(2025, 3, 30), Issue.EVENING).isoformat()
        '2025-03-29T19:30:00+00:00'
    """
    return to_utc(day - timedelta(days=1), issue.wall_clock)


def days(first: date, last: date) -> list[date]:
    """Return every day of a range, both ends included; empty where `last` lies before `first`."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def spans(first: date, last: date, longest: int) -> Iterator[tuple[date, date]]:
    """Cut a range of days, both ends included, into consecutive spans of at most `longest` days.

    Example:
        >>> [(str(a), str(b)) for a, b in spans(date(2025, 1, 1), date(2025, 2, 2), 31)]
        [('2025-01-01', '2025-01-31'), ('2025-02-01', '2025-02-02')]
    """
    while first <= last:
        end = min(last, first + timedelta(days=longest - 1))
        yield first, end
        first = end + timedelta(days=1)


def same_time_days_before(axis: pd.DatetimeIndex, n: int) -> pd.DatetimeIndex:
    """Return, for each UTC hour, the hour at the same Paris wall-clock time `n` days before.

    Where a clock change took that time away, the hour `n` times 24 hours before stands in; where it made it
    twice, the first of the two.

    Example:
        >>> same_time_days_before(hours(date(2025, 4, 2)), 7)[0].isoformat()
        '2025-03-25T23:00:00+00:00'
    """
    import numpy as np
    import pandas as pd

    wall = axis.tz_convert(PARIS).tz_localize(None) - pd.Timedelta(days=n)
    back = wall.tz_localize(PARIS, nonexistent="NaT", ambiguous=np.ones(len(wall), dtype=bool))
    utc = back.tz_convert("UTC")
    return utc.where(utc.notna(), axis - pd.Timedelta(days=n))
