"""One value an hour: what pages, the API and scores show of each series.

All times are UTC, all loads MW.
"""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
from sqlalchemy import Connection, Select, Time, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from elec_pipeline.delivery_day import PARIS, Issue, day_end, day_start
from elec_pipeline.forecasting.quantiles import COLUMNS
from elec_pipeline.store.queries.frames import frame
from elec_pipeline.store.tables import ZONE, chronos_predictions, rte_forecasts


def newest_vintages(connection: Connection, forecast_type: str, start: datetime, end: datetime) -> pd.DataFrame:
    """Return the newest vintage of one type for each hour of `[start, end[`: `hour_start`, `load_mw`."""
    table = rte_forecasts
    return frame(
        connection,
        select(table.c.hour_start, table.c.load_mw)
        .ext(distinct_on(table.c.hour_start))
        .where(table.c.zone == ZONE, table.c.hour_start >= start, table.c.hour_start < end)
        .where(table.c.forecast_type == forecast_type)
        .order_by(table.c.hour_start, table.c.published_at.desc()),
    )


def first_predictions(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return each issue's predictions for the hours of `[start, end[`, of the model that made it first.

    Returns:
        Columns `hour_start`, `issued_at`, `model_version`, `created_at` and the quantiles.
    """
    table = chronos_predictions
    return frame(
        connection,
        _predictions(start, end)
        .ext(distinct_on(table.c.hour_start, table.c.issued_at))
        .order_by(table.c.hour_start, table.c.issued_at, table.c.created_at, table.c.model_version),
    )


def issues_made(connection: Connection, model_version: str, first: date, last: date) -> set[datetime]:
    """Return the issue times (UTC) of the forecasts that a model made for a range of delivery days."""
    table = chronos_predictions
    made = connection.scalars(
        select(table.c.issued_at)
        .distinct()
        .where(table.c.zone == ZONE, table.c.model_version == model_version)
        .where(table.c.hour_start >= day_start(first), table.c.hour_start < day_end(last))
    )
    return set(made)


def newest_predictions(
    connection: Connection, start: datetime, end: datetime, issue: Issue | None = None
) -> pd.DataFrame:
    """Return one prediction for each hour of `[start, end[`: of the newest issue, or of the issue named.

    Where several models made the same issue it is the one made first, for that is what was really said.

    Returns:
        Columns `hour_start`, `issued_at`, `model_version`, `created_at` and the quantiles.
    """
    table = chronos_predictions
    statement = (
        _predictions(start, end)
        .ext(distinct_on(table.c.hour_start))
        .order_by(table.c.hour_start, table.c.issued_at.desc(), table.c.created_at, table.c.model_version)
    )
    if issue is not None:
        wall_clock = cast(func.timezone(PARIS.key, table.c.issued_at), Time)
        statement = statement.where(wall_clock == issue.wall_clock)
    return frame(connection, statement)


def _predictions(start: datetime, end: datetime) -> Select[tuple[object, ...]]:
    table = chronos_predictions
    return select(
        table.c.hour_start,
        table.c.issued_at,
        table.c.model_version,
        table.c.created_at,
        *(table.c[name] for name in COLUMNS),
    ).where(table.c.zone == ZONE, table.c.hour_start >= start, table.c.hour_start < end)
