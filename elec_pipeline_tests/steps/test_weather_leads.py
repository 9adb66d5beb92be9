"""The temperature of longer leads: when it is asked for, and that nothing else is asked for with it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, days, hours, issue_time
from elec_pipeline.domain.inputs import TEMPERATURE, WEATHER
from elec_pipeline.domain.weather_leads import LEADS_DAYS, LONGER_LEADS_DAYS, LONGEST_LEAD_DAYS
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.sources.open_meteo import OpenMeteoClient
from elec_pipeline.steps.weather import CONTEXT_DAYS, is_whole, leads_lacking
from elec_pipeline.store import queries
from elec_pipeline.store.forecasts import write_weather
from elec_pipeline_tests.conftest import NOW, every_day_length
from elec_pipeline_tests.steps.test_weather import asked, ingest, stored, weather
from elec_pipeline_tests.store.test_weather_leads import fetched_live

__all__ = ["weather"]
SHORT = dict.fromkeys(WEATHER, (1, 2))


def as_earlier_versions(weather: OpenMeteoClient, engine: Engine, first: date, last: date, now: datetime) -> None:
    """Store two leads of each input."""
    write_weather(engine, weather.previous_runs(first, last, now=now, leads=SHORT), source="earlier")


@every_day_length
def test_days_of_earlier_versions_get_the_longer_leads_and_nothing_else_in_a_backfill(
    weather: OpenMeteoClient, engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    before = day - timedelta(days=1)
    as_earlier_versions(weather, engine, before, day, NOW)
    kept = stored(engine, before, day)
    assert leads_lacking(engine, before, day) == LONGER_LEADS_DAYS
    requests, report = asked(simulator), ingest(weather, engine, before, day)
    assert asked(simulator) == requests + 1
    assert (report.written.replaced, report.written.inserted) == (0, 5 * len(hours(before, day)))
    with engine.connect() as connection:
        short = queries.inputs_between(connection, day_start(before), day_end(day), leads_days=2)
    assert short.equals(kept)
    assert stored(engine, day, day)[TEMPERATURE].notna().sum() == 7 * n_hours
    assert is_whole(engine, before, day)
    assert ingest(weather, engine, before, day).requests_saved == 1


@every_day_length
def test_a_live_fetch_knows_the_week_and_does_not_ask_for_longer_leads_of_the_days_before(
    weather: OpenMeteoClient, engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    now, today = issue_time(day, Issue.MORNING) + timedelta(minutes=1), day - timedelta(days=1)
    simulator.set_clock(lambda: now)
    as_earlier_versions(weather, engine, today - timedelta(days=CONTEXT_DAYS), day, now)
    requests = asked(simulator)
    assert ingest(weather, engine, day, day, now).received == dict.fromkeys(WEATHER, n_hours)
    assert asked(simulator) == requests + 1
    last = today + timedelta(days=LONGEST_LEAD_DAYS)
    week = stored(engine, day + timedelta(days=1), last)
    assert sorted(week["hour_start"]) == list(hours(day + timedelta(days=1), last))
    assert week[list(WEATHER)].notna().all(axis=None)
    assert stored(engine, last + timedelta(days=1), last + timedelta(days=1)).empty


@every_day_length
def test_days_without_a_fetch_get_previous_runs_though_they_were_forecast_a_week_before(
    weather: OpenMeteoClient, engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    """The platform stood still for five days before `day`."""
    last_fetch = issue_time(day - timedelta(days=5), Issue.MORNING)
    simulator.set_clock(lambda: last_fetch)
    ingest(weather, engine, day - timedelta(days=5), day - timedelta(days=5), last_fetch)
    now, yesterday = issue_time(day, Issue.MORNING), day - timedelta(days=2)
    assert not stored(engine, yesterday, yesterday).empty
    simulator.set_clock(lambda: now)
    ingest(weather, engine, day, day, now)
    assert n_hours
    for each in days(day - timedelta(days=2), day):
        lead = stored(engine, each, each).dropna(subset=TEMPERATURE)
        assert (lead["hour_start"] - lead["issued_at"]).min() <= timedelta(days=2)


@every_day_length
def test_a_week_of_live_fetches_stands_for_the_previous_runs(engine: Engine, day: date, n_hours: int) -> None:
    def fetch(today: date) -> None:
        for issue in Issue:
            at = issue_time(today + timedelta(days=1), issue) + timedelta(seconds=21)
            fetched_live(engine, at, today, 9.0)

    assert n_hours
    assert leads_lacking(engine, day, day) == LEADS_DAYS
    for today in days(day - timedelta(days=6), day):
        fetch(today)
    assert leads_lacking(engine, day, day) == LONGER_LEADS_DAYS  # as where a live fetch looked six days ahead
    fetch(day - timedelta(days=7))
    assert is_whole(engine, day, day)


def test_of_the_first_days_of_an_archive_the_longer_leads_are_not_asked_for_again(
    weather: OpenMeteoClient, engine: Engine
) -> None:
    first, last = date(2024, 1, 2), date(2024, 1, 4)
    made = weather.previous_runs(first, last, now=NOW, leads={**SHORT, TEMPERATURE: (1, 2)})
    write_weather(engine, made, source="earlier")
    assert is_whole(engine, first, first)
    assert is_whole(engine, first, first + timedelta(days=1))
    assert not is_whole(engine, first, last + timedelta(days=1))
