"""Open-Meteo's interface as the simulator speaks it, asked by a client that knows it by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from elec_pipeline.simulator.open_meteo import WeatherQuota, WeatherQuotaError
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline_tests.simulator.conftest import Clock

PLACES = {"latitude": "48.86,43.30", "longitude": "2.35,5.37"}
UNIX = {"timezone": "UTC", "timeformat": "unixtime"}


def ask(simulator: SimulatorHandle, **query: str) -> Any:
    reply = requests.get(f"{simulator.url}/v1/forecast", params={**PLACES, **UNIX, **query}, timeout=10)
    return reply.json() | {"status": reply.status_code} if reply.status_code != 200 else reply.json()


def test_several_places_are_a_list_and_one_is_an_object(simulator: SimulatorHandle) -> None:
    north, south = ask(simulator, hourly="temperature_2m", forecast_days="2")
    assert len(north["hourly"]["time"]) == len(north["hourly"]["temperature_2m"]) == 48
    assert north["hourly"]["time"] == south["hourly"]["time"]
    assert sum(north["hourly"]["temperature_2m"]) < sum(south["hourly"]["temperature_2m"])
    alone = ask(simulator, hourly="temperature_2m", forecast_days="2", latitude="48.86", longitude="2.35")
    assert alone["hourly"] == north["hourly"]


@pytest.mark.parametrize(
    ("query", "hours"),
    [
        ({"past_days": "2", "forecast_days": "1"}, 72),
        ({"start_date": "2025-03-30", "end_date": "2025-03-30"}, 24),  # days of UTC: all have 24 hours
        ({"start_date": "2025-10-25", "end_date": "2025-10-27"}, 72),
        ({}, 168),
    ],
)
def test_days_are_whole_days_of_utc(simulator: SimulatorHandle, query: dict[str, str], hours: int) -> None:
    place, _ = ask(simulator, hourly="temperature_2m", **query)
    assert len(place["hourly"]["time"]) == hours
    assert place["hourly"]["time"][0] % 86_400 == 0


def test_previous_runs_end_where_no_run_can_know_more(simulator: SimulatorHandle, clock: Clock) -> None:
    clock.set("2025-06-02T10:30:00+00:00")
    names = ("temperature_2m_previous_day1", "temperature_2m_previous_day2")
    place, _ = ask(simulator, hourly=",".join(names), start_date="2025-06-01", end_date="2025-06-05")
    known = [sum(value is not None for value in place["hourly"][name]) for name in names]
    assert known == [24 + 24 + 11, 24 + 48 + 11]
    assert place["hourly"][names[0]][:24] != place["hourly"][names[1]][:24]


@pytest.mark.parametrize(
    ("models", "day", "is_there"),
    [
        ("", "2023-12-31", False),
        ("", "2024-01-01", True),
        ("gfs_seamless", "2023-12-31", True),
        ("gfs_seamless", "2021-03-22", False),
    ],
)
def test_the_archive_begins_when_it_does(
    simulator: SimulatorHandle, models: str, day: str, *, is_there: bool
) -> None:
    asked = {"models": models} if models else {}
    place, _ = ask(simulator, hourly="temperature_2m_previous_day1", start_date=day, end_date=day, **asked)
    assert {value is not None for value in place["hourly"]["temperature_2m_previous_day1"]} == {is_there}


@pytest.mark.parametrize(
    "wrong",
    [
        {"latitude": "48.86"},
        {"latitude": "north"},
        {"hourly": "temperature_3m"},
        {"start_date": "2026-06-01", "end_date": "2026-06-02"},
        {"start_date": "2025-06-02", "end_date": "2025-06-01"},
        {"start_date": "2025-06-01"},
        {"start_date": "2025-06-01", "end_date": "2025-06-02", "past_days": "1"},
        {"models": "oracle"},
        {"models": "gfs_seamless,oracle"},
        {"wind_speed_unit": "furlongs"},
        {"timeformat": "iso8601"},
    ],
)
def test_a_wrong_request_is_told_why(simulator: SimulatorHandle, wrong: dict[str, str]) -> None:
    refused = ask(simulator, **({"hourly": "temperature_2m"} | wrong))
    assert (refused["status"], refused["error"]) == (400, True)
    assert refused["reason"]


def test_a_quota_counts_by_minute_and_day() -> None:
    quota, noon = WeatherQuota(a_minute=10, a_day=25), datetime(2025, 6, 2, 12, tzinfo=UTC)
    quota.take(10, noon)
    with pytest.raises(WeatherQuotaError, match="Minutely"):
        quota.take(1, noon)
    quota.take(10, noon.replace(minute=1))
    with pytest.raises(WeatherQuotaError, match="Daily"):
        quota.take(6, noon.replace(minute=2))
    quota.take(6, noon.replace(day=3))
