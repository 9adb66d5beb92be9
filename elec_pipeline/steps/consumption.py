"""From a source to the store: actual consumption and its hours.

Here: the order of fetching, cleaning and writing, window by window, and the report of what happened. Not
here: how each of the three is done, when it runs, and RTE's forecasts (`rte_forecasts`). A window is written
before the next is fetched: a killed backfill keeps what it had, memory stays flat, and running it again changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain import load_curve
from elec_pipeline.domain.delivery_day import HOUR, QUARTER, day_end, day_start, hours, quarters, spans
from elec_pipeline.sources.consumption import LONGEST_WINDOW_DAYS, ConsumptionSource
from elec_pipeline.store import queries
from elec_pipeline.store.actuals import write_hours, write_raw
from elec_pipeline.store.bulk import NOTHING, Written

YEAR_DAYS = 366
PUBLICATION_DELAY = HOUR
"""An interval that ended longer ago than this should be there; younger ones may still be under way."""

Progress = Callable[[date], None]
"""Called with the last day of each window once it is written."""


@dataclass
class Report:
    """What an ingestion did.

    Attributes:
        expected: How many intervals or hours were due.
        received: How many of these the store holds now.
        written: Rows inserted, replaced, unchanged.
        implausible: Rows that were rejected, with their values.
        conflicts: Rows of instants with contradictory values, none of which was kept.
    """

    expected: int = 0
    received: int = 0
    written: Written = NOTHING
    implausible: pd.DataFrame = field(default_factory=pd.DataFrame)
    conflicts: pd.DataFrame = field(default_factory=pd.DataFrame)

    def add(self, cleaned: load_curve.CleanCurve, written: Written) -> None:
        """Add one window."""
        self.written += written
        self.implausible = _joined(self.implausible, cleaned.implausible)
        self.conflicts = _joined(self.conflicts, cleaned.conflicts)


def ingest_actuals(
    client: ConsumptionSource,
    engine: Engine,
    first: date,
    last: date,
    *,
    source: str,
    now: datetime,
    progress: Progress | None = None,
) -> Report:
    """Fetch and store actual consumption of a range of delivery days.

    Args:
        client: Of the source.
        engine: Of the store.
        first: First delivery day.
        last: Last delivery day, included. Days that have not begun are left alone.
        source: Name stored with each row, where the client does not say it row by row.
        now: Current instant, UTC: decides which intervals are due.
        progress: Told the last day of each window once it is written.

    Raises:
        SourceError: The source failed; the windows before it are stored.
    """
    report = Report()
    for begin, end in spans(first, last, LONGEST_WINDOW_DAYS):
        if day_start(begin) > now:
            break
        cleaned = load_curve.clean(client.short_term(["REALISED"], begin, end))
        asked = quarters(begin, end)
        due = asked[asked <= pd.Timestamp(now - PUBLICATION_DELAY - QUARTER)]
        report.add(cleaned, write_raw(engine, cleaned.curve, source=source, due=due))
        report.expected += len(due)
        with engine.connect() as connection:
            known = queries.raw_between(connection, day_start(begin), day_end(end))
        report.received += int(known.loc[known["interval_start"].isin(due), "resolution_minutes"].sum()) // 15
        if progress is not None:
            progress(end)
    return report


def average_hours(
    engine: Engine, first: date, last: date, *, now: datetime, progress: Progress | None = None
) -> Report:
    """Store the hourly means of the raw consumption of a range of delivery days.

    Args:
        engine: Of the store.
        first: First delivery day.
        last: Last delivery day, included.
        now: Current instant, UTC: decides which hours are due.
        progress: Told the last day of each window once it is written.

    Returns:
        `received` counts complete hours: those of four quarters.
    """
    report = Report()
    for begin, end in spans(first, last, YEAR_DAYS):
        with engine.connect() as connection:
            raw = queries.raw_between(connection, day_start(begin), day_end(end))
        means = load_curve.to_hours(raw)
        report.written += write_hours(engine, means)
        asked = hours(begin, end)
        due = asked[asked <= pd.Timestamp(now - PUBLICATION_DELAY - HOUR)]
        report.expected += len(due)
        report.received += int(
            (means.loc[means["hour_start"].isin(due), "quarters"] == load_curve.QUARTERS_AN_HOUR).sum()
        )
        if progress is not None:
            progress(end)
    return report


def _joined(*frames: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in frames if not frame.empty]
    return pd.concat(filled).drop_duplicates().reset_index(drop=True) if filled else pd.DataFrame()
