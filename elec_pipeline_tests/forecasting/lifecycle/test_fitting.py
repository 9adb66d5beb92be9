"""Training writes a checkpoint that predicts what was trained, and that says what it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import HOUR, Issue, day_end, days
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import Situation
from elec_pipeline.errors import ContextTooThinError, TrainingError
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.combination.combination import read_combination
from elec_pipeline.forecasting.experts.chronos.chronos import CHRONOS
from elec_pipeline.forecasting.experts.chronos.loading import load_pipeline, save_pipeline
from elec_pipeline.forecasting.experts.chronos.recipe import Family, Recipe, Target, read_recipe
from elec_pipeline.forecasting.experts.chronos.training.chronos2 import new_pipeline
from elec_pipeline.forecasting.experts.chronos.training.options import (
    BUNDLED_RECIPE,
    Architecture,
    Progress,
    TrainedCheckpoint,
    TrainingOptions,
)
from elec_pipeline.forecasting.experts.chronos.training.windows import Window, windows
from elec_pipeline.forecasting.experts.mlp import fitting as mlp_fitting
from elec_pipeline.forecasting.experts.mlp.mlp import MLP, Mlp
from elec_pipeline.forecasting.experts.mlp.networks import Network
from elec_pipeline.forecasting.experts.ridge.coefficients import Regressions, read_regressions
from elec_pipeline.forecasting.experts.ridge.fitting import Course, learnt
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE, Ridge
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.forecasting.lifecycle import fitting as fitting_module
from elec_pipeline.forecasting.lifecycle.fitting import States, train
from elec_pipeline.forecasting.samples import Degradation, Sample, as_issued, degraded
from elec_pipeline_tests.forecasting.conftest import LEARNT_FROM

LEARN = days(date(2025, 3, 1), date(2025, 4, 10))
CHOOSE = days(date(2025, 4, 11), date(2025, 4, 25))
TINY = TrainingOptions(
    recipe=Recipe(target=Target.RESIDUAL, context_hours=96, from_midnight=True),
    architecture=Architecture(width=16, heads=2, layers=1, hidden=16),
    steps=6,
    windows_per_step=4,
    validate_every=3,
    warmup_steps=1,
)
QUICK = TINY.model_copy(update={"learn_ridge": False})


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
    files = [path for path in trained.folder.rglob("*") if path.is_file()]
    assert {path.relative_to(trained.folder).as_posix() for path in files} == {
        "chronos/config.json", "chronos/model.safetensors", "chronos/recipe.json",
        "ridge/options.json", "ridge/regressions.safetensors",
        "combination.json", "fingerprint.json", "card.json", "MODEL_CARD.md",
    }  # fmt: skip
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in files)


def test_the_checkpoint_says_that_it_is_a_chronos_2(trained: TrainedCheckpoint) -> None:
    from chronos import BaseChronosPipeline, Chronos2Pipeline

    config = json.loads((trained.folder / "chronos" / "config.json").read_text())
    assert config["chronos_pipeline_class"] == "Chronos2Pipeline"
    assert isinstance(BaseChronosPipeline.from_pretrained(trained.folder / "chronos"), Chronos2Pipeline)
    assert load_pipeline(trained.folder / "chronos")[0] is Family.CHRONOS2


def test_the_loaded_checkpoint_has_the_weights_that_were_trained(
    past: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, np.ndarray] = {}
    save = save_pipeline

    def spy(pipeline: Any, folder: Path) -> None:
        kept.update({name: t.numpy().copy() for name, t in pipeline.model.state_dict().items()})
        save(pipeline, folder)

    monkeypatch.setattr("elec_pipeline.forecasting.experts.chronos.chronos.save_pipeline", spy)
    trained = train(past, LEARN, CHOOSE, tmp_path / "out", QUICK)
    _, loaded = load_pipeline(trained.folder / "chronos")
    untrained = new_pipeline(QUICK).model.state_dict()
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
    assert card["trained_through"] == "2025-04-25"  # from the validation days its regressions learnt too
    assert card["validation"] == {"first": "2025-04-11", "last": "2025-04-25", "days": 15}
    assert card["steps"] == 6
    assert card["last_step"] == 6
    assert card["best_step"] in {3, 6}
    assert card["resumed_at"] == []
    assert card["seconds"] >= 0
    assert card["peak_memory_mb"] > 100
    assert set(card["metrics"]) == {"morning", "evening"}
    assert card["metrics"]["evening"]["hours"] == 360
    page = (trained.folder / "MODEL_CARD.md").read_text()
    assert trained.version in page
    assert "made up" in page
    assert f"{card['peak_memory_mb']} MB" in page


def test_a_run_that_gets_no_better_is_stopped(past: History, tmp_path: Path) -> None:
    hasty = {"learning_rate": 0.3, "steps": 60, "validate_every": 2, "patience": 2}
    card = train(past, LEARN, CHOOSE, tmp_path / "out", QUICK.model_copy(update=hasty)).card
    assert card["last_step"] < card["steps"] == 60
    assert card["last_step"] == card["best_step"] + 2 * 2


def test_a_training_that_diverges_says_so_and_replaces_nothing(past: History, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "former").touch()
    wild = QUICK.model_copy(update={"learning_rate": 1e30})
    with pytest.raises(TrainingError, match="diverged"):
        train(past, LEARN, CHOOSE, tmp_path / "out", wild)
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "former"]


def test_the_former_folder_is_replaced_as_a_whole(past: History, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "former").touch()
    train(past, LEARN, CHOOSE, tmp_path / "out", QUICK)
    assert not (tmp_path / "out" / "former").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_progress_is_reported(trained: TrainedCheckpoint, reports: list[Progress]) -> None:
    assert trained.card["steps"] == reports[-1].step == reports[-1].steps
    assert any(report.loss is not None for report in reports)
    assert any(report.validation_loss is not None for report in reports)


def test_the_recipe_lies_beside_the_weights_and_the_combination_above(trained: TrainedCheckpoint) -> None:
    assert read_recipe(trained.folder / "chronos") == TINY.recipe
    combination = read_combination(trained.folder)
    assert set(combination.blends) == set(Situation)
    assert combination.experts == ("ridge", "chronos")
    assert trained.card["combination"] == combination.model_dump(mode="json")


def test_the_ridge_learns_from_the_validation_days_once_the_figures_are_made(trained: TrainedCheckpoint) -> None:
    learnt = read_regressions(trained.folder / "ridge").learnt
    assert set(learnt) == set(Situation)  # no temperature forecasts, nothing learnt of them
    assert {each.through for each in learnt.values()} == {CHOOSE[-1]}


def test_the_figures_are_of_what_was_learnt_without_the_validation_days(
    past: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from elec_pipeline.forecasting.lifecycle import card as model_card
    from elec_pipeline.forecasting.lifecycle import fitting as training

    through: list[date] = []
    figures = model_card.validation_figures

    def spy(history: History, of: Sequence[date], forecaster: Forecaster) -> dict[str, dict[str, float]]:
        through.extend(each.through for each in forecaster.chronos.ridge.regressions.learnt.values())
        return figures(history, of, forecaster)

    monkeypatch.setattr(training, "validation_figures", spy)
    enough_to_learn_from = days(date(2025, 2, 10), LEARN[-1])
    train(past, enough_to_learn_from, CHOOSE, tmp_path / "out", TINY.model_copy(update={"steps": 1}))
    assert set(through) == {LEARN[-1]}


def test_with_nothing_to_learn_there_are_no_regressions(past: History, tmp_path: Path) -> None:
    made = train(past, LEARN, CHOOSE, tmp_path / "out", QUICK)
    assert not (made.folder / "ridge" / "regressions.safetensors").exists()
    assert load_forecaster(str(made.folder)).chronos.ridge.regressions == Regressions()


def test_no_day_is_both_learnt_from_and_chosen_by(past: History, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2025-04-10"):
        train(past, LEARN, LEARN[-1:], tmp_path, TINY)


HOURS = Ridge().context_hours


def plain(past: History, some_days: Sequence[date], ridge: Ridge) -> list[Window]:
    samples = as_issued(past, some_days, context_hours=HOURS)
    return windows(past, samples, BUNDLED_RECIPE, lambda _: ridge)


def test_a_history_too_thin_is_refused(past: History) -> None:
    before_the_history = days(date(2024, 12, 1), date(2024, 12, 2))
    with pytest.raises(ContextTooThinError):
        plain(past, before_the_history, Ridge())


@pytest.mark.parametrize(("share", "a_day"), [(0, 2), (1, 5)])
def test_issues_are_degraded_as_often_as_asked(share: float, a_day: int, past: History) -> None:
    shares = Degradation(without_rte_share=share, poor_rte_share=share, gaps_share=share)
    some_days = days(date(2025, 6, 1), date(2025, 6, 4))

    def made() -> list[Sample]:
        random = np.random.default_rng(1)
        return list(degraded(past, some_days, shares, context_hours=HOURS, random=random))

    assert len(made()) == a_day * 4
    for one, other in zip(made(), made(), strict=True):
        np.testing.assert_array_equal(one.information.rte_mw, other.information.rte_mw)
        np.testing.assert_array_equal(one.information.load_mw, other.information.load_mw)


def test_a_window_sees_what_had_been_learnt_before_its_day(past: History, course: Course) -> None:
    some_days = days(date(2025, 1, 31), date(2025, 2, 4))  # the first state serves 3 February
    states = States(course, TrainingOptions())
    made = windows(past, as_issued(past, some_days, context_hours=HOURS), BUNDLED_RECIPE, states.before)
    assert len(made) == 2 * 2
    first = states.before(date(2025, 2, 4))
    assert first is not None
    for one, other in zip(made[2:], plain(past, some_days[-1:], first), strict=True):
        np.testing.assert_array_equal(one.rows, other.rows)


def test_no_window_tells_of_what_a_later_day_taught(warm_past: History) -> None:
    through = date(2025, 3, 1)
    later = (day_end(through) - warm_past.start) // HOUR
    load = warm_past.load_mw.copy()
    load[later:] = np.random.default_rng(1).uniform(30e3, 80e3, len(load) - later)
    some_days = days(date(2025, 2, 20), through)
    taught = [
        windows(
            each,
            as_issued(each, some_days, context_hours=HOURS),
            BUNDLED_RECIPE,
            States(learnt(each, LEARNT_FROM[:100], blur_mw=600, seed=1), TrainingOptions()).before,
        )
        for each in (warm_past, replace(warm_past, load_mw=load))
    ]
    for one, other in zip(*taught, strict=True):
        np.testing.assert_array_equal(one.rows, other.rows)


def test_every_day_is_combined_with_a_ridge_that_is_as_old_as_in_use(course: Course) -> None:
    """One that has just been learnt would know no errors of late, and say nothing of bands made with them."""
    states = States(course, TrainingOptions())
    update = timedelta(days=TrainingOptions().update_days)
    newest, _ = course.states[-1]
    older = course.before(newest - update)
    assert older is not None
    ridge = states.in_use(newest)
    assert ridge is not None
    assert ridge.regressions is older
    first, state = course.states[0]
    young = states.in_use(first)
    assert young is not None
    assert young.regressions is state  # there is none as old as that
    assert states.in_use(first - timedelta(days=1)) is None


def test_dense_networks_are_weighed_on_days_that_they_have_not_seen_and_then_learn_from_all(
    past: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn, choose = days(date(2024, 12, 20), date(2025, 8, 20)), days(date(2025, 8, 21), date(2025, 9, 3))
    monkeypatch.setattr(fitting_module, "YEAR_DAYS", 21)
    monkeypatch.setattr(mlp_fitting, "learning_of", lambda _: mlp_fitting.Learning(epochs=2))
    taught: list[list[date]] = []
    made = fitting_module._networks  # noqa: SLF001

    def spy(history: History, some: list[date], options: TrainingOptions) -> dict[str, Network]:
        taught.append(sorted(some))
        return made(history, some, options)

    monkeypatch.setattr(fitting_module, "_networks", spy)
    trained = train(past, learn, choose, tmp_path / "out", TINY)
    before, after = taught
    assert before == [day for day in learn if day < choose[-1] - timedelta(days=20)]
    assert after == [*learn, *choose]
    forecaster = load_forecaster(str(trained.folder))
    assert list(forecaster.experts) == [RIDGE, MLP, CHRONOS]
    assert set(forecaster.combination.blends) == {each.value for each in Situation}
    assert all(set(blend.medians) == {RIDGE, MLP, CHRONOS} for blend in forecaster.combination.blends.values())
    assert any(blend.medians[MLP] for blend in forecaster.combination.blends.values())
    mlp = forecaster.experts[MLP]
    assert isinstance(mlp, Mlp)
    assert mlp.ridge is forecaster.experts[RIDGE]
