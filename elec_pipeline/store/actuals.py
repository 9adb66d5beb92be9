"""Writes of actual consumption: raw intervals with their revisions and gaps, and hours."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, Engine, exists, select, text

from elec_pipeline.store.bulk import NOTHING, Written, copy, merge, staged, upsert
from elec_pipeline.store.changes import note_change
from elec_pipeline.store.provisional import quality
from elec_pipeline.store.tables import (
    ZONE,
    hourly_consumption,
    raw_consumption,
    raw_consumption_gaps,
    raw_consumption_revisions,
)

_RAW_COLUMNS = ["interval_start", "load_mw", "resolution_minutes", "published_at"]

_YIELD = f"""
DELETE FROM {{staging}} new USING {raw_consumption} old
WHERE new.zone = old.zone AND new.interval_start = old.interval_start
  AND {quality("new.source")} < {quality("old.source")}
"""

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('elec.raw_consumption'))")

_FILE_REVISIONS = f"""
INSERT INTO {raw_consumption_revisions} (zone, interval_start, replaced_at, old_load_mw, new_load_mw, source)
SELECT new.zone, new.interval_start, clock_timestamp(), old.load_mw, new.load_mw, new.source
FROM {{staging}} new JOIN {raw_consumption} old USING (zone, interval_start)
WHERE old.load_mw <> new.load_mw
"""

_FILE_LATE_ARRIVALS = f"""
WITH filled AS (
    DELETE FROM {raw_consumption_gaps} gap USING {{staging}} new
    WHERE gap.zone = new.zone AND gap.interval_start = new.interval_start
    RETURNING new.zone, new.interval_start, new.load_mw, new.source
)
INSERT INTO {raw_consumption_revisions} (zone, interval_start, replaced_at, old_load_mw, new_load_mw, source)
SELECT zone, interval_start, clock_timestamp(), NULL, load_mw, source FROM filled
"""

_FILE_GAPS = text(
    f"""
INSERT INTO {raw_consumption_gaps} (zone, interval_start)
SELECT :zone, interval_start FROM unnest(cast(:missing AS timestamptz[])) AS asked (interval_start)
WHERE NOT EXISTS (SELECT FROM {raw_consumption} known
                  WHERE known.zone = :zone AND known.interval_start = asked.interval_start)
ON CONFLICT DO NOTHING
"""
)


def write_raw(engine: Engine, curve: pd.DataFrame, *, source: str = "", due: pd.DatetimeIndex) -> Written:
    """Store actual consumption in one transaction.

    A value that differs from the stored one replaces it, and the old one goes to the revisions. An interval
    of `due` that neither came nor is stored is noted as a gap; when it comes later, the revisions say that
    it had been missing until then, so that no forecast issued in between can seem to have known it. A
    value never replaces one of better quality (see `domain.provenance`).

    Args:
        engine: Of the store.
        curve: A clean load curve; its column `source`, where it has one, says where each row comes from.
        source: Name of the source, stored with every row, where the curve does not say.
        due: Intervals that were asked for and should have been there (UTC).

    Returns:
        What changed.
    """
    missing = due.difference(pd.DatetimeIndex(curve["interval_start"]))
    rows = curve if "source" in curve else curve.assign(source=source)
    with engine.begin() as connection:
        # One writer at a time: two that fetched the same revision must not both file it.
        connection.execute(_LOCK)
        written = _write_curve(connection, rows[[*_RAW_COLUMNS, "source"]])
        if len(missing):
            connection.execute(_FILE_GAPS, {"zone": ZONE, "missing": list(missing.to_pydatetime())})
    return written


def _write_curve(connection: Connection, curve: pd.DataFrame) -> Written:
    if curve.empty:
        return NOTHING
    if _is_untouched(connection, curve["interval_start"]):
        # The bulk of a first backfill: nothing to compare with, and the lock keeps it so. Twice as fast.
        copy(connection, raw_consumption, str(raw_consumption), curve)
        note_change(connection, raw_consumption)
        return Written(len(curve), 0, 0)
    with staged(connection, raw_consumption, curve) as staging:
        yielded = connection.execute(text(_YIELD.format(staging=staging))).rowcount
        connection.execute(text(_FILE_REVISIONS.format(staging=staging)))
        connection.execute(text(_FILE_LATE_ARRIVALS.format(staging=staging)))
        # A newer time of publication alone does not make a row stale: sources stamp unchanged values anew.
        written = merge(
            connection,
            raw_consumption,
            staging,
            list(curve.columns),
            update=["load_mw", "resolution_minutes", "source"],
        )
        return written + Written(0, 0, yielded)


def _is_untouched(connection: Connection, intervals: pd.Series) -> bool:
    """Tell whether neither a value nor a gap is known between the first and the last of some intervals."""
    first, last = intervals.min(), intervals.max()
    return not any(
        connection.scalar(
            select(exists().where(table.c.zone == ZONE, table.c.interval_start.between(first, last)))
        )
        for table in (raw_consumption, raw_consumption_gaps)
    )


def write_hours(engine: Engine, hours: pd.DataFrame) -> Written:
    """Store hourly means, as `domain.load_curve.to_hours` returns them, in one transaction."""
    with engine.begin() as connection:
        return upsert(connection, hourly_consumption, hours, update=["load_mw", "quarters"])
