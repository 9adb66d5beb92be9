"""Reading of the open data's eCO2mix exports.

Here: bytes to a frame; pure. Not here: how the bytes are fetched, and which data set stands in for which.
Every day has 96 rows, by Paris wall clock: in spring those of the hour that does not exist share their instant
with the next hour's and hold other values; in autumn the first pass of the repeated hour is absent.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.errors import SourceUnavailableError
from elec_pipeline.sources.http import json_of, opening

FIELDS = {"REALISED": "consommation", "D-1": "prevision_j1", "ID": "prevision_j"}
"""The open data's field of each type. RTE's forecast of the running day is what its API calls intraday; there
is no D-2."""
QUARTER = pd.Timedelta(minutes=15)
HALF_HOUR = pd.Timedelta(minutes=30)

_COLUMNS = ["forecast_type", "interval_start", "load_mw", "resolution_minutes", "published_at", "source"]


def read_export(body: bytes, types: Sequence[str], *, source: str, half_hours: bool) -> pd.DataFrame:
    """Read a JSON export of one data set.

    Args:
        body: The reply as it came.
        types: The types asked for; those the open data does not have are left out.
        source: Name of the data set, for every row.
        half_hours: Whether a series without a value at :15 and :45 is by half-hour, see `in_quarters`.

    Returns:
        As `ConsumptionSource.short_term` says, in order; `published_at` is NaT.

    Raises:
        SourceUnavailableError: The body is no JSON of the expected shape: cut off, or a gateway's page.

    Example:
        >>> frame = read_export(b'[{"date": "2025-03-30", "heure": "02:00", "consommation": 1, '
        ...     b'"date_heure": "2025-03-30T01:00:00+00:00"}, {"date": "2025-03-30", "heure": "03:00", '
        ...     b'"consommation": 50000, "date_heure": "2025-03-30T01:00:00+00:00"}]', ["REALISED"],
        ...     source="odre-realtime", half_hours=False)
        >>> frame["load_mw"].tolist()
        [50000.0]
    """
    try:
        listed = json_of(body)
        wanted = [name for name in types if name in FIELDS]
        columns = ["date", "heure", "date_heure", *(FIELDS[name] for name in wanted)]
        raw = pd.DataFrame([[row.get(name) for name in columns] for row in listed], columns=columns)
    except (ValueError, TypeError, AttributeError) as error:
        raise SourceUnavailableError(
            f"The open data's reply is not the expected JSON ({type(error).__name__}); "
            f"it starts with {opening(body)}."
        ) from None
    start = pd.to_datetime(raw["date_heure"], utc=True, format="ISO8601", errors="coerce")
    start = start.astype("datetime64[us, UTC]")
    raw = raw[_is_real(raw, start)]
    start = start[raw.index]
    parts = []
    for name in wanted:
        load = pd.to_numeric(raw[FIELDS[name]], errors="coerce").astype("float64")
        frame = pd.DataFrame({"interval_start": start, "load_mw": load})
        if half_hours:
            frame = in_quarters(frame)
        parts.append(frame.sort_values("interval_start").assign(forecast_type=name))
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


def _is_real(raw: pd.DataFrame, start: pd.Series) -> pd.Series:
    """Tell which rows' wall clock agrees with their instant; those of spring's missing hour do not."""
    wall = start.dt.tz_convert(PARIS)
    stated = raw["date"].astype(str) + " " + raw["heure"].astype(str).str.slice(0, 5)
    is_real: pd.Series = start.notna() & (wall.dt.strftime("%Y-%m-%d %H:%M") == stated)
    return is_real
