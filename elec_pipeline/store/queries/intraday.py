"""Reads of the issues that are made within the day. All times are UTC, all loads MW."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy import Connection, func, select

from elec_pipeline.domain.delivery_day import HOUR, day_end, day_start, delivery_day
from elec_pipeline.domain.intraday import OLDEST_HOURS
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.store.queries.frames import between, frame
from elec_pipeline.store.tables import ZONE, intraday_predictions

_COLUMNS = ("hour_start", "issued_at", "model_version", *COLUMNS, "goes_on_from", "known_until", "created_at")


def intraday_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return every issue made within the day for the hours of `[start, end[`, in order of hours and issues."""
    table = intraday_predictions
    return frame(
        connection,
        between(table, table.c.hour_start, start, end)
        .order_by(table.c.issued_at)
        .with_only_columns(*(table.c[name] for name in _COLUMNS)),
    )


def newest_intraday(connection: Connection, now: datetime) -> pd.DataFrame:
    """Return the newest issue made within the day, if it is of the last hours; columns as `intraday_between`."""
    table = intraday_predictions
    day = delivery_day(now)
    newest = (
        select(func.max(table.c.issued_at))
        .where(table.c.zone == ZONE, table.c.hour_start >= day_start(day), table.c.hour_start < day_end(day))
        .where(table.c.issued_at <= now, table.c.issued_at > now - OLDEST_HOURS * HOUR)
        .scalar_subquery()
    )
    until = day_end(day + timedelta(days=1))
    return frame(
        connection,
        between(table, table.c.hour_start, day_start(day), until)
        .where(table.c.issued_at == newest)
        .with_only_columns(*(table.c[name] for name in _COLUMNS)),
    )


def intraday_issues_made(connection: Connection, start: datetime, end: datetime) -> set[datetime]:
    """Return the issue times in `[start, end[` of which forecasts are there; each forecasts its own hour."""
    table = intraday_predictions
    made = connection.scalars(
        select(table.c.issued_at)
        .distinct()
        .where(table.c.zone == ZONE, table.c.hour_start >= start, table.c.hour_start < end)
        .where(table.c.issued_at >= start, table.c.issued_at < end)
    )
    return set(made)
