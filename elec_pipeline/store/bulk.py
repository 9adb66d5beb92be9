"""Bulk writes: COPY into a temporary table, then one statement that touches only rows that differ.

Here: the mechanics, for any table. Not here: which columns make two rows differ, and what else a write has
to record; that is each writer's business. Everything runs in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
import psycopg
from psycopg import sql
from sqlalchemy import Boolean, Connection, Date, DateTime, Double, SmallInteger, Table, Text, text

from elec_pipeline.store.changes import note_change

_WIRE_TYPES: dict[type, str] = {
    DateTime: "timestamptz",
    Double: "float8",
    SmallInteger: "int2",
    Text: "text",
    Date: "date",
    Boolean: "bool",
}


@dataclass(frozen=True)
class Written:
    """What a write changed: rows `inserted`, rows `replaced`, and rows that were there already."""

    inserted: int
    replaced: int
    unchanged: int

    def __add__(self, other: Written) -> Written:
        """Return the sum of two writes.

        Example:
            >>> Written(1, 0, 2) + Written(3, 1, 0)
            Written(inserted=4, replaced=1, unchanged=2)
        """
        return Written(
            self.inserted + other.inserted,
            self.replaced + other.replaced,
            self.unchanged + other.unchanged,
        )


NOTHING = Written(0, 0, 0)


@contextmanager
def staged(connection: Connection, table: Table, frame: pd.DataFrame) -> Iterator[str]:
    """Copy a frame into a temporary table like `table`; columns that the frame lacks get their defaults.

    Yields:
        The temporary table's name. It is gone when the block ends.
    """
    staging = f"staged_{table.name}"
    # The defaults come along: what is the same in every row, such as the zone, need not travel.
    connection.execute(text(f"CREATE TEMPORARY TABLE {staging} (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DROP"))
    copy(connection, table, staging, frame)
    yield staging
    connection.execute(text(f"DROP TABLE {staging}"))


def copy(connection: Connection, table: Table, into: str, frame: pd.DataFrame) -> None:
    """Copy a frame into a table that has columns of `table`, with a binary COPY.

    Args:
        connection: Open transaction.
        table: Says the columns' types.
        into: Name of the table to fill.
        frame: Its columns are columns of `table`.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"bulk writes need psycopg, not {type(driver)}")
    columns = list(frame.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(*into.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with driver.cursor() as cursor, cursor.copy(statement) as wire:
        wire.set_types([_wire_type(table, name) for name in columns])
        for row in zip(*(_values(frame[name]) for name in columns), strict=True):
            wire.write_row(row)


def merge(
    connection: Connection,
    table: Table,
    staging: str,
    columns: Sequence[str],
    update: Sequence[str],
    fill: Sequence[str] = (),
) -> Written:
    """Insert the staged rows; replace those whose `update` columns differ; leave the others alone.

    Args:
        connection: Open transaction.
        table: Where to.
        staging: Temporary table made by `staged`.
        columns: Columns to write, without the zone.
        update: Columns whose difference makes a row stale. Empty: rows that are there are not replaced.
        fill: Where none is to be updated, columns that take the staged value where they have none. A value that is
            there stays, and so does everything else of the row.
    """
    key = ", ".join(column.name for column in table.primary_key)
    names = ", ".join(["zone", *columns])
    action = "NOTHING"
    if update:
        touched = [name for name in columns if name not in table.primary_key.columns]
        stamps = [name for name in ("ingested_at", "updated_at") if name in table.columns]
        settings = [f"{name} = excluded.{name}" for name in touched] + [f"{name} = now()" for name in stamps]
        old = ", ".join(f"{table.name}.{name}" for name in update)
        new = ", ".join(f"excluded.{name}" for name in update)
        action = f"UPDATE SET {', '.join(settings)} WHERE ({old}) IS DISTINCT FROM ({new})"
    elif fill:
        settings = [f"{name} = coalesce({table.name}.{name}, excluded.{name})" for name in fill]
        gaps = [f"({table.name}.{name} IS NULL AND excluded.{name} IS NOT NULL)" for name in fill]
        action = f"UPDATE SET {', '.join(settings)} WHERE {' OR '.join(gaps)}"
    counts = connection.execute(
        text(
            f"WITH merged AS (INSERT INTO {table} ({names}) SELECT {names} FROM {staging} ORDER BY {key}"
            f" ON CONFLICT ({key}) DO {action} RETURNING xmax = 0 AS is_new)"
            f" SELECT count(*) FILTER (WHERE is_new), count(*), (SELECT count(*) FROM {staging}) FROM merged"
        )
    ).one()
    inserted, touched_rows, offered = counts
    if touched_rows:
        note_change(connection, table)
    return Written(inserted, touched_rows - inserted, offered - touched_rows)


def upsert(
    connection: Connection, table: Table, frame: pd.DataFrame, update: Sequence[str], fill: Sequence[str] = ()
) -> Written:
    """Stage and merge a frame whose columns are columns of `table`; see `merge`."""
    if frame.empty:
        return NOTHING
    with staged(connection, table, frame) as staging:
        return merge(connection, table, staging, list(frame.columns), update, fill)


def _wire_type(table: Table, column: str) -> str:
    return _WIRE_TYPES[type(table.columns[column].type)]


def _values(column: pd.Series) -> Iterable[object]:
    """Return a column's values as Python objects, None where missing."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        # One array of datetimes is several times faster than a timestamp a row.
        moments = column.dt.tz_convert("UTC").dt.to_pydatetime()
        return [None if moment is pd.NaT else moment for moment in moments] if column.hasnans else moments
    if column.hasnans:
        return [None if pd.isna(value) else value for value in column.tolist()]
    return column.tolist()
