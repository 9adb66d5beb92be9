"""A checkpoint with any damage to any of its files is refused in one sentence; an intact one loads."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting import checkpoint, integrity
from elec_pipeline.forecasting.checkpoint import BUNDLED, card_of, chronos_folder, load_forecaster
from elec_pipeline.forecasting.integrity import CARD_FILE, sealed, version_digest

FILES = [
    "chronos/config.json", "chronos/model.safetensors", "chronos/recipe.json",
    "ridge/options.json", "ridge/regressions.safetensors",
    "combination.json", "fingerprint.json", CARD_FILE,
]  # fmt: skip
NUMBERS = ["chronos/model.safetensors", "ridge/regressions.safetensors"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(BUNDLED, tmp_path / "checkpoint")


def removed(path: Path) -> None:
    path.unlink()


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def flipped(path: Path) -> None:
    """One bit of a byte in the middle, which lies among the numbers of a table."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def a_folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES = [removed, truncated, emptied, flipped, zeroed, a_folder_instead]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_and_named(name: str, damage: Callable[[Path], None], folder: Path) -> None:
    damage(folder / name)
    for load in (load_forecaster, chronos_folder):
        with pytest.raises(ModelUnavailableError, match=re.escape(str(folder / name))) as refused:
            load(str(folder))
        assert "ELEC_MODEL" in str(refused.value)
        assert "copied or trained again" in str(refused.value)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_numbers_that_were_overwritten_are_refused(name: str, value: float, folder: Path) -> None:
    overwrite(folder / name, value)
    with pytest.raises(ModelUnavailableError, match=rf"{name} is damaged"):
        load_forecaster(str(folder))


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_card_vouches_for_no_number_that_is_not_finite(name: str, value: float, folder: Path) -> None:
    overwrite(folder / name, value)
    seal(folder)
    with pytest.raises(ModelUnavailableError, match=r"not finite"):
        load_forecaster(str(folder))


def seal(folder: Path) -> None:
    """Make the card one of what lies there now, as if it had been trained like that."""
    card = json.loads((folder / CARD_FILE).read_text())
    card["version"] = f"elec-{version_digest(folder)}"
    (folder / CARD_FILE).write_text(json.dumps(sealed(card, folder)))


def overwrite(path: Path, value: float) -> None:
    """Set the first table of a file to one value; with zero, all of them."""
    with safe_open(path, framework="np") as file:
        notes = file.metadata()
    tensors = load_file(path)
    for name in sorted(tensors)[: None if value == 0 else 1]:
        tensors[name] = np.full_like(tensors[name], value)
    save_file(tensors, path, notes)


@pytest.mark.parametrize("fixture", ["t5_folder", "bolt_folder", "chronos2_folder"])
@pytest.mark.parametrize(("value", "words"), [(0.0, "nothing but zeros"), (np.nan, "not finite")])
def test_of_anothers_model_without_a_card_the_numbers_are_looked_at(
    fixture: str, value: float, words: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = shutil.copytree(request.getfixturevalue(fixture), tmp_path / "copy")
    overwrite(folder / "model.safetensors", value)
    with pytest.raises(ModelUnavailableError, match=words):
        load_forecaster(str(folder))


def test_weights_that_are_no_floating_point_numbers_are_refused(chronos2_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(chronos2_folder, tmp_path / "copy")
    tensors = load_file(folder / "model.safetensors")
    whole = {name: values.astype(np.int32) for name, values in tensors.items()}
    save_file(whole, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelUnavailableError, match="no floating-point numbers"):
        load_forecaster(str(folder))


@pytest.mark.parametrize(
    ("field", "value"),
    [("version", "elec-000000000000"), ("trained_through", "2020-01-01"), ("digest", None), ("files", {})],
)
def test_a_card_that_was_edited_is_refused(field: str, value: object, folder: Path) -> None:
    card = json.loads((folder / CARD_FILE).read_text())
    (folder / CARD_FILE).write_text(json.dumps(card | {field: value}))
    with pytest.raises(ModelUnavailableError, match=rf"{CARD_FILE} was changed after it was written"):
        load_forecaster(str(folder))


@pytest.mark.parametrize(
    ("field", "words"),
    [("version", "are damaged"), ("base_model", "is no card"), ("trained_through", "is no card")],
)
def test_a_card_that_lacks_what_it_must_tell_is_refused(field: str, words: str, folder: Path) -> None:
    card = json.loads((folder / CARD_FILE).read_text())
    card.pop(field)
    (folder / CARD_FILE).write_text(json.dumps(sealed(card, folder)))
    with pytest.raises(ModelUnavailableError, match=words):
        load_forecaster(str(folder))


def test_a_card_of_another_version_is_refused(folder: Path) -> None:
    card = json.loads((folder / CARD_FILE).read_text())
    (folder / CARD_FILE).write_text(json.dumps(sealed(card | {"version": "elec-000000000000"}, folder)))
    with pytest.raises(ModelUnavailableError, match="written for version elec-000000000000"):
        load_forecaster(str(folder))


def test_weights_that_a_card_does_not_know_are_refused(folder: Path) -> None:
    shutil.copy(folder / "chronos" / "model.safetensors", folder / "more.safetensors")
    with pytest.raises(ModelUnavailableError, match=r"more\.safetensors does not belong"):
        load_forecaster(str(folder))


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_a_broken_card_is_a_typed_error_wherever_it_is_read(content: str, folder: Path) -> None:
    (folder / CARD_FILE).write_text(content)
    with pytest.raises(ModelUnavailableError, match=CARD_FILE):
        card_of(str(folder))


def test_a_damaged_bundled_checkpoint_says_to_install_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "BUNDLED", folder)
    flipped(folder / "chronos" / "model.safetensors")
    with pytest.raises(
        ModelUnavailableError, match=r"bundled model cannot be used: .* Install elec-pipeline again"
    ):
        load_forecaster("")


def test_the_check_of_the_files_takes_hundredths_of_a_second() -> None:
    card = integrity.read_card(BUNDLED)
    started = time.process_time()
    integrity.require_files(BUNDLED, card)
    assert time.process_time() - started < 0.2
