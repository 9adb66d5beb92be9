"""Weights of a loaded network: whether all of them came from its files, and are numbers it can compute with.

Here: what is checked of every checkpoint, with a card or without. Not here: digests (`integrity`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from chronos import BaseChronosPipeline

WEIGHTS = "*.safetensors"
_FLOATS = ("F16", "BF16", "F32", "F64")
_NAMED = 3
"""So many weights are named where more are wrong."""


def fault_of_weights(folder: Path, pipeline: BaseChronosPipeline) -> str:
    """Return what is wrong with a network's weights in one sentence; "" where nothing is.

    Args:
        folder: It was loaded from.
        pipeline: The loaded network.
    """
    import torch

    kinds = _stored(folder)
    weights = pipeline.inner_model.state_dict()
    # transformers would silently make random ones of those that are in no file.
    if absent := _absent(kinds, weights):
        return f"{folder} lacks weights that the model needs: {_listed(absent)}."
    floats = {name: tensor for name, tensor in weights.items() if tensor.is_floating_point()}
    if wrong := [name for name in floats if kinds.get(name, "F32") not in _FLOATS]:
        return f"{folder} holds weights that are no floating-point numbers: {_listed(wrong)}."
    if broken := [name for name, tensor in floats.items() if not bool(torch.isfinite(tensor).all())]:
        return f"{folder} holds weights that are not finite (NaN or infinite): {_listed(broken)}."
    if not any(bool(tensor.any()) for tensor in floats.values()):
        return f"{folder} holds nothing but zeros as weights."
    return ""


def _stored(folder: Path) -> dict[str, str]:
    """Return the type of every tensor in the files, by name."""
    from safetensors import safe_open

    kinds = {}
    for path in folder.glob(WEIGHTS):
        with safe_open(path, framework="pt") as file:
            kinds.update({name: str(file.get_slice(name).get_dtype()) for name in file.keys()})  # noqa: SIM118 - no mapping
    return kinds


def _absent(kinds: dict[str, str], weights: dict[str, torch.Tensor]) -> list[str]:
    names: dict[int, list[str]] = {}
    for name, tensor in weights.items():
        names.setdefault(tensor.data_ptr(), []).append(name)
    return sorted(shared[0] for shared in names.values() if kinds.keys().isdisjoint(shared))


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
