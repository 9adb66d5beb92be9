"""`elec backfill` while its database goes away: it waits, goes on, and ends in one sentence where it cannot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import Engine, Table, select, text

from elec_pipeline.commands.backfill import backfill
from elec_pipeline.defs import resources
from elec_pipeline.domain.delivery_day import hours, quarters
from elec_pipeline.locks import is_locked
from elec_pipeline.settings import settings
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.store import urls
from elec_pipeline.store.database import open_database
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.tables import changes, metadata, models
from elec_pipeline_tests.conftest import settings_for, whole_runs_every_day_length
from elec_pipeline_tests.store.forwarder import PASSWORD, Forwarder, forwarding

WHEN_WRITTEN = {"ingested_at", "updated_at", "created_at", "asked_at"}
TABLES = [table for table in metadata.sorted_tables if table not in (models, changes)]
SHORT_LIMIT = "from elec_pipeline.store import patience; patience.LIMIT_S = 2; "


@dataclass(frozen=True)
class Away:
    """A database that can be switched off.

    Attributes:
        url: Of the database, through the forwarder.
        direct: The same database, always there.
        forwarder: Switches it off and on.
    """

    url: str
    direct: str
    forwarder: Forwarder

    def dagsters(self, statement: str) -> list[tuple[object, ...]]:
        """Return what Dagster's own database says."""
        url = urls.with_database(self.direct, f"{urls.database_name(self.direct)}_dagster")
        with psycopg.connect(urls.for_psycopg(url)) as connection:
            return connection.execute(statement).fetchall()

    def runs(self) -> list[str]:
        """Return the statuses of all runs, in order."""
        return [str(status) for (status,) in self.dagsters("SELECT status FROM runs ORDER BY id")]

    def held_places(self) -> list[tuple[object, ...]]:
        """Return the places in pools that a run holds."""
        return self.dagsters("SELECT concurrency_key FROM concurrency_slots WHERE run_id IS NOT NULL")


@pytest.fixture
def away(server: EmbeddedServer, database: str) -> Iterator[Away]:
    """The test's database behind a port that can be switched off."""
    with forwarding(server.socket_folder) as forwarder:
        yield Away(forwarder.url(urls.database_name(database)), database, forwarder)
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {urls.database_name(database)}_dagster WITH (FORCE)")


@pytest.fixture
def state(home: Path, request: pytest.FixtureRequest) -> Path:
    """A state folder of the test's own."""
    folder: Path = home / request.node.name.replace("[", "-").strip("]")
    folder.mkdir(mode=0o755)
    return folder


def start(
    state: Path, simulator: SimulatorHandle, first: date, last: date, url: str = "", before: str = ""
) -> subprocess.Popen[str]:
    """Start `elec backfill` as a process of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("RTE_", "ELEC_"))}
    return subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [
            sys.executable, "-c", f"{before}from elec_pipeline.cli import main; main()",
            "backfill", "--from", str(first), "--to", str(last),
        ],
        env={
            **inherited,
            "ELEC_HOME": str(state), "DATABASE_URL": url, "COLUMNS": "200",
            "ELEC_SOURCE": "simulator", "RTE_BASE_URL": simulator.url,
        },
        cwd=state,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip


def wait_for_rows(engine: Engine, child: subprocess.Popen[str] | None = None) -> None:
    """Wait until the first rows are committed."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and (child is None or child.poll() is None):
        with engine.connect() as connection:
            if connection.scalar(text("SELECT count(*) FROM elec.raw_consumption")):
                return
        time.sleep(0.02)
    raise AssertionError(child.communicate()[0] if child else "no rows")


def rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables, without the times at which they were written."""
    with engine.connect() as connection:
        return {
            table.name: sorted(
                map(tuple, connection.execute(select(*(table.c[name] for name in _compared(table))))), key=repr
            )
            for table in TABLES
        }


def _compared(table: Table) -> list[str]:
    return [column.name for column in table.c if column.name not in WHEN_WRITTEN]


def run_here(monkeypatch: pytest.MonkeyPatch, state: Path, url: str, first: date, last: date) -> None:
    """Run `elec backfill` in this process, on a database."""
    with monkeypatch.context() as patched:
        patched.setenv("ELEC_HOME", str(state))
        patched.setenv("DATABASE_URL", url)
        settings.cache_clear()
        resources.open_engine.cache_clear()
        backfill(settings(), first, last)
        resources.open_engine().dispose()
    settings.cache_clear()
    resources.open_engine.cache_clear()


@pytest.fixture
def undisturbed(
    server: EmbeddedServer, template: str, monkeypatch: pytest.MonkeyPatch, state: Path
) -> Iterator[Callable[[date, date], dict[str, list[tuple[object, ...]]]]]:
    """What a backfill that nothing disturbs writes."""
    name = f"{template}_undisturbed"

    def made(first: date, last: date) -> dict[str, list[tuple[object, ...]]]:
        with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        run_here(monkeypatch, state, server.url(name), first, last)
        engine = open_database(settings_for(server.url(name)))
        try:
            return rows(engine)
        finally:
            engine.dispose()

    yield made
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        for each in (name, f"{name}_dagster"):
            admin.execute(f"DROP DATABASE IF EXISTS {each} WITH (FORCE)")


@whole_runs_every_day_length
@pytest.mark.usefixtures("configured")
def test_it_waits_and_ends_with_the_rows_of_an_undisturbed_backfill(
    engine: Engine, away: Away, state: Path, undisturbed: Callable[[date, date], object],
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], day: date, n_hours: int,
) -> None:  # fmt: skip
    first = day - timedelta(days=4)

    def switch() -> None:
        wait_for_rows(engine)
        away.forwarder.off()
        time.sleep(3)
        away.forwarder.on()

    switching = threading.Thread(target=switch)
    switching.start()
    run_here(monkeypatch, state, away.url, first, day)
    switching.join()
    said = capsys.readouterr().out
    # Once for each outage; on a busy machine a connection of before may break only when the next is there.
    assert 1 <= said.count("does not answer") == said.count("answers again") <= 2
    assert PASSWORD not in said
    ours = rows(engine)
    assert len(ours["hourly_consumption"]) == len(hours(first, day - timedelta(days=1))) + n_hours
    assert ours["chronos_predictions"]
    assert ours == undisturbed(first, day)
    assert set(away.runs()) <= {"SUCCESS", "FAILURE"}
    assert away.held_places() == []


@whole_runs_every_day_length
def test_away_for_too_long_is_one_sentence_and_the_next_backfill_goes_on(
    engine: Engine, away: Away, state: Path, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    assert n_hours
    child = start(state, simulator, day, day, away.url, SHORT_LIMIT)
    wait_for_rows(engine, child)
    away.forwarder.off()
    said, _ = child.communicate(timeout=240)
    assert child.returncode == 1, said
    last = said.strip().splitlines()[-1]
    assert last.startswith("elec: The database")
    assert "was waited for 2 s" in last
    assert len(said.strip().splitlines()) <= 3
    assert "Traceback" not in said
    assert PASSWORD not in said
    [left] = (state / "dagster" / "run-workers").glob("*.lock")
    assert not is_locked(left)  # by which the daemon, and the doctor, know that nobody works on the run
    away.forwarder.on()
    child = start(state, simulator, day, day, away.url)
    said, _ = child.communicate(timeout=240)
    assert child.returncode == 0, said
    assert away.runs() == ["FAILURE", "SUCCESS"]
    assert away.held_places() == []
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM elec.raw_consumption")) == len(quarters(day))
        assert connection.scalar(text("SELECT count(*) FROM elec.raw_consumption_revisions")) == 0


@whole_runs_every_day_length
def test_a_signal_is_one_sentence_and_closes_the_run(
    engine: Engine, away: Away, state: Path, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    number, code = (signal.SIGTERM, 143) if n_hours == 24 else (signal.SIGINT, 130)
    child = start(state, simulator, day - timedelta(days=6), day, away.url)
    wait_for_rows(engine, child)
    child.send_signal(number)
    said, _ = child.communicate(timeout=240)
    assert child.returncode == code, said
    assert f"elec: stopped by {number.name}" in said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) <= 2
    assert set(away.runs()) <= {"FAILURE", "CANCELED"}
    assert away.held_places() == []


@whole_runs_every_day_length
def test_an_embedded_server_that_is_killed_is_started_again(
    state: Path, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    server = EmbeddedServer(state)
    here = settings_for("").model_copy(update={"elec_home": state})
    engine = open_database(here)
    try:
        child = start(state, simulator, day, day)
        wait_for_rows(engine, child)
        with engine.connect() as connection:
            postmaster = psutil.Process(connection.scalar(text("SELECT pg_backend_pid()"))).parent()
        engine.dispose()
        assert postmaster is not None
        postmaster.kill()
        said, _ = child.communicate(timeout=240)
        assert child.returncode == 0, said
        assert "started again" in said
        assert "Traceback" not in said
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM elec.hourly_consumption")) == n_hours
    finally:
        engine.dispose()
        server.stop()
