"""Temporary tables in which an import puts its rows in order: a dump has them as they were last written.

Here: staging, and reading back month by month, so that memory stays flat. Not here: what becomes of the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pandas as pd
import psycopg
from psycopg import sql
from sqlalchemy import Connection

from elec_pipeline.domain.delivery_day import day_end, day_start, delivery_day, spans
from elec_pipeline.imports.older_rows import OlderTable, Row

WINDOW_DAYS = 31
_STEP = """
SELECT mode() WITHIN GROUP (ORDER BY step)
FROM (SELECT at - lag(at) OVER (ORDER BY at) AS step FROM (SELECT DISTINCT at FROM {}) moments) steps
"""


class Staging:
    """The staged rows of one table, for as long as its connection is open.

    Args:
        connection: Of the store.
        table: Whose rows.
    """

    def __init__(self, connection: Connection, table: OlderTable) -> None:
        driver = connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError(f"staging needs psycopg, not {type(driver)}")
        self._driver = driver
        self._table = table
        self._name = sql.Identifier(f"older_{table.name}")
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in table.staged
        )
        self._driver.execute(sql.SQL("CREATE TEMPORARY TABLE IF NOT EXISTS {} ({})").format(self._name, columns))

    def fill(self, rows: Iterator[Row]) -> None:
        """Copy rows in, however many."""
        with self._driver.cursor() as cursor:
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(self._name)) as wire:
                for row in rows:
                    wire.write_row(row)
            cursor.execute(sql.SQL("CREATE INDEX ON {} (at)").format(self._name))
            cursor.execute(sql.SQL("ANALYZE {}").format(self._name))

    def step(self) -> timedelta:
        """Return the usual distance between two instants: the length of an interval; an hour for a lone one."""
        row = self._driver.execute(sql.SQL(_STEP).format(self._name)).fetchone()
        return row[0] if row is not None and row[0] is not None else timedelta(hours=1)

    def span(self) -> tuple[datetime, datetime] | None:
        """Return the first and the last instant; None where there is none."""
        row = self._driver.execute(sql.SQL("SELECT min(at), max(at) FROM {}").format(self._name)).fetchone()
        return None if row is None or row[0] is None else (row[0], row[1])

    def windows(self) -> Iterator[pd.DataFrame]:
        """Yield the rows by month of delivery days, in order."""
        span = self.span()
        if span is None:
            return
        names = [name for name, _ in self._table.staged]
        statement = sql.SQL("SELECT * FROM {} WHERE at >= %s AND at < %s ORDER BY at").format(self._name)
        for begin, end in spans(delivery_day(span[0]), delivery_day(span[1]), WINDOW_DAYS):
            found = self._driver.execute(statement, [day_start(begin), day_end(end)]).fetchall()
            if not found:
                continue
            frame = pd.DataFrame(found, columns=names)
            for name, kind in self._table.staged:
                if kind == "timestamptz":
                    frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
                elif kind == "float8":
                    frame[name] = frame[name].astype("float64")
            yield frame
