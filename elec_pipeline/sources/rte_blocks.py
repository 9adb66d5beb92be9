"""What the replies of RTE's Consumption API have in common: a list of blocks, each with its values.

Here: from the bytes of a reply to one row per value; pure. Not here: what a block is of, which each resource says
in its own way (`rte_reply`, `rte_weekly_reply`). Each block and each value is read for itself: what cannot be read
is left out and counted, and the rest is kept. A reply may start with a byte-order mark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from elec_pipeline.sources.http import json_of
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.values import malformed, moment_of, number_of, quarter_of

_LENGTHS_MINUTES = (15, 30, 60)
_UTC = "datetime64[us, UTC]"
_WHOSE = "RTE's"


class Block(NamedTuple):
    """What a block says of all its values.

    Attributes:
        forecast_type: Name of the series.
        usual_minutes: Interval length of values whose end is missing.
        published_at: When the values were published that do not say so themselves; None: not known.
    """

    forecast_type: str
    usual_minutes: int
    published_at: datetime | None = None


class _Row(NamedTuple):
    block: int
    forecast_type: str
    interval_start: datetime
    load_mw: float
    resolution_minutes: int
    published_at: datetime | None


def read_blocks(
    body: bytes, resource: str, block_of: Callable[[dict[str, Any]], Block | None], left_out: LeftOut | None = None
) -> pd.DataFrame:
    """Read a reply of a resource.

    Args:
        body: The reply as it came.
        resource: Name of the resource, under which the reply has its blocks.
        block_of: Returns what an object of that list says of its values; None where it is no block.
        left_out: Counts what cannot be read: blocks without values or of another form, values without a readable
            start on the quarter-hour, and what is no number where one is given.

    Returns:
        One row per listed value: `block` (its number in the reply), `forecast_type`, `interval_start` and
        `published_at` (UTC; NaT where absent), `load_mw` (NaN where RTE gives no number), `resolution_minutes`.

    Raises:
        SourceReplyError: The body is no JSON of the expected shape, such as one cut off or a gateway's page, or
            nothing in it can be read.
    """
    try:
        reply = json_of(body)
    except ValueError as error:
        raise malformed(_WHOSE, type(error).__name__, body) from None
    blocks = reply.get(resource) if isinstance(reply, dict) else None
    if not isinstance(blocks, list):
        raise malformed(_WHOSE, f"no list {resource}", body)
    counted = LeftOut()
    readable = [
        (number, *found)
        for number, block in enumerate(blocks)
        if (found := _values_of(block, block_of, counted)) is not None
    ]
    if blocks and not readable:
        raise malformed(_WHOSE, "no block of it can be read", body)
    rows = [row for number, block, values in readable for row in _rows(number, block, values, counted)]
    if not rows and any(values for _, _, values in readable):
        raise malformed(_WHOSE, "no value of it can be read", body)
    if left_out is not None:
        left_out.include(counted)
    return _frame(rows)


def _values_of(
    block: Any, block_of: Callable[[dict[str, Any]], Block | None], left_out: LeftOut
) -> tuple[Block, list[Any]] | None:
    """Return a block and its values; None where it is no block."""
    found = block_of(block) if isinstance(block, dict) else None
    if found is not None:
        values = block.get("values")
        if isinstance(values, list):
            return found, values
        if values is None:  # RTE leaves it out where it has nothing yet
            left_out.add("blocks without values")
            return found, []
    left_out.add("blocks of another form")
    return None


def _rows(number: int, block: Block, values: list[Any], left_out: LeftOut) -> Iterator[_Row]:
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
            number,
            block.forecast_type,
            start,
            np.nan if load_mw is None else load_mw,
            int(minutes) if minutes in _LENGTHS_MINUTES else block.usual_minutes,
            moment_of(value.get("updated_date")) or block.published_at,
        )


def _frame(rows: list[_Row]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(_Row._fields)).astype(
        {
            "block": "int64",
            "forecast_type": object,
            "interval_start": _UTC,
            "load_mw": "float64",
            "resolution_minutes": "int64",
            "published_at": _UTC,
        }
    )
