"""A client that knows the routes alone: curl, a really started `elec api`, and the database to compare."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from elec_pipeline_tests.api.conftest import started

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="there is no curl")
A_YEAR = "start=2025-01-01&end=2026-01-01"
SERIES = {
    "true value": "SELECT hour_start, load_mw FROM elec.hourly_consumption",
    "rte forecast": "SELECT DISTINCT ON (hour_start) hour_start, load_mw FROM elec.rte_forecasts"
    " WHERE forecast_type = 'D-1' ORDER BY hour_start, published_at DESC",
    "our forecast": "SELECT DISTINCT ON (hour_start) hour_start, load_mw FROM elec.chronos_predictions"
    " ORDER BY hour_start, issued_at DESC, created_at",
}
ROUTES = {"true value": "real", "rte forecast": "rte-forecasts", "our forecast": "predictions"}


def curl(*arguments: str) -> Any:
    assert CURL
    done = subprocess.run(  # noqa: S603 - our own command
        [CURL, "--silent", "--show-error", "--fail", "--compressed", *arguments],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def base(filled: str, home: Path) -> Iterator[str]:
    with started(filled, home) as url:
        yield url


def in_database(engine: Engine, sql: str) -> dict[str, float]:
    with engine.connect() as connection:
        rows = connection.execute(text(sql)).all()
    return {f"{hour:%Y-%m-%dT%H:%M:%S}Z": value for hour, value in rows}


@pytest.mark.parametrize("key", SERIES)
def test_each_series_is_what_the_database_holds(base: str, stored: Engine, key: str) -> None:
    held = in_database(stored, SERIES[key])
    entries = curl(f"{base}/api/data/{ROUTES[key]}?{A_YEAR}")
    assert {entry["date"]: entry[key] for entry in entries} == held
    side_by_side = curl(f"{base}/api/data?{A_YEAR}")
    assert {entry["date"]: entry[key] for entry in side_by_side if entry[key] is not None} == held


def test_the_entries_are_in_order_of_time_and_every_hour_is_there_once(base: str, stored: Engine) -> None:
    dates = [entry["date"] for entry in curl(f"{base}/api/data?{A_YEAR}")]
    held = set().union(*(in_database(stored, sql) for sql in SERIES.values()))
    assert dates == sorted(held)


def test_the_status_and_the_health_have_their_keys(base: str) -> None:
    status = curl(f"{base}/api/status")
    assert {key: list(value) for key, value in status.items()} == {
        "historical_data": ["count", "last_timestamp"],
        "predictions": ["count", "last_generated"],
        "rte_forecasts": ["count", "last_timestamp"],
    }
    assert list(curl(f"{base}/api/health")) == ["status", "timestamp"]


def test_a_series_is_continued(base: str, stored: Engine) -> None:
    context = list(in_database(stored, SERIES["true value"] + " ORDER BY 1").values())[-240:]
    waited_until = time.monotonic() + 120
    while not curl(f"{base}/health")["model_loaded"]:
        assert time.monotonic() < waited_until
        time.sleep(0.5)
    body = json.dumps({"context": context, "prediction_length": 24, "num_samples": 50})
    answer = curl("-H", "Content-Type: application/json", "-d", body, f"{base}/predict")
    assert {len(answer[key]) for key in ("predictions", "hourly_mean", "hourly_min", "hourly_max")} == {24}
    assert answer["min"] == min(answer["predictions"]) < answer["mean"] < answer["max"]
