"""What a delivery day lacks, and for how long and how often it is asked for again.

Here: the rules, pure. Not here: how a day's state is read (`store.queries`), and what is run (`defs`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from elec_pipeline.domain.delivery_day import (
    FIRST_PREVIOUS_RUNS_DAY,
    Issue,
    delivery_day,
    hours,
    issue_time,
    to_utc,
)
from elec_pipeline.domain.timetable import ACTUALS, GRACE
from elec_pipeline.domain.vintages import nominal_publication

GIVE_UP_DAYS = 14
"""A day older than this is not asked for again by itself."""


class Lack(StrEnum):
    """Something that a day should have and has not."""

    ACTUALS = "actuals"
    """An hour of consumption is missing, or has fewer than four quarters."""
    RTE = "rte"
    """An hour of RTE's D-1 forecast is missing."""
    TEMPERATURE = "temperature"
    """An hour has no temperature forecast."""
    FORECAST = "forecast"
    """An issue of ours is due and was not made."""
    QUARTERS = "quarters"
    """An issue of ours has no quarter-hours."""
    SCORE = "score"
    """The day is complete and has no score."""


@dataclass(frozen=True)
class DayState:
    """What the store holds of a delivery day.

    Attributes:
        day: The delivery day.
        complete_hours: Hours of consumption with four quarters.
        rte_hours: Hours with a D-1 forecast of RTE's.
        temperature_hours: Hours with a temperature forecast that an issue of tomorrow can use.
        issues: Issues of ours, by any model, that have all hours of the day.
        quarter_issues: Those of them that have all quarter-hours of the day.
        is_scored: Whether it has a score of any forecaster.
    """

    day: date
    complete_hours: int = 0
    rte_hours: int = 0
    temperature_hours: int = 0
    issues: frozenset[Issue] = frozenset()
    quarter_issues: frozenset[Issue] = frozenset()
    is_scored: bool = False


def lacks(state: DayState, now: datetime, *, with_weather: bool) -> frozenset[Lack]:
    """Return what a delivery day lacks that should be there by now.

    Args:
        state: What there is.
        now: Current instant, UTC.
        with_weather: Whether temperatures are fetched at all.

    Example:
        >>> from datetime import UTC
        >>> state = DayState(date(2025, 3, 30), complete_hours=23, rte_hours=23, issues=frozenset(Issue),
        ...     quarter_issues=frozenset(Issue))
        >>> sorted(lacks(state, datetime(2025, 4, 1, tzinfo=UTC), with_weather=True))
        [<Lack.SCORE: 'score'>, <Lack.TEMPERATURE: 'temperature'>]
    """
    day, n_hours = state.day, len(hours(state.day))
    is_over = now >= to_utc(day + timedelta(days=1), ACTUALS) + GRACE
    due = {issue for issue in Issue if now >= issue_time(day, issue) + GRACE}
    weather_is_due = with_weather and day >= FIRST_PREVIOUS_RUNS_DAY and bool(due)
    wanted = {
        Lack.ACTUALS: is_over and state.complete_hours < n_hours,
        Lack.RTE: now >= nominal_publication("D-1", day) + GRACE and state.rte_hours < n_hours,
        Lack.TEMPERATURE: weather_is_due and state.temperature_hours < n_hours,
        Lack.FORECAST: not due <= state.issues,
        Lack.QUARTERS: not due & state.issues <= state.quarter_issues,
        Lack.SCORE: is_over and state.complete_hours > 0 and not state.is_scored,
    }
    return frozenset(lack for lack, is_lacking in wanted.items() if is_lacking)


def pause(day: date, now: datetime) -> timedelta:
    """Return how long to wait before a day is asked for again: the older it is, the longer.

    Example:
        >>> from datetime import UTC
        >>> now = datetime(2025, 6, 15, 12, tzinfo=UTC)
        >>> [str(pause(date(2025, 6, n), now)) for n in (15, 14, 12, 5)]
        ['1:00:00', '1:00:00', '6:00:00', '1 day, 0:00:00']
    """
    age = (delivery_day(now) - day).days
    if age <= 1:
        return timedelta(hours=1)
    return timedelta(hours=6) if age <= 3 else timedelta(days=1)  # noqa: PLR2004 - days


def attempt(day: date, now: datetime) -> int:
    """Return the number of the pause that an instant lies in: what is asked for carries it, and is asked once.

    Example:
        >>> from datetime import UTC
        >>> at = [datetime(2025, 6, 15, 12, minute, tzinfo=UTC) for minute in (0, 59)]
        >>> attempt(date(2025, 6, 14), at[0]) == attempt(date(2025, 6, 14), at[1])
        True
    """
    return int(now.timestamp() // pause(day, now).total_seconds())


def is_complete(states: Iterable[DayState], now: datetime, *, with_weather: bool) -> bool:
    """Tell whether no day of a range lacks anything."""
    return not any(lacks(state, now, with_weather=with_weather) for state in states)
