"""What the rules look at, as plain data.

Here: the shapes of facts and of problems. Not here: where facts come from (`reading`, `defs.run_outcomes`), and
what is made of them (`rules`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from elec_pipeline.backup.standing import Standing
from elec_pipeline.settings_notices import Levels

if TYPE_CHECKING:  # it loads pandas, which the parent of a platform holds no part of
    from elec_pipeline.domain.completeness import DayState
    from elec_pipeline.domain.day_summary import Gap, Peak
    from elec_pipeline.domain.moved import Moved


class Kind(StrEnum):
    """What a problem is about; each has a text of its own."""

    RUN = "run"
    """A step of a run failed, and has not succeeded since."""
    STALE = "stale"
    """The newest row of a series is older than it should be."""
    INCOMPLETE = "incomplete"
    """Past days lack something."""
    FORECAST = "forecast"
    """A forecast was not made though its issue time has passed."""
    HELD_BACK = "held_back"
    """A forecast was implausible, and another speaks instead."""
    DEGRADED = "degraded"
    """A forecast was made without something that should have been known."""
    CHECK = "check"
    """A check of what came from a source failed."""
    REVISED = "revised"
    """Many values of older days were replaced by others."""
    SKILL = "skill"
    """Seven days of forecasts are worse than RTE's, and than usual."""
    BACKUP = "backup"
    """The newest backup is old."""
    NO_BACKUP = "no_backup"
    """There is no backup."""
    DISK = "disk"
    """Little room is left."""
    DAEMON = "daemon"
    """Dagster's daemon does not run, or two do."""
    DATABASE = "database"
    """The database does not answer, or has no room to write."""
    RTE_OUTSIDE = "rte_outside"
    """RTE's D-1 is outside our 80 % band for many hours of tomorrow."""
    CHANGED = "changed"
    """An issue for tomorrow moved far from the one before."""
    COLD = "cold"
    """Tomorrow is cold, or much colder than the two weeks before."""
    PEAK = "peak"
    """Tomorrow's peak is high."""


NOTICES = frozenset({Kind.RTE_OUTSIDE, Kind.CHANGED, Kind.COLD, Kind.PEAK})
"""What is no fault: a trader wants to know it before the day begins. Their facts name the `day`, ISO 8601."""


@dataclass(frozen=True)
class Problem:
    """Something that is wrong now.

    Attributes:
        key: Names the problem for as long as it lasts: its kind, and what it is about after a slash.
        kind: Its kind.
        facts: What the message says of it; JSON.
        since: Since when, where the facts tell; UTC.
    """

    key: str
    kind: Kind
    facts: Mapping[str, Any] = field(default_factory=dict)
    since: datetime | None = None


@dataclass(frozen=True)
class Failure:
    """A step that failed in a run.

    Attributes:
        step: Name of the step; `job <name>` where no step of the run failed, as when its process was killed.
        fault: Name of our exception; "" where it was none of ours.
        error: Its sentence.
    """

    step: str
    fault: str
    error: str


@dataclass(frozen=True)
class CheckResult:
    """The result of a check: whether it passed, and what was found."""

    passed: bool
    actual: str


@dataclass(frozen=True)
class RunOutcome:
    """What a run that has ended says.

    Attributes:
        run_id: Dagster's id.
        job: Name of the job.
        ended_at: UTC.
        last_day: The last delivery day it was for; None where it has none.
        failures: Steps that failed.
        succeeded: Steps that succeeded; `job <name>` where the whole run did.
        checks: Results by `asset.check`.
    """

    run_id: str
    job: str
    ended_at: datetime
    last_day: date | None = None
    failures: Sequence[Failure] = ()
    succeeded: frozenset[str] = frozenset()
    checks: Mapping[str, CheckResult] = field(default_factory=dict)


@dataclass(frozen=True)
class Revisions:
    """Values of older days that were replaced during the last day: how many, of which days, by which share."""

    values: int
    first: date
    last: date
    largest_share: float


@dataclass(frozen=True)
class Tomorrow:
    """What is forecast of tomorrow.

    Attributes:
        day: The delivery day.
        gap: Where our newest forecast and RTE's D-1 differ most; None where either is not there.
        moved: How the newest issue differs from the one before; None where there is no such.
        peak: The highest hour of our newest forecast; None without one.
        temperature_c: Mean over the day of the newest weather forecast; None where an hour is not known.
        usual_c: Mean over the two weeks before; None where most of them is not known.
    """

    day: date
    gap: Gap | None = None
    moved: Moved | None = None
    peak: Peak | None = None
    temperature_c: float | None = None
    usual_c: float | None = None


@dataclass(frozen=True)
class Disk:
    """A folder and the room on its file system, bytes."""

    path: str
    free: int
    total: int


@dataclass(frozen=True)
class Facts:
    """All that a watch looks at.

    Attributes:
        now: UTC.
        newest: Newest instant of each series; None where it has no row.
        states: What there is of each day of the last fourteen, of today and tomorrow.
        first_hour: The first hour of actual load that is there; None where there is none.
        first_forecast_at: When the first model was used here; None where no forecast was ever made.
        with_weather: Whether weather is fetched.
        is_open_data: Whether the source is RTE's open data, which lacks an hour of each day of 25.
        held_back: Why forecasts of today and later are not the model's own.
        revisions: Values of older days that were replaced lately.
        drift: The sentence about the last seven days where they are too bad; "" where they are not.
        disks: Where our state lies.
        backups: What there is of backups; None where none are made.
        tomorrow: What is forecast of it; None where that was not read.
        levels: From which on people are told something about tomorrow.
        runs: What has ended lately, oldest first.
        open: The facts of problems that are open, by key.
    """

    now: datetime
    newest: Mapping[str, datetime | None] = field(default_factory=dict)
    states: Sequence[DayState] = ()
    first_hour: datetime | None = None
    first_forecast_at: datetime | None = None
    with_weather: bool = False
    is_open_data: bool = False
    held_back: Sequence[str] = ()
    revisions: Revisions | None = None
    drift: str = ""
    disks: Sequence[Disk] = ()
    backups: Standing | None = None
    tomorrow: Tomorrow | None = None
    levels: Levels = field(default_factory=Levels)
    runs: Sequence[RunOutcome] = ()
    open: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
