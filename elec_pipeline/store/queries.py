"""Every read of the tables. Pages, the API, assets and scores read through here and nowhere else.

All times are UTC, all loads MW. Every query is bounded by a time range on the primary key.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Double,
    Engine,
    Row,
    Select,
    SmallInteger,
    Table,
    Text,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import distinct_on

from elec_pipeline.delivery_day import day_end, day_start
from elec_pipeline.forecasting.quantiles import COLUMNS
from elec_pipeline.information_set import History
from elec_pipeline.information_set import history as arrange
from elec_pipeline.load_curve import former_hours
from elec_pipeline.store.models import RegisteredModel
from elec_pipeline.store.tables import (
    ZONE,
    chronos_predictions,
    forecast_accuracy,
    hourly_consumption,
    models,
    raw_consumption,
    raw_consumption_revisions,
    rte_forecasts,
    temperature_forecasts,
)

_DTYPES: dict[type, str] = {
    DateTime: "datetime64[us, UTC]",
    Double: "float64",
    SmallInteger: "int64",
    Text: "str",
    Date: "object",
}


def raw_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return raw actuals of `[start, end[`, in order."""
    table = raw_consumption
    return _frame(
        connection,
        _between(table, table.c.interval_start, start, end).with_only_columns(
            table.c.interval_start, table.c.load_mw, table.c.resolution_minutes, table.c.published_at
        ),
    )


def hours_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return hourly actuals of `[start, end[`: `hour_start`, `load_mw`, `quarters`."""
    table = hourly_consumption
    return _frame(
        connection,
        _between(table, table.c.hour_start, start, end).with_only_columns(
            table.c.hour_start, table.c.load_mw, table.c.quarters
        ),
    )


def revisions_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return revisions of the intervals of `[start, end[`, in order of interval and revision."""
    table = raw_consumption_revisions
    return _frame(
        connection,
        _between(table, table.c.interval_start, start, end).with_only_columns(
            table.c.interval_start, table.c.replaced_at, table.c.old_load_mw, table.c.new_load_mw
        ),
    )


def vintages_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return every vintage of RTE's forecasts for the hours of `[start, end[`."""
    table = rte_forecasts
    return _frame(
        connection,
        _between(table, table.c.hour_start, start, end).with_only_columns(
            table.c.hour_start,
            table.c.forecast_type,
            table.c.published_at,
            table.c.ingested_at,
            table.c.load_mw,
        ),
    )


def temperatures_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return every temperature forecast for the hours of `[start, end[`."""
    table = temperature_forecasts
    return _frame(
        connection,
        _between(table, table.c.hour_start, start, end).with_only_columns(
            table.c.hour_start, table.c.issued_at, table.c.temperature_c
        ),
    )


def newest_vintages(connection: Connection, forecast_type: str, start: datetime, end: datetime) -> pd.DataFrame:
    """Return the newest vintage of one type for each hour of `[start, end[`: `hour_start`, `load_mw`."""
    table = rte_forecasts
    return _frame(
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
    return _frame(
        connection,
        select(
            table.c.hour_start,
            table.c.issued_at,
            table.c.model_version,
            table.c.created_at,
            *(table.c[name] for name in COLUMNS),
        )
        .ext(distinct_on(table.c.hour_start, table.c.issued_at))
        .where(table.c.zone == ZONE, table.c.hour_start >= start, table.c.hour_start < end)
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


def history(engine: Engine, start: datetime, end: datetime) -> History:
    """Return all that information sets of issues within `[start, end[` are cut from.

    One snapshot: what other processes write meanwhile is seen whole or not at all.

    Args:
        engine: Of the store.
        start: First hour, UTC.
        end: End of the last hour, UTC.
    """
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        actuals = hours_between(connection, start, end)
        revisions = revisions_between(connection, start, end)
        former = former_hours(_raw_of_revised_hours(connection, start, end), revisions)
        vintages = vintages_between(connection, start, end)
        temperatures = temperatures_between(connection, start, end)
    return arrange(start, end, actuals, former, vintages, temperatures)


def _raw_of_revised_hours(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    raw, revision = raw_consumption, raw_consumption_revisions
    revised_hours = (
        select(func.date_trunc("hour", revision.c.interval_start))
        .where(revision.c.zone == ZONE, revision.c.interval_start >= start, revision.c.interval_start < end)
        .distinct()
    )
    return _frame(
        connection,
        _between(raw, raw.c.interval_start, start, end)
        .where(func.date_trunc("hour", raw.c.interval_start).in_(revised_hours))
        .with_only_columns(raw.c.interval_start, raw.c.load_mw, raw.c.resolution_minutes),
    )


def accuracy_between(connection: Connection, first: date, last: date) -> pd.DataFrame:
    """Return the scores of every forecaster on the delivery days of a range, both ends included."""
    table = forecast_accuracy
    return _frame(
        connection,
        select(*(column for column in table.c if column.name != "zone"))
        .where(table.c.zone == ZONE, table.c.delivery_day >= first, table.c.delivery_day <= last)
        .order_by(table.c.delivery_day, table.c.forecaster),
    )


def scored_days(connection: Connection, first: date, last: date) -> set[date]:
    """Return the days of a range that have scores of RTE's forecast: the last thing a day gets."""
    table = forecast_accuracy
    return set(
        connection.scalars(
            select(table.c.delivery_day)
            .where(table.c.zone == ZONE, table.c.delivery_day >= first, table.c.delivery_day <= last)
            .where(table.c.forecaster == "rte_d1")
        )
    )


def newest_instants(connection: Connection) -> dict[str, datetime | None]:
    """Return the newest hour or interval that each table holds; one index look-up each."""
    newest = {
        table.name: connection.scalar(select(func.max(column)).where(table.c.zone == ZONE))
        for table, column in (
            (raw_consumption, raw_consumption.c.interval_start),
            (hourly_consumption, hourly_consumption.c.hour_start),
            (rte_forecasts, rte_forecasts.c.hour_start),
            (chronos_predictions, chronos_predictions.c.hour_start),
        )
    }
    day = connection.scalar(
        select(func.max(forecast_accuracy.c.delivery_day)).where(forecast_accuracy.c.zone == ZONE)
    )
    return newest | {"forecast_accuracy": None if day is None else day_end(day) - timedelta(hours=1)}


def span_of_hours(connection: Connection) -> tuple[datetime, datetime] | None:
    """Return the first and the last hour whose actual load is there; None where there is none."""
    column = hourly_consumption.c.hour_start
    first, last = connection.execute(
        select(func.min(column), func.max(column)).where(hourly_consumption.c.zone == ZONE)
    ).one()
    return None if first is None else (first, last)


def registered_models(connection: Connection) -> list[RegisteredModel]:
    """Return every registered model, in order of registration."""
    return [
        RegisteredModel(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
        for row in connection.execute(select(models).order_by(models.c.created_at, models.c.version))
    ]


def promoted_model(connection: Connection) -> RegisteredModel | None:
    """Return the model of the newest promotion that stands; None where none does."""
    row = connection.execute(
        select(models).where(models.c.promoted_at.is_not(None)).order_by(models.c.promoted_at.desc()).limit(1)
    ).one_or_none()
    return None if row is None else RegisteredModel(**row._mapping)  # noqa: SLF001


def server_version(connection: Connection) -> str:
    """Return the server's version, such as `18.6`."""
    return str(connection.scalar(text("SHOW server_version")))


def _between(table: Table, column: Column[object], start: datetime, end: datetime) -> Select[tuple[object, ...]]:
    return select(table).where(table.c.zone == ZONE, column >= start, column < end).order_by(column)


def _frame(connection: Connection, statement: Select[tuple[object, ...]]) -> pd.DataFrame:
    """Run a query into a frame whose types do not depend on what came back."""
    rows: list[Row[tuple[object, ...]]] = list(connection.execute(statement))
    columns = {}
    values = zip(*rows, strict=True) if rows else ([] for _ in statement.selected_columns)
    for column, data in zip(statement.selected_columns, values, strict=True):
        dtype = _DTYPES[type(column.type)]
        columns[column.name] = pd.Series(list(data), dtype=dtype)
    return pd.DataFrame(columns)
