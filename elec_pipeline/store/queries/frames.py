"""A query's rows as a frame. Here: types and the bound on time. Not here: any table's name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Double,
    Row,
    Select,
    SmallInteger,
    Table,
    Text,
    cast,
    func,
    select,
)

from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.store.tables import ZONE

_DTYPES: dict[type, str] = {
    DateTime: "datetime64[us, UTC]",
    Double: "float64",
    SmallInteger: "int64",
    Text: "str",
    Date: "object",
    Boolean: "bool",
}


def between(table: Table, column: Column[object], start: datetime, end: datetime) -> Select[tuple[object, ...]]:
    """Select the rows of a table whose `column` lies in `[start, end[`, in order."""
    return select(table).where(table.c.zone == ZONE, column >= start, column < end).order_by(column)


def frame(connection: Connection, statement: Select[tuple[object, ...]]) -> pd.DataFrame:
    """Run a query into a frame whose types do not depend on what came back."""
    # All at once: the driver hands rows out one by one at twice the time.
    rows: Sequence[Row[tuple[object, ...]]] = connection.execute(statement).all()
    columns = {}
    values = zip(*rows, strict=True) if rows else ([] for _ in statement.selected_columns)
    for column, data in zip(statement.selected_columns, values, strict=True):
        dtype = _DTYPES[type(column.type)]
        columns[column.name] = pd.Series(list(data), dtype=dtype)
    return pd.DataFrame(columns)


def paris_day(instant: ColumnElement[Any]) -> ColumnElement[date]:
    """Return the Paris day that an instant falls on, as an expression."""
    return cast(func.timezone(PARIS.key, instant), Date)
