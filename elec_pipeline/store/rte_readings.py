"""Writes of RTE's forecasts as they were read, by quarter-hour and half-hour, and what is dropped of them later.

Here: the table `raw_rte_forecasts`. Not here: the hours made of it (`forecasts.write_vintages`).

What one request brought of an hour is stored together or not at all: if a reading of the hour that is there has
all of it, it says nothing new. So a reading is never put together from several.
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from sqlalchemy import Engine, exists, select, text

from elec_pipeline.domain.delivery_day import PARIS, Issue
from elec_pipeline.domain.vintages import FETCH_ALLOWANCE
from elec_pipeline.store.bulk import NOTHING, Written, copy, merge, staged
from elec_pipeline.store.changes import note_change
from elec_pipeline.store.tables import ZONE, raw_rte_forecasts

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('elec.raw_rte_forecasts'))")
_DROP_KNOWN = f"""
WITH same AS (
    SELECT date_trunc('hour', new.interval_start) AS hour, forecast_type, old.ingested_at, count(*) AS n
    FROM {{staging}} new JOIN {raw_rte_forecasts} old USING (zone, interval_start, forecast_type)
    WHERE new.load_mw = old.load_mw AND new.resolution_minutes = old.resolution_minutes
      AND new.is_dated = old.is_dated AND (new.published_at = old.published_at OR NOT new.is_dated)
    GROUP BY hour, forecast_type, old.ingested_at
), offered AS (
    SELECT date_trunc('hour', interval_start) AS hour, forecast_type, count(*) AS n
    FROM {{staging}} GROUP BY hour, forecast_type
)
DELETE FROM {{staging}} new USING (SELECT DISTINCT hour, forecast_type FROM same JOIN offered
                                   USING (hour, forecast_type, n)) known
WHERE date_trunc('hour', new.interval_start) = known.hour AND new.forecast_type = known.forecast_type
"""
# Of each hour: the first reading and the last, and those that were the newest known at an issue or as it began.
_THIN = text(
    f"""
WITH reading AS (
    SELECT zone, forecast_type, date_trunc('hour', interval_start) AS hour, ingested_at,
           greatest(max(published_at), ingested_at - cast(:allowance AS interval)) AS known_at,
           date_trunc('day', interval_start AT TIME ZONE :paris) - interval '1 day' AS eve
    FROM {raw_rte_forecasts}
    WHERE zone = :zone AND interval_start >= :begin AND interval_start < :end
    GROUP BY 1, 2, 3, 4, 6
), judged AS (
    SELECT zone, forecast_type, hour, ingested_at, ingested_at IN (
        min(ingested_at) OVER hours, max(ingested_at) OVER hours,
        max(ingested_at) FILTER (WHERE known_at <= (eve + cast(:morning AS time)) AT TIME ZONE :paris) OVER hours,
        max(ingested_at) FILTER (WHERE known_at <= (eve + cast(:evening AS time)) AT TIME ZONE :paris) OVER hours,
        max(ingested_at) FILTER (WHERE known_at <= hour) OVER hours
    ) AS counts
    FROM reading
    WINDOW hours AS (PARTITION BY zone, forecast_type, hour)
)
DELETE FROM {raw_rte_forecasts} old USING judged
WHERE counts IS NOT TRUE AND old.zone = judged.zone AND old.forecast_type = judged.forecast_type
  AND old.ingested_at = judged.ingested_at
  AND old.interval_start >= judged.hour AND old.interval_start < judged.hour + interval '1 hour'
"""
)


def write_readings(engine: Engine, readings: pd.DataFrame) -> Written:
    """Store forecasts as they were read, in one transaction.

    Args:
        engine: Of the store.
        readings: Columns `interval_start`, `forecast_type`, `published_at` (UTC; when they were read, where the
            source does not say: `is_dated` is false), `is_dated`, `load_mw`, `resolution_minutes`, `source`.

    Returns:
        What was new; rows of hours that a reading has already count as unchanged.
    """
    if readings.empty:
        return NOTHING
    first, last = readings["interval_start"].min(), readings["interval_start"].max()
    table = raw_rte_forecasts
    with engine.begin() as connection:
        # One writer at a time: two that fetched the same must not both store it.
        connection.execute(_LOCK)
        known = exists().where(table.c.zone == ZONE, table.c.interval_start.between(first, last))
        if not connection.scalar(select(known)):
            # The bulk of a first backfill: nothing to compare with, and the lock keeps it so.
            copy(connection, table, str(table), readings)
            note_change(connection, table)
            return Written(len(readings), 0, 0)
        with staged(connection, table, readings) as staging:
            dropped = connection.execute(text(_DROP_KNOWN.format(staging=staging))).rowcount
            return merge(connection, table, staging, list(readings.columns), []) + Written(0, 0, dropped)


def thin_readings(engine: Engine, begin: datetime, end: datetime) -> int:
    """Drop readings of a range of hours that nothing was issued or scored on.

    Of each hour and type stay the first reading and the last, the newest that was known at the morning and at the
    evening issue of the day before, and the newest before the hour began. The hours of all of them are in
    `rte_forecasts` and stay.

    Args:
        engine: Of the store.
        begin: Of the first hour.
        end: Of the last hour, exclusive.

    Returns:
        How many rows were dropped.
    """
    with engine.begin() as connection:
        connection.execute(_LOCK)
        dropped = connection.execute(
            _THIN,
            {
                "zone": ZONE,
                "paris": PARIS.key,
                "begin": begin,
                "end": end,
                "allowance": FETCH_ALLOWANCE,
                "morning": Issue.MORNING.wall_clock,
                "evening": Issue.EVENING.wall_clock,
            },
        ).rowcount
        if dropped:
            note_change(connection, raw_rte_forecasts)
    return dropped
