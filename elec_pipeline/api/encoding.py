"""Frames as bytes: JSON by rows or by columns, CSV, Parquet. Pure.

Columns go to orjson as they are: no object is made for each row by a validator, which is what costs most.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import orjson
import pandas as pd

from elec_pipeline.api.instants import all_written


class Format(StrEnum):
    """How rows are written."""

    JSON = "json"
    COLUMNS = "columns"
    CSV = "csv"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        """The type by which it is announced and asked for."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.COLUMNS: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.PARQUET: "application/vnd.apache.parquet",
}


def to_json(value: object) -> bytes:
    """Return a value as JSON; NaN becomes null, instants end in Z."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def rows(table: pd.DataFrame, names: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Return the rows of a frame as they are written to callers, ready for orjson.

    Args:
        table: Instants in UTC.
        names: Columns to take, and what callers know them by; all under their own names if not given.

    Example:
        >>> hours = pd.to_datetime(["2025-03-30T01:00Z"])
        >>> rows(pd.DataFrame({"hour_start": hours, "load_mw": [50e3]}), {"hour_start": "date", "load_mw": "MW"})
        [{'date': '2025-03-30T01:00:00Z', 'MW': 50000.0}]
    """
    taken = columns(table, names)
    keys = tuple(taken)
    return [dict(zip(keys, values, strict=True)) for values in zip(*taken.values(), strict=True)]


def columns(table: pd.DataFrame, names: Mapping[str, str] | None = None) -> dict[str, list[Any]]:
    """Return the columns of a frame as they are written to callers, ready for orjson."""
    names = names or {name: name for name in table.columns}
    return {new: _plain(table[name]) for name, new in names.items()}


def encoded(table: pd.DataFrame, how: Format, following: str | None) -> bytes:
    """Return a page of rows as bytes.

    Args:
        table: Instants in UTC, days as dates.
        how: The format.
        following: Cursor of the next page; JSON alone has a place for it.
    """
    if how is Format.PARQUET:
        file = io.BytesIO()
        table.to_parquet(file, index=False, compression="zstd")
        return file.getvalue()
    if how is Format.CSV:
        return pd.DataFrame(columns(table)).to_csv(index=False, lineterminator="\n").encode()
    data = rows(table) if how is Format.JSON else columns(table)
    return to_json({"data": data, "next": following})


def _plain(column: pd.Series) -> list[Any]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return list(all_written(column))
    if column.dtype == object:
        return [each.isoformat() if isinstance(each, date) else each for each in column]
    if isinstance(column.dtype, pd.StringDtype):
        return [None if pd.isna(each) else each for each in column]
    return list(column.tolist())
