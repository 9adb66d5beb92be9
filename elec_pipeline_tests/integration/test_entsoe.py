"""ENTSO-E in Dagster: RTE's D-1 of tomorrow before RTE's own API has it; what fails there fails nothing here."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import dagster as dg
import pytest
from sqlalchemy import Engine

from elec_pipeline.defs import resources
from elec_pipeline.domain.delivery_day import day_end, day_start, to_utc
from elec_pipeline.settings import settings
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.sources.entsoe import PATH
from elec_pipeline.steps.early_forecasts import CLOCK_DAYS
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import whole_runs_every_day_length
from elec_pipeline_tests.integration.test_pipeline import checks, run
from elec_pipeline_tests.integration.test_weather import metadata

ASSETS = ["raw_rte_forecasts", "rte_forecasts"]
TOKEN = "entsoe-t0ken-4711"


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch, configured: object, simulator: SimulatorHandle) -> None:  # noqa: ARG001
    monkeypatch.setenv("ENTSOE_API_TOKEN", TOKEN)
    monkeypatch.setenv("ENTSOE_URL", simulator.url)
    settings.cache_clear()
    resources.open_engine.cache_clear()


def morning(simulator: SimulatorHandle, day: date) -> dg.ExecuteInProcessResult:
    """Read RTE's forecasts on the morning before a day, with those of the fortnight before."""
    now: datetime = to_utc(day - timedelta(days=1), time(9, 15))
    simulator.set_clock(lambda: now)
    return run(ASSETS, day - timedelta(days=CLOCK_DAYS + 1), day, now)


@whole_runs_every_day_length
def test_the_d1_of_tomorrow_is_there_in_the_morning(
    engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    result = morning(simulator, day)
    assert result.success
    assert all(checks(result).values())
    told = str(metadata(result, ASSETS[0])["entsoe"])
    assert told == f"{4 * n_hours} quarter-hours of D-1, its clock moved by +15 minutes"
    with engine.connect() as connection:
        read = queries.readings_between(connection, day_start(day), day_end(day))
        vintages = queries.vintages_between(connection, day_start(day), day_end(day))
    assert set(read.loc[read["forecast_type"] == "D-1", "source"]) == {"entsoe"}
    assert (vintages["forecast_type"] == "D-1").sum() == n_hours


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("entsoe-503", "asked in vain"),
        ("entsoe-429", "answers again after ten minutes"),
        ("entsoe-echo=401", "check ENTSOE_API_TOKEN"),
        ("entsoe-cut", "not the expected document"),
    ],
)
def test_what_fails_there_is_told_without_the_token_and_fails_nothing(
    simulator: SimulatorHandle, fault: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    simulator.set_faults([fault])
    result = morning(simulator, date(2025, 6, 20))
    assert result.success
    assert told in str(metadata(result, ASSETS[0])["entsoe"])
    said = "\n".join([caplog.text, *(str(event) for event in result.all_events)])
    assert told in said
    assert TOKEN in simulator.simulator.heard()
    assert TOKEN not in said


def test_without_a_token_nobody_is_asked(simulator: SimulatorHandle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTSOE_API_TOKEN", "")
    settings.cache_clear()
    result = morning(simulator, date(2025, 6, 20))
    assert result.success
    assert "entsoe" not in metadata(result, ASSETS[0])
    assert PATH not in simulator.requests()
