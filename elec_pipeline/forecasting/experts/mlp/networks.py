"""What the dense networks have learnt: one for each situation and set of inputs, and their file.

Here: their parameters, what they make of features, how they lie in the expert's folder. Not here: how they are
learnt (`fitting`), and the features (`features.situations`).

A network is a mean of several that differ by where their learning began alone: a multilayer perceptron with two
hidden layers each (Goodfellow, Bengio and Courville, «Deep Learning», 2016, chapter 6).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.errors import ModelUnavailableError

NETWORKS_FILE = "networks.safetensors"
NOTES = "networks"
"""Entry of the file's metadata: features of each network, as JSON."""
FEATURE_MW = 300.0
"""Brings features near one; what is left is their spread."""
MOST = 8.0
"""Further out a network is not asked: it would go on in a line for ever."""
_REMEDY = "Train the checkpoint again with `elec fine-tune`, or set ELEC_MODEL to another one."

Singles = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """One layer of all members of a network.

    Attributes:
        weight: Shape (members, into, out).
        bias: Shape (members, 1, out).
    """

    weight: Singles
    bias: Singles


@dataclass(frozen=True)
class Network:
    """What is learnt for one situation and set of inputs.

    Attributes:
        names: Of its features.
        stands_on_ridge: Whether it corrects what the ridge says, which it then sees too, or the same base.
        usual: Means of what it sees, shape (seen,).
        spread: By how much that differs, shape (seen,).
        size_mw: Typical size of what it says.
        layers: From what it sees to one number.
    """

    names: tuple[str, ...]
    stands_on_ridge: bool
    usual: Singles
    spread: Singles
    size_mw: float
    layers: tuple[Layer, ...] = field(repr=False)

    def corrections(self, features: Floats | Singles, ridge_mw: Floats, *, members: int | None = None) -> Floats:
        """Return what is to be added to the base.

        Args:
            features: Shape (days, 24, features), MW.
            ridge_mw: What the ridge adds, shape (days, 24).
            members: Of how many members the mean is taken; None: of all.

        Returns:
            Shape (days, 24), MW.
        """
        seen = (seen_of(features, ridge_mw if self.stands_on_ridge else None) - self.usual) / self.spread
        asked = slice(members)
        hidden = np.broadcast_to(seen, (len(self.layers[0].weight[asked]), *seen.shape))
        for layer in self.layers[:-1]:
            hidden = _silu(hidden @ layer.weight[asked] + layer.bias[asked])
        last = self.layers[-1]
        said = (hidden @ last.weight[asked] + last.bias[asked]).mean(axis=0).reshape(features.shape[:2])
        corrections = self.size_mw * said.astype(np.float64)
        return np.asarray(corrections + ridge_mw if self.stands_on_ridge else corrections)

    def require(self, names: tuple[str, ...]) -> None:
        """Check that it was learnt on the features that it is given.

        Raises:
            ModelUnavailableError: It was made by a version with other features.
        """
        if self.names != names:
            reason = f"{NETWORKS_FILE} of the checkpoint was learnt on other features than this version makes."
            raise ModelUnavailableError(f"{reason} {_REMEDY}", reason)


def seen_of(features: Floats | Singles, ridge_mw: Floats | None) -> Singles:
    """Return what a network sees of each day and hour: the features, what the ridge says, and which hour it is.

    Args:
        features: Shape (days, 24, features), MW.
        ridge_mw: What the ridge adds to the base, shape (days, 24); None where the network does not stand on it.

    Returns:
        Shape (days * 24, seen).
    """
    hours = np.broadcast_to(np.eye(24), (len(features), 24, 24))
    sizes: list[Floats | Singles] = [features] if ridge_mw is None else [features, ridge_mw[..., None]]
    seen = np.concatenate([*(np.clip(each / FEATURE_MW, -MOST, MOST) for each in sizes), hours], axis=2)
    return seen.reshape(-1, seen.shape[2]).astype(np.float32)


def save_networks(networks: Mapping[str, Network], folder: Path) -> None:
    """Write `networks.safetensors` into the expert's folder."""
    from safetensors.numpy import save_file

    tensors: dict[str, Singles] = {}
    notes = {}
    for key, network in networks.items():
        tensors |= {f"{key}.usual": network.usual, f"{key}.spread": network.spread}
        for number, layer in enumerate(network.layers):
            tensors |= {f"{key}.{number}.weight": layer.weight, f"{key}.{number}.bias": layer.bias}
        notes[key] = {
            "features": network.names,
            "stands_on_ridge": network.stands_on_ridge,
            "size_mw": network.size_mw,
            "layers": len(network.layers),
        }
    path = folder / NETWORKS_FILE
    # One entry: several are written in an order of chance, and a checkpoint's version is made of its bytes.
    save_file(tensors, path, metadata={NOTES: json.dumps(notes, sort_keys=True)})
    path.chmod(0o644)  # it is written readable for its owner alone


def read_networks(folder: Path) -> dict[str, Network]:
    """Return the networks of the expert's folder, by what they stand on.

    Raises:
        ModelUnavailableError: The file is missing or does not hold networks.
    """
    from safetensors import SafetensorError, safe_open

    path = folder / NETWORKS_FILE
    try:
        with safe_open(path, framework="np") as file:
            notes = json.loads((file.metadata() or {})[NOTES])
            stored = {name: _numbers(name, file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118 - no mapping
        return {key: _network(key, note, stored) for key, note in notes.items()}
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"{path} holds no networks that this version understands ({error})."
        raise ModelUnavailableError(f"ELEC_MODEL: {reason} {_REMEDY}", reason) from error


def _network(key: str, note: Mapping[str, Any], stored: Mapping[str, Singles]) -> Network:
    layers = tuple(
        Layer(stored[f"{key}.{number}.weight"], stored[f"{key}.{number}.bias"])
        for number in range(int(note["layers"]))
    )
    made = Network(
        names=tuple(note["features"]),
        stands_on_ridge=bool(note["stands_on_ridge"]),
        usual=stored[f"{key}.usual"],
        spread=stored[f"{key}.spread"],
        size_mw=float(note["size_mw"]),
        layers=layers,
    )
    seen = len(made.names) + made.stands_on_ridge + 24
    sizes = [seen, *(layer.weight.shape[2] for layer in layers)]
    fits = all(
        layer.weight.shape[1:] == (into, out) and layer.bias.shape == (len(layer.weight), 1, out)
        for layer, into, out in zip(layers, sizes, sizes[1:], strict=False)
    )
    if not layers or not fits or sizes[-1] != 1 or made.usual.shape != (seen,) or made.spread.shape != (seen,):
        raise ValueError(f"{key} does not fit its features")
    if (
        len({len(layer.weight) for layer in layers}) != 1
        or not 0 < made.size_mw < np.inf
        or (made.spread <= 0).any()
    ):
        raise ValueError(f"{key} is of no size that a network can have")
    return made


def _numbers(name: str, values: npt.NDArray[Any]) -> Singles:
    """Return a stored table as it is.

    Raises:
        ValueError: It is of another type, or not finite.
    """
    if values.dtype != np.float32:
        raise ValueError(f"{name} is of type {values.dtype}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds numbers that are not finite")
    return np.asarray(values)


def _silu(values: Singles) -> Singles:
    """Return each value times the logistic function of it."""
    return np.asarray(values / (1 + np.exp(-values)))
