"""A database, a role or an environment that writes values in another way changes nothing of what we read."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import psycopg
import pytest
from dagster import DagsterInstance
from dagster._core.storage.dagster_run import DagsterRun
from sqlalchemy import Engine, create_engine, text

from elec_pipeline.defs.instance_storage import StoreServerStorage
from elec_pipeline.domain.delivery_day import day_end, day_start, hours
from elec_pipeline.settings import Settings, settings
from elec_pipeline.store import queries, urls
from elec_pipeline.store.actuals import write_hours
from elec_pipeline.store.database import connect, dagster_url, opened_dagster
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.reader import open_reader
from elec_pipeline.store.session import READING, pinned
from elec_pipeline_tests.conftest import every_day_length, settings_for

HOSTILE = {
    "datestyle": "'German, DMY'",
    "timezone": "'Asia/Kolkata'",
    "intervalstyle": "'iso_8601'",
    "extra_float_digits": "-5",
    "bytea_output": "'escape'",
    "standard_conforming_strings": "off",
    "client_encoding": "'LATIN1'",
    "array_nulls": "off",
    "transform_null_equals": "on",
    "xmlbinary": "'hex'",
}
ODD = "a\\nb\\'é€"  # with a backslash, which a string may not swallow, and a sign that Latin-1 lacks
_numbers = itertools.count()


@pytest.fixture(params=["database", "role", "both"])
def hostile(request: pytest.FixtureRequest, server: EmbeddedServer, database: str) -> Iterator[str]:
    """The URL of a database with Dagster's beside it, and of a role; one or both are set to be hostile."""
    role = f"hostile_{next(_numbers)}"
    name = urls.database_name(database)
    targets = {
        "database": [f"DATABASE {name}", f"DATABASE {name}_dagster"],
        "role": [f"ROLE {role}"],
        "both": [f"DATABASE {name}", f"ROLE {role}", f"ROLE {role} IN DATABASE {name}_dagster"],
    }
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN SUPERUSER")
        admin.execute(f"CREATE DATABASE {name}_dagster")
        for target, (setting, value) in itertools.product(targets[request.param], HOSTILE.items()):
            admin.execute(f"ALTER {target} SET {setting} = {value}")
        yield urls.for_psycopg(database).replace("postgres@", f"{role}@", 1)
        admin.execute(f"DROP DATABASE {name}_dagster WITH (FORCE)")
        admin.execute(f"ALTER DATABASE {name} RESET ALL")
        admin.execute(f"DROP ROLE {role}")


def dagsters(here: Settings) -> Engine:
    return create_engine(dagster_url(here))


def reader(here: Settings) -> Engine:
    return open_reader(here, connections=1, statement_timeout_s=5)


ENGINES = {"ours": connect, "reader": reader, "dagster's": dagsters}


def shown(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        return {name: str(connection.scalar(text(f"SHOW {name}"))) for name in (*READING, "client_encoding")}


@pytest.mark.parametrize("name", ENGINES)
def test_every_connection_reads_in_the_same_way(hostile: str, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for variable, value in (("PGTZ", "Asia/Kolkata"), ("PGDATESTYLE", "German"), ("PGCLIENTENCODING", "LATIN1")):
        monkeypatch.setenv(variable, value)
    own = urls.with_defaults(hostile, options="-c datestyle=German -c search_path=elec", client_encoding="LATIN1")
    for url in (hostile, own):
        engine = ENGINES[name](settings_for(url))
        try:
            assert shown(engine) == {**READING, "datestyle": "ISO, YMD", "client_encoding": "UTF8"}
            with engine.connect() as connection:
                moment = connection.scalar(text("SELECT '2025-06-03 00:00+02'::timestamptz"))
                assert moment == datetime(2025, 6, 2, 22, tzinfo=UTC)
                assert connection.scalar(text("SELECT 0.1::float8 + 0.2::float8")) == 0.1 + 0.2
                assert connection.scalar(text("SELECT (0.1::float8 + 0.2::float8)::text")) == "0.30000000000000004"
                assert connection.scalar(text("SELECT interval '26 hours'")) == timedelta(hours=26)
                assert bytes(connection.scalar(text(r"SELECT '\x00ff5c'::bytea")) or b"") == b"\x00\xff\\"
                assert connection.scalar(text("SELECT CAST(:odd AS text)"), {"odd": ODD}) == ODD
                assert connection.scalar(text(r"SELECT length('a\nb')")) == 4
                if url is own:
                    assert connection.scalar(text("SHOW search_path")) == "elec"
        finally:
            engine.dispose()


at_worst = pytest.mark.parametrize("hostile", ["both"], indirect=True)


@at_worst
@every_day_length
def test_what_is_stored_is_read_to_the_last_digit(hostile: str, day: date, n_hours: int) -> None:
    written = pd.DataFrame({"hour_start": hours(day), "load_mw": [5e4 + number / 3 for number in range(n_hours)]})
    writer = connect(settings_for(hostile))
    write_hours(writer, written.assign(quarters=4))
    writer.dispose()
    for name in ("ours", "reader"):
        engine = ENGINES[name](settings_for(hostile))
        with engine.connect() as connection:
            stored = queries.hours_between(connection, day_start(day), day_end(day))
        engine.dispose()
        assert stored["hour_start"].tolist() == written["hour_start"].tolist()
        assert stored["load_mw"].tolist() == written["load_mw"].tolist()


@at_worst
def test_dagsters_history_keeps_the_time(hostile: str, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Its columns have no zone: they hold what the session calls the current time, and are read as UTC."""
    monkeypatch.setenv("DATABASE_URL", hostile)
    monkeypatch.setenv("ELEC_HOME", str(home))
    settings.cache_clear()
    storage = StoreServerStorage.from_config_value(None, {})
    with DagsterInstance.ephemeral() as instance:
        for part in (storage.run_storage, storage.event_log_storage):
            part.register_instance(instance)
        storage.run_storage.add_run(DagsterRun(job_name="a_job", tags={"odd": ODD}))
        [record] = storage.run_storage.get_run_records()
        assert abs(record.create_timestamp - datetime.now(UTC)) < timedelta(minutes=1)
        assert record.dagster_run.tags["odd"] == ODD
        storage.run_storage.optimize_for_webserver(1000, 60, 1)  # which makes its engine anew
        storage.run_storage.add_run(DagsterRun(job_name="a_job"))
        records = storage.run_storage.get_run_records()
        assert [abs(each.create_timestamp - datetime.now(UTC)) < timedelta(minutes=1) for each in records] == [
            True
        ] * 2
    with opened_dagster(settings_for(hostile)) as engine:
        assert shown(engine)["timezone"] == "UTC"
    storage.run_storage.dispose()
    settings.cache_clear()


def test_the_pinned_url_keeps_the_options_of_the_users() -> None:
    url = pinned("postgresql://ada@db/elec?options=-c%20search_path%3Da%5C%20b", {"statement_timeout": "10"})
    options = urls.parameter(url, "options")
    assert options.startswith("-c search_path=a\\ b -c timezone=UTC ")
    assert options.endswith(" -c statement_timeout=10")
