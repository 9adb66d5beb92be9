"""What a trader waits for: the gate closure of the day-ahead auction, and the next issue of ours. Pure.

Here: which of them comes next at a moment, and when. Not here: the times of the day (`timetable`), words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from elec_pipeline.domain.delivery_day import Issue, delivery_day, issue_time, to_utc
from elec_pipeline.domain.timetable import GATE_CLOSURE

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Deadline:
    """Something that comes at a known moment.

    Attributes:
        at: When, UTC.
        day: The delivery day that it concerns.
        issue: Which issue comes; None for a gate closure.
    """

    at: datetime
    day: date
    issue: Issue | None = None


def gate_closure(day: date) -> datetime:
    """Return the UTC instant at which the auction of a delivery day closes: noon in Paris the day before.

    Example:
        >>> gate_closure(date(2025, 3, 31)).isoformat(), gate_closure(date(2025, 3, 30)).isoformat()
        ('2025-03-30T10:00:00+00:00', '2025-03-29T11:00:00+00:00')
    """
    return to_utc(day - _ONE_DAY, GATE_CLOSURE)


def next_issue(now: datetime) -> Deadline:
    """Return the next issue of ours after a moment.

    Example:
        >>> from datetime import UTC
        >>> after = next_issue(datetime(2025, 10, 26, 9, 0, tzinfo=UTC))  # 10:00 in Paris: the morning's is due
        >>> after.at.isoformat(), after.issue.value, str(after.day)
        ('2025-10-26T19:30:00+00:00', 'evening', '2025-10-27')
    """
    today = delivery_day(now)
    coming = [
        Deadline(issue_time(day, issue), day, issue)
        for day in (today + _ONE_DAY, today + 2 * _ONE_DAY)
        for issue in Issue
    ]
    return next(each for each in coming if each.at > now)


def next_deadline(now: datetime) -> Deadline:
    """Return what is waited for: until noon the gate closure of tomorrow's auction, then the next issue.

    Example:
        >>> from datetime import UTC
        >>> at = [next_deadline(datetime(2025, 7, 1, hour, tzinfo=UTC)) for hour in (9, 10, 19)]
        >>> [(each.at.isoformat()[:16], each.issue and each.issue.value) for each in at]
        [('2025-07-01T10:00', None), ('2025-07-01T18:30', 'evening'), ('2025-07-02T08:00', 'morning')]
    """
    tomorrow = delivery_day(now) + _ONE_DAY
    closes = gate_closure(tomorrow)
    return Deadline(closes, tomorrow) if now < closes else next_issue(now)


def deadlines(now: datetime, count: int) -> list[Deadline]:
    """Return what is waited for at a moment, then what is waited for when that has come, and so on.

    Example:
        >>> from datetime import UTC
        >>> [each.at.hour for each in deadlines(datetime(2025, 7, 1, 9, tzinfo=UTC), 4)]
        [10, 18, 8, 10]
    """
    found: list[Deadline] = []
    while len(found) < count:
        found.append(next_deadline(found[-1].at if found else now))
    return found
