"""A damaged model, or one whose output is no forecast, is a typed error wherever it is used, and never a row."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import torch
from chronos.chronos2.model import Chronos2Model
from sqlalchemy import Engine

from elec_pipeline.commands import findings
from elec_pipeline.commands.doctor_model import describe_model
from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.history import History
from elec_pipeline.errors import InvalidForecastError, ModelUnavailableError
from elec_pipeline.forecasting.backtest.run import back_test
from elec_pipeline.forecasting.checkpoint import BUNDLED, load_forecaster
from elec_pipeline.forecasting.experts.chronos.bare_series import forecast_series
from elec_pipeline.forecasting.experts.chronos.families import Chronos2Engine
from elec_pipeline.forecasting.lifecycle import registry
from elec_pipeline.settings import Settings, settings
from elec_pipeline.store import models
from elec_pipeline_tests.conftest import whole_runs_every_day_length
from elec_pipeline_tests.forecasting.conftest import made_up_history
from elec_pipeline_tests.forecasting.stored import misused, register
from elec_pipeline_tests.integration.test_pipeline import KNOWNS, failure, predictions, run

pytestmark = pytest.mark.usefixtures("configured")
Break = Callable[[torch.Tensor], None]


def one_nan(output: torch.Tensor) -> None:
    """In the outermost quantile, of which no quantile of the forecast is made."""
    output[0, -1, 30] = torch.nan


def all_nan(output: torch.Tensor) -> None:
    output[:] = torch.nan


def infinite(output: torch.Tensor) -> None:
    output[0, :, 30] = torch.inf


@pytest.fixture(scope="module")
def past() -> History:
    return made_up_history()


BREAKS = [one_nan, all_nan, infinite]


def break_network(monkeypatch: pytest.MonkeyPatch, breaking: Break) -> None:
    """Make the network's output one that is not finite; the rest of the way is as always."""
    forward = Chronos2Model.forward

    def patched(*arguments: object, **named: object) -> object:
        output = forward(*arguments, **named)
        breaking(output.quantile_preds)
        return output

    monkeypatch.setattr(Chronos2Model, "forward", patched)


@whole_runs_every_day_length
def test_output_that_is_no_forecast_is_an_error_and_no_row(
    engine: Engine, day: date, n_hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(KNOWNS, day - timedelta(days=9), day).success

    def issued() -> str:
        result = run(["chronos_predictions"], day, day)
        assert not result.success
        assert predictions(engine, day).empty
        return failure(result)

    for breaking in BREAKS:
        with monkeypatch.context() as patch:
            break_network(patch, breaking)
            said = issued()
            assert "not finite" in said
            assert "elec models rollback" in said
    for shape in ((47, 7), (48, 6), (48,)):
        with monkeypatch.context() as patch:
            patch.setattr(Chronos2Engine, "quantiles", lambda *_, shape=shape: np.zeros(shape))
            assert f"of shape {shape} instead of (48, 7)" in issued()
    assert run(["chronos_predictions"], day, day).success
    assert len(predictions(engine, day)) == 2 * n_hours


@whole_runs_every_day_length
def test_a_back_test_does_not_score_it_either(
    day: date, n_hours: int, monkeypatch: pytest.MonkeyPatch, past: History
) -> None:
    assert n_hours
    model = load_forecaster("")
    for breaking in BREAKS:
        with monkeypatch.context() as patch:
            break_network(patch, breaking)
            for issue in Issue:
                with pytest.raises(InvalidForecastError, match="not finite"):
                    back_test(past, day, day, contestants={"model": model}, issues=[issue])


@pytest.mark.parametrize("breaking", BREAKS)
def test_a_bare_series_is_not_continued_by_it(breaking: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    break_network(monkeypatch, breaking)
    with pytest.raises(InvalidForecastError, match="not finite"):
        forecast_series(load_forecaster("").chronos, [50_000.0] * 672, 40)


def test_a_bare_series_of_which_nothing_is_known_is_an_error() -> None:
    with pytest.raises(InvalidForecastError, match="not finite"):
        forecast_series(load_forecaster("").chronos, [float("nan")] * 672, 24)


@pytest.fixture
def promoted(engine: Engine, configured: Settings, tmp_path: Path) -> Path:
    """The folder of a promoted model, which was loaded once."""
    version = misused(tmp_path / "promoted")
    register(engine, version, tmp_path / "promoted")
    models.promote(engine, version, by="hand")
    assert registry.load(registry.in_use(engine, configured)).version == version
    return tmp_path / "promoted"


@whole_runs_every_day_length
def test_a_promoted_model_that_is_damaged_is_an_error_in_run_and_doctor_and_no_other_is_taken(
    engine: Engine, promoted: Path, day: date, n_hours: int
) -> None:
    assert n_hours
    for name in ("chronos/config.json", "chronos/model.safetensors", "chronos/recipe.json", "combination.json"):
        whole = (promoted / name).read_bytes()
        content = bytearray(whole)
        content[len(content) // 2] ^= 1
        (promoted / name).write_bytes(content)
        result = run(["chronos_predictions"], day, day)
        assert not result.success
        assert f"{promoted / name} is damaged" in failure(result)
        assert "elec models rollback" in failure(result)
        assert "ELEC_MODEL" not in failure(result)
        assert predictions(engine, day).empty
        found = findings.look("model", lambda: describe_model(settings(), engine, deep=True))
        assert not found.is_well
        assert f"{promoted / name} is damaged" in found.text
        (promoted / name).write_bytes(whole)


def test_a_promoted_model_that_was_put_back_is_used_again(
    engine: Engine, configured: Settings, promoted: Path
) -> None:
    used = registry.in_use(engine, configured)
    (promoted / "chronos" / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailableError, match=r"model\.safetensors is missing"):
        registry.load(used)
    shutil.copy(BUNDLED / "chronos" / "model.safetensors", promoted / "chronos")
    assert registry.load(used).version == used.version


def test_a_model_that_is_whole_is_loaded_once(
    engine: Engine, configured: Settings, promoted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert promoted.is_dir()

    def again(_model: str) -> None:
        raise AssertionError("loaded twice")

    monkeypatch.setattr(registry, "load_forecaster", again)
    assert registry.load(registry.in_use(engine, configured)).chronos.recipe.context_hours == 192
