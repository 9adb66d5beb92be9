from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from elec_pipeline.errors import ConfigurationError, StoreUnavailableError
from elec_pipeline.store import database, urls
from elec_pipeline.store.database import HEAD, dagster_url, open_database
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.tables import SCHEMA, metadata
from elec_pipeline_tests.conftest import settings_for


def test_the_newest_migration_is_the_one_start_up_asks_for() -> None:
    folder = Path(database.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [HEAD]


def test_the_migrations_make_the_tables_that_the_code_names(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "version_table_schema": SCHEMA,
                "compare_server_default": True,
                "include_name": lambda name, kind, _: kind != "schema" or name == SCHEMA,
            },
        )
        assert compare_metadata(context, metadata) == []


OPEN = """
import sys
from pydantic import SecretStr
from elec_pipeline.settings import Settings
from elec_pipeline.store import database
engine = database.open_database(Settings(_env_file=None, database_url=SecretStr(sys.argv[1])))
print(database.revision(engine))
"""


def test_several_processes_may_migrate_at_once(server: EmbeddedServer) -> None:
    server.ensure_database("elec_race")
    racers = [
        subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-c", OPEN, server.url("elec_race")],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    try:
        said = [racer.communicate(timeout=120)[0].strip() for racer in racers]
    finally:
        for racer in racers:
            racer.kill()
    assert said == [HEAD] * 4


def test_dagsters_database_is_a_second_one_on_the_same_server(server: EmbeddedServer, database: str) -> None:
    url = dagster_url(settings_for(database))
    assert url.startswith("postgresql+psycopg2://")
    name = urls.database_name(database) + "_dagster"
    assert urls.database_name(url) == name
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        assert admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        admin.execute(f"DROP DATABASE {name}")


def test_a_server_that_is_gone_is_named_without_its_password() -> None:
    settings = settings_for("postgresql://someone:hush@127.0.0.1:9/elec")
    with pytest.raises(StoreUnavailableError, match=r"127\.0\.0\.1:9") as caught:
        open_database(settings)
    assert "hush" not in str(caught.value)
    assert "hush" not in repr(settings)


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        open_database(settings_for("mysql://localhost/elec"))
