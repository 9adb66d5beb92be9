"""Temperature in the pipeline as Dagster runs it: there, away, switched off."""

from __future__ import annotations

from datetime import date, timedelta

import dagster as dg
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import Issue, issue_time
from elec_pipeline.domain.inputs import INPUTS
from elec_pipeline.settings import settings
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.sources.open_meteo import FORECAST_PATH
from elec_pipeline.sources.retries import RetryPlan
from elec_pipeline_tests.conftest import whole_runs_every_day_length
from elec_pipeline_tests.integration.test_pipeline import KNOWNS, checks, predictions, run

pytestmark = pytest.mark.usefixtures("configured")
ISSUE = ["raw_rte_forecasts", "rte_forecasts", "weather_forecasts", "chronos_predictions"]


def metadata(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, object]:
    events = result.get_asset_materialization_events()
    event = next(event for event in events if event.asset_key is not None and event.asset_key.path == [asset])
    return {name: value.value for name, value in event.materialization.metadata.items()}


@whole_runs_every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_a_live_issue_knows_the_temperature_and_is_the_same_when_it_is_made_again(
    engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int, issue: Issue
) -> None:
    issued, today = issue_time(day, issue), day - timedelta(days=1)
    at = issued + timedelta(minutes=1)
    simulator.set_clock(lambda: at)
    assert run(KNOWNS, today - timedelta(days=9), today, at).success
    result = run(ISSUE, day, day, at)
    assert result.success
    assert checks(result)["weather_forecasts.complete"]
    without = metadata(result, "chronos_predictions")["inputs not used"]
    assert f"{day} {issue}" not in str(without)
    live = predictions(engine, day)
    live = live[live["issued_at"] == issued].reset_index(drop=True)
    assert len(live) == n_hours
    with engine.begin() as connection:
        for table in ("raw_consumption", "rte_forecasts"):
            connection.execute(text(f"UPDATE elec.{table} SET ingested_at = :at"), {"at": issued})
        connection.execute(text("DELETE FROM elec.chronos_predictions"))
    later = at + timedelta(days=20)
    simulator.set_clock(lambda: later)
    assert run([*KNOWNS, "weather_forecasts", "chronos_predictions"], today, day, later).success
    again = predictions(engine, day)
    again = again[again["issued_at"] == issued].reset_index(drop=True)
    assert again.equals(live)


@whole_runs_every_day_length
@pytest.mark.parametrize("fault", ["weather-500", "weather-429=0"])
def test_without_weather_the_issue_is_made_and_says_so(
    engine: Engine,
    simulator: SimulatorHandle,
    monkeypatch: pytest.MonkeyPatch,
    day: date,
    n_hours: int,
    fault: str,
) -> None:
    monkeypatch.setattr(RetryPlan, "run", lambda _, call: call())
    simulator.set_faults([fault])
    issued, today = issue_time(day, Issue.MORNING), day - timedelta(days=1)
    simulator.set_clock(lambda: issued)
    assert run(KNOWNS, today - timedelta(days=9), today, issued).success
    result = run(ISSUE, day, day, issued)
    assert result.success
    assert not checks(result)["weather_forecasts.complete"]
    weather = metadata(result, "weather_forecasts")
    assert weather["dagster/row_count"] == 0
    assert "answered" in str(weather["source"])
    not_used = metadata(result, "chronos_predictions")["inputs not used"]
    assert not_used == ", ".join(f"{day} morning: {name}" for name in sorted(INPUTS))
    assert len(predictions(engine, day)) == n_hours


@whole_runs_every_day_length
def test_switched_off_nothing_is_asked_for_and_no_check_warns(
    engine: Engine, simulator: SimulatorHandle, monkeypatch: pytest.MonkeyPatch, day: date, n_hours: int
) -> None:
    monkeypatch.setenv("OPEN_METEO_URL", "off")
    settings.cache_clear()
    result = run([*KNOWNS, "weather_forecasts", "chronos_predictions"], day - timedelta(days=9), day)
    assert result.success
    assert checks(result)["weather_forecasts.complete"]
    assert "off" in str(metadata(result, "weather_forecasts")["source"])
    assert FORECAST_PATH not in simulator.requests()
    assert len(predictions(engine, day)) == 2 * n_hours
