"""Weather from the simulator to the store, and what is not asked for twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import FIRST_PREVIOUS_RUNS_DAY, Issue, day_end, day_start, hours, issue_time
from elec_pipeline.domain.inputs import INPUTS, RADIATION, TEMPERATURE, WEATHER
from elec_pipeline.domain.weather_leads import LEADS_DAYS
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.sources.allowance import Allowance
from elec_pipeline.sources.open_meteo import FORECAST_PATH, OpenMeteoClient
from elec_pipeline.sources.retries import RetryPlan
from elec_pipeline.steps.weather import CONTEXT_DAYS, WeatherReport, ingest_weather, is_whole
from elec_pipeline.store import queries
from elec_pipeline.store.forecasts import write_weather
from elec_pipeline_tests.conftest import NOW, every_day_length


@pytest.fixture
def weather(simulator: SimulatorHandle) -> OpenMeteoClient:
    plan = RetryPlan(attempts=2, base_wait_s=0.01, longest_wait_s=0.05)
    return OpenMeteoClient(simulator.url, simulator.url, retries=plan, allowance=Allowance(None))


def ingest(client: OpenMeteoClient, engine: Engine, first: date, last: date, now: datetime = NOW) -> WeatherReport:
    return ingest_weather(client, engine, first, last, source="test", now=now)


def stored(engine: Engine, first: date, last: date) -> pd.DataFrame:
    with engine.connect() as connection:
        return queries.inputs_between(connection, day_start(first), day_end(last))


def asked(simulator: SimulatorHandle) -> int:
    return sum(simulator.requests().get(FORECAST_PATH, {}).values())


@every_day_length
def test_a_past_range_is_stored_once_and_not_asked_for_again(
    weather: OpenMeteoClient, engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    first = day - timedelta(days=40)
    report = ingest(weather, engine, first, day)
    assert report.expected == len(hours(first, day))
    assert report.received == dict.fromkeys(WEATHER, report.expected)
    rows = stored(engine, first, day)
    assert report.written.inserted == 9 * report.expected == len(rows)
    assert {name: rows[name].notna().sum() / report.expected for name in WEATHER} == {
        name: len(leads) for name, leads in LEADS_DAYS.items()
    }
    assert rows["hour_start"].isin(hours(day)).sum() == 9 * n_hours
    requests = asked(simulator)
    assert requests == 2
    again = ingest(weather, engine, first, day)
    assert (again.requests_saved, again.written.inserted, asked(simulator)) == (2, 0, requests)


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_a_live_day_knows_its_weather_and_that_of_the_two_weeks_before(
    weather: OpenMeteoClient, engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int, issue: Issue
) -> None:
    now, today = issue_time(day, issue) + timedelta(minutes=1), day - timedelta(days=1)
    simulator.set_clock(lambda: now)
    report = ingest(weather, engine, day, day, now)
    assert (report.received, report.unavailable) == (dict.fromkeys(WEATHER, n_hours), "")
    start = day_start(today - timedelta(days=CONTEXT_DAYS - 1))
    history = queries.history(engine, start, day_end(day))
    known = history.at(day, issue, context_hours=24 * 10)
    assert known.usable_inputs == set(INPUTS)
    assert not any(pd.isna(known.input(name)).any() for name in INPUTS)
    requests = asked(simulator)
    ingest(weather, engine, day, day, now + timedelta(minutes=2))
    assert asked(simulator) == requests + 1  # the forecast of now alone


@every_day_length
@pytest.mark.parametrize("fault", ["weather-500", "weather-429=0", "weather-cut"])
def test_a_source_that_is_away_is_said_and_no_error(
    weather: OpenMeteoClient, engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int, fault: str
) -> None:
    simulator.set_faults([fault])
    report = ingest(weather, engine, day, day)
    assert (report.expected, report.received) == (n_hours, dict.fromkeys(WEATHER, 0))
    assert report.unavailable


def test_before_the_first_previous_run_nothing_is_expected_and_nothing_asked_for(
    weather: OpenMeteoClient, engine: Engine, simulator: SimulatorHandle
) -> None:
    eve = FIRST_PREVIOUS_RUNS_DAY - timedelta(days=1)
    report = ingest(weather, engine, date(2021, 1, 1), eve)
    assert (report.expected, report.received) == (0, dict.fromkeys(WEATHER, 0))
    assert (report.unavailable, asked(simulator)) == ("", 0)


@every_day_length
def test_a_day_of_which_the_temperature_alone_is_there_is_completed_and_keeps_it(
    weather: OpenMeteoClient, engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    temperatures = weather.previous_runs(day, day, now=NOW, leads={TEMPERATURE: (1, 2)})
    write_weather(engine, temperatures[["hour_start", "issued_at"]].assign(temperature_c=-1.5), source="earlier")
    requests = asked(simulator)
    report = ingest(weather, engine, day, day)
    assert (report.written.inserted, report.written.replaced) == (7 * n_hours, 2 * n_hours)
    with engine.connect() as connection:
        short = queries.inputs_between(connection, day_start(day), day_end(day), leads_days=2)
    assert (set(short[TEMPERATURE].dropna()), asked(simulator)) == ({-1.5}, requests + 1)
    assert is_whole(engine, day, day)
    assert ingest(weather, engine, day, day).requests_saved == 1


def test_before_2024_the_temperature_is_all_that_is_expected(
    weather: OpenMeteoClient, engine: Engine, simulator: SimulatorHandle
) -> None:
    first, last = date(2023, 12, 28), date(2024, 1, 4)
    report = ingest(weather, engine, first, last)
    later = len(hours(date(2024, 1, 2), last))
    assert report.received == dict.fromkeys(WEATHER, later) | {TEMPERATURE: report.expected}
    requests = asked(simulator)
    assert ingest(weather, engine, first, last).requests_saved == 1
    assert asked(simulator) == requests


@every_day_length
def test_a_live_fetch_completes_the_two_weeks_before_once(
    weather: OpenMeteoClient, engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    now = issue_time(day, Issue.MORNING) + timedelta(minutes=1)
    simulator.set_clock(lambda: now)
    ingest(weather, engine, day, day, now)
    with engine.begin() as connection:
        others = ", ".join(f"{name} = NULL" for name in WEATHER if name != TEMPERATURE)
        connection.execute(text(f"UPDATE elec.weather_forecasts SET {others}"))
    requests = asked(simulator)
    assert ingest(weather, engine, day, day, now + timedelta(minutes=5)).received[RADIATION] == n_hours
    assert asked(simulator) == requests + 2
    ingest(weather, engine, day, day, now + timedelta(minutes=9))
    assert asked(simulator) == requests + 3
