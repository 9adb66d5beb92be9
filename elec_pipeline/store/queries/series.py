"""One value an hour: what pages and the API show of each series.

All times are UTC, all loads MW. RTE's newest vintage is a picture of what it says now; it is scored by another
one (`history.rte_d1_between`).
"""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
from sqlalchemy import Column, ColumnElement, Connection, Select, Time, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from elec_pipeline.domain.delivery_day import PARIS, Issue, day_end, day_start
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.store.queries.frames import between, frame
from elec_pipeline.store.tables import (
    ZONE,
    chronos_predictions,
    expert_predictions,
    prediction_changes,
    rte_forecasts,
)

AFTER_THE_FACT = "after_the_fact"
_PREDICTION = ("issued_at", "model_version", "created_at", *COLUMNS, AFTER_THE_FACT, "held_back")
DAY_AHEAD = "D-1"
"""The type of RTE's forecasts that ours is held against."""


def newest_vintages(connection: Connection, forecast_type: str, start: datetime, end: datetime) -> pd.DataFrame:
    """Return the newest vintage of one type for each hour of `[start, end[`: `hour_start`, `load_mw`, `source`."""
    return frame(connection, of_newest_vintages(forecast_type, start, end, "load_mw", "source"))


def of_newest_vintages(
    forecast_type: str, start: datetime, end: datetime, *columns: str
) -> Select[tuple[object, ...]]:
    """Select `hour_start` and columns of RTE's newest vintage of one type for each hour of `[start, end[`."""
    table = rte_forecasts
    return (
        select(table.c.hour_start, *(table.c[name] for name in columns))
        .ext(distinct_on(table.c.hour_start))
        .where(table.c.zone == ZONE, table.c.hour_start >= start, table.c.hour_start < end)
        .where(table.c.forecast_type == forecast_type)
        .order_by(table.c.hour_start, table.c.published_at.desc())
    )


def first_predictions(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return each issue's predictions for the hours of `[start, end[`, of the model that made it first.

    Returns:
        Columns `hour_start`, `issued_at`, `model_version`, `created_at`, the quantiles, `after_the_fact` and
        `held_back`.
    """
    return frame(connection, _first_predictions(start, end))


def scorable_predictions(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return those of `first_predictions` that were forecasts: no score counts one made after the fact."""
    return frame(connection, _first_predictions(start, end).where(~after_the_fact()))


def expert_predictions_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return the medians of the experts of every model and issue for the hours of `[start, end[`.

    Returns:
        Columns `hour_start`, `issued_at`, `model_version`, `expert`, `load_mw`. Issues made before experts were
        kept, and imported ones, have no rows.
    """
    table = expert_predictions
    return frame(
        connection,
        between(table, table.c.hour_start, start, end).with_only_columns(
            table.c.hour_start, table.c.issued_at, table.c.model_version, table.c.expert, table.c.load_mw
        ),
    )


def prediction_changes_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return how every issue differs from the one before it in the hours of `[start, end[`.

    Returns:
        Columns `hour_start`, `issued_at`, `model_version`, `previous_issued_at`, `load_change_mw`, `from_load_mw`,
        `from_rte_mw`, `from_weather_mw`. Issues without a former one, or made before changes were kept, have none.
    """
    table = prediction_changes
    statement = between(table, table.c.hour_start, start, end)
    return frame(connection, statement.with_only_columns(*(each for each in table.c if each.name != "zone")))


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

    Where several models made the same issue it is the one made first, for that is what was really said. One
    made after the fact stands only where there is no other.

    Returns:
        Columns `hour_start`, `issued_at`, `model_version`, `created_at`, the quantiles, `after_the_fact` and
        `held_back`.
    """
    return frame(connection, of_newest_predictions(start, end, issue, *_PREDICTION))


def of_newest_predictions(
    start: datetime, end: datetime, issue: Issue | None, *columns: str
) -> Select[tuple[object, ...]]:
    """Select `hour_start` and columns of the predictions that `newest_predictions` returns."""
    table = chronos_predictions
    return (
        _predictions(start, end, *columns)
        .ext(distinct_on(table.c.hour_start))
        .where(*([] if issue is None else [is_of_issue(table.c.issued_at, issue)]))
        .order_by(
            table.c.hour_start,
            after_the_fact(),  # false comes first
            table.c.issued_at.desc(),
            table.c.created_at,
            table.c.model_version,
        )
    )


def after_the_fact() -> ColumnElement[bool]:
    """Return the condition that a forecast was issued when its hour had begun, as a history filled in later is.

    Ours never are: a backfilled one has the issue time whose information it stands on. The same rule as
    `domain.vintages.is_after_the_fact`.
    """
    return (chronos_predictions.c.issued_at > chronos_predictions.c.hour_start).label(AFTER_THE_FACT)


def is_of_issue(issued_at: Column[datetime], issue: Issue) -> ColumnElement[bool]:
    """Return the condition that a forecast is of an issue, by the Paris wall clock at which it was issued."""
    return cast(func.timezone(PARIS.key, issued_at), Time) == issue.wall_clock


def _first_predictions(start: datetime, end: datetime) -> Select[tuple[object, ...]]:
    table = chronos_predictions
    return (
        _predictions(start, end, *_PREDICTION)
        .ext(distinct_on(table.c.hour_start, table.c.issued_at))
        .order_by(table.c.hour_start, table.c.issued_at, table.c.created_at, table.c.model_version)
    )


def _predictions(start: datetime, end: datetime, *columns: str) -> Select[tuple[object, ...]]:
    table = chronos_predictions
    chosen = (after_the_fact() if name == AFTER_THE_FACT else table.c[name] for name in columns)
    return select(table.c.hour_start, *chosen).where(
        table.c.zone == ZONE, table.c.hour_start >= start, table.c.hour_start < end
    )
