"""What alerts and metrics look at: forecasts held back, older revisions, the first forecast, temperature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Row, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from elec_pipeline.domain.delivery_day import day_start
from elec_pipeline.domain.input_names import TEMPERATURE
from elec_pipeline.domain.provenance import CONSOLIDATED_SUFFIX, DEFINITIVE_SUFFIX, IMPORT_PREFIX
from elec_pipeline.domain.weather_leads import DAY_AHEAD_LEADS_DAYS
from elec_pipeline.store.queries.frames import frame
from elec_pipeline.store.queries.weather_leads import within_leads
from elec_pipeline.store.tables import (
    ZONE,
    chronos_predictions,
    models,
    raw_consumption_revisions,
    weather_forecasts,
)


def held_back_since(connection: Connection, day: date) -> Sequence[str]:
    """Return why forecasts of a delivery day and later are not the model's own."""
    reason = chronos_predictions.c.held_back
    return list(connection.scalars(select(reason).distinct().where(_is_held_back(day)).order_by(reason)))


def held_back_issues(connection: Connection, day: date) -> int:
    """Return how many issues for a delivery day and later were held back as implausible."""
    issues = func.count(chronos_predictions.c.issued_at.distinct())
    return connection.scalar(select(issues).where(_is_held_back(day))) or 0


def _is_held_back(day: date) -> ColumnElement[bool]:
    table = chronos_predictions
    return and_(table.c.zone == ZONE, table.c.hour_start >= day_start(day), table.c.held_back.is_not(None))


def first_forecast_at(connection: Connection) -> datetime | None:
    """Return when a model was first used here (UTC); None where none ever was."""
    first: datetime | None = connection.scalar(select(func.min(models.c.created_at)))
    return first


def newest_temperatures(connection: Connection, start: datetime, end: datetime) -> pd.Series:
    """Return the temperature of each hour of `[start, end[` by the newest forecast that issues of tomorrow know.

    Returns:
        Degrees Celsius; index: the hours (UTC), those that are known.
    """
    table = weather_forecasts
    temperature = table.c[TEMPERATURE]
    rows = frame(
        connection,
        select(table.c.hour_start, temperature)
        .ext(distinct_on(table.c.hour_start))
        .where(table.c.zone == ZONE, table.c.hour_start >= start, table.c.hour_start < end)
        .where(temperature.is_not(None), within_leads(DAY_AHEAD_LEADS_DAYS))
        .order_by(table.c.hour_start, table.c.issued_at.desc()),
    )
    return rows.set_index("hour_start")[TEMPERATURE]


def older_revisions(
    connection: Connection, first: date, last: date, since: datetime, least_share: float
) -> Row[Any]:
    """Return how much of older days was replaced since an instant by clearly different values.

    What the open data consolidates, or an import brings, is left out: that is no surprise.

    Args:
        connection: To the store.
        first: First delivery day.
        last: Last delivery day, included.
        since: Of the replacement, UTC.
        least_share: Smaller changes do not count; as a share of the former value.

    Returns:
        `values`, a count, and the `first` and the `last` interval and the `largest` change, as a share; null where
        there are none.
    """
    table = raw_consumption_revisions
    share = func.abs(table.c.new_load_mw - table.c.old_load_mw) / func.nullif(func.abs(table.c.old_load_mw), 0)
    return connection.execute(
        select(
            func.count().label("values"),
            func.min(table.c.interval_start).label("first"),
            func.max(table.c.interval_start).label("last"),
            func.max(share).label("largest"),
        )
        .where(table.c.zone == ZONE)
        .where(
            table.c.interval_start >= day_start(first),
            table.c.interval_start < day_start(last + timedelta(days=1)),
        )
        .where(table.c.replaced_at >= since, share >= least_share)
        .where(
            ~table.c.source.endswith(CONSOLIDATED_SUFFIX),
            ~table.c.source.endswith(DEFINITIVE_SUFFIX),
            ~table.c.source.startswith(IMPORT_PREFIX),
        )
    ).one()
