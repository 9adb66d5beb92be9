"""RTE's weekly forecasts in Dagster: read, not served, not of the source that is set."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import dagster as dg
import pytest
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import day_end, day_start, hours, to_utc
from elec_pipeline.settings import settings
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.sources.rte import WEEKLY_PATH
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import whole_runs_every_day_length
from elec_pipeline_tests.integration.test_pipeline import checks, run
from elec_pipeline_tests.integration.test_weather import metadata

pytestmark = pytest.mark.usefixtures("configured")
ASSET = "rte_weekly_forecasts"
ALL_WELL = {f"{ASSET}.{name}": True for name in ("complete", "plausible", "no_conflict")}


def weekly(simulator: SimulatorHandle, today: date) -> dg.ExecuteInProcessResult:
    now: datetime = to_utc(today, time(9, 35))
    simulator.set_clock(lambda: now)
    return run([ASSET], today + timedelta(days=3), today + timedelta(days=9), now, job="rte_weekly")


@whole_runs_every_day_length
def test_a_run_stores_the_week_ahead(engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int) -> None:
    today = day - timedelta(days=6)
    result = weekly(simulator, today)
    assert result.success
    assert checks(result) == ALL_WELL
    with engine.connect() as connection:
        of_day = queries.weekly_vintages(connection, day_start(day), day_end(day))
        assert set(queries.last_changes(connection)) == {ASSET}
    assert list(of_day["hour_start"]) == list(hours(day))
    assert len(result.get_asset_materialization_events()) == 7
    told = metadata(result, ASSET)
    assert told["source"] == "answered"
    assert told["left out"] == "nothing"
    assert told["this run"]["days forecast"] == 7  # type: ignore[index]
    figures = [
        event.materialization.metadata["hours"].value
        for event in result.get_asset_materialization_events()
        if event.partition == str(day)
    ]
    assert figures == [n_hours]


@pytest.mark.parametrize("fault", ["weekly-403", "weekly-404"])
def test_what_rte_does_not_serve_is_told_and_fails_nothing(simulator: SimulatorHandle, fault: str) -> None:
    simulator.set_faults([fault])
    result = weekly(simulator, date(2025, 6, 2))
    assert result.success
    assert checks(result) == ALL_WELL
    assert fault.removeprefix("weekly-") in str(metadata(result, ASSET)["source"])


@pytest.mark.parametrize("fault", ["missing@2025-06-07T10:00Z/WEEKLY", "weekly-echo=400"])
def test_a_day_that_is_not_whole_or_an_answer_that_is_not_understood_is_marked(
    simulator: SimulatorHandle, fault: str
) -> None:
    simulator.set_faults([fault])
    result = weekly(simulator, date(2025, 6, 2))
    assert result.success
    assert checks(result) == ALL_WELL | {f"{ASSET}.complete": False}


def test_a_refusal_of_another_kind_fails_the_run(simulator: SimulatorHandle) -> None:
    simulator.set_faults(["weekly-401"])
    assert not weekly(simulator, date(2025, 6, 2)).success


def test_the_open_data_has_none_and_nothing_warns(
    simulator: SimulatorHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELEC_SOURCE", "odre")
    monkeypatch.setenv("ODRE_BASE_URL", simulator.url)
    settings.cache_clear()
    result = weekly(simulator, date(2025, 6, 2))
    assert result.success
    assert checks(result) == ALL_WELL
    assert "open data" in str(metadata(result, ASSET)["source"])
    assert WEEKLY_PATH not in simulator.requests()
