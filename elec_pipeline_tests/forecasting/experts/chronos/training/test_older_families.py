"""Chronos-T5 and Chronos-Bolt learn, stay what they are, and are asked for nothing that they cannot do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue, days
from elec_pipeline.domain.history import History, actual_mw
from elec_pipeline.errors import UnfitRecipeError
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.combination.combination import read_combination
from elec_pipeline.forecasting.experts.chronos.chronos import Chronos
from elec_pipeline.forecasting.experts.chronos.loading import load_pipeline, save_pipeline
from elec_pipeline.forecasting.experts.chronos.recipe import Covariate, Family, Recipe, Target, read_recipe
from elec_pipeline.forecasting.experts.chronos.training.older_families import LABEL_IGNORED, bolt_batch, t5_batch
from elec_pipeline.forecasting.experts.chronos.training.options import (
    BUNDLED_RECIPE,
    Progress,
    TrainedCheckpoint,
    TrainingOptions,
)
from elec_pipeline.forecasting.experts.chronos.training.windows import window
from elec_pipeline.forecasting.experts.ridge.ridge import Ridge
from elec_pipeline.forecasting.lifecycle.fitting import fitting, train
from elec_pipeline.forecasting.samples import Degradation, Sample
from elec_pipeline_tests.conftest import every_day_length

pytestmark = pytest.mark.long
LEARN = days(date(2025, 3, 28), date(2025, 4, 10))
CHOOSE = days(date(2025, 4, 11), date(2025, 4, 14))
FAMILIES = {"t5_folder": Family.T5, "bolt_folder": Family.BOLT}
LOAD = Recipe(target=Target.LOAD, context_hours=96, from_midnight=True)
RESIDUAL = LOAD.model_copy(update={"target": Target.RESIDUAL})


def options(base: Path, recipe: Recipe = LOAD, **changes: Any) -> TrainingOptions:
    settings: dict[str, Any] = {
        "steps": 40,
        "windows_per_step": 16,
        "validate_every": 20,
        "learning_rate": 1e-2,
        "degradation": Degradation(gaps_share=0.5),
    }
    return TrainingOptions(base_model=str(base), recipe=recipe, **settings | changes)


@pytest.fixture(scope="module", params=FAMILIES)
def base(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.getfixturevalue(request.param)
    return folder


@pytest.fixture(scope="module")
def reports() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def pipelines() -> Iterator[list[Any]]:
    """The pipelines that were saved, as they were trained."""
    saved: list[Any] = []

    def spy(pipeline: Any, folder: Path) -> None:
        saved.append(pipeline)
        save_pipeline(pipeline, folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("elec_pipeline.forecasting.experts.chronos.chronos.save_pipeline", spy)
        yield saved


@pytest.fixture(scope="module")
def made(
    base: Path,
    past: History,
    reports: list[Progress],
    pipelines: list[Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> TrainedCheckpoint:
    del reports[:], pipelines[:]
    return train(
        past, LEARN, CHOOSE, tmp_path_factory.mktemp("older") / "out", options(base), on_progress=reports.append
    )


def test_it_learns(
    made: TrainedCheckpoint, reports: list[Progress], base: Path, past: History, tmp_path: Path
) -> None:
    before: list[Progress] = []
    untrained = options(base, steps=1, learning_rate=1e-12)
    train(past, LEARN[-2:], CHOOSE, tmp_path / "out", untrained, on_progress=before.append)
    (unlearnt,) = [each.validation_loss for each in before if each.validation_loss is not None]
    learnt = min(each.validation_loss for each in reports if each.validation_loss is not None)
    assert learnt < 0.8 * unlearnt
    assert made.card["metrics"]["evening"]["hours"] == 4 * 24


def test_it_stays_of_its_family(made: TrainedCheckpoint, base: Path) -> None:
    from chronos import BaseChronosPipeline

    family, pipeline = load_pipeline(made.folder / "chronos")
    assert family is load_pipeline(base)[0]
    assert made.version.startswith("elec-")
    assert made.card["family"] == family
    assert (
        json.loads((made.folder / "chronos" / "config.json").read_text())["chronos_pipeline_class"]
        == type(pipeline).__name__
    )
    assert type(BaseChronosPipeline.from_pretrained(made.folder / "chronos")) is type(pipeline)


def test_it_is_written_without_pickles_beside_recipe_and_card(made: TrainedCheckpoint, base: Path) -> None:
    files = [path for path in made.folder.rglob("*") if path.is_file()]
    names = {path.name for path in files} - {"generation_config.json"}
    assert names == {
        "config.json", "model.safetensors", "recipe.json", "combination.json", "fingerprint.json", "card.json",
        "MODEL_CARD.md",
    }  # fmt: skip
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in files)
    assert read_recipe(made.folder / "chronos") == LOAD
    combination = read_combination(made.folder)
    assert combination.experts == ("chronos",)  # it does not stand on the ridge
    assert {tuple(blend.medians.items()) for blend in combination.blends.values()} == {(("chronos", 1.0),)}
    assert made.card["base_model"] == str(base)


def test_its_configuration_stays(made: TrainedCheckpoint, base: Path) -> None:
    (before, after) = (
        json.loads((folder / "config.json").read_text()) for folder in (base, made.folder / "chronos")
    )
    assert {name: after[name] for name in before} == before
    assert "use_cache" not in after.keys() - before.keys()


@every_day_length
def test_the_loaded_checkpoint_predicts_what_the_trained_one_does(
    day: date, n_hours: int, made: TrainedCheckpoint, pipelines: list[Any], past: History
) -> None:
    loaded = load_forecaster(str(made.folder))
    chronos = Chronos.of(loaded.chronos.family, pipelines[0], loaded.chronos.recipe, loaded.chronos.ridge)
    trained = replace(loaded, experts={"chronos": chronos})
    sets = [past.at(day, issue, context_hours=loaded.context_hours) for issue in Issue]
    for one, other in zip(loaded.predict(sets), trained.predict(sets), strict=True):
        assert one.shape == (n_hours, 7)
        np.testing.assert_array_equal(one, other)


@every_day_length
def test_only_the_known_hours_of_the_day_are_learnt(
    day: date, n_hours: int, t5_folder: Path, past: History
) -> None:
    _, pipeline = load_pipeline(t5_folder)
    information = past.at(day, Issue.EVENING, context_hours=168)
    made = window(past, Sample(information, actual_mw(past, day)), LOAD, Ridge())
    made.rows[0, 96 + 3] = np.nan
    made.rows[0, 10] = np.nan
    tokens = t5_batch(pipeline, [made], 96)
    *labels, end = tokens["labels"][0].tolist()
    assert [hour for hour, token in enumerate(labels) if token == LABEL_IGNORED] == [3, *range(n_hours, 48)]
    assert end == pipeline.inner_model.config.eos_token_id
    assert tokens["attention_mask"][0].tolist() == [*(~np.isnan(made.rows[0, :96])).tolist(), True]
    assert int(bolt_batch([made], 96)["target"].isnan().sum()) == 48 - n_hours + 1


def test_one_of_them_learns_what_the_ridge_leaves_too(bolt_folder: Path, past: History, tmp_path: Path) -> None:
    enough_to_learn_from = days(date(2025, 2, 10), LEARN[-1])
    made = train(past, enough_to_learn_from, CHOOSE, tmp_path / "out", options(bolt_folder, RESIDUAL, steps=2))
    chronos = load_forecaster(str(made.folder)).chronos
    assert chronos.recipe.target is Target.RESIDUAL
    assert chronos.ridge.regressions.learnt


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"covariates": (Covariate.RTE, Covariate.DAY_TYPE)}, "rte, day_type"),
        ({"context_hours": 97}, "97 hours of context"),
        ({"prediction_length": 65}, "65 hours of forecast"),
    ],
)
def test_what_the_family_cannot_do_is_refused(
    change: dict[str, Any], named: str, base: Path, past: History, tmp_path: Path
) -> None:
    asked = options(base, LOAD.model_copy(update=change))
    with pytest.raises(UnfitRecipeError, match=named):
        train(past, LEARN, CHOOSE, tmp_path / "out", asked)
    assert not list(tmp_path.iterdir())


def test_options_are_made_to_fit_their_base_model(base: Path, chronos2_folder: Path) -> None:
    recipe = fitting(options(base, BUNDLED_RECIPE)).recipe
    assert recipe == BUNDLED_RECIPE.model_copy(update={"covariates": (), "context_hours": 96})
    for unchanged in (TrainingOptions(), options(chronos2_folder, BUNDLED_RECIPE)):
        assert fitting(unchanged) == unchanged
