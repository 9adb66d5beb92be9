"""Temporary tables in which an import puts its rows in order: files have them as they were last written.

Here: staging, and reading back month by month with the neighbours of each month, so that memory stays flat. Not
here: what becomes of the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pandas as pd
import psycopg
from psycopg import sql
from sqlalchemy import Connection

from elec_pipeline.domain.delivery_day import day_end, day_start, delivery_day, spans

WINDOW_DAYS = 31
NEIGHBOURS = timedelta(hours=6)
"""How far beyond a month its rows' neighbours are looked for: they tell how long an interval is."""


class Staging:
    """The staged rows of one table, for as long as its connection is open.

    Args:
        connection: Of the store.
        name: Of the temporary table.
        columns: Names and PostgreSQL types; `row` (bigint) and `at` (timestamptz) are among them.
    """

    def __init__(self, connection: Connection, name: str, columns: Sequence[tuple[str, str]]) -> None:
        driver = connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError(f"staging needs psycopg, not {type(driver)}")
        self._driver = driver
        self._columns = columns
        self._name = sql.Identifier(name)
        typed = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in columns
        )
        self._driver.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({})").format(self._name, typed))

    def fill(self, rows: Iterator[tuple[object, ...]]) -> None:
        """Copy rows in, however many."""
        with (
            self._driver.cursor() as cursor,
            cursor.copy(sql.SQL("COPY {} FROM STDIN").format(self._name)) as wire,
        ):
            for row in rows:
                wire.write_row(row)

    def windows(self) -> Iterator[pd.DataFrame]:
        """Yield the rows by month of delivery days, in order of time and row.

        The rows of the hours before and after a month come with it; `is_inside` is False for them.
        """
        self._driver.execute(sql.SQL("CREATE INDEX ON {} (at)").format(self._name))
        self._driver.execute(sql.SQL("ANALYZE {}").format(self._name))
        span = self._span()
        if span is None:
            return
        statement = sql.SQL("SELECT * FROM {} WHERE at >= %s AND at < %s ORDER BY at, row").format(self._name)
        for first, last in spans(delivery_day(span[0]), delivery_day(span[1]), WINDOW_DAYS):
            begin, end = day_start(first), day_end(last)
            found = self._driver.execute(statement, [begin - NEIGHBOURS, end + NEIGHBOURS]).fetchall()
            frame = pd.DataFrame(found, columns=[name for name, _ in self._columns])
            for name, kind in self._columns:
                if kind == "timestamptz":
                    frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
                elif kind == "float8":
                    frame[name] = frame[name].astype("float64")
            is_inside = frame["at"].between(begin, end, inclusive="left")
            if is_inside.any():
                yield frame.assign(is_inside=is_inside)

    def _span(self) -> tuple[datetime, datetime] | None:
        row = self._driver.execute(sql.SQL("SELECT min(at), max(at) FROM {}").format(self._name)).fetchone()
        return None if row is None or row[0] is None else (row[0], row[1])
