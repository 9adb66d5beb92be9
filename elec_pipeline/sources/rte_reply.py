"""Reading of RTE's `short_term` replies.

Here: what a block of them is of. Not here: how the bytes are fetched, and what RTE's replies have in common
(`rte_blocks`). A reply has a block per type, in no promised order; see the published sample of the Consumption
API.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.rte_blocks import Block, read_blocks

RESOLUTION_MINUTES = {"REALISED": 15, "ID": 15, "D-1": 15, "D-2": 30}
"""Interval length of each type, for values whose end is missing."""
_USUAL_MINUTES = 15


def read_short_term(body: bytes, left_out: LeftOut | None = None) -> pd.DataFrame:
    """Read a reply of `short_term`.

    Args:
        body: The reply as it came.
        left_out: Counts what cannot be read, see `rte_blocks.read_blocks`.

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
    return read_blocks(body, "short_term", _block_of, left_out).drop(columns="block")


def _block_of(block: dict[str, Any]) -> Block | None:
    name = block.get("type")
    if not (isinstance(name, str) and name.isascii()):
        return None
    return Block(name, RESOLUTION_MINUTES.get(name, _USUAL_MINUTES))
