"""A database as it is at one moment: its dump, and how many rows of which content each table has.

Here: dumping and counting in one snapshot, while others write. Not here: which databases (`making`).

Source: https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from elec_pipeline.backup import programs
from elec_pipeline.backup.manifest import Rows
from elec_pipeline.errors import BackupError
from elec_pipeline.store import urls
from elec_pipeline.store.database import LIVELINESS
from elec_pipeline.store.outage import reason, unavailable
from elec_pipeline.store.session import pinned

_LOCK_WAIT = "5min"
"""How long a dump waits for a migration that is just being made."""
_TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND (%(schema)s::text IS NULL OR n.nspname = %(schema)s)
    ORDER BY 1, 2
"""
_ROWS = sql.SQL(
    # The texts are those of pinned settings; the order of rows does not matter.
    "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0)::text FROM {} t"
)


@dataclass(frozen=True)
class Dump:
    """What was dumped.

    Attributes:
        tables: By schema and name.
        server: Version of the server.
        dumped_by: Major version of `pg_dump`.
        models: Version and location of each registered model, where there is a table of them.
        revision: Migration of the tables, where that is noted.
    """

    tables: dict[str, Rows]
    server: str
    dumped_by: int
    models: dict[str, str]
    revision: str | None


def connect(url: str) -> psycopg.Connection:
    """Connect as for every session of ours, without a limit on what takes long.

    Raises:
        StoreUnavailableError: The database does not answer.
    """
    try:
        connection = psycopg.connect(
            urls.for_psycopg(urls.with_defaults(pinned(url), **LIVELINESS)), autocommit=True
        )
    except psycopg.OperationalError as error:
        raise unavailable(url, error) from None
    for name in ("statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"):
        if connection.execute("SELECT 1 FROM pg_settings WHERE name = %s", [name]).fetchone():
            connection.execute(f"SET {name} = 0")
    return connection


def dump(url: str, into: Path, *, schema: str | None) -> Dump:
    """Dump a database as it is at one moment.

    Args:
        url: Of the database.
        into: The file to write, in pg_dump's custom format.
        schema: What to dump of it; None: everything.

    Raises:
        StoreUnavailableError: The database does not answer.
        BackupError: It cannot be dumped.
    """
    with connect(url) as connection:
        program = programs.pg_dump(connection.info.server_version // 10000, encrypted=connection.pgconn.ssl_in_use)
        if schema is not None and _value(connection, f"SELECT to_regnamespace('{schema}')") is None:
            raise BackupError(
                f"The database {urls.redact(url)} has no tables of elec-pipeline: nothing to back up."
            )
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = str(_value(connection, "SELECT pg_export_snapshot()"))
        _run(program, url, into, snapshot, schema)
        return Dump(
            tables=rows(connection, schema),
            server=str(_value(connection, "SHOW server_version")).split()[0],
            dumped_by=program.major,
            models=_models(connection, schema),
            revision=_revision(connection, schema),
        )


def rows(connection: psycopg.Connection, schema: str | None = None) -> dict[str, Rows]:
    """Return how many rows of which content each table has, by schema and name."""
    counted = {}
    for space, name in connection.execute(_TABLES, {"schema": schema}).fetchall():
        found = connection.execute(_ROWS.format(sql.Identifier(space, name))).fetchone()
        assert found is not None, "an aggregate has a row"  # noqa: S101
        counted[f"{space}.{name}"] = Rows(rows=found[0], checksum=found[1])
    return counted


def row_counts(connection: psycopg.Connection) -> dict[str, int]:
    """Return how many rows each table of a database has, by schema and name."""
    counted = {}
    for space, name in connection.execute(_TABLES, {"schema": None}).fetchall():
        found = connection.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(space, name))
        ).fetchone()
        counted[f"{space}.{name}"] = int(found[0]) if found else 0
    return counted


def _run(program: programs.Program, url: str, into: Path, snapshot: str, schema: str | None) -> None:
    options = ["--format=custom", "--no-password", "--no-publications", "--no-subscriptions"]
    options += [f"--snapshot={snapshot}", f"--lock-wait-timeout={_LOCK_WAIT}", f"--file={into}"]
    if schema is not None:
        options.append(f"--schema={schema}")
    with programs.connecting(urls.for_psycopg(url)) as (shown, environment):
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own
            [program.path, *options, f"--dbname={shown}"],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    if done.returncode:
        raise BackupError(
            f"The database {urls.redact(url)} could not be dumped by {program.path}: "
            f"{reason(RuntimeError(done.stderr), url)}."
        )


def _models(connection: psycopg.Connection, schema: str | None) -> dict[str, str]:
    if schema is None or _value(connection, f"SELECT to_regclass('{schema}.models')") is None:
        return {}
    return dict(connection.execute(f"SELECT version, location FROM {schema}.models ORDER BY 1").fetchall())


def _revision(connection: psycopg.Connection, schema: str | None) -> str | None:
    if schema is None or _value(connection, f"SELECT to_regclass('{schema}.alembic_version')") is None:
        return None
    found = _value(connection, f"SELECT version_num FROM {schema}.alembic_version")
    return None if found is None else str(found)


def _value(connection: psycopg.Connection, query: str) -> object:
    found = connection.execute(query).fetchone()
    return found[0] if found else None
