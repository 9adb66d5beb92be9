"""From every released revision on: no row is lost, and the tables become those of a new database."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Column, Engine, MetaData, Table, insert, text
from sqlalchemy.dialects.postgresql import JSONB

from elec_pipeline.domain.delivery_day import hours
from elec_pipeline.store import database
from elec_pipeline.store.actuals import write_hours
from elec_pipeline.store.database import HEAD, migrate, revision
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.conftest import DST_DAYS
from elec_pipeline_tests.store.migrating import older_database

VERSIONS = Path(database.__file__).parent / "migrations" / "versions"
REVISIONS = sorted(path.name[:4] for path in VERSIONS.glob("[0-9]*_*.py"))
NOTES = ("alembic_version", "changes")
"""Tables whose rows are the program's own notes."""
ONE_OF_FEW = {"zone": "FR", "forecast_type": "D-1", "forecaster": "chronos_evening", "location": "bundled"}
STRUCTURE = {
    "columns": """
        SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity
        FROM information_schema.columns WHERE table_schema = 'elec'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'elec'::regnamespace""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'elec'",
    "comments": """
        SELECT relname, obj_description(oid, 'pg_class') FROM pg_class
        WHERE relnamespace = 'elec'::regnamespace""",
}


@pytest.fixture
def old(server: EmbeddedServer, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database whose tables are those of a revision."""
    with older_database(
        server, f"elec_at_{request.param}", request.param, f"elec_reader_{request.param}"
    ) as engine:
        yield engine


def value(column: Column[Any], day: date, hour: datetime, number: int) -> object:
    """Return what a column of any table of ours can hold."""
    if column.name in ONE_OF_FEW:
        return ONE_OF_FEW[column.name]
    if isinstance(column.type, JSONB):
        return {"n": number}
    kind = column.type.python_type
    if kind is datetime:
        return hour if column.name in ("hour_start", "interval_start") else hour - timedelta(days=1)
    return {float: 50_000 + number / 3, int: 4, bool: True, date: day, str: f"{column.name} {number}"}[kind]


def fill(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Put rows for days of 23, 24 and 25 hours into every table that there is; returns them by table."""
    there = MetaData(schema="elec")
    there.reflect(engine)
    found: dict[str, list[tuple[Any, ...]]] = {}
    numbers = itertools.count()
    for table in there.sorted_tables:
        if table.name in NOTES:
            continue
        is_daily = any(column.name == "delivery_day" for column in table.primary_key)
        rows = [
            {column.name: value(column, day, hour, number) for column in table.columns if column.identity is None}
            for day in DST_DAYS
            for hour, number in zip(hours(day)[: 1 if is_daily else None], numbers, strict=False)
        ]
        with engine.begin() as connection:
            connection.execute(insert(table), rows)
        found[table.name] = read(engine, table.name, [column.name for column in table.columns])
        assert len(found[table.name]) == (len(DST_DAYS) if is_daily else sum(DST_DAYS.values()))
    return found


def read(engine: Engine, name: str, columns: Sequence[str] = ("*",)) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT t::text FROM (SELECT {', '.join(columns)} FROM elec.{name}) t"))
        return sorted(tuple(row) for row in rows)


def columns_of(engine: Engine, name: str) -> list[str]:
    return [column.name for column in Table(name, MetaData(), schema="elec", autoload_with=engine).columns]


def structure(engine: Engine) -> dict[str, set[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {name: {tuple(row) for row in connection.execute(text(query))} for name, query in STRUCTURE.items()}


def test_the_newest_revision_is_the_one_that_starting_expects() -> None:
    assert REVISIONS[-1] == HEAD
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS


@pytest.mark.parametrize("old", REVISIONS[:-1], indirect=True)
def test_no_row_is_lost_and_the_tables_are_those_of_a_new_database(old: Engine, engine: Engine) -> None:
    began_at = revision(old)
    before = fill(old)
    columns = {name: columns_of(old, name) for name in before}
    migrate(old)
    assert revision(old) == HEAD != began_at
    for name, rows in before.items():
        # By the name that it had: whoever reads it so far finds it there.
        assert set(rows) <= set(read(old, name, columns[name])), name
    assert structure(old) == structure(engine)
    day = max(DST_DAYS)
    later = hours(day + timedelta(days=1))
    write_hours(old, pd.DataFrame({"hour_start": later, "load_mw": 5e4, "quarters": 4}))
    assert len(read(old, "hourly_consumption")) == sum(DST_DAYS.values()) + len(later)
