"""Rows of the older three-table layout: which tables and columns, and the reading of one row. Pure.

| table | columns |
|---|---|
| `historical_data` | `timestamp`, `value`, `source` |
| `rte_forecasts` | `timestamp`, `forecast_value`, `forecast_date` |
| `predictions` | `timestamp`, `predicted_value`, `model_name`, `horizon`, `prediction_date` |

Here: types, and the reading of times and numbers. Not here: which zone times without one are of (`older_zones`),
where rows come from (`dump`, `older_database`), and what is made of them (`older_layout`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from elec_pipeline.imports.older_zones import Zones

Row = tuple[object, ...]
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class OlderTable:
    """One of the three tables: its name, the columns it needs, and those it is staged with here."""

    name: str
    needed: tuple[str, ...]
    staged: tuple[tuple[str, str], ...]


_MADE = (("made_at", "timestamptz"), ("made_is_utc", "bool"))
"""When a forecast was made: what the clock showed, and whether that is UTC (see `older_zones`)."""
HISTORY = OlderTable(
    "historical_data",
    ("timestamp", "value", "source"),
    (("at", "timestamptz"), ("load_mw", "float8"), ("source", "text")),
)
FORECASTS = OlderTable(
    "rte_forecasts",
    ("timestamp", "forecast_value", "forecast_date"),
    (("at", "timestamptz"), ("load_mw", "float8"), *_MADE, ("is_dated", "bool")),
)
PREDICTIONS = OlderTable(
    "predictions",
    ("timestamp", "predicted_value", "model_name", "prediction_date"),
    (("at", "timestamptz"), ("load_mw", "float8"), *_MADE, ("model", "text")),
)
TABLES = (HISTORY, FORECASTS, PREDICTIONS)


def find_table(name: str, columns: list[str]) -> OlderTable | None:
    """Return the table of the older layout that has this name and at least its columns.

    Example:
        >>> find_table("rte_forecasts", ["zone", "hour_start", "load_mw"]) is None
        True
    """
    return next((each for each in TABLES if each.name == name and set(each.needed) <= set(columns)), None)


def staged_row(table: OlderTable, row: Mapping[str, object], zones: Zones) -> Row:
    """Read one row.

    Args:
        table: Which table it is of.
        row: Its columns, as text or as a driver gives them.
        zones: Of times that carry none; told of those that do.

    Returns:
        Values of the staged columns.

    Raises:
        ValueError: It cannot be read; the message says which column, and why.
    """
    at = zones.time(row["timestamp"])
    if (at - datetime(2000, 1, 1, tzinfo=UTC)) % QUARTER:
        raise ValueError(f"timestamp {row['timestamp']} begins no quarter-hour")
    if table is HISTORY:
        return at, number("value", row["value"]), str(row["source"] or "unknown")
    if table is FORECASTS:
        load = number("forecast_value", row["forecast_value"])
        made = row["forecast_date"]
        made_at, is_utc = (None, True) if made is None else zones.clock(made)
        # A date without a time of day does not say when on that day.
        return at, load, made_at, is_utc, made_at is not None and _has_time_of_day(made)
    made_at, is_utc = zones.clock(row["prediction_date"])
    if not row["model_name"]:
        raise ValueError("model_name is empty")
    return at, number("predicted_value", row["predicted_value"]), made_at, is_utc, str(row["model_name"])


def instant(value: object, zone: tzinfo) -> datetime:
    """Return a time as UTC; one without a zone is a wall clock of `zone`, in a repeated hour its second pass.

    Raises:
        ValueError: It is no time, or one that the clock of the zone never showed.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> instant("2025-10-26 02:30:00", ZoneInfo("Europe/Paris")).isoformat()
        '2025-10-26T01:30:00+00:00'
        >>> instant("2025-10-26 02:30:00+02", ZoneInfo("Europe/Paris")).isoformat()
        '2025-10-26T00:30:00+00:00'
    """
    shown = moment(value)
    try:
        if shown.tzinfo is not None:
            return shown.astimezone(UTC)
        at = shown.replace(tzinfo=zone, fold=1).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{value!r} is out of reach") from None
    if at.astimezone(zone).replace(tzinfo=None) != shown:
        raise ValueError(f"{value} is a time that the clocks of {zone} skip")
    return at


def number(name: str, value: object) -> float | None:
    """Return a load in MW; None where there is none.

    Raises:
        ValueError: It is no number.
    """
    if value is None or str(value).strip().upper() in ("", "ND", "NAN"):
        return None
    try:
        # Python alone reads 1_000 as a number.
        return float(str(value).replace("_", "?"))
    except ValueError:
        raise ValueError(f"{name} {value!r} is no number") from None


def neighbour(table: OlderTable, row: Mapping[str, object], zones: Zones) -> Row | None:
    """Return what a row that cannot be read still tells of its neighbours: when it begins, and of which series.

    Args:
        table: Which table it is of.
        row: Its columns.
        zones: Of times that carry none.

    Returns:
        Values of the staged columns, None where they are not known; None where it does not say when it begins.
    """
    try:
        at = zones.time(row["timestamp"])
    except ValueError:
        return None
    if (at - datetime(2000, 1, 1, tzinfo=UTC)) % QUARTER:
        return None
    known = {"at": at, "source": row.get("source"), "model": row.get("model_name")}
    return tuple(known.get(name) for name, _ in table.staged)


def moment(value: object) -> datetime:
    """Return a time as it is written, with its zone or without.

    Raises:
        ValueError: It is none.
    """
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(0))
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is no time") from None


def _has_time_of_day(value: object) -> bool:
    return moment(value).time() != time(0)
