"""From Open-Meteo to the store: temperature forecasts, as they are now and as they were.

Here: which days are asked of which API, what is skipped because it is there, and what is made of a source that
does not answer. Not here: requests (`sources.open_meteo`), and when this runs.

A forecast can be issued without temperature. So a source that is away, or whose quota is used up, is no error
here: the report says so, and what came before it is stored. Only whoever has the time to wait for the quota, as a
backfill has, can ask for that to be one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import (
    FIRST_PREVIOUS_RUNS_DAY,
    day_end,
    day_start,
    delivery_day,
    hours,
    spans,
)
from elec_pipeline.errors import SourceError, SourceQuotaError
from elec_pipeline.sources.open_meteo import LEADS_DAYS, LONGEST_WINDOW_DAYS, OpenMeteoClient
from elec_pipeline.store import queries
from elec_pipeline.store.bulk import NOTHING, Written
from elec_pipeline.store.forecasts import write_weather

AHEAD_DAYS = 3
"""How far ahead a live fetch looks: where the next one fails, the issue after it still knows a temperature."""
CONTEXT_DAYS = 14
"""Days before a live fetch that it looks after: those without a temperature get what previous runs said."""

Progress = Callable[[date], None]


@dataclass
class WeatherReport:
    """What an ingestion of temperatures did.

    Attributes:
        expected: How many hours of the days asked for can have a forecast.
        received: How many of these the store holds one for now.
        written: Rows inserted, unchanged.
        requests_saved: Windows that were there already and not asked for.
        unavailable: Why the source did not answer; empty where it did.
        preview: The first rows that came.
    """

    expected: int = 0
    received: int = 0
    written: Written = NOTHING
    requests_saved: int = 0
    unavailable: str = ""
    preview: pd.DataFrame = field(default_factory=pd.DataFrame)


def ingest_weather(
    client: OpenMeteoClient,
    engine: Engine,
    first: date,
    last: date,
    *,
    source: str,
    now: datetime,
    progress: Progress | None = None,
    quota_fails: bool = False,
) -> WeatherReport:
    """Fetch and store temperature forecasts of a range of delivery days.

    Of days gone by, what previous runs said one and two days ahead, where it is not there already and where there
    can be any. Of today and tomorrow, the forecast as it stands now, and what the two weeks before lack.

    Args:
        client: Of the source.
        engine: Of the store.
        first: First delivery day.
        last: Last delivery day, included.
        source: Name stored with each row.
        now: Current instant, UTC.
        progress: Told the last day of each window once it is written.
        quota_fails: Whether a quota that is used up is an error.

    Returns:
        What was done, and why not more of it.

    Raises:
        SourceQuotaError: The quota is used up, and that is to be an error; what came before it is stored.
    """
    today, report = delivery_day(now), WeatherReport()
    try:
        for begin, end in _past(first, min(last, today - timedelta(days=1))):
            if _has_both_leads(engine, begin, end):
                report.requests_saved += 1
            else:
                _store(engine, client.previous_runs(begin, end, now=now), source, report)
            if progress is not None:
                progress(end)
        if last >= today:
            tomorrow = today + timedelta(days=1)
            lacking = _days_without(engine, today - timedelta(days=CONTEXT_DAYS), tomorrow)
            ahead = today + timedelta(days=AHEAD_DAYS)
            _store(engine, client.forecast(today, ahead, now=now), source, report)
            for begin, end in _past(lacking[0], lacking[-1]) if lacking else ():
                _store(engine, client.previous_runs(begin, end, now=now), source, report)
    except SourceError as error:
        if quota_fails and isinstance(error, SourceQuotaError):
            raise
        report.unavailable = str(error)
    _count(engine, first, last, report)
    return report


def _past(first: date, last: date) -> list[tuple[date, date]]:
    return list(spans(max(first, FIRST_PREVIOUS_RUNS_DAY), last, LONGEST_WINDOW_DAYS))


def _store(engine: Engine, temperatures: pd.DataFrame, source: str, report: WeatherReport) -> None:
    if temperatures.empty:
        return
    report.written += write_weather(engine, temperatures, source=source)
    if report.preview.empty:
        report.preview = temperatures.head(8)


def _has_both_leads(engine: Engine, first: date, last: date) -> bool:
    with engine.connect() as connection:
        known = queries.inputs_between(connection, day_start(first), day_end(last))
    leads = known.groupby("hour_start").size()
    return len(leads) == len(hours(first, last)) and bool((leads >= len(LEADS_DAYS)).all())


def _days_without(engine: Engine, first: date, last: date) -> list[date]:
    """Return the days of a range with an hour whose temperature was never forecast, in order."""
    with engine.connect() as connection:
        known = queries.inputs_between(connection, day_start(first), day_end(last))
    missing = hours(first, last).difference(pd.DatetimeIndex(known["hour_start"]))
    return sorted({delivery_day(hour.to_pydatetime()) for hour in missing})


def _count(engine: Engine, first: date, last: date, report: WeatherReport) -> None:
    first = max(first, FIRST_PREVIOUS_RUNS_DAY)
    if first > last:
        return
    with engine.connect() as connection:
        known = queries.inputs_between(connection, day_start(first), day_end(last))
    report.expected = len(hours(first, last))
    report.received = known["hour_start"].nunique()
