"""The state of each series: fresh, late, partial, revised or missing.

Here: what should be there at a moment, and the verdict. Not here: reads of the tables (`reads`).

Due is what the schedules (`domain.timetable`) have had time to bring: actuals are read at night and at each issue,
RTE's D-1 at the evening issue at the latest. A run has `ALLOWANCE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, delivery_day, hours, issue_time, to_utc
from elec_pipeline.domain.information_set import first_unknown_hour
from elec_pipeline.domain.timetable import ACTUALS

ALLOWANCE = timedelta(minutes=30)
_ONE_DAY = timedelta(days=1)


class State(StrEnum):
    """How a series stands."""

    FRESH = "fresh"
    LATE = "late"
    PARTIAL = "partial"
    REVISED = "revised"
    MISSING = "missing"


@dataclass(frozen=True)
class Verdict:
    """A state and the figures behind it.

    Attributes:
        state: The state.
        lacking: How many of the hours due are missing or incomplete.
        due: How many hours are due.
        revisions: How many values were revised.
    """

    state: State
    lacking: int
    due: int
    revisions: int = 0


def actuals_due(now: datetime) -> pd.DatetimeIndex:
    """Return the hours of actual consumption that should be there: of yesterday, and of today so far.

    Example:
        >>> from datetime import date, time
        >>> at = to_utc(date(2025, 3, 31), time(10, 40))
        >>> due = actuals_due(at)
        >>> len(due), due[0].isoformat(), due[-1].isoformat()
        (32, '2025-03-29T23:00:00+00:00', '2025-03-31T06:00:00+00:00')
    """
    today = delivery_day(now)
    reads = [(to_utc(today, ACTUALS), day_start(today))]
    for issue in Issue:
        for day in (today - _ONE_DAY, today):
            read = to_utc(day, issue.wall_clock)
            reads.append((read, first_unknown_hour(read)))
    end = max(end for read, end in reads if read + ALLOWANCE <= now)
    last_hour = end - timedelta(hours=1)
    first = delivery_day(last_hour) - (_ONE_DAY if end > day_start(today) else timedelta(0))
    axis = hours(first, delivery_day(last_hour))
    return axis[axis < pd.Timestamp(end)]


def rte_due(now: datetime) -> pd.DatetimeIndex:
    """Return the hours for which RTE's D-1 forecast should be there: tomorrow's in the evening, else today's."""
    today = delivery_day(now)
    is_out = to_utc(today, Issue.EVENING.wall_clock) + ALLOWANCE <= now
    return hours(today + _ONE_DAY if is_out else today)


def issue_due(now: datetime) -> datetime:
    """Return the newest issue of ours that should be there (its issue time, UTC).

    Example:
        >>> from datetime import date, time
        >>> issue_due(to_utc(date(2025, 10, 26), time(10, 5))).isoformat()
        '2025-10-25T18:30:00+00:00'
        >>> issue_due(to_utc(date(2025, 10, 26), time(10, 35))).isoformat()
        '2025-10-26T09:00:00+00:00'
    """
    today = delivery_day(now)
    issues = [issue_time(day, issue) for day in (today, today + _ONE_DAY) for issue in Issue]
    return max(issued for issued in issues if issued + ALLOWANCE <= now)


def hours_of_issue(issued: datetime) -> pd.DatetimeIndex:
    """Return the hours that an issue forecasts: those of the day after it."""
    return hours(delivery_day(issued) + _ONE_DAY)


def judge(share: npt.NDArray[np.float64], *, has_older: bool, revisions: int = 0, grows: bool = False) -> Verdict:
    """Judge a series by its hours that are due.

    Args:
        share: How much of each hour due is there, from 0 to 1, in order of time.
        has_older: Whether there is something of the week before.
        revisions: How many of the values were revised.
        grows: Whether the series comes hour by hour, so that a lacking end is late rather than partial.

    Example:
        >>> [judge(np.array(share), has_older=True, grows=True).state.value
        ...     for share in ([1.0, 1.0], [1.0, 0.0], [0.5, 1.0], [0.0, 0.0])]
        ['fresh', 'late', 'partial', 'late']
        >>> judge(np.array([0.0]), has_older=False).state.value
        'missing'
    """
    lacking = int(np.count_nonzero(share < 1))
    figures = (lacking, len(share), revisions)
    if not (share > 0).any():
        return Verdict(State.LATE if has_older else State.MISSING, *figures)
    if grows and share[-1] == 0:
        return Verdict(State.LATE, *figures)
    if lacking:
        return Verdict(State.PARTIAL, *figures)
    return Verdict(State.REVISED if revisions else State.FRESH, *figures)


def week_before(due: pd.DatetimeIndex) -> tuple[datetime, datetime]:
    """Return the week that is looked at where nothing of what is due is there, and its end."""
    first = delivery_day(due[0].to_pydatetime())
    return day_start(first - 7 * _ONE_DAY), day_end(first)
