"""When a training is asked for: each month, and on drift, from scores in a real database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg
import pandas as pd
import pytest
from sqlalchemy import Engine

from elec_pipeline.definitions import defs
from elec_pipeline.defs import schedules, sensors
from elec_pipeline.defs.resources import ChronosResource, ClockResource, StoreResource
from elec_pipeline.domain.delivery_day import PARIS, days
from elec_pipeline.forecasting.lifecycle.drift import drift, pause_after
from elec_pipeline.forecasting.lifecycle.retraining import LEAST_DAYS
from elec_pipeline.store.forecasts import write_accuracy
from elec_pipeline.store.models import register_trained
from elec_pipeline_tests.conftest import every_day_length

LAST = date(2025, 6, 30)
NOW = datetime(2025, 7, 1, 6, tzinfo=UTC)


def scores(ours: Sequence[float], last: date = LAST) -> pd.DataFrame:
    """Scores of the days up to one: our evening MAPE in %, and 2 % for RTE's forecast."""
    asked = days(last - timedelta(days=len(ours) - 1), last)
    return pd.concat(
        [
            pd.DataFrame({
                "delivery_day": asked, "forecaster": name, "mape": values, "mae_mw": 1.0, "rmse_mw": 1.0,
                "bias_mw": 0.0, "pinball_mw": None, "coverage_80": None, "hours": 24,
            }).astype({"pinball_mw": "float64", "coverage_80": "float64"})
            for name, values in (("chronos_evening", list(ours)), ("rte_d1", [2.0] * len(ours)))
        ],
        ignore_index=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("usual", "lately", "is_drifting"),
    [
        (1.6, 1.9, False),
        (1.6, 2.1, True),
        (1.9, 2.1, False),
        (1.9, 2.3, False),
        (1.9, 2.4, True),
        (2.6, 2.8, False),
    ],
)
def test_drift_is_worse_than_rte_and_worse_than_usual(*, usual: float, lately: float, is_drifting: bool) -> None:
    assert drift(scores([usual] * 90 + [lately] * 7)).is_drifting is is_drifting


def test_with_a_short_past_the_cards_promise_stands_in() -> None:
    short = scores([2.1] * 10)
    assert drift(short, promised=0.76).is_drifting
    assert not drift(short, promised=0.95).is_drifting
    assert not drift(scores([2.1] * 6), promised=0.76).is_drifting


def test_days_that_only_one_was_scored_on_do_not_count() -> None:
    made = scores([1.6] * 90 + [2.1] * 7)
    lonely = made[(made["forecaster"] == "rte_d1") | (made["delivery_day"] <= LAST - timedelta(days=3))]
    found = drift(lonely)
    assert found.last == LAST - timedelta(days=3)
    assert not found.is_drifting


def test_drift_does_not_depend_on_the_order_of_scores() -> None:
    made = scores([1.6] * 90 + [2.1] * 7)
    assert drift(made.sample(frac=1, random_state=1)) == drift(made)


def evaluate(cursor: str | None = None, now: datetime = NOW) -> Any:
    context = dg.build_sensor_context(
        cursor=cursor,
        repository_def=defs.get_repository_def(),
        resources={
            "store": StoreResource(), "chronos": ChronosResource(), "clock": ClockResource(fixed=now.isoformat()),
        },
    )  # fmt: skip
    return sensors.drift.evaluate_tick(context)


@pytest.mark.usefixtures("configured")
def test_drift_asks_for_one_training_in_a_fortnight(engine: Engine) -> None:
    assert "Only 0 days" in evaluate().skip_message
    write_accuracy(engine, scores([1.6] * 97))
    assert "0.800 of RTE's MAPE; the limit is 1.000 (usual 0.800)" in evaluate().skip_message
    write_accuracy(engine, scores([1.6] * 90 + [2.2] * 7))
    asked = evaluate()
    [request] = asked.run_requests
    assert request.run_key == f"drift {LAST}"
    assert "1.100 of RTE's MAPE" in request.tags["elec/reason"]
    again = evaluate(asked.cursor, NOW + timedelta(days=13))
    assert not again.run_requests
    assert "no further one before 2025-07-15" in again.skip_message
    assert evaluate(asked.cursor, NOW + timedelta(days=14)).run_requests


@pytest.mark.usefixtures("configured")
def test_a_training_of_late_makes_drift_wait_too(engine: Engine) -> None:
    write_accuracy(engine, scores([1.6] * 90 + [2.2] * 7))
    register_trained(engine, version="new", base_model="", location="", trained_through=None, metrics={"card": {}})
    with engine.connect() as connection:
        from elec_pipeline.store.queries import registered_models

        [model] = registered_models(connection)
    assert pause_after([model], None, model.created_at + timedelta(days=13))
    assert not pause_after([model], None, model.created_at + timedelta(days=14))
    assert not evaluate(now=NOW).run_requests  # the model is younger than that


def test_sensors_run_by_default() -> None:
    assert [each.name for each in sensors.all_sensors] == ["drift", "heal", "tell_of_failures", "watch"]
    assert all(each.default_status is dg.DefaultSensorStatus.RUNNING for each in sensors.all_sensors)
    assert sensors.drift.job_name == "retrain"
    assert defs.resolve_job_def("retrain").name == "retrain"


@every_day_length
@pytest.mark.usefixtures("configured")
def test_each_month_asks_once_there_are_days_enough(engine: Engine, day: date, n_hours: int) -> None:
    assert n_hours
    third = date(day.year, day.month, 3)
    at = datetime(third.year, third.month, 3, 4, 10, tzinfo=PARIS)

    def tick() -> Any:
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_schedule_context(
                instance,
                scheduled_execution_time=at,
                repository_def=defs.get_repository_def(),
                resources={"store": StoreResource()},
            )
            return schedules.retrain.evaluate_tick(context)

    yesterday = third - timedelta(days=1)
    write_accuracy(engine, scores([1.6] * (LEAST_DAYS - 1), yesterday))
    assert f"needs {LEAST_DAYS}" in tick().skip_message
    write_accuracy(engine, scores([1.6] * LEAST_DAYS, yesterday))
    [request] = tick().run_requests
    assert request.run_key == f"retrain {third:%Y-%m}"
