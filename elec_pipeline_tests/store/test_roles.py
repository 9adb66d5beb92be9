"""The roles of owner, writer and reader: PostgreSQL itself refuses what they may not do."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from dashboard import store as pages
from elec_pipeline.settings import Settings
from elec_pipeline.store import database as store
from elec_pipeline.store import roles, urls
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.reader import open_reader
from elec_pipeline.store.tables import metadata
from elec_pipeline_tests.conftest import server_of_its_own, settings_for
from elec_pipeline_tests.store.migrating import to_migration

WRITES = [
    "INSERT INTO elec.changes (table_name) VALUES ('raw_consumption')",
    "UPDATE elec.changes SET table_name = 'x'",
    "DELETE FROM elec.raw_consumption",
    "TRUNCATE elec.raw_consumption",
    "DROP TABLE elec.raw_consumption",
    "ALTER TABLE elec.raw_consumption ADD COLUMN x int",
    "CREATE TABLE elec.x (i int)",
]


def refused(engine: Engine, statement: str) -> bool:
    """Say whether PostgreSQL refuses a statement for want of rights, in a transaction that may write."""
    try:
        with engine.begin() as connection:
            connection.execute(text("SET TRANSACTION READ WRITE"))
            connection.execute(text(statement))
            connection.rollback()
    except DBAPIError as error:
        return isinstance(error.orig, psycopg.errors.InsufficientPrivilege)
    return False


def as_login(url: str, login: str) -> str:
    """Return a URL of the embedded server, which asks for no password, with another account."""
    return url.replace("//postgres@", f"//{login}@")


@pytest.fixture
def readers_of(database: str, configured: Settings) -> Iterator[dict[str, Engine]]:
    pages.engine.clear()
    assert configured.database_url.get_secret_value() == database
    api = open_reader(configured, connections=2, statement_timeout_s=5)
    yield {"API": api, "dashboard": pages.engine()}
    api.dispose()
    pages.engine().dispose()
    pages.engine.clear()


@pytest.mark.parametrize("who", ["API", "dashboard"])
def test_a_reader_reads_every_table_and_writes_none(readers_of: dict[str, Engine], who: str) -> None:
    engine = readers_of[who]
    assert [statement for statement in WRITES if not refused(engine, statement)] == []
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            connection.execute(text(f"SELECT count(*) FROM {table}"))


def test_of_dagsters_database_a_reader_sees_how_runs_do_and_no_more(
    database: str, server: EmbeddedServer, engine: Engine
) -> None:
    settings = settings_for(database)
    name = store.dagster_database(database)
    assert store.revision(engine) == store.HEAD
    try:
        with store.opened_dagster(settings) as dagster, dagster.begin() as connection:
            for table in (*roles.DAGSTER_TABLES, "event_logs"):
                connection.execute(text(f"CREATE TABLE {table} (id int)"))
        store.open_dagster_to_reader(settings)
        store.open_dagster_to_reader(settings)
        with psycopg.connect(urls.for_psycopg(server.url(name))) as session:
            assert roles.become_reader(session)
            for table in roles.DAGSTER_TABLES:
                session.execute(f"SELECT * FROM {table}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute("SELECT * FROM event_logs")
            session.rollback()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute("DELETE FROM runs")
    finally:
        with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_the_owner_itself_may_settle_what_is_settled(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL ROLE {roles.OWNER}"))
        assert roles.settle(connection) == []


def test_a_table_of_a_later_version_is_the_owners_and_readable(database: str, engine: Engine) -> None:
    with engine.begin() as connection:
        roles.become_owner(connection)
        connection.execute(text("CREATE TABLE elec.of_tomorrow (id int GENERATED ALWAYS AS IDENTITY, i int)"))
    with engine.begin() as connection:
        owner = connection.scalar(text("SELECT tableowner FROM pg_tables WHERE tablename = 'of_tomorrow'"))
    assert owner == roles.OWNER
    reader = open_reader(settings_for(database), connections=1, statement_timeout_s=5)
    with reader.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM elec.of_tomorrow")) == 0
    assert refused(reader, "INSERT INTO elec.of_tomorrow (i) VALUES (1)")
    reader.dispose()


@pytest.fixture(scope="module")
def own_server() -> Iterator[EmbeddedServer]:
    """A server of this file's own, which knows none of our roles at first: they belong to the whole server."""
    with server_of_its_own("elec-roles-") as server:
        yield server


@pytest.fixture
def own(own_server: EmbeddedServer) -> Iterator[psycopg.Connection]:
    """An administrator of that server."""
    with psycopg.connect(urls.for_psycopg(own_server.url("postgres")), autocommit=True) as admin:
        yield admin


def make_database(
    admin: psycopg.Connection, server: EmbeddedServer, name: str, login: str, rights: str = ""
) -> str:
    """Make a login and a database of its own; returns the URL."""
    admin.execute(sql.SQL(f"CREATE ROLE {{}} LOGIN {rights}").format(sql.Identifier(login)))
    admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(login)))
    return as_login(server.url(name), login)


def test_accounts_of_every_right_share_a_server(
    own: psycopg.Connection, own_server: EmbeddedServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    # One that may not make roles: it is told so, and all works as it did without them.
    plain = make_database(own, own_server, "plain", "plain")
    with store.opened(settings_for(plain)) as engine:
        assert store.revision(engine) == store.HEAD
    told = " ".join(record.getMessage() for record in caplog.records)
    assert all(f"The role {role} is missing" in told for role in (roles.OWNER, roles.WRITER, roles.READER))
    caplog.clear()
    reader = open_reader(settings_for(plain), connections=1, statement_timeout_s=5)
    with reader.connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == "plain"
        with pytest.raises(DBAPIError, match="read-only"):
            connection.execute(text(WRITES[0]))
    reader.dispose()
    assert "cannot act as elec_reader" in caplog.text
    # One that may: the roles are its, and another database of the same server finds them.
    maker = make_database(own, own_server, "maker", "maker", "CREATEROLE")
    caplog.clear()
    with store.opened(settings_for(maker)):
        pass
    assert not caplog.records
    administrator = own_server.url("second")
    own_server.ensure_database("second")
    with store.opened(settings_for(administrator)):
        pass
    assert not caplog.records
    for url in (maker, administrator):
        reader = open_reader(settings_for(url), connections=1, statement_timeout_s=5)
        assert [statement for statement in WRITES if not refused(reader, statement)] == []
        with reader.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM elec.raw_consumption")) == 0
        reader.dispose()
    # The first is given what it lacks by an administrator.
    own.execute("GRANT elec_owner, elec_writer, elec_reader TO plain")
    with store.opened(settings_for(plain)) as engine, engine.begin() as connection:
        assert roles.settle(connection) == []
    reader = open_reader(settings_for(plain), connections=1, statement_timeout_s=5)
    assert refused(reader, WRITES[0])
    reader.dispose()


def test_logins_of_one_role_each_do_their_part_and_no_more(
    own: psycopg.Connection, own_server: EmbeddedServer
) -> None:
    own_server.ensure_database("elec")
    url = own_server.url("elec")
    with store.opened(settings_for(url)):
        pass
    for login, role in (("mover", roles.OWNER), ("worker", roles.WRITER), ("web", roles.READER)):
        own.execute(f"CREATE ROLE {login} LOGIN IN ROLE {role}")
    with store.opened(settings_for(as_login(url, "worker"))) as engine:
        with engine.begin() as connection:
            connection.execute(text(WRITES[0]))
        assert not any(refused(engine, statement) for statement in WRITES[:3])
        assert [statement for statement in WRITES[3:] if not refused(engine, statement)] == []
    settings = Settings.model_validate({"elec_readonly_database_url": as_login(url, "web")})
    reader = open_reader(settings, connections=1, statement_timeout_s=5)
    assert [statement for statement in WRITES if not refused(reader, statement)] == []
    with reader.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM elec.changes")) == 1
    reader.dispose()
    engine = store.connect(settings_for(as_login(url, "mover")))
    to_migration(engine, "-1", down=True)
    to_migration(engine, "head")
    assert store.revision(engine) == store.HEAD
    engine.dispose()
