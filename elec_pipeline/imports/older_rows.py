"""Rows of the older three-table layout: which tables and columns, and the reading of one row. Pure.

| table | columns |
|---|---|
| `historical_data` | `timestamp`, `value`, `source` |
| `rte_forecasts` | `timestamp`, `forecast_value`, `forecast_date` |
| `predictions` | `timestamp`, `predicted_value`, `model_name`, `horizon`, `prediction_date` |

Here: types, and times without a zone, which are taken for wall clocks of one zone. Not here: where rows come from
(`dump`, `older_database`), and what is made of them (`older_layout`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from elec_pipeline.domain.delivery_day import HOUR

Row = tuple[object, ...]
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class OlderTable:
    """One of the three tables: its name, the columns it needs, and those it is staged with here."""

    name: str
    needed: tuple[str, ...]
    staged: tuple[tuple[str, str], ...]


HISTORY = OlderTable(
    "historical_data",
    ("timestamp", "value", "source"),
    (("at", "timestamptz"), ("load_mw", "float8"), ("source", "text")),
)
FORECASTS = OlderTable(
    "rte_forecasts",
    ("timestamp", "forecast_value", "forecast_date"),
    (("at", "timestamptz"), ("load_mw", "float8"), ("made_at", "timestamptz"), ("is_dated", "bool")),
)
PREDICTIONS = OlderTable(
    "predictions",
    ("timestamp", "predicted_value", "model_name", "prediction_date"),
    (("at", "timestamptz"), ("load_mw", "float8"), ("made_at", "timestamptz"), ("model", "text")),
)
TABLES = (HISTORY, FORECASTS, PREDICTIONS)


def find_table(name: str, columns: list[str]) -> OlderTable | None:
    """Return the table of the older layout that has this name and at least its columns.

    Example:
        >>> find_table("rte_forecasts", ["zone", "hour_start", "load_mw"]) is None
        True
    """
    return next((each for each in TABLES if each.name == name and set(each.needed) <= set(columns)), None)


def staged_row(table: OlderTable, row: Mapping[str, object], zone: ZoneInfo) -> Row:
    """Read one row.

    Args:
        table: Which table it is of.
        row: Its columns, as text or as a driver gives them.
        zone: Of times that carry none.

    Returns:
        Values of the staged columns.

    Raises:
        ValueError: It cannot be read; the message says which column, and why.
    """
    at = instant(row["timestamp"], zone)
    if (at - datetime(2000, 1, 1, tzinfo=UTC)) % QUARTER:
        raise ValueError(f"timestamp {row['timestamp']} begins no quarter-hour")
    if table is HISTORY:
        return at, number("value", row["value"]), str(row["source"] or "unknown")
    if table is FORECASTS:
        load = number("forecast_value", row["forecast_value"])
        made = row["forecast_date"]
        made_at = None if made is None else instant(made, zone)
        # A date without a time of day does not say when on that day.
        return at, load, made_at, made_at is not None and _has_time_of_day(made)
    made_at = instant(row["prediction_date"], zone)
    if made_at >= at + HOUR:
        raise ValueError(f"prediction_date {row['prediction_date']} is after the hour it is for")
    if not row["model_name"]:
        raise ValueError("model_name is empty")
    return at, number("predicted_value", row["predicted_value"]), made_at, str(row["model_name"])


def instant(value: object, zone: ZoneInfo) -> datetime:
    """Return a time as UTC; one without a zone is a wall clock of `zone`, in a repeated hour its second pass.

    Raises:
        ValueError: It is no time, or one that the clock of the zone never showed.

    Example:
        >>> instant("2025-10-26 02:30:00", ZoneInfo("Europe/Paris")).isoformat()
        '2025-10-26T01:30:00+00:00'
        >>> instant("2025-10-26 02:30:00+02", ZoneInfo("Europe/Paris")).isoformat()
        '2025-10-26T00:30:00+00:00'
    """
    moment = _moment(value)
    try:
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        at = moment.replace(tzinfo=zone, fold=1).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{value!r} is out of reach") from None
    if at.astimezone(zone).replace(tzinfo=None) != moment:
        raise ValueError(f"{value} is a time that the clocks of {zone.key} skip")
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


def neighbour(table: OlderTable, row: Mapping[str, object], zone: ZoneInfo) -> Row | None:
    """Return what a row that cannot be read still tells of its neighbours: when it begins, and of which series.

    Args:
        table: Which table it is of.
        row: Its columns.
        zone: Of times that carry none.

    Returns:
        Values of the staged columns, None where they are not known; None where it does not say when it begins.
    """
    try:
        at = instant(row["timestamp"], zone)
    except ValueError:
        return None
    if (at - datetime(2000, 1, 1, tzinfo=UTC)) % QUARTER:
        return None
    known = {"at": at, "source": row.get("source"), "model": row.get("model_name")}
    return tuple(known.get(name) for name, _ in table.staged)


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(0))
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is no time") from None


def _has_time_of_day(value: object) -> bool:
    return _moment(value).time() != time(0)
