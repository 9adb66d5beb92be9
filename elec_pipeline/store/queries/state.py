"""What the store holds and what changed last: one look-up each, whatever its size."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Text, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from elec_pipeline.domain.delivery_day import day_end
from elec_pipeline.store.tables import (
    ZONE,
    changes,
    chronos_predictions,
    forecast_accuracy,
    hourly_consumption,
    raw_consumption,
    raw_rte_forecasts,
    rte_forecasts,
    weather_forecasts,
)


def newest_instants(connection: Connection) -> dict[str, datetime | None]:
    """Return the newest hour or interval that each table holds; one index look-up each."""
    newest = {
        table.name: connection.scalar(select(func.max(column)).where(table.c.zone == ZONE))
        for table, column in (
            (raw_consumption, raw_consumption.c.interval_start),
            (hourly_consumption, hourly_consumption.c.hour_start),
            (raw_rte_forecasts, raw_rte_forecasts.c.interval_start),
            (rte_forecasts, rte_forecasts.c.hour_start),
            (chronos_predictions, chronos_predictions.c.hour_start),
        )
    }
    day = connection.scalar(
        select(func.max(forecast_accuracy.c.delivery_day)).where(forecast_accuracy.c.zone == ZONE)
    )
    return newest | {"forecast_accuracy": None if day is None else day_end(day) - timedelta(hours=1)}


def newest_weather(connection: Connection) -> datetime | None:
    """Return the newest hour that there is a weather forecast of; one index look-up."""
    table = weather_forecasts
    newest: datetime | None = connection.scalar(select(func.max(table.c.hour_start)).where(table.c.zone == ZONE))
    return newest


def span_of_hours(connection: Connection) -> tuple[datetime, datetime] | None:
    """Return the first and the last hour whose actual load is there; None where there is none."""
    column = hourly_consumption.c.hour_start
    first, last = connection.execute(
        select(func.min(column), func.max(column)).where(hourly_consumption.c.zone == ZONE)
    ).one()
    return None if first is None else (first, last)


def server_version(connection: Connection) -> str:
    """Return the server's version, such as `18.6`."""
    return str(connection.scalar(text("SHOW server_version")))


def data_version(connection: Connection) -> str:
    """Return a token that is another one as soon as any row of any series was added or changed.

    It names the set of recorded changes that are committed, not the newest of them: a long write that began
    early and ends late changes it too. What was computed from the tables holds as long as the token does.
    """
    ids = func.string_agg(cast(changes.c.id, Text), aggregate_order_by(literal(","), changes.c.id))
    return str(connection.scalar(select(func.md5(func.coalesce(ids, "")))))


def last_changes(connection: Connection) -> dict[str, datetime]:
    """Return for each table when a write last changed any of its rows (UTC)."""
    statement = (
        select(changes.c.table_name, func.max(changes.c.changed_at))
        .where(changes.c.zone == ZONE)
        .group_by(changes.c.table_name)
    )
    return dict(connection.execute(statement).all())
