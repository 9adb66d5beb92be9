"""Reading of the open data's eCO2mix exports.

Here: bytes to a frame; pure. Not here: how the bytes are fetched, and which data set stands in for which.
Every day has 96 rows, by Paris wall clock: in spring those of the hour that does not exist share their instant
with the next hour's and hold other values; in autumn the first pass of the repeated hour is absent. Each row is
read for itself: what cannot be read is left out and counted, and the rest is kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.sources.http import json_of
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.values import malformed, number_of, quarter_of

FIELDS = {"REALISED": "consommation", "D-1": "prevision_j1", "ID": "prevision_j"}
"""The open data's field of each type. RTE's forecast of the running day is what its API calls intraday; there
is no D-2."""
QUARTER = pd.Timedelta(minutes=15)
HALF_HOUR = pd.Timedelta(minutes=30)
_WHOSE = "The open data's"

_COLUMNS = ["forecast_type", "interval_start", "load_mw", "resolution_minutes", "published_at", "source"]


def read_export(
    body: bytes, types: Sequence[str], *, source: str, half_hours: bool, left_out: LeftOut | None = None
) -> pd.DataFrame:
    """Read a JSON export of one data set.

    Args:
        body: The reply as it came.
        types: The types asked for; those the open data does not have are left out.
        source: Name of the data set, for every row.
        half_hours: Whether a series without a value at :15 and :45 is by half-hour, see `in_quarters`.
        left_out: Counts what cannot be read: rows of another form, rows without a readable instant on the
            quarter-hour or whose wall clock contradicts it, and loads that are missing as a key or no number. The
            rows of spring's missing hour are the open data's habit and not counted.

    Returns:
        As `ConsumptionSource.short_term` says, in order; `published_at` is NaT.

    Raises:
        SourceReplyError: The body is no JSON of the expected shape, such as one cut off or a gateway's page, or
            no row of it can be read.

    Example:
        >>> frame = read_export(b'[{"date": "2025-03-30", "heure": "02:00", "consommation": 1, '
        ...     b'"date_heure": "2025-03-30T01:00:00+00:00"}, {"date": "2025-03-30", "heure": "03:00", '
        ...     b'"consommation": 50000, "date_heure": "2025-03-30T01:00:00+00:00"}]', ["REALISED"],
        ...     source="odre-realtime", half_hours=False)
        >>> frame["load_mw"].tolist()
        [50000.0]
    """
    counted = LeftOut()
    try:
        listed = json_of(body)
    except ValueError as error:
        raise malformed(_WHOSE, type(error).__name__, body) from None
    if not isinstance(listed, list):
        raise malformed(_WHOSE, "no list of rows", body)
    dated = [(start, row) for row in listed if (start := _start(row, counted)) is not None]
    if listed and not dated:
        raise malformed(_WHOSE, "no row of it can be read", body)
    kept = [(start, row) for start, row in dated if _is_real(row, start, counted)]
    starts = pd.Series([start for start, _ in kept], dtype="datetime64[us, UTC]")
    parts = []
    for name in types:
        if name not in FIELDS:
            continue
        loads = pd.Series([_load(row, FIELDS[name], counted) for _, row in kept], dtype="float64")
        frame = pd.DataFrame({"interval_start": starts, "load_mw": loads})
        if half_hours:
            frame = in_quarters(frame)
        parts.append(frame.sort_values("interval_start").assign(forecast_type=name))
    if left_out is not None:
        left_out.include(counted)
    if not parts:
        return nothing()
    joined: pd.DataFrame = pd.concat(parts, ignore_index=True).assign(resolution_minutes=15, source=source)
    joined["published_at"] = pd.Series(pd.NaT, index=joined.index, dtype="datetime64[us, UTC]")
    return joined[_COLUMNS]


def in_quarters(frame: pd.DataFrame) -> pd.DataFrame:
    """Let a half-hour's mean stand in both of its quarters, where the second has no value of its own.

    The store keeps quarters, so that a consolidated half-hour can replace two real-time quarters, each with its
    revision, and what was known before stays exact. No mean changes.

    Args:
        frame: Columns `interval_start` (UTC), `load_mw`, and others; a quarter without a value may be missing.

    Returns:
        The same columns, quarters without a value left out where a half-hour's stands in for them.

    Example:
        >>> at = pd.to_datetime(["2025-01-01T00:00Z", "2025-01-01T00:15Z", "2025-01-01T00:30Z"])
        >>> in_quarters(pd.DataFrame({"interval_start": at, "load_mw": [50e3, None, 60e3]}))["load_mw"].tolist()
        [50000.0, 60000.0, 50000.0, 60000.0]
    """
    valued = frame[frame["load_mw"].notna()]
    first = valued[valued["interval_start"] == valued["interval_start"].dt.floor("30min")]
    second = first.assign(interval_start=first["interval_start"] + QUARTER)
    second = second[~second["interval_start"].isin(valued["interval_start"])]
    rest: pd.DataFrame = frame[
        ~frame["interval_start"].isin([*valued["interval_start"], *second["interval_start"]])
    ]
    expanded: pd.DataFrame = pd.concat([valued, second, rest], ignore_index=True)
    return expanded


def nothing() -> pd.DataFrame:
    """Return a frame without rows, with its types."""
    no_times = pd.Series([], dtype="datetime64[us, UTC]")
    return pd.DataFrame(
        {
            "forecast_type": pd.Series([], dtype=object),
            "interval_start": no_times,
            "load_mw": pd.Series([], dtype="float64"),
            "resolution_minutes": pd.Series([], dtype="int64"),
            "published_at": no_times,
            "source": pd.Series([], dtype=object),
        }
    )


def _start(row: Any, left_out: LeftOut) -> datetime | None:
    """Return the beginning of a row's quarter-hour; None where it cannot be read."""
    if not isinstance(row, dict):
        left_out.add("rows of another form")
        return None
    start = quarter_of(row.get("date_heure"))
    if start is None:
        left_out.add("rows without a readable instant")
    return start


def _is_real(row: dict[str, Any], start: datetime, left_out: LeftOut) -> bool:
    """Tell whether a row's wall clock agrees with its instant; in spring's missing hour it does not."""
    stated = f"{row.get('date')} {str(row.get('heure'))[:5]}"
    if f"{start.astimezone(PARIS):%Y-%m-%d %H:%M}" == stated:
        return True
    if not _is_skipped(stated):
        left_out.add("rows whose wall clock contradicts their instant")
    return False


def _is_skipped(stated: str) -> bool:
    """Tell whether a wall clock never shows a time, because it is put forward.

    Example:
        >>> _is_skipped("2025-03-30 02:15"), _is_skipped("2025-03-30 03:15"), _is_skipped("None None")
        (True, False, False)
    """
    try:
        wall = datetime.strptime(stated, "%Y-%m-%d %H:%M").replace(tzinfo=PARIS)
        there_and_back = wall.astimezone(UTC).astimezone(PARIS)
    except (ValueError, OverflowError):
        return False
    return there_and_back.replace(tzinfo=None) != wall.replace(tzinfo=None)


def _load(row: dict[str, Any], field: str, left_out: LeftOut) -> float:
    if field not in row:
        left_out.add(f"rows without {field}")
        return math.nan
    load_mw = number_of(row[field])
    if load_mw is None:
        left_out.add("loads that are no number")
        return math.nan
    return load_mw
