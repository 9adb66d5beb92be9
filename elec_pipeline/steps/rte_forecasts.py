"""RTE's forecasts, from a source to the store as they come, and from there to their hours.

Here: the order of fetching, cleaning and writing, window by window. Not here: what makes an hour and when it
counts from (`domain.rte_hours`), and the report's form (`consumption.Report`).
"""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain import load_curve
from elec_pipeline.domain.delivery_day import HOUR, day_end, day_start, days, hours, quarters, spans
from elec_pipeline.domain.rte_bar import DAY_AHEAD
from elec_pipeline.domain.rte_hours import vintages_of
from elec_pipeline.domain.vintages import news, nominal_publication
from elec_pipeline.sources.consumption import LONGEST_WINDOW_DAYS, ConsumptionSource
from elec_pipeline.steps.consumption import Progress, Report
from elec_pipeline.store import queries
from elec_pipeline.store.bulk import NOTHING, Written
from elec_pipeline.store.forecasts import write_vintages
from elec_pipeline.store.rte_readings import write_readings

FORECAST_TYPES = ("D-1", "D-2", "ID")
_HOUR = ["hour_start", "forecast_type"]
_READ = [
    "interval_start",
    "forecast_type",
    "published_at",
    "is_dated",
    "load_mw",
    "resolution_minutes",
    "source",
]


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
    """Fetch RTE's forecasts of a range of delivery days and store them as they come.

    Args:
        client: Of the source.
        engine: Of the store.
        first: First delivery day.
        last: Last delivery day, included; tomorrow as a rule.
        source: Name stored with each row, where the client does not say it row by row.
        now: Current instant, UTC: when values that carry no time of publication were read.
        progress: Told the last day of each window once it is written.

    Returns:
        `expected` and `received` count the quarter-hours of the D-1 forecast of days for which it should be out.

    Raises:
        SourceError: The source failed; the windows before it are stored.
    """
    report = Report()
    for begin, end in spans(first, last, LONGEST_WINDOW_DAYS):
        reply = client.short_term(FORECAST_TYPES, begin, end)
        curves = []
        for forecast_type in FORECAST_TYPES:
            cleaned = load_curve.clean(reply[reply["forecast_type"] == forecast_type])
            report.add(cleaned, NOTHING)
            curves.append(cleaned.curve)
        report.written += write_readings(engine, readings_of(pd.concat(curves), source=source, now=now))
        due = _due(begin, end, now)
        report.expected += sum(len(quarters(day, day)) for day in due)
        with engine.connect() as connection:
            minutes = queries.rte_minutes_by_day(connection, DAY_AHEAD, begin, end)
        report.received += sum(minutes.get(day, 0) for day in due) // 15
        if progress is not None:
            progress(end)
    return report


def average_rte_forecasts(
    engine: Engine, first: date, last: date, *, now: datetime, progress: Progress | None = None
) -> Report:
    """Add the hours of RTE's forecasts of a range of delivery days, as they were read, to the vintages.

    A forecast is stored by hour, and only where all parts of the hour are there: forecasts are never
    changed afterwards, so half an hour must not pose as a whole one.

    Args:
        engine: Of the store.
        first: First delivery day.
        last: Last delivery day, included.
        now: Current instant, UTC: decides which days are due.
        progress: Told the last day of each window once it is written.

    Returns:
        `expected` and `received` count the hours of the D-1 forecast of days for which it should be out.
    """
    report = Report()
    for begin, end in spans(first, last, LONGEST_WINDOW_DAYS):
        start, stop = day_start(begin), day_end(end)
        with engine.connect() as connection:
            readings = queries.readings_between(connection, start, stop)
            known = queries.vintages_between(connection, start, stop)
        vintages = vintages_of(readings, known)
        report.written += write_vintages(engine, vintages)
        there = pd.concat([known[_HOUR], vintages[_HOUR]])
        asked = [hour for day in _due(begin, end, now) for hour in hours(day)]
        report.expected += len(asked)
        report.received += len({*asked} & {*there.loc[there["forecast_type"] == DAY_AHEAD, "hour_start"]})
        if progress is not None:
            progress(end)
    return report


def readings_of(curve: pd.DataFrame, *, source: str = "", now: datetime) -> pd.DataFrame:
    """Return forecasts as `store.rte_readings` takes them: those without a time of publication were read now.

    Args:
        curve: Clean load curves with `forecast_type`, each of one type.
        source: Name of the source, where the curve does not say it row by row.
        now: When it was read, UTC.
    """
    published = curve["published_at"]
    named = curve if "source" in curve else curve.assign(source=source)
    read = named.assign(is_dated=published.notna(), published_at=published.fillna(pd.Timestamp(now).as_unit("us")))
    return read[_READ]


def store_vintages(engine: Engine, vintages: pd.DataFrame, *, source: str = "", now: datetime) -> Written:
    """Add vintages as `rte_hours.to_vintages` makes them; of those without a date only what is news.

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


def _due(first: date, last: date, now: datetime) -> list[date]:
    """Return the days for which RTE's D-1 should be out."""
    return [day for day in days(first, last) if nominal_publication(DAY_AHEAD, day) <= now]
