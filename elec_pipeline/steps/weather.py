"""From Open-Meteo to the store: weather forecasts, as they are now and as they were.

Here: which days are asked of which API, what is skipped because it is there, and what is made of a source that
does not answer. Not here: requests (`sources.open_meteo`), and when this runs.

A forecast can be issued without weather. So a source that is away, or whose quota is used up, is no error
here: the report says so, and what came before it is stored. Only whoever has the time to wait for the quota, as a
backfill has, can ask for that to be one.

Days of which the store holds the temperature alone, as earlier versions stored them, are asked for again where
there are previous runs of the other inputs; what is there stays. Days that lack nothing but longer leads of the
temperature are asked for those alone, so that what issues of tomorrow knew of them stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from elec_pipeline.domain.inputs import TEMPERATURE, WEATHER
from elec_pipeline.domain.weather_leads import (
    DAY_AHEAD_LEADS_DAYS,
    LEADS_DAYS,
    LONGER_LEADS_DAYS,
    LONGEST_LEAD_DAYS,
    lead_days,
)
from elec_pipeline.domain.week_ahead import LEADS
from elec_pipeline.errors import SourceError, SourceQuotaError
from elec_pipeline.sources.open_meteo import LONGEST_WINDOW_DAYS, OpenMeteoClient
from elec_pipeline.sources.open_meteo_variables import archived_from, hours_of_lead
from elec_pipeline.store import queries
from elec_pipeline.store.bulk import NOTHING, Written
from elec_pipeline.store.forecasts import write_weather

AHEAD_DAYS = LONGEST_LEAD_DAYS
"""How far ahead a live fetch looks: as far as previous runs go. Where the next one fails, the issue after it still
knows a weather."""
CONTEXT_DAYS = 14
"""Days before a live fetch that it looks after: those that lack an input get what previous runs said."""

Progress = Callable[[date], None]


@dataclass
class WeatherReport:
    """What an ingestion of weather did.

    Attributes:
        expected: How many hours of the days asked for can have a forecast.
        received: For how many of these the store holds one of each input now.
        written: Rows inserted, unchanged.
        requests_saved: Windows that were there already and not asked for.
        unavailable: Why the source did not answer; empty where it did.
    """

    expected: int = 0
    received: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WEATHER, 0))
    written: Written = NOTHING
    requests_saved: int = 0
    unavailable: str = ""


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
    """Fetch and store weather forecasts of a range of delivery days.

    Of days gone by, what previous runs said (`domain.weather_leads.LEADS_DAYS`), where
    it is not there already and where there can be any. Of today and tomorrow, the forecast as it stands now for
    the week to come, and what the two weeks before lack for issues of tomorrow.

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
            if leads := leads_lacking(engine, begin, end):
                _store(engine, client.previous_runs(begin, end, now=now, leads=leads), source, report)
            else:
                report.requests_saved += 1
            if progress is not None:
                progress(end)
        if last >= today:
            tomorrow = today + timedelta(days=1)
            lacking = _days_lacking(engine, today - timedelta(days=CONTEXT_DAYS), tomorrow)
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


def days_after(last: date, now: datetime) -> tuple[date, date] | None:
    """Return the days gone by after a range's last that its forecasts of the week ahead stand on; None: none is.

    Example:
        >>> from datetime import UTC
        >>> days_after(date(2025, 7, 1), datetime(2025, 7, 4, 12, tzinfo=UTC))
        (datetime.date(2025, 7, 2), datetime.date(2025, 7, 3))
        >>> days_after(date(2025, 7, 3), datetime(2025, 7, 4, 12, tzinfo=UTC)) is None
        True
    """
    first = last + timedelta(days=1)
    end = min(last + timedelta(days=LEADS[-1] - 1), delivery_day(now) - timedelta(days=1))
    return (first, end) if first <= end else None


def _past(first: date, last: date) -> list[tuple[date, date]]:
    return list(spans(max(first, FIRST_PREVIOUS_RUNS_DAY), last, LONGEST_WINDOW_DAYS))


def is_whole(engine: Engine, first: date, last: date) -> bool:
    """Tell whether the store holds what previous runs said of a range of past days, every lead of every input.

    Args:
        engine: Of the store.
        first: First delivery day; of days before there are previous runs nothing is wanted.
        last: Last delivery day, included.
    """
    return not leads_lacking(engine, first, last)


def leads_lacking(engine: Engine, first: date, last: date) -> Mapping[str, Sequence[int]]:
    """Return the previous runs to ask for, for a range of past days: all, the longer leads alone, or none.

    A forecast fetched live stands for a previous run. What issues of tomorrow use is there where each input has as
    many forecasts of an hour as it has short leads; of the longer ones each must be there.

    Args:
        engine: Of the store.
        first: First delivery day; of days before there are previous runs nothing is wanted.
        last: Last delivery day, included.

    Returns:
        Leads in days, by input, as `OpenMeteoClient.previous_runs` takes them; empty where the range is whole.
    """
    short = _day_ahead(engine, first, last)
    for name, wanted in _wanted(first, last).items():
        forecasts = short.loc[short[name].notna(), "hour_start"].value_counts()
        if not wanted.isin(forecasts.index[forecasts >= DAY_AHEAD_LEADS_DAYS]).all():
            return LEADS_DAYS
    with engine.connect() as connection:
        known = queries.inputs_between(connection, day_start(first), day_end(last)).dropna(subset=TEMPERATURE)
    lead = lead_days(known["hour_start"], known["issued_at"])
    for days in LONGER_LEADS_DAYS[TEMPERATURE]:
        if not hours_of_lead(first, last, days).isin(known.loc[lead == days, "hour_start"]).all():
            return LONGER_LEADS_DAYS
    return {}


def _wanted(first: date, last: date) -> dict[str, pd.DatetimeIndex]:
    """Return the hours of a range of days of which there can be a forecast, by input."""
    return {
        name: hours(begin, last) if begin <= last else pd.DatetimeIndex([], tz="UTC")
        for name in WEATHER
        for begin in [max(first, archived_from(name))]
    }


def _store(engine: Engine, weather: pd.DataFrame, source: str, report: WeatherReport) -> None:
    if weather.empty:
        return
    report.written += write_weather(engine, weather, source=source)


def _days_lacking(engine: Engine, first: date, last: date) -> list[date]:
    """Return the days of a range with an hour of which issues of tomorrow know no forecast of an input, in order.

    A forecast of many days before is none: of days on which nothing was fetched there is a better one to be had.
    """
    known = _day_ahead(engine, first, last)
    missing = [
        hour
        for name, wanted in _wanted(first, last).items()
        for hour in wanted.difference(pd.DatetimeIndex(known.loc[known[name].notna(), "hour_start"]))
    ]
    return sorted({delivery_day(hour.to_pydatetime()) for hour in missing})


def _count(engine: Engine, first: date, last: date, report: WeatherReport) -> None:
    first = max(first, FIRST_PREVIOUS_RUNS_DAY)
    if first > last:
        return
    known = _day_ahead(engine, first, last)
    report.expected = len(hours(first, last))
    report.received = {name: known.loc[known[name].notna(), "hour_start"].nunique() for name in WEATHER}


def _day_ahead(engine: Engine, first: date, last: date) -> pd.DataFrame:
    """Return the forecasts that issues of tomorrow can use."""
    with engine.connect() as connection:
        return queries.inputs_between(connection, day_start(first), day_end(last), leads_days=DAY_AHEAD_LEADS_DAYS)
