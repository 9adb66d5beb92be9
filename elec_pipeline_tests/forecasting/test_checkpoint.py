"""Every family loads as what it is; what is missing, broken or unsafe is refused by name."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.history import History
from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.checkpoint import BUNDLED, load_forecaster, load_network
from elec_pipeline.forecasting.experts.chronos.bare_series import forecast_series
from elec_pipeline.forecasting.experts.chronos.recipe import Covariate, Family, Recipe
from elec_pipeline_tests.forecasting.stored import misused, write_card

FAMILIES = {"t5_folder": Family.T5, "bolt_folder": Family.BOLT, "chronos2_folder": Family.CHRONOS2}


@pytest.mark.parametrize(("fixture", "family"), FAMILIES.items())
def test_every_family_loads_and_predicts_all_lengths_of_day(
    fixture: str, family: Family, request: pytest.FixtureRequest, past: History
) -> None:
    forecaster = load_forecaster(str(request.getfixturevalue(fixture)))
    assert forecaster.chronos.family is family
    assert list(forecaster.experts) == ["chronos"]
    assert forecaster.version.startswith(f"{family}-")
    days = {date(2025, 3, 30): 23, date(2025, 3, 31): 24, date(2025, 10, 26): 25}
    sets = [past.at(d, issue, context_hours=forecaster.context_hours) for d in days for issue in Issue]
    forecasts = forecaster.predict(sets)
    assert [each.shape for each in forecasts] == [(length, 7) for length in days.values() for _ in Issue]
    for each in forecasts:
        assert np.isfinite(each).all()
        assert (np.diff(each) >= 0).all()


@pytest.mark.parametrize(
    ("fixture", "covariates"), [("t5_folder", ()), ("bolt_folder", ()), ("chronos2_folder", (Covariate.RTE,))]
)
def test_only_chronos_2_gets_covariates_by_default(
    fixture: str, covariates: tuple[Covariate, ...], request: pytest.FixtureRequest
) -> None:
    recipe = load_forecaster(str(request.getfixturevalue(fixture))).chronos.recipe
    assert recipe.covariates == covariates
    assert recipe.context_hours == (192 if covariates else 96)


def test_the_version_names_everything_that_decides_a_forecast(tmp_path: Path) -> None:
    version = misused(tmp_path / "one")
    assert load_forecaster(str(tmp_path / "one")).version == version
    copy = shutil.copytree(tmp_path / "one", tmp_path / "copy")
    assert load_forecaster(str(copy)).version == version
    versions = {version, misused(tmp_path / "other", 216)}
    weights = load_file(copy / "chronos" / "model.safetensors")
    plus = {name: values + 1 for name, values in weights.items()}
    save_file(plus, copy / "chronos" / "model.safetensors", {"format": "pt"})
    versions.add(write_card(copy))
    combination = json.loads((copy / "combination.json").read_text())
    combination["otherwise"]["spreads"] = [2, 2, 2]
    (copy / "combination.json").write_text(json.dumps(combination))
    versions.add(write_card(copy))
    assert len(versions) == 4


def test_a_checkpoint_of_an_earlier_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    misused(tmp_path / "former")
    for name in ("model.safetensors", "config.json", "recipe.json"):
        shutil.move(tmp_path / "former" / "chronos" / name, tmp_path / "former" / name)
    with pytest.raises(ModelUnavailableError, match=r"earlier version of elec-pipeline.*`elec fine-tune`"):
        load_forecaster(str(tmp_path / "former"))


def test_an_expert_that_is_not_known_is_refused(tmp_path: Path) -> None:
    misused(tmp_path / "one")
    combination = json.loads((tmp_path / "one" / "combination.json").read_text())
    combination["experts"].append("oracle")
    (tmp_path / "one" / "combination.json").write_text(json.dumps(combination))
    with pytest.raises(ModelUnavailableError, match="does not know: oracle"):
        write_card(tmp_path / "one")


def test_the_network_alone_is_that_of_the_whole_model() -> None:
    whole = load_forecaster("")
    network, version = load_network("")
    assert version == whole.version
    assert network.recipe == whole.chronos.recipe
    series = (50_000 + 100 * np.sin(np.arange(400))).tolist()
    assert (forecast_series(network, series, 24) == forecast_series(whole.chronos, series, 24)).all()


def test_the_empty_name_is_the_bundled_checkpoint() -> None:
    bundled = load_forecaster("")
    assert bundled.version == load_forecaster(str(BUNDLED)).version
    assert bundled.location == "bundled"
    assert bundled.base_model == "from scratch"
    assert bundled.trained_through == date(2025, 10, 19)


def test_of_anothers_model_only_its_name_is_known(bolt_folder: Path) -> None:
    forecaster = load_forecaster(str(bolt_folder))
    assert forecaster.location == forecaster.base_model == str(bolt_folder)
    assert forecaster.trained_through is None


def without_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def with_cut_off_config(folder: Path) -> None:
    (folder / "config.json").write_text('{"chronos_config": {')


def of_another_kind(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "bert"}')


def of_an_unknown_pipeline(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"chronos_pipeline_class": "Chronos9Pipeline"}))


def without_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def with_cut_off_weights(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-500])


def with_absent_weights(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    weights.pop(next(name for name in sorted(weights) if "encoder" in name))
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def with_weights_of_another_shape(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"d_ff": 48}))


def with_a_broken_card(folder: Path) -> None:
    (folder / "card.json").write_text("[]")


BREAKAGES = [
    without_config, with_cut_off_config, of_another_kind, of_an_unknown_pipeline, without_weights,
    with_cut_off_weights, with_absent_weights, with_weights_of_another_shape, with_a_broken_card,
]  # fmt: skip


@pytest.mark.parametrize("breakage", BREAKAGES)
@pytest.mark.parametrize("fixture", FAMILIES)
def test_a_broken_folder_is_refused_and_named(
    breakage: Callable[[Path], None], fixture: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = shutil.copytree(request.getfixturevalue(fixture), tmp_path / "broken")
    breakage(folder)
    with pytest.raises(ModelUnavailableError, match="ELEC_MODEL"):
        load_forecaster(str(folder))


def with_a_broken_recipe(folder: Path) -> None:
    (folder / "chronos" / "recipe.json").write_text('{"target": "everything"}')


def with_a_recipe_it_cannot_serve(folder: Path) -> None:
    Recipe(context_hours=96, prediction_length=2000).save(folder / "chronos")


def with_a_broken_combination(folder: Path) -> None:
    (folder / "combination.json").write_text('{"experts": ["chronos"]}')


def with_weights_that_do_not_add_up(folder: Path) -> None:
    whole = (folder / "combination.json").read_text()
    (folder / "combination.json").write_text(whole.replace("1.0", "0.9"))


def without_a_fingerprint(folder: Path) -> None:
    (folder / "fingerprint.json").unlink()


OF_OURS = [
    with_a_broken_recipe, with_a_recipe_it_cannot_serve, with_a_broken_combination,
    with_weights_that_do_not_add_up, without_a_fingerprint,
]  # fmt: skip


@pytest.mark.parametrize("breakage", OF_OURS)
def test_a_broken_checkpoint_of_ours_is_refused_and_named(
    breakage: Callable[[Path], None], tmp_path: Path
) -> None:
    misused(tmp_path / "one")
    breakage(tmp_path / "one")
    with pytest.raises(ModelUnavailableError, match="ELEC_MODEL"):
        load_forecaster(str(tmp_path / "one"), unfinished=True)


def test_pickled_weights_are_refused(bolt_folder: Path, tmp_path: Path) -> None:
    import torch

    folder = shutil.copytree(bolt_folder, tmp_path / "pickled")
    torch.save({}, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailableError, match=r"pytorch_model\.bin.*pickled") as refused:
        load_forecaster(str(folder))
    assert "ELEC_MODEL" in str(refused.value)


@pytest.mark.parametrize("name", ["/no/such/folder", "./nothing", "a/b/c/d"])
def test_a_missing_folder_is_refused_without_asking_a_hub(name: str) -> None:
    with pytest.raises(ModelUnavailableError, match="ELEC_MODEL"):
        load_forecaster(name)


def test_a_hub_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def refuse(*_: object, **__: object) -> str:
        raise OSError("no route to the hub")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)
    with pytest.raises(ModelUnavailableError, match=r"ELEC_MODEL='someone/some-model'.*no route"):
        load_forecaster("someone/some-model")


@pytest.mark.parametrize("commit", ["", "0123456789abcdef0123456789abcdef01234567"])
def test_a_hub_model_is_fetched_without_pickles_at_its_commit_and_carries_its_name(
    bolt_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, commit: str
) -> None:
    import huggingface_hub

    asked: dict[str, object] = {}

    def serve(name: str, **how: object) -> str:
        asked.update(how, name=name)
        return str(bolt_folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", serve)
    name = "someone/chronos-bolt-tiny"
    assert load_forecaster(f"{name}@{commit}" if commit else name).version.startswith("bolt-chronos-bolt-tiny-")
    assert asked == {"name": name, "revision": commit or None, "allow_patterns": ["*.json", "*.safetensors"]}
    assert (f"{name}@{bolt_folder.name}" in caplog.text) is (not commit)


@pytest.mark.parametrize("commit", ["", "main", "0123456", "0123456789ABCDEF0123456789ABCDEF01234567"])
def test_what_is_no_commit_is_refused_without_asking_the_hub(commit: str) -> None:
    with pytest.raises(ModelUnavailableError, match="no commit of the hub"):
        load_forecaster(f"someone/some-model@{commit}")


def test_importing_the_package_imports_neither_torch_nor_chronos_nor_dagster() -> None:
    code = (
        "import sys, elec_pipeline.forecasting.lifecycle.fitting, elec_pipeline.forecasting.experts.naive;"
        "print(*({'torch', 'chronos', 'transformers', 'dagster'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert not loaded.stdout.strip()
