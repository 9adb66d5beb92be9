"""What the ridge has learnt: a regression for each situation and set of inputs, and their file.

Here: which there are, how they lie beside the weights. Not here: how they are learnt (`fitting`) and used
(`reference`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.information_set import Situation
from elec_pipeline.domain.inputs import INPUTS
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.experts.ridge.online_ridge import Regression
from elec_pipeline.forecasting.features.design import Problem, Scale
from elec_pipeline.forecasting.features.situations import fitting_key, key

REGRESSIONS_FILE = "regressions.safetensors"
NOTES = "regressions"
"""Entry of the file's metadata: features, last day and scale of each regression, as JSON."""
NOT_BROUGHT_UP_TO_DATE = frozenset({Situation.EARLY})
"""Situations whose past an information set does not hold: of former days it has D-1, not the earlier forecast."""
_REMEDY = "Train the checkpoint again with `elec fine-tune`, or set ELEC_MODEL to another one."


@dataclass(frozen=True)
class Learnt:
    """One regression as it was learnt.

    Attributes:
        regression: Coefficients and how firmly they are known.
        names: Of its features.
        inputs: Names of the inputs that they are made of, in order.
        through: Last day that it was learnt from.
    """

    regression: Regression
    names: tuple[str, ...]
    inputs: tuple[str, ...]
    through: date

    def require(self, problem: Problem) -> None:
        """Check that it was learnt on a problem's features.

        Raises:
            ModelUnavailableError: It was made by a version with other features.
        """
        if self.names != problem.names:
            raise ModelUnavailableError(
                f"{REGRESSIONS_FILE} of the checkpoint was learnt on other features than this version makes. "
                + _REMEDY
            )


@dataclass(frozen=True)
class Regressions:
    """What is learnt of every situation, by `situations.key`; empty where nothing is."""

    learnt: Mapping[str, Learnt] = field(default_factory=dict)

    def of(self, situation: Situation, inputs: Iterable[str] = ()) -> Learnt | None:
        """Return the regression that makes the most of the inputs that are known; None where none was learnt."""
        fitting = fitting_key(key(situation, inputs), self.learnt)
        return None if fitting is None else self.learnt[fitting]

    def save(self, folder: Path) -> None:
        """Write `regressions.safetensors` into the expert's folder; nothing where nothing is learnt."""
        from safetensors.numpy import save_file

        if not self.learnt:
            return
        tensors, notes = {}, {}
        for name, each in self.learnt.items():
            tensors[f"{name}.mean"] = each.regression.mean.astype(np.float32)
            if not name.startswith(tuple(NOT_BROUGHT_UP_TO_DATE)):
                # It is symmetric: one triangle holds it all.
                rows, columns = np.tril_indices(each.regression.mean.shape[1])
                triangle = each.regression.precision[:, rows, columns].astype(np.float32, order="C")
                tensors[f"{name}.precision"] = triangle  # in this order: bytes are written as they lie
            notes[name] = {
                "features": each.names,
                "inputs": each.inputs,
                "through": each.through.isoformat(),
                "scale": asdict(each.regression.scale),
            }
        # One entry: several are written in an order of chance, and a checkpoint's version is made of its bytes.
        path = folder / REGRESSIONS_FILE
        save_file(tensors, path, metadata={NOTES: json.dumps(notes, sort_keys=True)})
        path.chmod(0o644)  # it is written readable for its owner alone


def read_regressions(folder: Path) -> Regressions:
    """Return the regressions of the expert's folder; empty ones where it has none.

    Raises:
        ModelUnavailableError: The file is there and does not hold regressions.
    """
    from safetensors import SafetensorError, safe_open

    path = folder / REGRESSIONS_FILE
    if not path.exists():
        return Regressions()
    try:
        with safe_open(path, framework="np") as file:
            notes = json.loads((file.metadata() or {})[NOTES])
            stored = {key: _numbers(key, file.get_tensor(key)) for key in file.keys()}  # noqa: SIM118 - no mapping
        return Regressions({name: _learnt(name, note, stored) for name, note in notes.items()})
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"{path} holds no regressions that this version understands ({error})."
        raise ModelUnavailableError(f"ELEC_MODEL: {reason} {_REMEDY}", reason) from error


def _numbers(name: str, values: npt.NDArray[Any]) -> Floats:
    """Return a stored table in double precision.

    Raises:
        ValueError: It is of no floating-point type, or not finite.
    """
    if values.dtype not in (np.float32, np.float64):
        raise ValueError(f"{name} is of type {values.dtype}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds numbers that are not finite")
    return np.asarray(values, dtype=np.float64)


def _scale(name: str, scale: Mapping[str, float]) -> Scale:
    """Return the sizes that a regression refers to.

    Raises:
        ValueError: One is not above zero, or not finite.
    """
    made = Scale(**scale)
    if not all(0 < value < np.inf for value in (made.feature_mw, made.robust_mw)):
        raise ValueError(f"the scale of {name} is not above zero and finite")
    return made


def _learnt(name: str, note: Mapping[str, object], stored: Mapping[str, np.ndarray]) -> Learnt:
    mean = stored[f"{name}.mean"]
    names, inputs, scale = note["features"], note["inputs"], note["scale"]
    if not isinstance(inputs, list) or not set(inputs) <= set(INPUTS):
        raise ValueError(f"{name} was learnt of inputs that are not known: {inputs}")
    if not isinstance(names, list) or not isinstance(scale, dict) or mean.shape != (24, len(names) + 1):
        raise ValueError(f"{name} does not fit its features")
    size = mean.shape[1]
    return Learnt(
        Regression(mean, _precision(name, stored.get(f"{name}.precision"), size), _scale(name, scale)),
        tuple(names),
        tuple(inputs),
        date.fromisoformat(str(note["through"])),
    )


def unit_precision(size: int) -> Floats:
    """Return the precision of what is not brought up to date, which nobody asks for."""
    return np.broadcast_to(np.eye(size), (24, size, size))


def _precision(name: str, triangle: Floats | None, size: int) -> Floats:
    """Return the precision whose lower triangle was stored; that of what is not brought up to date is of no use.

    Raises:
        ValueError: It is of another size, or not positive definite.
    """
    if triangle is None:
        return unit_precision(size)
    rows, columns = np.tril_indices(size)
    if triangle.shape != (24, len(rows)):
        raise ValueError(f"the precision of {name} does not fit its features")
    precision = np.empty((24, size, size))
    precision[:, rows, columns] = precision[:, columns, rows] = triangle
    try:
        np.linalg.cholesky(precision)
    except np.linalg.LinAlgError as error:
        raise ValueError(f"the precision of {name} is not positive definite") from error
    return precision
