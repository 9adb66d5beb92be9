"""The older project's own client, written from its table of routes alone, against an import and a cold `elec api`.

Its daily script waits until the model is loaded, has a series continued and writes figures of it; its front end
reads `/api/data` and what that says of each hour; its users look at the other routes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from elec_pipeline.commands.importing import run_import
from elec_pipeline.domain.delivery_day import hours
from elec_pipeline.store.database import open_database
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.api.conftest import started
from elec_pipeline_tests.conftest import DST_DAYS, every_day_length, settings_for
from elec_pipeline_tests.imports.older_project import (
    DAILY,
    FILLED,
    axis_of,
    fill_older,
    filled_at,
    older_database,
)
from elec_pipeline_tests.imports.test_older_layout import dump

DAYS = [date(2025, 3, 31), date(2025, 10, 26)]
"""With the days before them these hold a day of 23, one of 24 and one of 25 hours."""


class OlderClient:
    """Calls the routes as the older project's scripts and pages did; nothing of ours is known to it."""

    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, route: str, **query: str) -> Any:
        reply = requests.get(self._url + route, params=query, timeout=30)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def wait_for_the_model(self) -> int:
        """Ask until it is loaded, as the script does that begins with the service; return how often it was not."""
        not_yet = 0
        deadline = time.monotonic() + 120
        while not requests.get(f"{self._url}/health", timeout=5).json().get("model_loaded"):
            assert time.monotonic() < deadline
            not_yet += 1
            time.sleep(0.1)
        return not_yet

    def forecast(self, context: list[float], **more: object) -> dict[str, Any]:
        payload = {"context": context, "prediction_length": 24, "num_samples": 50, **more}
        reply = requests.post(f"{self._url}/predict", json=payload, timeout=120)
        assert reply.status_code == 200, reply.text
        result: dict[str, Any] = reply.json()
        return result


@pytest.fixture(scope="module")
def client(server: EmbeddedServer, template: str, home: Path) -> Iterator[OlderClient]:
    """A client of a service that was started a moment ago on an import of the older project's dump."""
    assert template
    name = "elec_older_client"
    server.ensure_database(name)
    engine = open_database(settings_for(server.url(name)))
    with older_database(server, "elec_older_project") as older:
        fill_older(older, *DAYS)
        path = dump(older, home / "older.sql")
    run_import(engine, str(path), time_zone="Europe/Paris", show_progress=False)
    engine.dispose()
    with started(server.url(name), home) as url:
        client = OlderClient(url)
        assert client.wait_for_the_model() > 0  # it was there before its model
        yield client


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def of_day(entries: list[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    wanted = set(hours(day))
    return [entry for entry in entries if instant(entry["date"]) in wanted]


def loads(day: date) -> dict[datetime, int]:
    """What the older project's database says of the hours of a day: the number of each in its series."""
    series = [axis for axis in map(axis_of, DAYS) if set(hours(day)) <= set(axis)]
    assert len(series) == 1
    return {at.to_pydatetime(): n for n, at in enumerate(series[0]) if at in set(hours(day))}


@every_day_length
def test_the_chart_has_every_imported_hour_with_its_value(client: OlderClient, day: date, n_hours: int) -> None:
    entries = of_day(client.get("/api/data", start="2025-01-01", end="2026-01-01"), day)
    assert len(entries) == n_hours == DST_DAYS[day]
    assert [set(entry) for entry in entries] == [{"date", "true value", "rte forecast", "our forecast"}] * n_hours
    numbers = loads(day)
    assert {instant(entry["date"]): entry["true value"] for entry in entries} == {
        at: 50_000 + n for at, n in numbers.items()
    }
    assert [entry["rte forecast"] for entry in entries] == [50_500 + n for n in numbers.values()]
    assert [entry["our forecast"] for entry in entries] == [
        (52_000 if day in DAYS and at < filled_at(day) else 51_000) + n for at, n in numbers.items()
    ]


@every_day_length
def test_each_series_has_a_route(client: OlderClient, day: date, n_hours: int) -> None:
    span = {"start": str(day), "end": str(day + timedelta(days=1))}
    real, ours, rte = (
        client.get(f"/api/data/{name}", **span) for name in ("real", "predictions", "rte-forecasts")
    )
    assert len(real) == len(ours) == len(rte) == n_hours
    assert set(real[0]) == {"date", "true value", "source"}
    assert set(rte[0]) == {"date", "rte forecast", "source"}
    assert set(ours[0]) == {"date", "our forecast", "model"}
    assert {entry["model"] for entry in ours} <= {DAILY, FILLED}


def test_the_status_says_when_the_newest_forecast_was_made(client: OlderClient) -> None:
    status = client.get("/api/status")
    axes = [axis_of(day) for day in DAYS]
    n_hours = sum(map(len, axes))
    assert status["historical_data"]["count"] == status["rte_forecasts"]["count"] == n_hours
    assert status["predictions"]["count"] == n_hours + sum(len(hours(day)) for day in DAYS)
    assert instant(status["predictions"]["last_generated"]) == filled_at(DAYS[-1])
    assert instant(status["historical_data"]["last_timestamp"]) == axes[-1][-1]
    assert client.get("/api/health")["status"] == "ok"


@every_day_length
def test_the_daily_script_gets_its_forecast(client: OlderClient, day: date, n_hours: int) -> None:
    known = [50_000.0 + 9_000 * (hour % 24 in range(8, 20)) for hour in range(504 + 24)]
    result = client.forecast(known, prediction_length=len(hours(day)))
    assert len(result["predictions"]) == n_hours
    assert [f"{result[key]:.2f}" for key in ("min", "max")] == ["50000.00", "59000.00"]
    assert result["min"] == min(result["predictions"])
    assert result["max"] == max(result["predictions"])
    assert result["min"] <= result["mean"] <= result["max"]


@pytest.mark.parametrize("more", [{"prediction_length": 168}, {"temperature": 12.5}, {"num_samples": 20}])
def test_what_it_accepted_is_accepted(client: OlderClient, more: dict[str, object]) -> None:
    a_day = [50_000.0 + 400 * hour for hour in range(24)]
    assert len(client.forecast(a_day, **more)["predictions"]) == more.get("prediction_length", 24)


@pytest.mark.parametrize("query", [{"range": ""}, {"range": "14d"}, {"_": "1732665600"}, {"end": "2025-10-27"}])
def test_its_queries_are_understood(client: OlderClient, query: dict[str, str]) -> None:
    for route in ("/api/data", "/api/data/real", "/api/data/predictions/", "/api/data/rte-forecasts"):
        assert isinstance(client.get(route, **query), list)
