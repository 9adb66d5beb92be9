"""Reads by Paris day: how much of a day is there, how often it was revised, its means.

All times are UTC, all loads MW. Days are Paris days; an hour or a quarter belongs to the day it starts on.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Double,
    Select,
    SmallInteger,
    cast,
    func,
    select,
)

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start
from elec_pipeline.store.queries.frames import frame, paris_day
from elec_pipeline.store.queries.series import (
    AFTER_THE_FACT,
    DAY_AHEAD,
    of_newest_predictions,
    of_newest_vintages,
)
from elec_pipeline.store.tables import (
    ZONE,
    hourly_consumption,
    raw_consumption,
    raw_consumption_revisions,
    raw_rte_forecasts,
)

BAND_COLUMNS = ("load_mw", "q10", "q25", "q75", "q90", AFTER_THE_FACT)
_MINUTES_A_QUARTER = 15


def quarters_by_day(connection: Connection, first: date, last: date) -> pd.DataFrame:
    """Return how many quarter-hours of actual consumption are there: `delivery_day`, `quarters`.

    A row of half an hour counts twice. Days of which nothing is there have no row.
    """
    table = raw_consumption
    day = paris_day(table.c.interval_start)
    quarters = cast(func.sum(table.c.resolution_minutes) / _MINUTES_A_QUARTER, SmallInteger)
    columns: list[ColumnElement[Any]] = [day.label("delivery_day"), quarters.label("quarters")]
    return frame(
        connection,
        _select(columns)
        .where(table.c.zone == ZONE)
        .where(table.c.interval_start >= day_start(first), table.c.interval_start < day_end(last))
        .group_by(day)
        .order_by(day),
    )


def rte_minutes_by_day(connection: Connection, forecast_type: str, first: date, last: date) -> dict[date, int]:
    """Return of how many minutes of each day a forecast of RTE's was read; days without any are left out."""
    table = raw_rte_forecasts
    longest = func.max(table.c.resolution_minutes).label("minutes")
    intervals = (
        select(table.c.interval_start, longest)
        .where(table.c.zone == ZONE, table.c.forecast_type == forecast_type)
        .where(table.c.interval_start >= day_start(first), table.c.interval_start < day_end(last))
        .group_by(table.c.interval_start)
        .subquery()
    )
    day = paris_day(intervals.c.interval_start)
    return dict(connection.execute(select(day, func.sum(intervals.c.minutes)).group_by(day)).all())


def revisions_by_day(connection: Connection, first: date, last: date) -> pd.DataFrame:
    """Return how many values were replaced by others: `delivery_day`, `revisions`; late arrivals are none."""
    table = raw_consumption_revisions
    day = paris_day(table.c.interval_start)
    revisions = cast(func.count(), SmallInteger).label("revisions")
    columns: list[ColumnElement[Any]] = [day.label("delivery_day"), revisions]
    return frame(
        connection,
        _select(columns)
        .where(table.c.zone == ZONE, table.c.old_load_mw.is_not(None))
        .where(table.c.interval_start >= day_start(first), table.c.interval_start < day_end(last))
        .group_by(day)
        .order_by(day),
    )


def daily_means(
    connection: Connection, first: date, last: date, issue: Issue | None = None
) -> dict[str, pd.DataFrame]:
    """Return the mean load of each day: of the actuals, of RTE's newest D-1 and of our newest, or named, issue.

    Returns:
        `actual` with `delivery_day`, `load_mw` and `quarters`, the sum of quarter-hours that are there; `rte_d1`
        with `delivery_day`, `load_mw`; `predictions` with `delivery_day`, the means of
        the median and of the ends of the bands of 50 and 80 %, and whether any hour's was made after the fact.
    """
    start, end = day_start(first), day_end(last)
    actual = hourly_consumption
    hours = (
        select(actual.c.hour_start, actual.c.load_mw, actual.c.quarters)
        .where(actual.c.zone == ZONE, actual.c.hour_start >= start, actual.c.hour_start < end)
        .subquery()
    )
    vintages = of_newest_vintages(DAY_AHEAD, start, end, "load_mw")
    said = of_newest_predictions(start, end, issue, *BAND_COLUMNS)
    sources = {"actual": hours, "rte_d1": vintages.subquery(), "predictions": said.subquery()}
    means = {}
    for name, source in sources.items():
        day = paris_day(source.c.hour_start)
        columns = [_of_day(column).label(column.name) for column in source.c if column.name != "hour_start"]
        means[name] = frame(connection, select(day.label("delivery_day"), *columns).group_by(day).order_by(day))
    return means


def _of_day(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return what a day has of a column of its hours: whether any, how many, or the mean."""
    name = getattr(column, "name", "")
    if name == AFTER_THE_FACT:
        return func.bool_or(column, type_=Boolean)
    return func.sum(column) if name == "quarters" else func.avg(column, type_=Double)


def _select(columns: list[ColumnElement[Any]]) -> Select[tuple[object, ...]]:
    """Select any columns, as `frame` takes them."""
    statement: Select[Any] = select(*columns)
    return statement
