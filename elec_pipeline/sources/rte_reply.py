"""Reading of RTE's `short_term` replies.

Here: bytes to a frame; pure. Not here: how the bytes are fetched. RTE's reply has a block per type, in no
promised order, and may start with a byte-order mark; see the published sample of the Consumption API. Each block
and each value is read for itself: what cannot be read is left out and counted, and the rest is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from elec_pipeline.sources.http import json_of
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.values import malformed, moment_of, number_of, quarter_of

RESOLUTION_MINUTES = {"REALISED": 15, "ID": 15, "D-1": 15, "D-2": 30}
"""Interval length of each type, for values whose end is missing."""

_LENGTHS_MINUTES = (15, 30, 60)
_UTC = "datetime64[us, UTC]"
_WHOSE = "RTE's"


class _Row(NamedTuple):
    forecast_type: str
    interval_start: datetime
    load_mw: float
    resolution_minutes: int
    published_at: datetime | None


def read_short_term(body: bytes, left_out: LeftOut | None = None) -> pd.DataFrame:
    """Read a reply of `short_term`.

    Args:
        body: The reply as it came.
        left_out: Counts what cannot be read: blocks without values or of another form, values without a readable
            start on the quarter-hour, and what is no number where one is given.

    Returns:
        One row per listed value: `forecast_type` (`REALISED`, `ID`, `D-1`, `D-2`), `interval_start` and
        `published_at` (UTC; NaT where absent), `load_mw` (NaN where RTE gives no number),
        `resolution_minutes`. Values whose start cannot be read are left out.

    Raises:
        SourceReplyError: The body is no JSON of the expected shape, such as one cut off or a gateway's page, or
            nothing in it can be read.

    Example:
        >>> frame = read_short_term(b'{"short_term": [{"type": "D-1", "values": [{"value": 50000, '
        ...     b'"start_date": "2025-01-01T00:00:00+01:00", "end_date": "2025-01-01T00:15:00+01:00", '
        ...     b'"updated_date": "2024-12-31T19:30:00+01:00"}]}]}')
        >>> frame.loc[0, "interval_start"], float(frame.loc[0, "load_mw"])
        (Timestamp('2024-12-31 23:00:00+0000', tz='UTC'), 50000.0)
    """
    try:
        reply = json_of(body)
    except ValueError as error:
        raise malformed(_WHOSE, type(error).__name__, body) from None
    blocks = reply.get("short_term") if isinstance(reply, dict) else None
    if not isinstance(blocks, list):
        raise malformed(_WHOSE, "no list short_term", body)
    counted = LeftOut()
    readable = [each for block in blocks if (each := _values_of(block, counted)) is not None]
    if blocks and not readable:
        raise malformed(_WHOSE, "no block of it can be read", body)
    rows = [row for forecast_type, values in readable for row in _rows(forecast_type, values, counted)]
    if not rows and any(values for _, values in readable):
        raise malformed(_WHOSE, "no value of it can be read", body)
    if left_out is not None:
        left_out.include(counted)
    return _frame(rows)


def _values_of(block: Any, left_out: LeftOut) -> tuple[str, list[Any]] | None:
    """Return the type and the values of a block; None where it is no block."""
    if isinstance(block, dict) and isinstance(block.get("type"), str) and block["type"].isascii():
        values = block.get("values")
        if isinstance(values, list):
            return block["type"], values
        if values is None:  # RTE leaves it out where it has nothing yet
            left_out.add("blocks without values")
            return block["type"], []
    left_out.add("blocks of another form")
    return None


def _rows(forecast_type: str, values: list[Any], left_out: LeftOut) -> Iterator[_Row]:
    usual_minutes = RESOLUTION_MINUTES.get(forecast_type, 15)
    for value in values:
        if not isinstance(value, dict):
            left_out.add("values of another form")
            continue
        start = quarter_of(value.get("start_date"))
        if start is None:
            left_out.add("values without a readable start")
            continue
        load_mw = number_of(value.get("value"))
        if load_mw is None:
            left_out.add("loads that are no number")
        end = moment_of(value.get("end_date"))
        minutes = 0.0 if end is None else (end - start).total_seconds() / 60
        yield _Row(
            forecast_type,
            start,
            np.nan if load_mw is None else load_mw,
            int(minutes) if minutes in _LENGTHS_MINUTES else usual_minutes,
            moment_of(value.get("updated_date")),
        )


def _frame(rows: list[_Row]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(_Row._fields)).astype(
        {
            "forecast_type": object,
            "interval_start": _UTC,
            "load_mw": "float64",
            "resolution_minutes": "int64",
            "published_at": _UTC,
        }
    )
