"""One value an hour with where it came from, the three series side by side, and how much there is of each.

All times are UTC, all loads MW.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import Column, Connection, Table, Text, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from elec_pipeline.delivery_day import Issue
from elec_pipeline.store.queries.frames import frame
from elec_pipeline.store.queries.history import hours_between
from elec_pipeline.store.queries.series import newest_predictions, newest_vintages
from elec_pipeline.store.tables import (
    ZONE,
    chronos_predictions,
    hourly_consumption,
    raw_consumption,
    rte_forecasts,
)

DAY_AHEAD = "D-1"


@dataclass(frozen=True)
class Holding:
    """How much the store holds of a series.

    Attributes:
        count: Its rows.
        newest: The newest instant (UTC) of the column asked about; None where there is no row.
    """

    count: int
    newest: datetime | None


def three_series(connection: Connection, start: datetime, end: datetime, issue: Issue | None) -> pd.DataFrame:
    """Return an entry for each hour of `[start, end[` that any series has.

    Returns:
        Columns `hour_start`, `actual_mw`, `rte_mw` (its newest D-1), `our_mw` (the newest issue, or the one
        named); NaN where a series has no value.
    """
    series = {
        "actual_mw": hours_between(connection, start, end),
        "rte_mw": newest_vintages(connection, DAY_AHEAD, start, end),
        "our_mw": newest_predictions(connection, start, end, issue),
    }
    columns = [each.set_index("hour_start")["load_mw"].rename(name) for name, each in series.items()]
    return pd.concat(columns, axis=1).sort_index().reset_index(names="hour_start")


def actuals_with_source(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return `hour_start`, `load_mw` and `source` of the actual hours of `[start, end[`.

    An hour whose quarters are of several sources has their names with a plus sign between.
    """
    hour, raw = hourly_consumption, raw_consumption
    of_hour = func.date_trunc("hour", raw.c.interval_start)
    sources = (
        select(
            of_hour.label("hour_start"), func.string_agg(raw.c.source.distinct(), "+", type_=Text).label("source")
        )
        .where(raw.c.zone == ZONE, raw.c.interval_start >= start, raw.c.interval_start < end)
        .group_by(of_hour)
        .subquery()
    )
    return frame(
        connection,
        select(hour.c.hour_start, hour.c.load_mw, sources.c.source)
        .outerjoin_from(hour, sources, hour.c.hour_start == sources.c.hour_start)
        .where(hour.c.zone == ZONE, hour.c.hour_start >= start, hour.c.hour_start < end)
        .order_by(hour.c.hour_start),
    )


def rte_with_source(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return `hour_start`, `load_mw` and `source` of RTE's newest D-1 forecast for the hours of `[start, end[`."""
    table = rte_forecasts
    return frame(
        connection,
        select(table.c.hour_start, table.c.load_mw, table.c.source)
        .ext(distinct_on(table.c.hour_start))
        .where(table.c.zone == ZONE, table.c.hour_start >= start, table.c.hour_start < end)
        .where(table.c.forecast_type == DAY_AHEAD)
        .order_by(table.c.hour_start, table.c.published_at.desc()),
    )


def holdings(connection: Connection) -> dict[str, Holding]:
    """Return how much there is of each series: reads all of each key, so keep the answer while nothing changes.

    Returns:
        Under each table's name its rows and the newest hour; of our predictions, when the newest was made.
    """
    return {
        table.name: _holding(connection, table, column)
        for table, column in (
            (hourly_consumption, hourly_consumption.c.hour_start),
            (rte_forecasts, rte_forecasts.c.hour_start),
            (chronos_predictions, chronos_predictions.c.created_at),
        )
    }


def _holding(connection: Connection, table: Table, column: Column[datetime]) -> Holding:
    statement = select(func.count(), func.max(column)).where(table.c.zone == ZONE)
    count, newest = connection.execute(statement).one()
    return Holding(count, newest)
