"""From a source to the store: actual consumption, its hours, and RTE's forecasts.

Here: the order of fetching, cleaning and writing, window by window, and the report of what happened. Not
here: how each of the three is done, and when it runs. A window is written before the next is fetched: a
killed backfill keeps what it had, memory stays flat, and running it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain import load_curve
from elec_pipeline.domain.delivery_day import HOUR, QUARTER, day_end, day_start, days, hours, quarters, spans
from elec_pipeline.domain.provenance import quality
from elec_pipeline.domain.vintages import assumed_publication, news, nominal_publication
from elec_pipeline.sources.consumption import LONGEST_WINDOW_DAYS, ConsumptionSource
from elec_pipeline.store import queries
from elec_pipeline.store.actuals import write_hours, write_raw
from elec_pipeline.store.bulk import NOTHING, Written
from elec_pipeline.store.forecasts import write_vintages

YEAR_DAYS = 366
FORECAST_TYPES = ("D-1", "D-2", "ID")
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


def ingest_rte_forecasts(
    client: ConsumptionSource,
    engine: Engine,
    first: date,
    last: date,
    *,
    source: str,
    now: datetime,
    progress: Progress | None = None,
) -> Report:
    """Fetch RTE's forecasts of a range of delivery days and add what is new as vintages.

    A forecast is stored by hour, and only where all parts of the hour are there: forecasts are never
    changed afterwards, so half an hour must not pose as a whole one.

    Args:
        client: Of the source.
        engine: Of the store.
        first: First delivery day.
        last: Last delivery day, included; tomorrow as a rule.
        source: Name stored with each row, where the client does not say it row by row.
        now: Current instant, UTC: values that carry no time of publication count from now at the latest.
        progress: Told the last day of each window once it is written.

    Returns:
        `expected` and `received` count the hours of the D-1 forecast of days for which it should be out.
    """
    report = Report()
    for begin, end in spans(first, last, LONGEST_WINDOW_DAYS):
        reply = client.short_term(FORECAST_TYPES, begin, end)
        for forecast_type in FORECAST_TYPES:
            cleaned = load_curve.clean(reply[reply["forecast_type"] == forecast_type])
            vintages = to_vintages(cleaned.curve, forecast_type, now)
            report.add(cleaned, store_vintages(engine, vintages, source=source, now=now))
            if forecast_type == "D-1":
                report.received += len(vintages)  # more than expected where RTE was early
        report.expected += sum(
            len(hours(day)) for day in days(begin, end) if nominal_publication("D-1", day) <= now
        )
        if progress is not None:
            progress(end)
    return report


def to_vintages(curve: pd.DataFrame, forecast_type: str, now: datetime) -> pd.DataFrame:
    """Return the hours of one of RTE's forecasts, each with the time its last part was published.

    Args:
        curve: A clean load curve.
        forecast_type: `D-1`, `D-2` or `ID`.
        now: Current instant, UTC: hours that carry no time of publication count from now at the latest, see
            `vintages`.

    Returns:
        Columns `hour_start`, `load_mw`, `published_at`, `is_dated`, `forecast_type`, and `source` where the
        curve has it; complete hours only.
    """
    means = load_curve.to_hours(curve)
    by_hour = curve.groupby(curve["interval_start"].dt.floor("h"))
    newest = by_hour[["published_at"]].max()
    if "source" in curve:
        # The part of the lowest quality names the hour: a real-time part makes it real-time.
        ranks = curve["source"].map({name: int(quality(name)) for name in curve["source"].unique()})
        lowest = curve.assign(rank=ranks).sort_values(["rank", "source"], kind="stable")
        newest["source"] = lowest.groupby(lowest["interval_start"].dt.floor("h"))["source"].first()
    whole = means[means["quarters"] == load_curve.QUARTERS_AN_HOUR].drop(columns="quarters")
    hourly = whole.merge(newest, left_on="hour_start", right_index=True)
    assumed = assumed_publication(hourly["hour_start"], forecast_type, now)
    return hourly.assign(
        is_dated=hourly["published_at"].notna(),
        published_at=hourly["published_at"].fillna(assumed),
        forecast_type=forecast_type,
    )


def store_vintages(engine: Engine, vintages: pd.DataFrame, *, source: str = "", now: datetime) -> Written:
    """Add vintages as `to_vintages` makes them; of those without a date only what is news.

    Args:
        engine: Of the store.
        vintages: Any number of types.
        source: Name stored with each row, where the vintages do not say.
        now: Current instant, UTC.
    """
    undated = vintages[~vintages["is_dated"]]
    new = undated
    if len(undated):
        begin, end = undated["hour_start"].min(), undated["hour_start"].max() + HOUR
        with engine.connect() as connection:
            known = queries.vintages_between(connection, begin, end)
        new = news(undated, known[["hour_start", "forecast_type", "load_mw"]], now)
    rows = pd.concat([vintages[vintages["is_dated"]], new]).drop(columns="is_dated")
    return write_vintages(engine, rows, source=source) + Written(0, 0, len(undated) - len(new))


def _joined(*frames: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in frames if not frame.empty]
    return pd.concat(filled).drop_duplicates().reset_index(drop=True) if filled else pd.DataFrame()
