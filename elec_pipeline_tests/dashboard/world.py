"""A database that the pipeline filled from the simulator, with both clock changes in it, to be copied by tests."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from elec_pipeline.domain.delivery_day import day_start, delivery_day
from elec_pipeline.locks import try_lock
from elec_pipeline.settings import Settings, settings
from elec_pipeline.simulator.server import running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.store import urls
from elec_pipeline.store.database import open_database
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


def fill(
    database: str, home: Path, now: datetime = NOW, spans: Sequence[tuple[date, date]] = tuple(FILLED)
) -> None:
    """Take days through the whole pipeline, as it stands at a moment."""
    from elec_pipeline.defs import resources
    from elec_pipeline_tests.integration.test_pipeline import EVERYTHING, run

    with pointed_at(database, home) as patch, running(SyntheticCurves(), now=lambda: now) as simulator:
        patch.setenv("ELEC_SOURCE", "simulator")
        patch.setenv("RTE_BASE_URL", simulator.url)
        settings.cache_clear()
        resources.open_engine.cache_clear()
        for first, last in spans:
            assert run(EVERYTHING, first, last, now).success
        today = delivery_day(now)
        assert run(["intraday_predictions"], today, today, now).success
        resources.open_engine().dispose()
        resources.open_engine.cache_clear()


def filled_once(server: EmbeddedServer, home: Path, shared: Path) -> str:
    """Make a filled database on a server: through the pipeline, or of the rows that another worker left.

    Args:
        server: Of this worker.
        home: The state folder of this worker.
        shared: A folder of all workers of this run.

    Returns:
        Its name; nothing is connected to it.
    """
    name, rows = "elec_filled", shared / "filled"
    server.ensure_database(name)
    url = server.url(name)
    open_database(Settings(database_url=SecretStr(url))).dispose()
    while (lock := try_lock(shared / "filled.lock")) is None:
        time.sleep(0.2)
    try:
        with psycopg.connect(urls.for_psycopg(url)) as connection:
            tables = [each for (each,) in connection.execute(_TABLES)]
            if rows.is_dir():
                _take(connection, tables, rows)
                return name
        fill(url, home)
        with psycopg.connect(urls.for_psycopg(url)) as connection:
            _leave(connection, tables, rows)
        return name
    finally:
        os.close(lock)


_TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'elec'::regnamespace AND c.relkind = 'r' ORDER BY 1
"""
_NUMBERED = """
SELECT a.attrelid::regclass::text, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE a.attidentity <> '' AND c.relnamespace = 'elec'::regnamespace
"""


def _leave(connection: psycopg.Connection, tables: list[str], rows: Path) -> None:
    unfinished = rows.with_suffix(".part")
    unfinished.mkdir()
    for table in tables:
        statement = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier("elec", table))
        with connection.cursor().copy(statement) as copy, (unfinished / table).open("wb") as file:
            for block in copy:
                file.write(block)
    unfinished.rename(rows)


def _take(connection: psycopg.Connection, tables: list[str], rows: Path) -> None:
    names = [sql.Identifier("elec", table) for table in tables]
    connection.execute("SET session_replication_role = replica")  # rows of any order, and no trigger
    connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(names)))
    for table, name in zip(tables, names, strict=True):
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(name)) as copy:
            copy.write((rows / table).read_bytes())
    for table, column in connection.execute(_NUMBERED).fetchall():
        newest = sql.SQL("SELECT setval(pg_get_serial_sequence(%s, %s), coalesce(max({}), 0) + 1, false) FROM {}")
        place = sql.Identifier(*table.split("."))
        connection.execute(newest.format(sql.Identifier(column), place), [table, column])
    connection.commit()


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
