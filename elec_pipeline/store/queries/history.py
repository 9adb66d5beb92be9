"""What information sets and scores are cut from: actuals, revisions, RTE's vintages, inputs, as rows.

All times are UTC, all loads MW.
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, Engine, func, select

from elec_pipeline.domain.history import History
from elec_pipeline.domain.history import history as arrange
from elec_pipeline.domain.inputs import WEATHER
from elec_pipeline.domain.load_curve import former_hours
from elec_pipeline.domain.rte_bar import DAY_AHEAD, rte_d1
from elec_pipeline.domain.weather_leads import DAY_AHEAD_LEADS_DAYS
from elec_pipeline.store.queries.frames import between, frame
from elec_pipeline.store.queries.weather_leads import within_leads
from elec_pipeline.store.tables import (
    ZONE,
    chronos_predictions,
    hourly_consumption,
    raw_consumption,
    raw_consumption_revisions,
    raw_rte_forecasts,
    rte_forecasts,
    weather_forecasts,
)


def history(
    engine: Engine, start: datetime, end: datetime, *, weather_leads_days: int = DAY_AHEAD_LEADS_DAYS
) -> History:
    """Return all that information sets of issues within `[start, end[` are cut from.

    One snapshot: what other processes write meanwhile is seen whole or not at all.

    Args:
        engine: Of the store.
        start: First hour, UTC.
        end: End of the last hour, UTC.
        weather_leads_days: The longest previous run of the weather that is read, as `inputs_between` has it.
            Issues of tomorrow need no more than the default; those that look further ahead ask for up to
            `domain.weather_leads.LONGEST_LEAD_DAYS`, and read about twice as many rows of weather.
    """
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        actuals = hours_between(connection, start, end)
        revisions = revisions_between(connection, start, end)
        former = former_hours(_raw_of_revised_hours(connection, start, end), revisions)
        vintages = vintages_between(connection, start, end)
        inputs = inputs_between(connection, start, end, leads_days=weather_leads_days)
    return arrange(start, end, actuals, former, vintages, inputs)


def raw_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return raw actuals of `[start, end[`, in order."""
    table = raw_consumption
    return frame(
        connection,
        between(table, table.c.interval_start, start, end).with_only_columns(
            table.c.interval_start,
            table.c.load_mw,
            table.c.resolution_minutes,
            table.c.published_at,
            table.c.source,
        ),
    )


def issues_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return every issue for the hours of `[start, end[`, without its quantiles."""
    table = chronos_predictions
    return frame(
        connection,
        between(table, table.c.hour_start, start, end).with_only_columns(
            table.c.hour_start, table.c.issued_at, table.c.model_version, table.c.load_mw
        ),
    )


def hours_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return hourly actuals of `[start, end[`: `hour_start`, `load_mw`, `quarters`."""
    table = hourly_consumption
    return frame(
        connection,
        between(table, table.c.hour_start, start, end).with_only_columns(
            table.c.hour_start, table.c.load_mw, table.c.quarters
        ),
    )


def revisions_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return revisions of the intervals of `[start, end[`, in order of interval and revision."""
    table = raw_consumption_revisions
    return frame(
        connection,
        between(table, table.c.interval_start, start, end).with_only_columns(
            table.c.interval_start, table.c.replaced_at, table.c.old_load_mw, table.c.new_load_mw
        ),
    )


def vintages_between(
    connection: Connection, start: datetime, end: datetime, forecast_type: str | None = None
) -> pd.DataFrame:
    """Return every vintage of RTE's forecasts, or of one type of them, for the hours of `[start, end[`."""
    table = rte_forecasts
    return frame(
        connection,
        between(table, table.c.hour_start, start, end)
        .where(*([] if forecast_type is None else [table.c.forecast_type == forecast_type]))
        .with_only_columns(
            table.c.hour_start,
            table.c.forecast_type,
            table.c.published_at,
            table.c.ingested_at,
            table.c.load_mw,
        ),
    )


def readings_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return every reading of RTE's forecasts of the intervals of `[start, end[`, as it came."""
    table = raw_rte_forecasts
    return frame(
        connection,
        between(table, table.c.interval_start, start, end).with_only_columns(
            *(column for column in table.c if column.name != "zone")
        ),
    )


def rte_d1_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return the D-1 by which RTE is scored in each hour of `[start, end[`; see `domain.rte_bar.rte_d1`."""
    return rte_d1(vintages_between(connection, start, end, DAY_AHEAD))


def inputs_between(
    connection: Connection, start: datetime, end: datetime, *, leads_days: int | None = None
) -> pd.DataFrame:
    """Return the forecasts of the inputs for the hours of `[start, end[`, in order of the hour.

    Args:
        connection: To the store.
        start: First hour, UTC.
        end: End of the last hour, UTC.
        leads_days: The longest previous run that is read, and with it the age of live forecasts, as
            `weather_leads.within_leads` has it; None: every forecast.

    Returns:
        Columns `hour_start`, `issued_at` (UTC) and `domain.inputs.WEATHER`, NaN where not known.
    """
    table = weather_forecasts
    return frame(
        connection,
        between(table, table.c.hour_start, start, end)
        .where(*([] if leads_days is None else [within_leads(leads_days)]))
        .with_only_columns(table.c.hour_start, table.c.issued_at, *(table.c[name] for name in WEATHER)),
    )


def _raw_of_revised_hours(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    raw, revision = raw_consumption, raw_consumption_revisions
    revised_hours = (
        select(func.date_trunc("hour", revision.c.interval_start))
        .where(revision.c.zone == ZONE, revision.c.interval_start >= start, revision.c.interval_start < end)
        .distinct()
    )
    return frame(
        connection,
        between(raw, raw.c.interval_start, start, end)
        .where(func.date_trunc("hour", raw.c.interval_start).in_(revised_hours))
        .with_only_columns(raw.c.interval_start, raw.c.load_mw, raw.c.resolution_minutes),
    )
