"""What every test can ask for: a real PostgreSQL database of its own, a simulator, settings that point at both."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from unittest import mock

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from elec_pipeline.settings import Settings, settings
from elec_pipeline.simulator.server import SimulatorHandle, running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.sources.retries import RetryPlan
from elec_pipeline.sources.rte import RteClient
from elec_pipeline.store import urls
from elec_pipeline.store.database import open_database
from elec_pipeline.store.embedded import EmbeddedServer

DST_DAYS = {date(2025, 3, 30): 23, date(2025, 3, 31): 24, date(2025, 10, 26): 25}
"""Delivery days and their hours; every test with a day in it runs on all three."""
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
"""A moment after all the days the tests use."""

every_day_length = pytest.mark.parametrize(("day", "n_hours"), DST_DAYS.items(), ids=map(str, DST_DAYS))


whole_runs_every_day_length = pytest.mark.parametrize(
    ("day", "n_hours"),
    [
        pytest.param(day, n, id=str(day), marks=[] if n == 25 else [pytest.mark.long])
        for day, n in DST_DAYS.items()
    ],
)
"""The same for tests of whole runs, which take many seconds: the day of 25 hours at every check, the others, which
all quicker tests live through, with the longest tests."""

_numbers = itertools.count()
HASTY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""Settings of the shared server: nobody kills it, and making a database for each test would wait for the disk."""
LONGEST = ("/soak/", "/crash/", "/integration/test_outage.py", "/commands/test_cli.py", "/browser/")
"""Files that take minutes each: they begin first, or one worker would be at them when all else is done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the order is otherwise as it was."""
    items.sort(key=lambda item: not any(part in item.path.as_posix() for part in LONGEST))


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """The umask of a login: our processes narrow their own for good, and many tests share one process."""
    former = os.umask(0o022)
    yield
    os.umask(former)


@pytest.fixture(autouse=True)
def usual_environment() -> Iterator[None]:
    """The environment as it was: some of our commands set variables for all that their process does."""
    with mock.patch.dict(os.environ):
        yield


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A state folder that an unprivileged account can enter, unlike pytest's own where root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="elec-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(home: Path) -> Iterator[EmbeddedServer]:
    """A running PostgreSQL server, shared by the session."""
    embedded = EmbeddedServer(home, settings=HASTY)
    embedded.ensure_running()
    yield embedded
    embedded.stop()


@contextmanager
def server_of_its_own(prefix: str) -> Iterator[EmbeddedServer]:
    """Run a server that is not the shared one: roles belong to a whole server, and this one knows none of ours."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    server = EmbeddedServer(folder / "home", settings=HASTY)
    server.ensure_running()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template(server: EmbeddedServer) -> str:
    """The name of a migrated, empty database to copy."""
    name = "elec_template"
    server.ensure_database(name)
    open_database(settings_for(server.url(name))).dispose()
    return name


@pytest.fixture(scope="session")
def filled(server: EmbeddedServer, home: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database that the pipeline filled, to copy; one worker of a run fills it for all."""
    from elec_pipeline_tests.dashboard.world import filled_once

    folder = tmp_path_factory.getbasetemp()
    return filled_once(server, home, folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)


@pytest.fixture
def database(server: EmbeddedServer, template: str) -> Iterator[str]:
    """The URL of an empty database of the test's own, with today's tables."""
    name = f"elec_test_{next(_numbers)}"
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield server.url(name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """An engine on the test's database."""
    opened = open_database(settings_for(database))
    yield opened
    opened.dispose()


@pytest.fixture
def simulator() -> Iterator[SimulatorHandle]:
    """A simulator of RTE's API with a synthetic year, whose clock stands at `NOW`."""
    with running(SyntheticCurves(), now=lambda: NOW) as handle:
        yield handle


@pytest.fixture
def client(simulator: SimulatorHandle) -> RteClient:
    """A client of the simulator that does not wait long between retries."""
    return quick_client(simulator.url)


def settings_for(database_url: str) -> Settings:
    """Return settings of a database."""
    return Settings(database_url=SecretStr(database_url))


def quick_client(url: str, *, read_timeout_s: float = 5.0) -> RteClient:
    """Return a client that waits for hundredths of a second between retries."""
    plan = RetryPlan(attempts=4, base_wait_s=0.01, longest_wait_s=0.05)
    return RteClient(url, "simulator", "simulator", retries=plan, timeout_s=(2.0, read_timeout_s))


@pytest.fixture
def configured(
    monkeypatch: pytest.MonkeyPatch, database: str, simulator: SimulatorHandle, home: Path
) -> Iterator[Settings]:
    """Settings of this process that point at the test's database and simulator."""
    from elec_pipeline.defs import resources

    monkeypatch.setenv("ELEC_HOME", str(home))
    monkeypatch.setenv("ELEC_SOURCE", "simulator")
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("RTE_BASE_URL", simulator.url)
    settings.cache_clear()
    resources.open_engine.cache_clear()
    yield settings()
    resources.open_engine().dispose()
    settings.cache_clear()
    resources.open_engine.cache_clear()
