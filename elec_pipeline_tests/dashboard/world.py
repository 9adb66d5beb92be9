"""A database that the pipeline filled from the simulator, with both clock changes in it, to be copied by tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from elec_pipeline.domain.delivery_day import day_start
from elec_pipeline.settings import settings
from elec_pipeline.simulator.server import running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.store import urls
from elec_pipeline.store.embedded import EmbeddedServer

NOW = datetime(2025, 10, 27, 9, 5, tzinfo=UTC)
"""10:05 in Paris on the day after the clocks went back: the morning issue of the 28th has just been made."""
TODAY, TOMORROW = date(2025, 10, 27), date(2025, 10, 28)
AUTUMN, SPRING = date(2025, 10, 26), date(2025, 3, 30)
FILLED = [(date(2025, 3, 21), date(2025, 3, 31)), (date(2025, 10, 12), TOMORROW)]
_numbers = itertools.count()


@contextmanager
def pointed_at(database: str, home: Path) -> Iterator[pytest.MonkeyPatch]:
    """Let the settings of this process name a database, for as long as the block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELEC_HOME", str(home))
        patch.setenv("DATABASE_URL", database)
        settings.cache_clear()
        yield patch
    settings.cache_clear()


def fill(database: str, home: Path) -> None:
    """Take days through the whole pipeline."""
    from elec_pipeline.defs import resources
    from elec_pipeline_tests.integration.test_pipeline import EVERYTHING, run

    with pointed_at(database, home) as patch, running(SyntheticCurves(), now=lambda: NOW) as simulator:
        patch.setenv("ELEC_SOURCE", "simulator")
        patch.setenv("RTE_BASE_URL", simulator.url)
        settings.cache_clear()
        resources.open_engine.cache_clear()
        for first, last in FILLED:
            assert run(EVERYTHING, first, last, NOW).success
        assert run(["intraday_predictions"], TODAY, TODAY, NOW).success
        resources.open_engine().dispose()
        resources.open_engine.cache_clear()


@contextmanager
def copy_of(server: EmbeddedServer, original: str) -> Iterator[str]:
    """Yield the URL of a copy of a database that nothing is connected to."""
    name = f"elec_dashboard_{next(_numbers)}"
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {original}")
        yield server.url(name)
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def plant(database: str, statement: str, **values: object) -> None:
    """Change a database behind the pipeline's back, and note it as writers do."""
    with psycopg.connect(urls.for_psycopg(database), autocommit=True) as connection:
        connection.execute(statement, values)
        connection.execute("INSERT INTO elec.changes (table_name) VALUES ('hourly_consumption')")


EVENING_BEFORE = day_start(TODAY) - timedelta(hours=4)
_REVISION = """
INSERT INTO elec.raw_consumption_revisions (interval_start, replaced_at, old_load_mw, new_load_mw, source)
VALUES (%(at)s, %(at)s + interval '9 hours', 50000, 50100, 'simulator')
"""
_HALF = "UPDATE elec.hourly_consumption SET quarters = 2 WHERE hour_start = %(at)s - interval '6 hours'"
PLANTED = {
    "late": "DELETE FROM elec.hourly_consumption WHERE hour_start >= %(at)s",
    "partial": _HALF,
    "revised": _REVISION,
    "missing": "DELETE FROM elec.hourly_consumption",
}
"""What to do to the table of actuals so that a state shows."""
