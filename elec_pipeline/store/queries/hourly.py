"""One value an hour with where it came from, the three series side by side, and how much there is of each.

All times are UTC, all loads MW.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import Column, ColumnElement, Connection, DateTime, Table, Text, case, func, select

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.store.queries.frames import between, frame
from elec_pipeline.store.queries.series import DAY_AHEAD, of_newest_predictions, of_newest_vintages
from elec_pipeline.store.tables import (
    ZONE,
    chronos_predictions,
    hourly_consumption,
    raw_consumption,
    rte_forecasts,
)


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
        named); NaN where a series has no value, or an actual hour lacks a quarter.
    """
    actual = (
        between(hourly_consumption, hourly_consumption.c.hour_start, start, end)
        .with_only_columns(hourly_consumption.c.hour_start, _of_complete_hours())
        .order_by(None)
        .subquery("actual")
    )
    rte = of_newest_vintages(DAY_AHEAD, start, end, "load_mw").subquery("rte")
    our = of_newest_predictions(start, end, issue, "load_mw").subquery("our")
    # One statement of four columns: three frames joined afterwards take twice as long.
    either = func.coalesce(actual.c.hour_start, rte.c.hour_start, type_=DateTime(timezone=True))
    hour = func.coalesce(either, our.c.hour_start, type_=DateTime(timezone=True)).label("hour_start")
    joined = actual.join(rte, actual.c.hour_start == rte.c.hour_start, full=True)
    joined = joined.join(our, either == our.c.hour_start, full=True)
    return frame(
        connection,
        select(
            hour,
            actual.c.load_mw.label("actual_mw"),
            rte.c.load_mw.label("rte_mw"),
            our.c.load_mw.label("our_mw"),
        )
        .select_from(joined)
        .order_by(hour),
    )


def actuals_with_source(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return `hour_start`, `load_mw` (NaN where a quarter is lacking) and `source` of the hours of `[start, end[`.

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
        select(hour.c.hour_start, _of_complete_hours(), sources.c.source)
        .outerjoin_from(hour, sources, hour.c.hour_start == sources.c.hour_start)
        .where(hour.c.zone == ZONE, hour.c.hour_start >= start, hour.c.hour_start < end)
        .order_by(hour.c.hour_start),
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


def _of_complete_hours() -> ColumnElement[float]:
    """Return the load of complete hours, as an expression: the mean of some quarters is no hour's true value."""
    hour = hourly_consumption
    return case((hour.c.quarters == QUARTERS_AN_HOUR, hour.c.load_mw)).label("load_mw")


def _holding(connection: Connection, table: Table, column: Column[datetime]) -> Holding:
    statement = select(func.count(), func.max(column)).where(table.c.zone == ZONE)
    count, newest = connection.execute(statement).one()
    return Holding(count, newest)
