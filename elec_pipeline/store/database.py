"""From settings to an open database: server started, database created, migrations applied.

Here: how a process gets its engine. Not here: what it then reads or writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psycopg
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from elec_pipeline.errors import StoreError, StoreUnavailableError
from elec_pipeline.settings import Settings
from elec_pipeline.store import urls
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.tables import SCHEMA

DATABASE = "elec"
"""Name of our database on the embedded server."""
_MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0004"
"""Newest migration; a test compares it with the files, so that start-up need not read them."""


def database_url(settings: Settings) -> str:
    """Return the URL of our database, starting the embedded server where there is no `DATABASE_URL`."""
    configured = settings.database_url.get_secret_value()
    if configured:
        return configured
    server = EmbeddedServer(settings.elec_home)
    server.ensure_running()
    server.ensure_database(DATABASE)
    return server.url(DATABASE)


def dagster_url(settings: Settings) -> str:
    """Return the URL of Dagster's own database on the same server, created where it is missing.

    Raises:
        StoreUnavailableError: The server does not answer.
        StoreError: The database is missing and may not be created.
    """
    url = database_url(settings)
    name = f"{urls.database_name(url)}_dagster"
    try:
        with psycopg.connect(urls.for_psycopg(url), autocommit=True, connect_timeout=10) as connection:
            _ensure_database(connection, name)
    except psycopg.OperationalError as error:
        raise _unavailable(url, error) from None
    return urls.for_dagster(urls.with_database(url, name))


def open_database(settings: Settings) -> Engine:
    """Return an engine whose database answers and has today's tables.

    Raises:
        StoreUnavailableError: The server does not answer.
    """
    url = database_url(settings)
    engine = create_engine(
        urls.for_sqlalchemy(url),
        pool_pre_ping=True,  # a restarted server costs one ping instead of a failed run
        pool_size=4,
        connect_args={"options": "-c timezone=UTC", "connect_timeout": 10},
    )
    try:
        migrate(engine)
    except OperationalError as error:
        engine.dispose()
        raise _unavailable(url, error.orig) from None
    return engine


@contextmanager
def opened(settings: Settings) -> Iterator[Engine]:
    """Open the database for as long as a block lasts, as `open_database` does."""
    engine = open_database(settings)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def opened_dagster(settings: Settings) -> Iterator[Engine]:
    """Open Dagster's own database for as long as a block lasts.

    Raises:
        StoreUnavailableError: The server does not answer.
        StoreError: The database is missing and may not be created.
    """
    engine = create_engine(urls.for_sqlalchemy(dagster_url(settings)), connect_args={"connect_timeout": 10})
    try:
        yield engine
    finally:
        engine.dispose()


def migrate(engine: Engine) -> None:
    """Bring the tables up to date; quick when they are, safe when several processes race."""
    if _revision(engine) == HEAD:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('elec.migrations'))"))
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(engine: Engine) -> str | None:
    """Return the migration that the tables are at; None where there are none."""
    with engine.connect() as connection:
        if connection.scalar(text(f"SELECT to_regclass('{SCHEMA}.alembic_version')")) is None:
            return None
        return cast(str, connection.scalar(text(f"SELECT version_num FROM {SCHEMA}.alembic_version")))


def _ensure_database(connection: psycopg.Connection, name: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    try:
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        return  # another process was quicker
    except psycopg.errors.InsufficientPrivilege:
        raise StoreError(
            f"Dagster keeps its runs in the database {name!r}, which does not exist, and this account may "
            f"not create it. Create it once as an administrator: CREATE DATABASE {name} OWNER (this account)."
        ) from None


def _unavailable(url: str, reason: BaseException | None) -> StoreUnavailableError:
    return StoreUnavailableError(
        f"The database {urls.redact(url)} does not answer: {str(reason).strip()}. "
        "Check DATABASE_URL, or leave it empty to use the embedded server."
    )
