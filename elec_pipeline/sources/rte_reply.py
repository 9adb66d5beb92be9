"""Reading of RTE's `short_term` replies.

Here: bytes to a frame; pure. Not here: how the bytes are fetched. RTE's reply has a block per type, in no
promised order, and may start with a byte-order mark; see the published sample of the Consumption API.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from elec_pipeline.errors import SourceUnavailableError
from elec_pipeline.sources.http import json_of, opening

RESOLUTION_MINUTES = {"REALISED": 15, "ID": 15, "D-1": 15, "D-2": 30}
"""Interval length of each type, for values whose end is missing."""

_COLUMNS = ["forecast_type", "interval_start", "load_mw", "resolution_minutes", "published_at"]


def read_short_term(body: bytes) -> pd.DataFrame:
    """Read a reply of `short_term`.

    Args:
        body: The reply as it came.

    Returns:
        One row per listed value: `forecast_type` (`REALISED`, `ID`, `D-1`, `D-2`), `interval_start` and
        `published_at` (UTC; NaT where absent), `load_mw` (NaN where RTE gives no number),
        `resolution_minutes`. Values whose start cannot be read are left out.

    Raises:
        SourceUnavailableError: The body is no JSON of the expected shape: cut off, or a gateway's page.

    Example:
        >>> frame = read_short_term(b'{"short_term": [{"type": "D-1", "values": [{"value": 50000, '
        ...     b'"start_date": "2025-01-01T00:00:00+01:00", "end_date": "2025-01-01T00:15:00+01:00", '
        ...     b'"updated_date": "2024-12-31T19:30:00+01:00"}]}]}')
        >>> frame.loc[0, "interval_start"], float(frame.loc[0, "load_mw"])
        (Timestamp('2024-12-31 23:00:00+0000', tz='UTC'), 50000.0)
    """
    try:
        blocks = json_of(body)["short_term"]
        rows = [_row(str(block["type"]), value) for block in blocks for value in block["values"]]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceUnavailableError(
            f"RTE's reply is not the expected JSON ({type(error).__name__}); it starts with {opening(body)}."
        ) from None
    raw = pd.DataFrame(rows, columns=["type", "start", "end", "updated", "value"])
    start = _utc(raw["start"])
    minutes = (_utc(raw["end"]) - start).dt.total_seconds() / 60
    frame = pd.DataFrame(
        {
            "forecast_type": raw["type"],
            "interval_start": start,
            "load_mw": pd.to_numeric(raw["value"], errors="coerce").astype("float64"),
            "resolution_minutes": minutes.where(
                minutes.isin([15, 30, 60]), raw["type"].map(RESOLUTION_MINUTES)
            ).fillna(15),
            "published_at": _utc(raw["updated"]),
        }
    )
    frame["resolution_minutes"] = frame["resolution_minutes"].astype("int64")
    return frame.loc[start.notna(), _COLUMNS].reset_index(drop=True)


def _row(kind: str, value: dict[str, Any]) -> tuple[object, ...]:
    number = value.get("value")
    return (
        kind,
        value.get("start_date"),
        value.get("end_date"),
        value.get("updated_date"),
        None if isinstance(number, bool) else number,
    )


def _utc(moments: pd.Series) -> pd.Series:
    """Parse ISO 8601 with offset; anything else becomes NaT."""
    parsed = pd.to_datetime(moments, utc=True, format="ISO8601", errors="coerce")
    return parsed.astype("datetime64[us, UTC]")
