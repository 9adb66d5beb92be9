"""From settings to an open database: server started, database created, migrations applied.

Here: how a process gets its engine. Not here: what it then reads or writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from elec_pipeline.errors import StoreError
from elec_pipeline.settings import Settings
from elec_pipeline.store import roles, urls
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.outage import is_outage, unavailable
from elec_pipeline.store.session import pinned
from elec_pipeline.store.tables import SCHEMA

DATABASE = "elec"
"""Name of our database on the embedded server."""
_OF_DAGSTER = "_dagster"
_MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0016"
"""Newest migration; a test compares it with the files, so that start-up need not read them."""
CONNECT_TIMEOUT_S = 10
LIVELINESS = {
    "connect_timeout": str(CONNECT_TIMEOUT_S),
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""Parameters of libpq that let a connection fail within a minute where the network swallows what is sent; the
system's own limits are hours. Those in DATABASE_URL go before them."""


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
    name = dagster_database(url)
    try:
        with psycopg.connect(
            urls.for_psycopg(urls.with_defaults(pinned(url), **LIVELINESS)), autocommit=True
        ) as connection:
            _ensure_database(connection, name)
    except psycopg.OperationalError as error:
        raise unavailable(url, error) from None
    return urls.for_dagster(urls.with_defaults(urls.with_database(pinned(url), name), **LIVELINESS))


def dagster_database(url: str) -> str:
    """Return the name of Dagster's own database, which lies beside the one of a URL."""
    return f"{urls.database_name(url)}{_OF_DAGSTER}"


def has_dagster(engine: Engine) -> bool:
    """Say whether Dagster's own database is there, beside the one of an engine."""
    name = f"{engine.url.database}{_OF_DAGSTER}"
    with engine.connect() as connection:
        return bool(connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}))


def connect(settings: Settings) -> Engine:
    """Return an engine whose database answers. Nothing is migrated: it may have any tables, or none.

    Raises:
        StoreUnavailableError: The server does not answer.
    """
    url = database_url(settings)
    engine = create_engine(
        urls.for_sqlalchemy(urls.with_defaults(pinned(url), **LIVELINESS)),
        pool_pre_ping=True,  # a restarted server costs one ping instead of a failed run
        pool_size=4,
    )
    try:
        engine.connect().close()
    except DBAPIError as error:
        engine.dispose()
        if not is_outage(error):
            raise
        raise unavailable(url, error) from None
    return engine


def open_database(settings: Settings) -> Engine:
    """Return an engine whose database answers and has today's tables.

    Raises:
        StoreUnavailableError: The server does not answer.
        StoreError: The tables are newer than this program, or this account may not make them.
    """
    engine = connect(settings)
    try:
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
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
    engine = create_engine(urls.for_sqlalchemy(dagster_url(settings)))
    try:
        yield engine
    finally:
        engine.dispose()


def open_dagster_to_reader(settings: Settings) -> None:
    """Let those who only read see how Dagster's runs do, once its tables are there."""
    with opened_dagster(settings) as engine, engine.begin() as connection:
        roles.open_dagster(connection)


def migrate(engine: Engine) -> None:
    """Bring the tables up to date; quick when they are, safe when several processes race.

    Raises:
        StoreError: The tables are newer than this program, or this account may not make them.
    """
    if revision(engine) == HEAD:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('elec.migrations'))"))
            _refuse_newer(_revision(connection))
            if not connection.scalar(text(f"SELECT to_regnamespace('{SCHEMA}') IS NOT NULL")):
                connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
            roles.become_owner(connection)
            were_the_owners = roles.owns(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if not were_the_owners and roles.owns(connection):
                roles.settle(connection)  # of the tables that came after the roles, in the same run
    except DBAPIError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
        name = engine.url.database
        raise StoreError(
            f"The account of DATABASE_URL may not make or change the tables in the database {name!r} "
            f"({error.orig.diag.message_primary}). Let it once, as an administrator: "
            f"GRANT CREATE ON DATABASE {name} TO (this account)."
        ) from None


def revision(engine: Engine) -> str | None:
    """Return the migration that the tables are at; None where there are none."""
    with engine.connect() as connection:
        return _revision(connection)


def is_newer(found: str | None) -> bool:
    """Say whether tables at a migration were made by a newer version of this program."""
    known = {path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py")}
    return found is not None and found not in known


def newer(found: str | None) -> StoreError:
    """Return the sentence for tables that are newer than this program."""
    return StoreError(
        f"The database was written by a newer elec-pipeline (its tables are at revision {found}, this program "
        f"knows them up to {HEAD}): upgrade this one."
    )


def _refuse_newer(found: str | None) -> None:
    if is_newer(found):
        raise newer(found)


def _revision(connection: Connection) -> str | None:
    if connection.scalar(text(f"SELECT to_regclass('{SCHEMA}.alembic_version')")) is None:
        return None
    return cast("str | None", connection.scalar(text(f"SELECT version_num FROM {SCHEMA}.alembic_version")))


def _ensure_database(connection: psycopg.Connection, name: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    try:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        return  # another process was quicker
    except psycopg.errors.InsufficientPrivilege:
        raise StoreError(
            f"Dagster keeps its runs in the database {name!r}, which does not exist, and this account may "
            f"not create it. Create it once as an administrator: CREATE DATABASE {name} OWNER (this account)."
        ) from None
