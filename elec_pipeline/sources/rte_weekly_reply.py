"""Reading of RTE's `weekly_forecasts` replies.

Here: what an element of them is of. Not here: how the bytes are fetched, and what RTE's replies have in common
(`rte_blocks`).

The shape is known from what others wrote about it, and no reply was at hand: an element a day with `start_date`,
`end_date`, `updated_date`, `peak` (`peak_hour`, `value`, `temperature`, `temperature_deviation`) and half-hourly
`values`. So nothing but the values is relied on: their own `updated_date` counts where they have one, else that of
their element. Fields that are not known here, and the peak, are passed over.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.rte_blocks import Block, read_blocks
from elec_pipeline.sources.values import moment_of

WEEKLY = "weekly"
"""Name of the series; RTE gives it none."""
USUAL_MINUTES = 30
"""Interval length of values whose end is missing."""


def read_weekly(body: bytes, left_out: LeftOut | None = None) -> pd.DataFrame:
    """Read a reply of `weekly_forecasts`.

    Args:
        body: The reply as it came.
        left_out: Counts what cannot be read, see `rte_blocks.read_blocks`.

    Returns:
        One row per listed value: `block` (number of its element: a day may come in several, of several
        publications), `forecast_type` (always the same), `interval_start` and `published_at` (UTC; NaT where
        absent), `load_mw` (NaN where RTE gives no number), `resolution_minutes`.

    Raises:
        SourceReplyError: The body is no JSON of the expected shape, such as one cut off or a gateway's page, or
            nothing in it can be read.

    Example:
        >>> frame = read_weekly(b'{"weekly_forecasts": [{"updated_date": "2025-01-01T07:00:00+01:00", "values": ['
        ...     b'{"start_date": "2025-01-04T00:00:00+01:00", "end_date": "2025-01-04T00:30:00+01:00", '
        ...     b'"value": 60000}]}]}')
        >>> str(frame.loc[0, "published_at"]), int(frame.loc[0, "resolution_minutes"])
        ('2025-01-01 06:00:00+00:00', 30)
    """
    return read_blocks(body, "weekly_forecasts", _block_of, left_out)


def _block_of(block: dict[str, Any]) -> Block:
    return Block(WEEKLY, USUAL_MINUTES, moment_of(block.get("updated_date")))
