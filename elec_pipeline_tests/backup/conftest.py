"""A database with something in it, Dagster's beside it, and state folders to restore into."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from elec_pipeline.backup import archive, snapshot
from elec_pipeline.backup.folder import name_of
from elec_pipeline.backup.manifest import FORMAT, Manifest, Rows
from elec_pipeline.settings import Settings
from elec_pipeline.store import urls
from elec_pipeline.store.database import dagster_database, dagster_url, open_database
from elec_pipeline.store.embedded import EmbeddedServer

HOURS = 500
_FILL = """
INSERT INTO elec.hourly_consumption (hour_start, load_mw, quarters)
SELECT h, 50000 + extract(epoch FROM h)::bigint %% 7919 / 3.0, 4
FROM generate_series(%(start)s, %(start)s + interval '1 hour' * %(hours)s - interval '1 hour', interval '1 hour') h
"""
START = datetime(2025, 10, 20, tzinfo=UTC)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's account can enter."""
    path = Path(tempfile.mkdtemp(prefix="elec-keep-")).resolve()
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def platform(database: str, server: EmbeddedServer, folder: Path) -> Iterator[Settings]:
    """Settings of a database with hours, Dagster's beside it with a run, and a state folder."""
    here = settings_of(database, folder / "home")
    fill(database)
    theirs = dagster_database(database)
    dagster_url(here)  # makes it
    with psycopg.connect(urls.for_psycopg(server.url(theirs))) as connection:
        connection.execute("CREATE TABLE runs (id bigint GENERATED ALWAYS AS IDENTITY, body text, made timestamp)")
        connection.execute(r"INSERT INTO runs (body, made) VALUES (E'{\"a\": \"é\\\\ \n\"}', now()), (NULL, NULL)")
    yield here
    drop(server, urls.database_name(database))


@pytest.fixture
def empty(server: EmbeddedServer, folder: Path) -> Iterator[Settings]:
    """Settings of a database that is not there yet, on the same server."""
    name = f"elec_empty_{folder.name.rsplit('-', 1)[-1]}".lower()
    yield settings_of(server.url(name), folder / "other")
    drop(server, name)
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def plant(folder: Path, made_at: datetime) -> Path:
    """Write a whole backup of nothing, as of a moment."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    noted = Manifest(
        format=FORMAT, made_at=made_at, program="0", revision=None, server="18", dumped_by=18, databases={},
        models=[], absent_models=[], members={},
    )  # fmt: skip
    path = folder / name_of(made_at)
    archive.write(path, folder, noted)
    return path


def settings_of(url: str, home: Path) -> Settings:
    return Settings(database_url=SecretStr(url), elec_home=home)


def fill(url: str, start: datetime = START, hours: int = HOURS) -> None:
    """Store some hours."""
    with psycopg.connect(urls.for_psycopg(url)) as connection:
        connection.execute(_FILL, {"start": start, "hours": hours})


def drop(server: EmbeddedServer, name: str) -> None:
    """Drop what lies beside a database under names that follow from its own."""
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        for each in databases(server):
            if each.startswith(f"{name}_"):
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(each)))


def databases(server: EmbeddedServer) -> set[str]:
    with psycopg.connect(urls.for_psycopg(server.url("postgres"))) as admin:
        return {name for (name,) in admin.execute("SELECT datname FROM pg_database").fetchall()}


def contents(settings: Settings) -> dict[str, Rows]:
    """All tables of both databases, with a sum of what is in them."""
    url = settings.database_url.get_secret_value()
    found: dict[str, Rows] = {}
    for each in (url, urls.with_database(url, dagster_database(url))):
        with snapshot.connect(each) as connection:
            found |= snapshot.rows(connection)
    return found


def migrated(settings: Settings) -> None:
    open_database(settings).dispose()
