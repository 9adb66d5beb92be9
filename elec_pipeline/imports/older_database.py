"""A live database of the older layout, read row by row through a cursor on its server.

Here: finding the tables and reading them. Not here: what a row means (`older_rows`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from elec_pipeline.errors import StoreUnavailableError
from elec_pipeline.imports.dump import Block
from elec_pipeline.imports.older_rows import TABLES, OlderTable, find_table
from elec_pipeline.redaction import remember_url
from elec_pipeline.store import urls
from elec_pipeline.store.tables import SCHEMA

_ROWS_AT_ONCE = 10_000
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
    try:
        connection = psycopg.connect(urls.for_psycopg(url), connect_timeout=10)
    except psycopg.OperationalError as error:
        raise StoreUnavailableError(
            f"The database {urls.redact(url)} does not answer: {str(error).strip()}."
        ) from None
    with connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield _blocks(connection)


def _blocks(connection: psycopg.Connection) -> Iterator[Block]:
    names = [table.name for table in TABLES]
    for schema, name, columns in connection.execute(_COLUMNS, [names, SCHEMA]).fetchall():
        table = find_table(name, columns)
        if table is not None:
            yield table, _rows(connection, schema, table)


def _rows(
    connection: psycopg.Connection, schema: str, table: OlderTable
) -> Iterator[tuple[str, dict[str, object]]]:
    statement = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(map(sql.Identifier, table.needed)), sql.Identifier(schema, table.name)
    )
    with connection.cursor("older_layout") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        cursor.execute(statement)
        for number, row in enumerate(cursor, 1):
            yield f"{schema}.{table.name}, row {number}", dict(zip(table.needed, row, strict=True))
