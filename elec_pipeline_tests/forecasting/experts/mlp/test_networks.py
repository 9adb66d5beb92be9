"""What dense networks have learnt is stored without loss; a file that does not fit is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.experts.mlp.networks import (
    MOST,
    NETWORKS_FILE,
    NOTES,
    Network,
    read_networks,
    save_networks,
    seen_of,
)

Tensors = dict[str, np.ndarray]
Notes = dict[str, dict[str, object]]


@pytest.fixture
def folder(networks: dict[str, Network], tmp_path: Path) -> Path:
    save_networks(networks, tmp_path)
    return tmp_path


def test_what_was_saved_is_read_back_to_the_last_bit(networks: dict[str, Network], folder: Path) -> None:
    read = read_networks(folder)
    assert set(read) == set(networks)
    features, ridge = np.random.default_rng(1).normal(0, 400, (3, 24, 1)), np.ones((3, 24))
    for key, ours in networks.items():
        theirs = read[key]
        assert (theirs.names, theirs.stands_on_ridge) == (ours.names, ours.stands_on_ridge)
        seen = np.repeat(features, len(ours.names), axis=2)
        np.testing.assert_array_equal(theirs.corrections(seen, ridge), ours.corrections(seen, ridge))
    assert (folder / NETWORKS_FILE).stat().st_mode & 0o777 == 0o644


def test_what_is_absurd_is_seen_as_far_out_and_no_further() -> None:
    seen = seen_of(np.full((1, 24, 1), 1e9), np.full((1, 24), -1e9))
    assert seen[:, 0].tolist() == [MOST] * 24
    assert seen[:, 1].tolist() == [-MOST] * 24
    np.testing.assert_array_equal(seen[:, 2:], np.eye(24))


def test_each_day_is_said_alone(networks: dict[str, Network]) -> None:
    network = networks["evening"]
    features = np.random.default_rng(1).normal(0, 400, (4, 24, len(network.names)))
    together = network.corrections(features, np.zeros((4, 24)))
    for day in range(4):
        alone = network.corrections(features[day : day + 1], np.zeros((1, 24)))[0]
        np.testing.assert_allclose(alone, together[day], rtol=1e-4, atol=0.01)


def broken_note(**changes: object) -> Callable[[Tensors, Notes], None]:
    def change(_: Tensors, notes: Notes) -> None:
        notes["evening"].update(changes)

    return change


def broken_tensor(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Tensors, Notes], None]:
    def changed(tensors: Tensors, _: Notes) -> None:
        tensors[f"evening.{name}"] = change(tensors[f"evening.{name}"])

    return changed


@pytest.mark.parametrize(
    "change",
    [
        broken_tensor("0.weight", lambda values: values[:, :-1].copy()),
        broken_tensor("0.weight", lambda values: values[:2].copy()),
        broken_tensor("1.bias", lambda values: np.full_like(values, np.nan)),
        broken_tensor("2.weight", lambda values: values.astype(np.float64)),
        broken_tensor("usual", lambda values: values[1:].copy()),
        broken_tensor("spread", np.zeros_like),
        broken_note(features=["another"]),
        broken_note(layers=0),
        broken_note(layers=4),
        broken_note(size_mw=0.0),
        broken_note(size_mw="much"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(change: Callable[[Tensors, Notes], None], folder: Path) -> None:
    path = folder / NETWORKS_FILE
    tensors = load_file(path)
    with safe_open(path, framework="np") as file:
        notes = json.loads(file.metadata()[NOTES])
    change(tensors, notes)
    save_file(tensors, path, metadata={NOTES: json.dumps(notes)})
    with pytest.raises(ModelUnavailableError, match=rf"{NETWORKS_FILE} holds no networks.*elec fine-tune"):
        read_networks(folder)


def test_a_missing_or_damaged_file_is_refused(folder: Path, tmp_path: Path) -> None:
    whole = (folder / NETWORKS_FILE).read_bytes()
    (folder / NETWORKS_FILE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelUnavailableError, match="holds no networks"):
        read_networks(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelUnavailableError, match="holds no networks"):
        read_networks(tmp_path / "empty")


def test_other_features_than_it_was_learnt_on_are_refused(networks: dict[str, Network]) -> None:
    network = networks["evening"]
    network.require(network.names)
    with pytest.raises(ModelUnavailableError, match="learnt on other features"):
        network.require(network.names[::-1])
