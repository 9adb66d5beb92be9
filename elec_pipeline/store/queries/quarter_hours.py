"""Reads of quarter-hours: what past days held, and what our issues say.

All times are UTC, all loads MW.
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, Engine, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.domain.quarter_history import QuarterHistory, quarter_history
from elec_pipeline.store.queries.frames import between, frame
from elec_pipeline.store.queries.history import raw_between, revisions_between
from elec_pipeline.store.queries.series import is_of_issue
from elec_pipeline.store.tables import ZONE, chronos_predictions, quarter_hourly_predictions


def quarter_hours_known(engine: Engine, start: datetime, end: datetime) -> QuarterHistory:
    """Return what quarter-hours of issues are made from, of `[start, end[`, as one snapshot.

    Args:
        engine: Of the store.
        start: First hour, UTC.
        end: End of the last hour, UTC.
    """
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        raw = raw_between(connection, start, end)
        revisions = revisions_between(connection, start, end)
    return quarter_history(start, end, raw, revisions)


def hours_without_quarters(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return the hourly forecasts for `[start, end[`, of any issue and model, that have no quarter-hours yet.

    Returns:
        Columns `hour_start`, `issued_at`, `model_version` and the quantiles, in order of hours.
    """
    hour, quarter = chronos_predictions, quarter_hourly_predictions
    has_quarters = exists().where(
        quarter.c.zone == ZONE,
        quarter.c.interval_start == hour.c.hour_start,
        quarter.c.issued_at == hour.c.issued_at,
        quarter.c.model_version == hour.c.model_version,
    )
    return frame(
        connection,
        between(hour, hour.c.hour_start, start, end)
        .where(~has_quarters)
        .with_only_columns(
            hour.c.hour_start, hour.c.issued_at, hour.c.model_version, *(hour.c[name] for name in COLUMNS)
        ),
    )


def quarter_hours_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return every issue for the quarter-hours of `[start, end[`, in order.

    Returns:
        Columns `interval_start`, `issued_at`, `model_version` and the quantiles.
    """
    table = quarter_hourly_predictions
    return frame(
        connection,
        between(table, table.c.interval_start, start, end).with_only_columns(
            table.c.interval_start, table.c.issued_at, table.c.model_version, *(table.c[name] for name in COLUMNS)
        ),
    )


def newest_quarter_hours(
    connection: Connection, start: datetime, end: datetime, issue: Issue | None = None
) -> pd.DataFrame:
    """Return one forecast for each quarter-hour of `[start, end[`: of the newest issue, or of the issue named.

    Which one speaks for an hour is the rule of hours (`newest_predictions`): the quarters follow their hour.

    Returns:
        Columns `interval_start`, `issued_at`, `model_version` and the quantiles.
    """
    hour, quarter = chronos_predictions, quarter_hourly_predictions
    made = quarter.join(
        hour,
        (hour.c.zone == quarter.c.zone)
        & (hour.c.hour_start == func.date_trunc("hour", quarter.c.interval_start))
        & (hour.c.issued_at == quarter.c.issued_at)
        & (hour.c.model_version == quarter.c.model_version),
    )
    return frame(
        connection,
        select(
            quarter.c.interval_start,
            quarter.c.issued_at,
            quarter.c.model_version,
            *(quarter.c[name] for name in COLUMNS),
        )
        .ext(distinct_on(quarter.c.interval_start))
        .select_from(made)
        .where(quarter.c.zone == ZONE, quarter.c.interval_start >= start, quarter.c.interval_start < end)
        .where(*([] if issue is None else [is_of_issue(quarter.c.issued_at, issue)]))
        .order_by(
            quarter.c.interval_start,
            quarter.c.issued_at > quarter.c.interval_start,
            quarter.c.issued_at.desc(),
            hour.c.created_at,
            quarter.c.model_version,
        ),
    )
