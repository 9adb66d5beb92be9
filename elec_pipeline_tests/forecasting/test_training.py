"""Training writes a checkpoint that predicts what was trained, and that says what it is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from elec_pipeline.delivery_day import Issue, days
from elec_pipeline.errors import ContextTooThinError, TrainingError
from elec_pipeline.forecasting.checkpoint import load_forecaster, load_pipeline
from elec_pipeline.forecasting.recipe import Family, Recipe, Target, read_recipe
from elec_pipeline.forecasting.training import train
from elec_pipeline.forecasting.training_chronos2 import new_pipeline
from elec_pipeline.forecasting.training_options import Architecture, Progress, TrainedCheckpoint, TrainingOptions
from elec_pipeline.forecasting.training_windows import plain_windows, training_windows
from elec_pipeline.information_set import History

LEARN = days(date(2025, 3, 1), date(2025, 4, 10))
CHOOSE = days(date(2025, 4, 11), date(2025, 4, 20))
TINY = TrainingOptions(
    recipe=Recipe(target=Target.RESIDUAL, context_hours=96, lookback_hours=720, from_midnight=True),
    architecture=Architecture(width=16, heads=2, layers=1, hidden=16),
    steps=6,
    windows_per_step=4,
    validate_every=3,
    warmup_steps=1,
)


@pytest.fixture(scope="module")
def reports() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def trained(past: History, reports: list[Progress], tmp_path_factory: pytest.TempPathFactory) -> TrainedCheckpoint:
    folder = tmp_path_factory.mktemp("trained") / "checkpoint"
    return train(past, LEARN, CHOOSE, folder, TINY, data="made up", on_progress=reports.append)


def forecast(folder: Path, past: History) -> list[list[float]]:
    forecaster = load_forecaster(str(folder))
    information = past.at(date(2025, 10, 26), Issue.EVENING, context_hours=forecaster.context_hours)
    values: list[list[float]] = forecaster.predict([information])[0].tolist()
    return values


def test_the_folder_is_complete_and_readable(trained: TrainedCheckpoint) -> None:
    names = {path.name for path in trained.folder.iterdir()}
    assert names == {"config.json", "model.safetensors", "recipe.json", "card.json", "MODEL_CARD.md"}
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in trained.folder.iterdir())


def test_the_checkpoint_says_that_it_is_a_chronos_2(trained: TrainedCheckpoint) -> None:
    from chronos import BaseChronosPipeline, Chronos2Pipeline

    config = json.loads((trained.folder / "config.json").read_text())
    assert config["chronos_pipeline_class"] == "Chronos2Pipeline"
    assert isinstance(BaseChronosPipeline.from_pretrained(trained.folder), Chronos2Pipeline)
    assert load_pipeline(str(trained.folder))[0] is Family.CHRONOS2


def test_the_loaded_checkpoint_has_the_weights_that_were_trained(
    past: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from elec_pipeline.forecasting import training

    kept: dict[str, np.ndarray] = {}
    save = training.save

    def spy(pipeline: Any, folder: Path) -> None:
        kept.update({name: t.numpy().copy() for name, t in pipeline.model.state_dict().items()})
        save(pipeline, folder)

    monkeypatch.setattr(training, "save", spy)
    trained = train(past, LEARN, CHOOSE, tmp_path / "out", TINY)
    _, loaded = load_pipeline(str(trained.folder))
    untrained = new_pipeline(TINY).model.state_dict()
    assert kept
    for name, tensor in loaded.inner_model.state_dict().items():
        np.testing.assert_array_equal(tensor.numpy(), kept[name])
    assert any(not np.array_equal(untrained[name].numpy(), kept[name]) for name in kept)


def test_a_run_repeats_for_a_seed_and_differs_for_another(
    trained: TrainedCheckpoint, past: History, tmp_path: Path
) -> None:
    again = train(past, LEARN, CHOOSE, tmp_path / "again", TINY)
    other = train(past, LEARN, CHOOSE, tmp_path / "other", TINY.model_copy(update={"seed": 2}))
    assert again.version == trained.version
    assert forecast(again.folder, past) == forecast(trained.folder, past)
    assert other.version != trained.version


def test_training_goes_on_from_a_checkpoint(trained: TrainedCheckpoint, past: History) -> None:
    options = TINY.model_copy(update={"base_model": str(trained.folder), "learning_rate": 1e-4})
    further = train(past, LEARN, CHOOSE, trained.folder.parent / "further", options)
    assert further.card["base_model"] == str(trained.folder)
    assert further.version != trained.version


def test_the_card_names_data_spans_recipe_and_figures(trained: TrainedCheckpoint) -> None:
    card = json.loads((trained.folder / "card.json").read_text())
    assert card == trained.card
    assert card["data"] == "made up"
    assert card["trained_through"] == "2025-04-10"
    assert card["validation"] == {"first": "2025-04-11", "last": "2025-04-20", "days": 10}
    assert card["steps"] == 6
    assert card["last_step"] == 6
    assert card["best_step"] in {3, 6}
    assert card["resumed_at"] == []
    assert card["seconds"] >= 0
    assert card["peak_memory_mb"] > 100
    assert set(card["metrics"]) == {"morning", "evening"}
    assert card["metrics"]["evening"]["hours"] == 240
    page = (trained.folder / "MODEL_CARD.md").read_text()
    assert trained.version in page
    assert "made up" in page
    assert f"{card['peak_memory_mb']} MB" in page


def test_a_run_that_gets_no_better_is_stopped(past: History, tmp_path: Path) -> None:
    hasty = {"learning_rate": 0.3, "steps": 60, "validate_every": 2, "patience": 2}
    card = train(past, LEARN, CHOOSE, tmp_path / "out", TINY.model_copy(update=hasty)).card
    assert card["last_step"] < card["steps"] == 60
    assert card["last_step"] == card["best_step"] + 2 * 2


def test_a_training_that_diverges_says_so_and_replaces_nothing(past: History, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "former").touch()
    wild = TINY.model_copy(update={"learning_rate": 1e30})
    with pytest.raises(TrainingError, match="diverged"):
        train(past, LEARN, CHOOSE, tmp_path / "out", wild)
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "former"]


def test_the_former_folder_is_replaced_as_a_whole(past: History, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "former").touch()
    train(past, LEARN, CHOOSE, tmp_path / "out", TINY)
    assert not (tmp_path / "out" / "former").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_progress_is_reported(trained: TrainedCheckpoint, reports: list[Progress]) -> None:
    assert trained.card["steps"] == reports[-1].step == reports[-1].steps
    assert any(report.loss is not None for report in reports)
    assert any(report.validation_loss is not None for report in reports)


def test_the_recipe_lies_beside_the_weights(trained: TrainedCheckpoint) -> None:
    recipe = read_recipe(trained.folder)
    assert recipe is not None
    assert recipe.correction
    assert recipe.similar_day
    assert recipe.without_what_is_learnt == TINY.recipe


def test_with_nothing_to_learn_the_recipe_stays(past: History, tmp_path: Path) -> None:
    made = train(past, LEARN, CHOOSE, tmp_path / "out", TINY.model_copy(update={"learn_references": False}))
    assert read_recipe(made.folder) == TINY.recipe


def test_no_day_is_both_learnt_from_and_chosen_by(past: History, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2025-04-10"):
        train(past, LEARN, LEARN[-1:], tmp_path, TINY)


def test_a_history_too_thin_is_refused(past: History) -> None:
    before_the_history = days(date(2024, 12, 1), date(2024, 12, 2))
    with pytest.raises(ContextTooThinError):
        plain_windows(past, before_the_history, TINY.recipe)


def test_windows_are_degraded_as_often_as_asked(past: History) -> None:
    plain = TrainingOptions(without_rte_share=0, poor_rte_share=0, gaps_share=0)
    always = TrainingOptions(without_rte_share=1, poor_rte_share=1, gaps_share=1)
    some_days = days(date(2025, 6, 1), date(2025, 6, 4))
    assert len(training_windows(past, some_days, plain)) == 2 * 4
    assert len(training_windows(past, some_days, always)) == 5 * 4
    once, twice = (training_windows(past, some_days, always) for _ in range(2))
    for one, other in zip(once, twice, strict=True):
        np.testing.assert_array_equal(one.rows, other.rows)
