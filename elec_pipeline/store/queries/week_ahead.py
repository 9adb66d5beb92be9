"""Reads of the issues that look a week ahead. All times are UTC, all loads MW."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import Connection, select

from elec_pipeline.domain.delivery_day import day_end, day_start, delivery_day
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.domain.week_ahead import LEADS, issued_on
from elec_pipeline.store.queries.frames import between, frame
from elec_pipeline.store.tables import ZONE, week_ahead_peaks, week_ahead_predictions

_KEYS = ("issued_at", "model_version")
_HOURS = ("hour_start", *_KEYS, *COLUMNS, "peak_probability", "created_at")
_PEAKS = ("delivery_day", *_KEYS, *COLUMNS, "created_at")


def week_ahead_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return every issue for the hours of `[start, end[`, in order of hours, issues and when each was made."""
    table = week_ahead_predictions
    return frame(
        connection,
        between(table, table.c.hour_start, start, end)
        .order_by(table.c.issued_at, table.c.created_at)
        .with_only_columns(*(table.c[name] for name in _HOURS)),
    )


def week_ahead_issued_between(connection: Connection, start: datetime, end: datetime) -> pd.DataFrame:
    """Return the issues made in `[start, end[`, in order of hours, issues and when each was made."""
    reach = day_end(delivery_day(end) + timedelta(days=LEADS[-1]))
    rows = week_ahead_between(connection, start, reach)
    return rows[rows["issued_at"].ge(pd.Timestamp(start)) & rows["issued_at"].lt(pd.Timestamp(end))]


def week_ahead_peaks_between(connection: Connection, first: date, last: date) -> pd.DataFrame:
    """Return what every issue says of the highest hour of each day from `first` to `last`, in order."""
    table = week_ahead_peaks
    return frame(
        connection,
        select(*(table.c[name] for name in _PEAKS))
        .where(table.c.zone == ZONE, table.c.delivery_day >= first, table.c.delivery_day <= last)
        .order_by(table.c.delivery_day, table.c.issued_at, table.c.created_at),
    )


def newest_week_ahead(connection: Connection, now: datetime) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the newest issue that there was at an instant, if it still looks ahead: its hours, and its peaks.

    Of several models that made it, the one that made it last.

    Returns:
        Columns as of `week_ahead_between` and `week_ahead_peaks_between`; both empty where there is none.
    """
    hours, peaks = week_ahead_predictions, week_ahead_peaks
    today = delivery_day(now)
    first, last = today + timedelta(days=1), today + timedelta(days=LEADS[-1])
    newest = (
        select(hours.c.issued_at, hours.c.model_version)
        .where(hours.c.zone == ZONE, hours.c.hour_start >= day_start(first), hours.c.hour_start < day_end(last))
        .where(hours.c.issued_at <= now)
        .order_by(hours.c.issued_at.desc(), hours.c.created_at.desc())
        .limit(1)
    )
    found = connection.execute(newest).one_or_none()
    issued_at, version = (now, "") if found is None else found
    day = delivery_day(issued_at)
    start, end = day_start(day), day_end(day + timedelta(days=LEADS[-1]))
    of_hours = between(hours, hours.c.hour_start, start, end).where(
        hours.c.issued_at == issued_at, hours.c.model_version == version
    )
    of_days = (
        select(*(peaks.c[name] for name in _PEAKS))
        .where(
            peaks.c.zone == ZONE,
            peaks.c.delivery_day > day,
            peaks.c.delivery_day <= day + timedelta(days=LEADS[-1]),
        )
        .where(peaks.c.issued_at == issued_at, peaks.c.model_version == version)
        .order_by(peaks.c.delivery_day)
    )
    return frame(connection, of_hours.with_only_columns(*(hours.c[name] for name in _HOURS))), frame(
        connection, of_days
    )


def week_ahead_issues_made(connection: Connection, version: str, first: date, last: date) -> set[datetime]:
    """Return the issue times of the mornings from `first` to `last` of which a model's forecasts are there."""
    table = week_ahead_predictions
    shortest = timedelta(days=LEADS[0])
    made = connection.scalars(
        select(table.c.issued_at)
        .distinct()
        .where(table.c.zone == ZONE, table.c.model_version == version)
        .where(table.c.hour_start >= day_start(first + shortest), table.c.hour_start < day_end(last + shortest))
        .where(table.c.issued_at >= issued_on(first), table.c.issued_at <= issued_on(last))
    )
    return set(made)
