"""A live database of the older layout, read row by row as its server writes rows into a dump.

Here: finding the tables and reading them. Not here: what a row means (`older_rows`). Values come as text, the same
that a dump holds, so that one reader stands behind both roads: what one can read, the other can.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from elec_pipeline.imports.dump import Block
from elec_pipeline.imports.older_rows import TABLES, OlderTable, find_table
from elec_pipeline.redaction import remember_url
from elec_pipeline.store import urls
from elec_pipeline.store.database import LIVELINESS
from elec_pipeline.store.outage import is_outage, unavailable
from elec_pipeline.store.session import pinned
from elec_pipeline.store.tables import SCHEMA

_COLUMNS = """
SELECT table_schema, table_name, array_agg(column_name::text)
FROM information_schema.columns
WHERE table_name = ANY(%s) AND table_schema NOT IN ('information_schema', 'pg_catalog', %s)
GROUP BY 1, 2 ORDER BY 1, 2
"""


@contextmanager
def opened_database(url: str) -> Iterator[Iterator[Block]]:
    """Open a database and hand out its tables of the older layout, in one snapshot.

    Args:
        url: `postgresql://…`.

    Raises:
        StoreUnavailableError: It does not answer; the message shows no password.
    """
    remember_url(url)
    with _named(url):
        connection = psycopg.connect(urls.for_psycopg(urls.with_defaults(pinned(url), **LIVELINESS)))
    with connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute("SET DateStyle = ISO")
        yield _blocks(connection, url)


@contextmanager
def _named(url: str) -> Iterator[None]:
    """Turn the driver's word that the database went away into ours: it is this one, not the store."""
    try:
        yield
    except psycopg.OperationalError as error:
        if not is_outage(error):
            raise
        raise unavailable(
            url, error, "See that the server runs and that the URL names it, then import again."
        ) from None


def _blocks(connection: psycopg.Connection, url: str) -> Iterator[Block]:
    names = [table.name for table in TABLES]
    with _named(url):
        found = connection.execute(_COLUMNS, [names, SCHEMA]).fetchall()
    for schema, name, columns in found:
        table = find_table(name, columns)
        if table is not None:
            yield table, _rows(connection, url, schema, table)


def _rows(
    connection: psycopg.Connection, url: str, schema: str, table: OlderTable
) -> Iterator[tuple[str, dict[str, object]]]:
    statement = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(
        sql.SQL(", ").join(map(sql.Identifier, table.needed)), sql.Identifier(schema, table.name)
    )
    with _named(url), connection.cursor() as cursor, cursor.copy(statement) as wire:
        for number, row in enumerate(wire.rows(), 1):
            yield f"{schema}.{table.name}, row {number}", dict(zip(table.needed, row, strict=True))
