"""The asset `fine_tuned_chronos` as Dagster runs it, against a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from sqlalchemy import Engine

from elec_pipeline.definitions import build_defs
from elec_pipeline.defs import resources
from elec_pipeline.defs.partitions import RANGE_END_TAG, RANGE_START_TAG
from elec_pipeline.defs.resources import ClockResource
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.lifecycle import registry
from elec_pipeline.settings import settings
from elec_pipeline.store import models, queries
from elec_pipeline_tests.conftest import NOW
from elec_pipeline_tests.forecasting.stored import learnt_through, store_made_up

SILENT = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
SPANS = {"first_day": "2025-05-01", "train_to": "2025-07-10", "validate_to": "2025-08-01"}


@pytest.fixture
def own_home(configured: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """State of the test's own, for checkpoints; the database stays the one of `configured`."""
    assert configured
    monkeypatch.setenv("ELEC_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def fine_tune(**config: Any) -> dg.ExecuteInProcessResult:
    return (
        build_defs()
        .resolve_job_def("retrain")
        .execute_in_process(
            run_config={"ops": {"fine_tuned_chronos": {"config": {"steps": 2, **SPANS, **config}}}} | SILENT,
            raise_on_error=False,
        )
    )


def failure(result: dg.ExecuteInProcessResult) -> str:
    [event] = [event for event in result.all_events if event.is_step_failure]
    data = event.step_failure_data.user_failure_data
    assert data is not None
    return str(data.description)


def test_a_training_registers_a_version_judges_it_and_shows_its_figures(
    engine: Engine, own_home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_made_up(engine)
    # The bundled model has seen nearly all of the made-up year: it is compared with one that has not.
    live = learnt_through(tmp_path_factory.mktemp("live") / "model", date(2024, 6, 30))
    with monkeypatch.context() as patched:
        patched.setenv("ELEC_MODEL", str(live))
        settings.cache_clear()
        result = fine_tune()
    settings.cache_clear()
    assert result.success
    [event] = result.get_asset_materialization_events()
    shown = {name: value.value for name, value in event.materialization.metadata.items()}
    version = str(shown["model version"])
    assert (own_home / "checkpoints" / version / "chronos" / "model.safetensors").is_file()
    assert load_forecaster(str(own_home / "checkpoints" / version)).version == version
    assert {"morning: MAPE (%)", "evening: MAPE of RTE's", "evening: share in 80 % band"} <= set(shown)
    assert "On the validation days" in str(shown["card"])
    with engine.connect() as connection:
        [row] = queries.registered_models(connection)
    assert row.version == version
    assert row.metrics["gate"] == shown["gate"]
    assert row.metrics["gate"]["days"] == 90
    assert shown["verdict"] == row.metrics["gate"]["why"]
    [check] = result.get_asset_check_evaluations()
    assert check.passed, "a candidate that was compared and refused is no fault"
    assert "In use" in str(check.metadata["actual"].value)

    # Daily runs ask anew which model is in use: the process goes on, and what is promoted makes the next issue.
    day = date(2025, 10, 26)
    models.promote(engine, version, by="hand")
    defs = build_defs(clock=ClockResource(fixed=NOW.isoformat()))
    made = defs.resolve_job_def("backfill").execute_in_process(
        asset_selection=[dg.AssetKey("chronos_predictions")],
        tags={RANGE_START_TAG: str(day), RANGE_END_TAG: str(day)},
        run_config=SILENT,
    )
    [event] = made.get_asset_materialization_events()
    metadata = event.materialization.metadata
    assert metadata["model version"].value == version
    assert str(metadata["model in use"].value).startswith("promoted on")


@pytest.mark.long
def test_without_the_gate_its_check_warns(engine: Engine, own_home: Path) -> None:
    store_made_up(engine)
    result = fine_tune(gate=False, steps=1, validate_to="2025-07-20")
    assert result.success
    [check] = result.get_asset_check_evaluations()
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert list((own_home / "checkpoints").iterdir())


def test_too_few_days_fail_the_run_with_a_sentence(engine: Engine, own_home: Path) -> None:
    result = fine_tune()
    assert not result.success
    assert "elec backfill" in failure(result)
    assert not (own_home / "checkpoints").exists()
    with engine.connect() as connection:
        assert queries.registered_models(connection) == []


def test_a_promoted_model_that_is_gone_fails_the_forecast_and_says_what_to_do(
    engine: Engine, own_home: Path
) -> None:
    store_made_up(engine)
    models.register_trained(
        engine,
        version="chronos2-gone",
        base_model="",
        location=str(own_home / "gone"),
        trained_through=None,
        metrics={},
    )
    models.promote(engine, "chronos2-gone", by="hand")
    day = date(2025, 10, 26)
    result = (
        build_defs(clock=ClockResource(fixed=NOW.isoformat()))
        .resolve_job_def("backfill")
        .execute_in_process(
            asset_selection=[dg.AssetKey("chronos_predictions")],
            tags={RANGE_START_TAG: str(day), RANGE_END_TAG: str(day)},
            run_config=SILENT,
            raise_on_error=False,
        )
    )
    assert not result.success
    assert "chronos2-gone" in failure(result)
    assert "elec models rollback" in failure(result)
    assert registry.in_use(resources.open_engine(), settings()).version == "chronos2-gone"
