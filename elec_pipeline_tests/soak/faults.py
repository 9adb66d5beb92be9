"""What goes wrong in a soak, drawn by chance from a table with a seed.

Here: the table of faults and the drawing; pure. Not here: how a fault is brought about (`injuries`).

A fault of the source is a list of the simulator's fault strings (`elec_pipeline.simulator.faults`), in force from
one instant to another.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from elec_pipeline.domain.delivery_day import day_end, day_start, to_utc

ONE_DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class Injury(StrEnum):
    """What is done to the platform's own side, beside what the source does."""

    NONE = "none"
    AWAY = "the daemon is away"
    DATABASE_AWAY = "the database is away, and so the daemon"
    DATABASE_RESTARTED = "the database is restarted while a run waits for the source"
    DATABASE_STOPPED = "the database is stopped while a run waits for the source"
    KILLED = "the process of a run is killed while it waits for the source"


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong for a while.

    Attributes:
        name: Of its kind.
        start: UTC.
        end: UTC, not included.
        specs: Fault strings of the simulator.
        injury: What is done to the platform's own side.
        job: The job whose run is hit, where one is.
        for_ever: Whether the source goes on saying what it says from then on, as of a revision.
    """

    name: str
    start: datetime
    end: datetime
    specs: tuple[str, ...] = ()
    injury: Injury = Injury.NONE
    job: str = ""
    for_ever: bool = False


Make = Callable[[date], Fault]


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return to_utc(day, time(hour, minute))


def _source(name: str, *specs: str, start: tuple[int, int] = (1, 30), lasts: timedelta = ONE_DAY) -> Make:
    """Whole requests fail from a wall-clock time in Paris on."""
    return lambda day: Fault(name, _at(day, *start), _at(day, *start) + lasts, specs)


def _values(name: str, spec: str, first: int, last: int, lasts: timedelta) -> Make:
    """Some hours of a day's values are spoiled, from its beginning until they are mended at the source."""

    def make(day: date) -> Fault:
        end = _at(day, last) if last else day_end(day)
        stretch = f"{_at(day, first).isoformat()}..{end.isoformat()}"
        start = day_start(day)
        return Fault(name, start, start + lasts, tuple(f"{spec}@{stretch}{of}" for of in ("", "/D-1")))

    return make


def _revised(name: str, days_later: int) -> Make:
    def make(day: date) -> Fault:
        start = _at(day + days_later * ONE_DAY, 1)
        return Fault(name, start, start + HOUR, (f"revised=2@{day.isoformat()}",), for_ever=True)

    return make


def _hurt(name: str, injury: Injury, start: tuple[int, int], lasts: timedelta, job: str = "") -> Make:
    return lambda day: Fault(name, _at(day, *start), _at(day, *start) + lasts, injury=injury, job=job)


TABLE: tuple[Make, ...] = (
    _source("source down for an hour (500)", "500", start=(20, 25), lasts=HOUR),
    _source("source down for a day (500)", "500"),
    _source("source answers HTML for a day", "503"),
    _source("source is too slow for half a day", "slow=1", lasts=timedelta(hours=12)),
    _source("source cuts its answers for a day", "cut"),
    _source("source asks to wait (429)", "429=120:9", start=(9, 55), lasts=timedelta(hours=3)),
    _source("token refused for some hours", "token-401", start=(19, 30), lasts=timedelta(hours=4)),
    _source("request refused for a day (401)", "401"),
    _source("weather down for a day", "weather-500"),
    _source("weather cut for some hours", "weather-cut", start=(9, 0), lasts=timedelta(hours=14)),
    _values("hours missing for two days", "missing", 5, 9, 2 * ONE_DAY),
    _values("hours null for a day and a half", "null", 6, 8, 1.5 * ONE_DAY),
    _values("hours ND for two days", "nd", 10, 12, 2 * ONE_DAY),
    _values("hours implausible for two days", "implausible", 7, 8, 2 * ONE_DAY),
    _values("hours in conflict for two days", "conflict-undated", 12, 15, 2 * ONE_DAY),
    _values("half a day published", "missing", 12, 0, 2.5 * ONE_DAY),
    _revised("revised after two days", 2),
    _revised("revised after a week", 7),
    _hurt("schedules missed for hours", Injury.AWAY, (19, 50), timedelta(hours=5)),
    _hurt("schedules missed for three days", Injury.AWAY, (9, 30), 3 * ONE_DAY),
    _hurt("database away for hours", Injury.DATABASE_AWAY, (1, 30), timedelta(hours=4)),
    _hurt("database restarted in a run", Injury.DATABASE_RESTARTED, (1, 30), HOUR, "actuals"),
    _hurt("database stopped in a run", Injury.DATABASE_STOPPED, (19, 30), 2 * HOUR, "rte_forecast"),
    _hurt("run killed", Injury.KILLED, (1, 30), 2 * HOUR, "actuals"),
    _hurt("issue killed", Injury.KILLED, (20, 25), 2 * HOUR, "evening_forecast"),
)
"""Every kind of fault, by the day it begins on."""


def drawn(days: Sequence[date], seed: int, kinds: Sequence[Make] = TABLE) -> list[Fault]:
    """Return a fault for each of some days; no kind comes again before all have come.

    Args:
        days: On which they begin.
        seed: Of the choice.
        kinds: To choose from.

    Example:
        >>> from elec_pipeline.domain.delivery_day import days
        >>> made = drawn(days(date(2025, 3, 1), date(2025, 3, 25)), seed=1)
        >>> len({fault.name for fault in made}) == len(TABLE)
        True
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    made: list[Fault] = []
    left: list[Make] = []
    for day in days:
        if not left:
            left = chance.sample(list(kinds), len(kinds))
        made.append(left.pop()(day))
    return made
