"""The client against the simulator, over HTTP; the two share no code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import FIRST_PREVIOUS_RUNS_DAY, Issue, day_start, hours, issue_time
from elec_pipeline.domain.inputs import RADIATION, TEMPERATURE, WEATHER
from elec_pipeline.domain.weather_leads import LEADS_DAYS, RUN_DELAY
from elec_pipeline.errors import SourceQuotaError, SourceRequestError, SourceUnavailableError
from elec_pipeline.simulator.app import SimulatorOptions
from elec_pipeline.simulator.server import SimulatorHandle, running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.simulator.weather import temperature
from elec_pipeline.simulator.weather_forecasts import DEGREES_A_DEGREE_NORTH, MIDDLE_LATITUDE
from elec_pipeline.sources.allowance import Allowance
from elec_pipeline.sources.cities import CITIES
from elec_pipeline.sources.open_meteo import FORECAST_PATH, OpenMeteoClient
from elec_pipeline.sources.open_meteo_reply import read_hourly
from elec_pipeline.sources.retries import RetryPlan
from elec_pipeline_tests.conftest import NOW, every_day_length

QUICK = RetryPlan(attempts=3, base_wait_s=0.01, longest_wait_s=0.05)


def client_of(handle: SimulatorHandle) -> OpenMeteoClient:
    return OpenMeteoClient(handle.url, handle.url, retries=QUICK, allowance=Allowance(None), timeout_s=(2.0, 5.0))


@pytest.fixture
def weather(simulator: SimulatorHandle) -> OpenMeteoClient:
    return client_of(simulator)


@pytest.fixture
def little() -> Iterator[SimulatorHandle]:
    """A simulator whose daily quota is two short requests."""
    options = SimulatorOptions(weather_quota=(None, 2 * 1.5 * len(CITIES)))
    with running(SyntheticCurves(), now=lambda: NOW, options=options) as handle:
        yield handle


def test_weights_are_shares_of_the_population() -> None:
    assert 10 <= len(CITIES) <= 30
    assert sum(city.weight for city in CITIES) == pytest.approx(1)
    assert all(41 < city.latitude < 51.1 and -5 < city.longitude < 9.6 for city in CITIES)


@every_day_length
def test_previous_runs_are_a_vintage_of_every_hour_for_each_lead(
    weather: OpenMeteoClient, day: date, n_hours: int
) -> None:
    frame = weather.previous_runs(day, day, now=NOW)
    assert sorted(set(frame["hour_start"])) == list(hours(day))
    for name in WEATHER:
        of_input = frame.dropna(subset=name)
        assert len(of_input) == len(LEADS_DAYS[name]) * n_hours
        # Radiation is stamped with the end of its hour, so the run of a day before began an hour later.
        later = timedelta(hours=1) if name == RADIATION else timedelta(0)
        lead = set(of_input["hour_start"] - of_input["issued_at"])
        assert lead == {timedelta(days=n) - RUN_DELAY - later for n in LEADS_DAYS[name]}


@every_day_length
def test_at_ten_previous_runs_know_the_temperature_of_the_next_six_days_and_the_first_hours_of_the_seventh(
    weather: OpenMeteoClient, day: date, n_hours: int
) -> None:
    """`day` is the sixth."""
    today, seventh = day - timedelta(days=6), day + timedelta(days=1)
    at_ten = issue_time(today + timedelta(days=1), Issue.MORNING)
    frame = weather.previous_runs(today, seventh, now=NOW).dropna(subset=TEMPERATURE)
    known = frame.loc[frame["issued_at"] <= at_ten, "hour_start"]
    assert set(hours(today, day)) <= set(known)
    assert known.isin(hours(day)).sum() >= n_hours
    assert known.max() == at_ten + timedelta(days=7) - RUN_DELAY
    assert day_start(seventh) < known.max() < day_start(seventh) + timedelta(hours=6)


@every_day_length
def test_leads_can_be_asked_for_alone(weather: OpenMeteoClient, day: date, n_hours: int) -> None:
    frame = weather.previous_runs(day, day, now=NOW, leads={TEMPERATURE: (3, 7)})
    assert len(frame) == 2 * n_hours
    assert frame[list(WEATHER[1:])].isna().all(axis=None)
    whole = weather.previous_runs(day, day, now=NOW)
    both = whole.merge(frame, on=["hour_start", "issued_at"])
    assert both["temperature_c_x"].tolist() == frame[TEMPERATURE].tolist()


@every_day_length
@pytest.mark.parametrize(("issue", "known_until"), [(Issue.MORNING, 4), (Issue.EVENING, 14)])
def test_a_day_ahead_vintage_is_known_at_an_issue_for_the_first_hours_only_and_two_days_ahead_for_all(
    weather: OpenMeteoClient, day: date, n_hours: int, issue: Issue, known_until: int
) -> None:
    frame = weather.previous_runs(day, day, now=NOW).dropna(subset=TEMPERATURE)
    known = frame[frame["issued_at"] <= issue_time(day, issue)]
    lead = known["hour_start"] - known["issued_at"]
    assert known.loc[lead > timedelta(days=1), "hour_start"].nunique() == n_hours
    of_a_day_ahead = known.loc[lead < timedelta(days=1), "hour_start"]
    assert of_a_day_ahead.max() <= issue_time(day, issue) + timedelta(hours=18)
    assert sorted(of_a_day_ahead) == list(hours(day)[: known_until + 1])


@every_day_length
def test_it_is_the_weather_that_the_load_answers_to(weather: OpenMeteoClient, day: date, n_hours: int) -> None:
    frame = weather.previous_runs(day - timedelta(days=15), day + timedelta(days=15), now=NOW)
    frame = frame.dropna(subset=TEMPERATURE)
    newest = frame.drop_duplicates("hour_start", keep="last")
    seconds = np.asarray(newest["hour_start"].astype("int64") // 1_000_000, dtype=np.int64)
    moved = DEGREES_A_DEGREE_NORTH * sum(city.weight * (MIDDLE_LATITUDE - city.latitude) for city in CITIES)
    error = newest["temperature_c"].to_numpy() - temperature(0, seconds) - moved
    assert 0.3 < error.std() < 1.5
    older = frame.drop_duplicates("hour_start", keep="first")["temperature_c"].to_numpy()
    assert (older - temperature(0, seconds) - moved).std() > error.std()
    assert newest["hour_start"].isin(hours(day)).sum() == n_hours


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_a_forecast_of_now_has_only_hours_to_come(
    weather: OpenMeteoClient, simulator: SimulatorHandle, day: date, n_hours: int, issue: Issue
) -> None:
    now, today = issue_time(day, issue), day - timedelta(days=1)
    simulator.set_clock(lambda: now)
    frame = weather.forecast(today, day, now=now)
    assert set(frame["issued_at"]) == {now}
    assert frame["hour_start"].min() > now
    assert frame["hour_start"].isin(hours(day)).sum() == n_hours
    assert frame[list(WEATHER)].notna().all(axis=None)


def test_nothing_is_asked_for_before_there_are_previous_runs(
    weather: OpenMeteoClient, simulator: SimulatorHandle
) -> None:
    eve = FIRST_PREVIOUS_RUNS_DAY - timedelta(days=1)
    assert weather.previous_runs(eve - timedelta(days=20), eve, now=NOW).empty
    assert FORECAST_PATH not in simulator.requests()
    assert not weather.previous_runs(eve, FIRST_PREVIOUS_RUNS_DAY, now=NOW).empty


def test_a_window_across_the_change_of_archives_has_every_hour(weather: OpenMeteoClient) -> None:
    first, last = date(2023, 12, 25), date(2024, 1, 7)
    frame = weather.previous_runs(first, last, now=NOW)
    assert sorted(set(frame["hour_start"])) == list(hours(first, last))


def test_what_would_be_known_later_than_now_does_not_come(
    weather: OpenMeteoClient, simulator: SimulatorHandle
) -> None:
    now = datetime(2025, 6, 2, 8, tzinfo=UTC)
    simulator.set_clock(lambda: now)
    frame = weather.previous_runs(date(2025, 6, 1), date(2025, 6, 4), now=now)
    assert not frame.empty
    assert frame["issued_at"].max() <= now


@pytest.mark.parametrize("fault", ["weather-429=0:2", "weather-500:2", "weather-503:2", "weather-cut:2"])
def test_a_passing_fault_is_retried(weather: OpenMeteoClient, simulator: SimulatorHandle, fault: str) -> None:
    simulator.set_faults([fault])
    assert len(weather.previous_runs(date(2025, 6, 2), date(2025, 6, 2), now=NOW)) == 9 * 24


@pytest.mark.parametrize("fault", ["weather-429=0", "weather-500", "weather-503", "weather-cut"])
def test_a_fault_that_stays_is_a_typed_error(
    weather: OpenMeteoClient, simulator: SimulatorHandle, fault: str
) -> None:
    simulator.set_faults([fault])
    with pytest.raises(SourceUnavailableError):
        weather.previous_runs(date(2025, 6, 2), date(2025, 6, 2), now=NOW)
    assert sum(simulator.requests()[FORECAST_PATH].values()) == QUICK.attempts


def test_a_request_that_is_wrong_is_not_repeated(weather: OpenMeteoClient, simulator: SimulatorHandle) -> None:
    with pytest.raises(SourceRequestError, match="out of allowed range"):
        weather.forecast(date(2026, 3, 1), date(2026, 3, 2), now=NOW)
    assert simulator.requests()[FORECAST_PATH] == {"400": 1}


def test_a_quota_used_up_is_an_error_at_once_and_remembered(little: SimulatorHandle) -> None:
    weather, day = client_of(little), date(2025, 6, 2)
    for _ in range(2):
        weather.previous_runs(day, day, now=NOW)
    for _ in range(3):
        with pytest.raises(SourceQuotaError, match="Daily API request limit exceeded"):
            weather.previous_runs(day, day, now=NOW)
    assert little.requests()[FORECAST_PATH] == {"200": 2, "429": 1}


def test_an_allowance_waits_for_the_minute_to_have_room() -> None:
    clock = [0.0]
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock[0] += seconds

    allowance = Allowance(10, clock=lambda: clock[0], sleep=sleep)
    for _ in range(5):
        allowance.take(4)
        clock[0] += 1
    assert waits == [58, 0, 58]


@pytest.mark.parametrize(
    "body",
    [
        b"<html>busy</html>",
        b'{"error": true}',
        b'{"hourly": {"time": [0], "temperature_2m": [1.0]}}',
        b'[{"hourly": {"time": [0], "temperature_2m": [1]}}, {"hourly": {"time": [9], "temperature_2m": [1]}}]',
    ],
)
def test_a_reply_of_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(SourceUnavailableError, match="not the expected JSON"):
        read_hourly(body, {"temperature_2m": TEMPERATURE}, [0.5, 0.5])
