"""One soak from an empty database to its findings, for the test and the benchmark alike.

Here: what is started, the waits that are made short, the course of days. Not here: its parts (`world`,
`injuries`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import dagster as dg
import tenacity.nap
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from elec_pipeline.alerts.facts import NOTICES, Kind
from elec_pipeline.alerts.reading import read_facts
from elec_pipeline.alerts.rules import problems
from elec_pipeline.commands.dagster_home import open_instance
from elec_pipeline.defs import faults as step_faults
from elec_pipeline.defs import resources
from elec_pipeline.defs.partitions import AS_FAR_AS_POSSIBLE_TAG, RANGE_END_TAG, RANGE_START_TAG
from elec_pipeline.defs.run_outcomes import recent_outcomes
from elec_pipeline.domain.delivery_day import to_utc
from elec_pipeline.home import dagster_home
from elec_pipeline.settings import settings
from elec_pipeline.simulator.server import running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.sources.open_meteo import OpenMeteoClient
from elec_pipeline.sources.rte import RteClient
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.soak.faults import Fault, drawn
from elec_pipeline_tests.soak.findings import findings
from elec_pipeline_tests.soak.injuries import Injuries
from elec_pipeline_tests.soak.runs import Asked
from elec_pipeline_tests.soak.world import Clock, World

HISTORY_DAYS = 21
"""Loaded at the beginning, as by `elec backfill`."""
QUIET_DAYS = 3
"""At the end, so that what is lacking is asked for again."""
_READ_TIMEOUT_S = 0.4


@dataclass
class Soak:
    """A soak that is about to begin.

    Attributes:
        world: Its world, on the morning of the first day.
        injuries: What brings faults about.
        server: Its database.
    """

    world: World
    injuries: Injuries
    server: EmbeddedServer

    def run(
        self, first: date, n_days: int, *, seed: int, every: int, on_day: Callable[[date], None] | None = None
    ) -> list[Fault]:
        """Live through some days; a fault begins on every so many of them but the last.

        Args:
            first: First day.
            n_days: How many.
            seed: Of the faults.
            every: Days from one fault to the next.
            on_day: Told each day that is over.

        Returns:
            The faults that were.
        """
        faults = faults_of(first, n_days, seed=seed, every=every)
        self._load_history(first)
        for n in range(n_days):
            self.injuries.live(_midnight(first + timedelta(days=n + 1)), faults)
            if on_day is not None:
                on_day(first + timedelta(days=n))
        return faults

    def findings(self, first: date, n_days: int) -> list[str]:
        """Return what is not as it should be; the last day is left out, whose values are still to come."""
        return findings(
            resources.open_engine(),
            self.world.instance,
            first,
            first + timedelta(days=n_days - 2),
            self.world.clock.now,
        )

    def problems(self) -> list[str]:
        """Return what people would be told of in the end.

        But for notices about tomorrow, which are no faults, for a disk that is nearly full, and for a forecast
        made while the last fault lasted: that stands.
        """
        engine, now = resources.open_engine(), self.world.clock.now
        with engine.begin() as connection:  # its first forecast was made in the present, and it lives in the past
            connection.execute(text("UPDATE elec.models SET created_at = '2020-01-01'"))
        facts = read_facts(engine, settings(), now, recent_outcomes(self.world.instance, now), {})
        return [
            f"{found.key}: {found.facts}"
            for found in problems(facts)
            if found.kind not in NOTICES | {Kind.DISK, Kind.DEGRADED}
        ]

    def _load_history(self, first: date) -> None:
        begin, end = (str(first - timedelta(days=n)) for n in (HISTORY_DAYS, 1))
        tags = {RANGE_START_TAG: begin, RANGE_END_TAG: end, AS_FAR_AS_POSSIBLE_TAG: "true"}
        self.world.runner.carry_out(Asked("backfill", dg.RunRequest(tags=tags), by="elec backfill"))


def faults_of(first: date, n_days: int, *, seed: int, every: int) -> list[Fault]:
    """Return the faults of a soak; see `Soak.run`."""
    return drawn([first + timedelta(days=n) for n in range(1, n_days - QUIET_DAYS, every)], seed)


@contextmanager
def soak(home: Path, first: date, *, hourly_every: int = 1, backup_every: int = 1) -> Iterator[Soak]:
    """Start source, database and Dagster's instance for a soak, and end them after it.

    Args:
        home: State folder, empty, which other accounts may enter.
        first: First day.
        hourly_every: See `World`.
        backup_every: See `World`.
    """
    clock = Clock(_midnight(first))
    server = EmbeddedServer(home)
    with ExitStack() as stack:
        simulator = stack.enter_context(running(SyntheticCurves(), now=lambda: clock.now))
        environment = {
            "ELEC_HOME": str(home),
            "ELEC_SOURCE": "simulator",
            "RTE_BASE_URL": simulator.url,
            "DATABASE_URL": "",
            "DAGSTER_HOME": str(home / "dagster"),
        }
        stack.enter_context(patch.dict(os.environ, environment))
        stack.enter_context(_short_waits())
        stack.callback(server.stop)
        stack.enter_context(_settings_of_its_own())
        instance = stack.enter_context(open_instance(settings()))
        assert dagster_home(settings().elec_home) == home / "dagster"
        _lighten(instance)
        world = World(instance, simulator, clock, hourly_every, backup_every)
        yield Soak(world, Injuries(world, server), server)


def _midnight(day: date) -> datetime:
    return to_utc(day, time(0))


@contextmanager
def _settings_of_its_own() -> Iterator[None]:
    for cached in (settings, resources.open_engine):
        cached.cache_clear()
    yield
    resources.open_engine().dispose()
    for cached in (settings, resources.open_engine):
        cached.cache_clear()


@contextmanager
def _short_waits() -> Iterator[None]:
    """Make waits between tries, and the patience with an answer, a hundredth of what they are."""
    no_wait = SimpleNamespace(sleep=lambda _seconds: None)
    quick = {"timeout_s": (_READ_TIMEOUT_S, _READ_TIMEOUT_S)}
    with (
        patch.object(tenacity.nap, "time", no_wait),
        patch.object(step_faults, "FIRST_WAIT_S", 0.01),
        patch.dict(RteClient.__init__.__kwdefaults__, quick),
        patch.dict(OpenMeteoClient.__init__.__kwdefaults__, quick),
    ):
        yield


def _lighten(instance: dg.DagsterInstance) -> None:
    """Leave out what costs most of the time and is not looked at: new connections, and what steps print.

    Dagster opens a connection for each statement, and starts four processes for each step to copy its prints.
    """
    storages: list[Any] = [instance.event_log_storage, instance.run_storage, instance.schedule_storage]
    for storage in storages:
        engine = storage._storage._engine if hasattr(storage, "_storage") else storage._engine  # noqa: SLF001
        creator, dispatch = engine.pool._creator, engine.pool.dispatch  # noqa: SLF001
        engine.pool = QueuePool(creator, pre_ping=True, dialect=engine.dialect, _dispatch=dispatch)
    instance._compute_log_manager = NoOpComputeLogManager()  # noqa: SLF001
    instance._compute_log_manager.register_instance(instance)  # noqa: SLF001
