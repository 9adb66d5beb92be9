"""A simulated world for the soak: the platform's own schedules and sensors under a clock that moves.

Here: the clock, which ticks come when, and what the daemon does with them. Not here: how a run is carried out
(`runs`), what goes wrong (`faults`, `injuries`), and what must be there at the end (`findings`).

What Dagster's daemon does is done here in one process, by its own rules:

- A schedule is evaluated at each of its cron times. After a pause only its last missed time is made up for, as
  Dagster does for schedules without a partition set.
- The sensors that ask for runs are evaluated each hour.
- A run key is launched once for each schedule or sensor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster._utils.schedules import schedule_execution_time_iterator

from elec_pipeline.definitions import build_defs
from elec_pipeline.defs.resources import ClockResource, StoreResource, WeatherResource
from elec_pipeline.defs.schedules import all_schedules
from elec_pipeline.defs.sensors import all_sensors
from elec_pipeline.domain.delivery_day import delivery_day
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline_tests.soak.runs import Asked, Runner

HOUR = timedelta(hours=1)
SENSORS_AT = timedelta(minutes=5)
"""Past each hour."""
SCHEDULES = {each.name: each for each in all_schedules}
SENSORS = {each.name: each for each in all_sensors if each.targets}
"""Those that ask for runs; those that tell people are looked at in the end."""
HOURLY = {"rte_revisions", "intraday_forecast", *SENSORS}
NIGHTLY_BACKUP = "backup"


@dataclass
class Clock:
    """The time of the simulated world, UTC."""

    now: datetime


class MovingClock(ClockResource):
    """The clock of a world, for the assets."""

    def now(self) -> datetime:
        """Return the current simulated instant, UTC."""
        return _of_process[0].now


_of_process: list[Clock] = []
"""Holds one clock: a resource of Dagster's has no place for an object that changes."""


@dataclass
class World:
    """One instance, one database and one source, under one clock.

    Attributes:
        instance: Dagster's, on PostgreSQL.
        simulator: RTE's API, its open data and Open-Meteo; its clock is this world's.
        clock: Moved by `live`.
        hourly_every: Of what is due each hour, most of a day's runs and the sensors, one in so many is taken.
        backup_every: Of the nightly backups, which are restored as a whole and compared, one in so many is taken.
        ticks: How many ticks were evaluated, by schedule or sensor.
        skips: The last reason of each that asked for nothing.
    """

    instance: dg.DagsterInstance
    simulator: SimulatorHandle
    clock: Clock
    hourly_every: int = 1
    backup_every: int = 1
    ticks: Counter[str] = field(default_factory=Counter)
    skips: dict[str, str] = field(default_factory=dict)
    _asked: set[tuple[str, str]] = field(default_factory=set)
    _missed: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _of_process[:] = [self.clock]
        self.simulator.set_clock(lambda: self.clock.now)
        self.defs = build_defs(clock=MovingClock())
        self.repository = self.defs.get_repository_def()
        self.runner = Runner(self.instance, self.defs, self.clock)
        self._resources = {"store": StoreResource(), "weather": WeatherResource(), "clock": MovingClock()}
        self._chronos = {"chronos": self.repository.get_top_level_resources()["chronos"]}

    def live(self, end: datetime) -> None:
        """Let time pass up to an instant, which is not included, with all that is due in between."""
        for moment, names in ticks_between(self.clock.now, end):
            self.clock.now = moment
            if moment.hour % self.hourly_every:
                names = [name for name in names if name not in HOURLY]  # noqa: PLW2901 - fewer of them
            if delivery_day(moment).toordinal() % self.backup_every:
                names = [name for name in names if name != NIGHTLY_BACKUP]  # noqa: PLW2901
            if self.runner.is_paused:
                self._missed |= dict.fromkeys(names, moment)
                continue
            self.runner.look_after()
            for name in names:
                self._tick(name, moment)
            self.runner.drain()
        self.clock.now = end

    def come_back(self) -> None:
        """Let the daemon be there again: of each schedule the last time that it missed is evaluated now."""
        self.runner.is_paused = False
        missed, self._missed = self._missed, {}
        self.runner.look_after()
        for name, moment in sorted(missed.items(), key=lambda each: each[1]):
            self._tick(name, moment)
        self.runner.drain()

    def _tick(self, name: str, moment: datetime) -> None:
        self.ticks[name] += 1
        schedule, sensor = SCHEDULES.get(name), SENSORS.get(name)
        if schedule is not None:
            with dg.build_schedule_context(
                instance=self.instance,
                scheduled_execution_time=moment,
                resources=self._resources,
                repository_def=self.repository,
            ) as of_schedule:
                made = schedule.evaluate_tick(of_schedule)
            job, requests, skipped = schedule.job_name, made.run_requests or [], made.skip_message
        else:
            assert sensor is not None
            context = dg.build_sensor_context(
                self.instance, repository_def=self.repository, resources=self._needed(sensor)
            )
            found = sensor.evaluate_tick(context)
            job, requests, skipped = str(sensor.job_name), found.run_requests or [], found.skip_message
        if skipped:
            self.skips[name] = skipped
        for request in requests:
            key = (name, str(request.run_key))
            if key not in self._asked:
                self._asked.add(key)
                self.runner.queue.append(Asked(job, request, by=name))

    def _needed(self, sensor: dg.SensorDefinition) -> dict[str, object]:
        return {
            name: resource
            for name, resource in {**self._resources, **self._chronos}.items()
            if name in sensor.required_resource_keys
        }


def ticks_between(start: datetime, end: datetime) -> Iterator[tuple[datetime, list[str]]]:
    """Return all cron times of the schedules, and the sensors' hours, from one instant up to another, in order.

    Times are UTC; what is due at the same instant comes in one list.
    """
    due: dict[datetime, list[str]] = {}
    for schedule in all_schedules:
        for moment in schedule_execution_time_iterator(
            start.timestamp(), schedule.cron_schedule, schedule.execution_timezone
        ):
            if moment >= end:
                break
            due.setdefault(moment.astimezone(UTC), []).append(schedule.name)
    moment = start.replace(minute=0, second=0, microsecond=0) + SENSORS_AT
    while moment < end:
        if moment >= start:
            due.setdefault(moment, []).extend(SENSORS)
        moment += HOUR
    yield from sorted(due.items())
