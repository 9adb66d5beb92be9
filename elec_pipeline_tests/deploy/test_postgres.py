"""The script by which the container of PostgreSQL makes the logins, run with a real server."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from elec_pipeline.backup import making
from elec_pipeline.backup.restoring import restore
from elec_pipeline.store import database as store
from elec_pipeline.store import roles, urls
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.postmaster_binaries import PROGRAMS
from elec_pipeline.store.reader import open_dagster_reader
from elec_pipeline_tests.conftest import server_of_its_own, settings_for
from elec_pipeline_tests.deploy.conftest import make_secrets, needs_caddy

pytestmark = [needs_caddy, pytest.mark.long]


@pytest.fixture
def alone() -> Iterator[EmbeddedServer]:
    """A server without any role of ours: roles belong to the whole server."""
    with server_of_its_own("elec-deploy-") as server:
        yield server


def test_each_login_does_its_part_and_no_more(copied: Path, alone: EmbeddedServer) -> None:
    make_secrets(copied)
    secrets = copied / "secrets"
    place = urls.parameter(alone.url("postgres"), "host")
    environment = {
        **os.environ, "PGHOST": str(place), "POSTGRES_USER": "postgres", "SECRETS": str(secrets),
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
    }  # fmt: skip
    subprocess.run([copied / "postgres" / "roles.sh"], env=environment, check=True, capture_output=True)  # noqa: S603
    owner, app, web = (
        (secrets / f"{name}_database_url")
        .read_text(encoding="utf-8")
        .replace("@postgres:5432/elec", f"@/elec?host={place}")
        for name in ("owner", "app", "web")
    )
    with store.opened(settings_for(owner)):
        pass
    with store.opened(settings_for(app)) as engine, engine.begin() as connection:
        connection.execute(text("INSERT INTO elec.changes (table_name) VALUES ('raw_consumption')"))
    with store.opened_dagster(settings_for(app)) as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE runs (id int)"))
    # The nightly backup is made by the login that writes, and restored by the administrator, whose nothing stays.
    made = making.make(settings_for(app), alone.home / "kept", verify=True)
    restore(settings_for(alone.url("elec")), made, replace=True, say=lambda _line: None)
    with store.opened(settings_for(owner)) as engine, engine.begin() as connection:
        roles.become_owner(connection)
        connection.execute(text("CREATE TABLE elec.of_tomorrow (i int)"))
    with store.opened_dagster(settings_for(app)) as engine, engine.begin() as connection:
        connection.execute(text("INSERT INTO runs VALUES (1)"))
    with store.opened(settings_for(app)) as engine, engine.begin() as connection:
        connection.execute(text("INSERT INTO elec.of_tomorrow VALUES (1)"))
    reader = open_dagster_reader(settings_for(web), statement_timeout_s=5)
    with reader.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM runs")) == 1
    reader.dispose()
    with store.opened(settings_for(web)) as engine, engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM elec.changes")) == 1
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text("DELETE FROM elec.changes"))
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(urls.for_psycopg(urls.with_database(owner, "elec_dagster")))
