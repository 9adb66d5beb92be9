"""POST /predict: a bare series, one at a time, and never at the cost of the other routes."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import requests

from elec_pipeline.api import prediction, predictor
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.experts.chronos.families import Chronos2Engine
from elec_pipeline_tests.api.conftest import Api, Serve

HOURS = np.arange(672)
LOAD = 50_000 + 8_000 * np.sin(2 * np.pi * HOURS / 24) + 3_000 * np.sin(2 * np.pi * HOURS / 168)


def body(**more: object) -> dict[str, object]:
    return {"context": LOAD.tolist(), **more}


def test_a_forecast_has_the_keys_and_lengths_that_are_promised(api: Api) -> None:
    reply = api.predict(body())
    assert reply.status_code == 200, reply.text
    answer = reply.json()
    hourly = ["hourly_mean", "hourly_min", "hourly_max"]
    assert list(answer) == ["predictions", "mean", "min", "max", *hourly, "quantiles"]
    assert list(answer["quantiles"]) == ["0.05", "0.1", "0.25", "0.5", "0.75", "0.9", "0.95"]
    assert {len(answer[key]) for key in ("predictions", *hourly)} == {24}
    levels = np.array(list(answer["quantiles"].values()))
    assert levels.shape == (7, 24)
    assert (np.diff(levels, axis=0) >= 0).all()
    assert answer["predictions"] == answer["quantiles"]["0.5"]
    assert (np.array(answer["hourly_min"]) <= answer["hourly_mean"]).all()
    assert (np.array(answer["hourly_max"]) >= answer["hourly_mean"]).all()
    assert answer["mean"] == pytest.approx(np.mean(answer["predictions"]), abs=0.01)
    assert (answer["min"], answer["max"]) == (min(answer["predictions"]), max(answer["predictions"]))
    truth = 50_000 + 8_000 * np.sin(2 * np.pi * np.arange(672, 696) / 24)
    truth += 3_000 * np.sin(2 * np.pi * np.arange(672, 696) / 168)
    assert np.abs(np.array(answer["predictions"]) - truth).max() < 500
    assert api.json("/health") == {"status": "ok", "model_loaded": True}
    assert api.predict(body()).json() == answer


def test_more_samples_reach_further(api: Api) -> None:
    few, many = (api.predict(body(num_samples=n, prediction_length=40)).json() for n in (5, 500))
    assert len(few["hourly_min"]) == 40
    assert (np.array(many["hourly_min"]) <= few["hourly_min"]).all()
    assert (np.array(many["hourly_max"]) >= few["hourly_max"]).all()
    assert few["mean"] == many["mean"]


@pytest.mark.parametrize("n_known", [24, 25, 48, 168, 336])
def test_a_day_is_enough(api: Api, n_known: int) -> None:
    known = (LOAD[:n_known] + 500 * np.cos(HOURS[:n_known])).round()
    answer = api.predict({"context": known.tolist()}).json()
    levels = np.array(list(answer["quantiles"].values()))
    assert (levels[6] - levels[0] > 100).all()
    assert (np.abs(np.array(answer["predictions"]) - known[-24:]) < 4_000).all()
    assert api.predict({"context": known.astype(int).tolist()}).json() == answer


def test_the_horizon_may_be_a_week_and_gets_less_certain(api: Api) -> None:
    noisy = (LOAD + 1_000 * np.random.default_rng(0).standard_normal(len(LOAD))).tolist()
    answer, short = (api.predict({"context": noisy, "prediction_length": n}).json() for n in (168, 24))
    levels = np.array(list(answer["quantiles"].values()))
    assert levels.shape == (7, 168)
    widths = (levels[6] - levels[0]).reshape(7, 24).mean(axis=1)
    assert (np.diff(widths) > 0).all()
    assert answer["predictions"][:24] == short["predictions"]
    assert np.abs(np.array(answer["predictions"]) - LOAD[-168:]).mean() < 2_000


def test_unknown_fields_are_ignored(api: Api) -> None:
    assert api.predict(body(horizon=3, temperature=1.0)).json() == api.predict(body()).json()


@pytest.mark.parametrize(
    ("asked", "field", "allowed"),
    [
        ({"context": []}, "context", "at least 24"),
        ({"context": [1.0] * 23}, "context", "at least 24"),
        ({"context": [1.0] * 8785}, "context", "at most 8784"),
        (body(prediction_length=169), "prediction_length", "less than or equal to 168"),
        (body(num_samples=0), "num_samples", "greater than or equal to 1"),
        ({}, "context", "missing"),
        ({"context": ["a"] * 48}, "0", "number"),
        ({"context": [1e300] * 48}, "0", "1000000"),
        ({"context": [True] * 48}, "0", "number"),
        ({"context": ["50000"] * 48}, "0", "number"),
        ({"context": [None] * 48}, "0", "number"),
        ({"context": "5" * 48}, "context", "list"),
        (body(prediction_length=True), "prediction_length", "integer"),
        (body(prediction_length="24"), "prediction_length", "integer"),
        (body(prediction_length=24.0), "prediction_length", "integer"),
        (body(num_samples=True), "num_samples", "integer"),
        (body(num_samples="50"), "num_samples", "integer"),
    ],
)
def test_bad_input_names_the_field(api: Api, asked: object, field: str, allowed: str) -> None:
    reply = api.predict(asked)
    assert reply.status_code == 422
    problems = {str(each["loc"][-1]): each["msg"] for each in reply.json()["detail"]}
    assert allowed in problems[field]


@pytest.mark.parametrize(("sent", "status"), [(b'{"context": [NaN', 422), (b"[" * 100_000, 400), (b"\xff", 400)])
def test_a_body_that_is_no_json_is_refused(api: Api, sent: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    reply = requests.post(f"{api.url}/predict", data=sent, headers=headers, timeout=20)
    assert reply.status_code == status


def test_prediction_can_be_switched_off(filled: str, serve: Serve) -> None:
    api = serve(filled, elec_api_predict=False)
    assert api.predict(body()).status_code == 404
    assert "/predict" not in api.json("/openapi.json")["paths"]
    assert api.json("/health") == {"status": "ok", "model_loaded": False}


def test_the_model_is_loaded_from_the_start_on(filled: str, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    go, tries = threading.Event(), []

    def load(*_: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ModelUnavailableError("not yet")
        assert go.wait(20)

    monkeypatch.setattr(predictor, "LOAD_AGAIN_S", 0.05)
    monkeypatch.setattr(prediction, "load_model", load)
    api = serve(filled)
    deadline = time.monotonic() + 10
    while len(tries) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert api.json("/health") == {"status": "ok", "model_loaded": False}
    assert api.get("/api/data", range="7d").status_code == 200
    go.set()
    while not api.json("/health")["model_loaded"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_broken_model_is_a_503_without_internals(filled: str, serve: Serve, tmp_path: Path) -> None:
    api = serve(filled, elec_model=str(tmp_path))
    reply = api.predict(body())
    assert reply.status_code == 503
    assert str(tmp_path) not in reply.text
    assert api.json("/health") == {"status": "ok", "model_loaded": False}


def test_beyond_the_queue_callers_are_told_to_come_back_and_the_rest_is_answered_meanwhile(
    filled: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, running, most = threading.Event(), [0], [0]

    def slowly(*_: object) -> Floats:
        running[0] += 1
        most[0] = max(most[0], running[0])
        assert go.wait(20)
        running[0] -= 1
        return np.tile(np.arange(7.0), (24, 1))

    monkeypatch.setattr(prediction, "forecast_with", slowly)
    api = serve(filled)
    with ThreadPoolExecutor(12) as pool:
        replies = [pool.submit(api.predict, body()) for _ in range(12)]
        deadline = time.monotonic() + 10
        while sum(reply.done() for reply in replies) < 8 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert api.get("/api/data", range="7d").elapsed.total_seconds() < 1
        go.set()
        statuses = sorted(reply.result().status_code for reply in replies)
    assert statuses == [200] * 4 + [429] * 8
    assert most == [1]
    refused = next(reply.result() for reply in replies if reply.result().status_code == 429)
    assert int(refused.headers["retry-after"]) > 0
    assert api.predict(body()).status_code == 200


def test_output_that_is_not_finite_is_a_503_and_no_number(
    filled: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Floats:
        return np.full((48, 7), np.nan)

    monkeypatch.setattr(Chronos2Engine, "quantiles", broken)
    reply = serve(filled).predict(body())
    assert reply.status_code == 503
    assert "model" in reply.json()["detail"]
