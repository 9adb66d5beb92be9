"""The folder in which a training run keeps its progress, so that one that was killed goes on from its last step.

Here: whose progress lies there, and which of the trainer's checkpoints are whole. Not here: the run itself
(`trainer`).

In a work folder lie `training.lock`, held while a run goes on, and `training/run-<fingerprint>/` with the
trainer's `checkpoint-N`, each sealed once it is whole. Nothing else there is ever touched.

The trainer stores optimiser, schedule and random states as torch's pickles. They are read from this folder alone,
which no one but a run writes, and by `torch.load(weights_only=True)`, which builds tensors and numbers and runs no
code of the file's. Weights are safetensors. `training_args.bin`, which the trainer writes too, is never read.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from elec_pipeline.errors import TrainingError
from elec_pipeline.files import sha256_of
from elec_pipeline.locks import try_lock

SEAL_FILE = "sealed.json"
STATE_FILE = "trainer_state.json"


@dataclass(frozen=True)
class Saved:
    """A whole checkpoint of the trainer's.

    Attributes:
        folder: Where it lies.
        step: Steps done.
        losses: Loss on the validation windows by step, up to this one.
    """

    folder: Path
    step: int
    losses: dict[int, float]

    @property
    def best(self) -> Path:
        """The checkpoint with the lowest validation loss, which may be another one."""
        return checkpoint_of(self.folder.parent, best_step(self.losses))


@contextmanager
def work_folder(work_dir: Path | None) -> Iterator[Path]:
    """Yield the folder for a run's own, which no other run has meanwhile; that is gone once the block ended well.

    Args:
        work_dir: Where it is kept when the block does not end; None keeps nothing.

    Raises:
        TrainingError: Another run uses it.
    """
    if work_dir is None:
        with TemporaryDirectory(prefix="elec-training-") as temporary:
            yield Path(temporary)
        return
    work_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = try_lock(work_dir / "training.lock")
    if descriptor is None:
        raise TrainingError(
            f"Another training run uses {work_dir}: wait until it has ended, or name another folder."
        )
    try:
        folder = work_dir.resolve() / "training"
        yield folder
        _remove_runs(folder)
        with suppress(OSError):  # something else lies there
            folder.rmdir()
    finally:
        os.close(descriptor)


def claim(work: Path, fingerprint: str) -> tuple[Path, bool]:
    """Return the folder of a run, and whether progress of another run lay there, which is removed.

    Args:
        work: As `work_folder` yields it.
        fingerprint: Of everything that decides what the run comes to.
    """
    folder = work / f"run-{fingerprint}"
    was_of_another = _remove_runs(work, but=folder)
    folder.mkdir(parents=True, exist_ok=True)
    return folder, was_of_another


def checkpoint_of(folder: Path, step: int) -> Path:
    """Return where the trainer saves a step."""
    return folder / f"checkpoint-{step}"


def seal(checkpoint: Path) -> None:
    """Write into a checkpoint that is complete what its files hold: from now on a run can go on from it."""
    files = {path.name: sha256_of(path) for path in checkpoint.iterdir() if path.name != SEAL_FILE}
    (checkpoint / SEAL_FILE).write_text(json.dumps(files), encoding="utf-8")


def newest(folder: Path) -> tuple[Saved | None, str]:
    """Return the newest checkpoint that a run can go on from, and why newer ones are none; these are removed.

    It has to be whole, as must be the best one before it.
    """
    reasons: list[str] = []
    for checkpoint in sorted(folder.glob("checkpoint-*"), key=lambda path: _step(path.name), reverse=True):
        try:
            return _read(checkpoint), "; ".join(reasons)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            reasons.append(f"{checkpoint.name} cannot be used ({error})")
            shutil.rmtree(checkpoint)
    return None, "; ".join(reasons)


def losses(log_history: list[dict[str, Any]]) -> dict[int, float]:
    """Return the validation losses by step from what the trainer logged.

    Example:
        >>> losses([{"step": 5, "loss": 0.9}, {"step": 10, "eval_loss": 0.8}])
        {10: 0.8}
    """
    return {entry["step"]: entry["eval_loss"] for entry in log_history if "eval_loss" in entry}


def best_step(by_step: Mapping[int, float]) -> int:
    """Return the first step with the lowest loss.

    Raises:
        TrainingError: No loss is a number.

    Example:
        >>> best_step({10: 0.8, 20: 0.7, 30: float("nan"), 40: 0.7})
        20
    """
    finite = {step: loss for step, loss in by_step.items() if math.isfinite(loss)}
    if not finite:
        raise TrainingError(
            "The training diverged: its loss on the validation days is no number. Lower the learning rate, or "
            "look for hours in the data that cannot be."
        )
    return min(finite, key=finite.__getitem__)


def _remove_runs(work: Path, but: Path | None = None) -> bool:
    """Remove what runs left in a folder, and tell whether there was anything."""
    found = [path for path in work.glob("run-*") if path != but]
    for path in found:
        shutil.rmtree(path)
    return bool(found)


def _read(checkpoint: Path) -> Saved:
    _require_whole(checkpoint)
    state = json.loads((checkpoint / STATE_FILE).read_text(encoding="utf-8"))
    saved = Saved(checkpoint, state["global_step"], losses(state["log_history"]))
    if any(math.isfinite(loss) for loss in saved.losses.values()):
        _require_whole(saved.best)
    return saved


def _require_whole(checkpoint: Path) -> None:
    """Raise an error, which is none of ours, where a checkpoint is not what its seal says."""
    if not (checkpoint / SEAL_FILE).exists():
        raise ValueError(f"writing {checkpoint.name} did not end")
    for name, digest in json.loads((checkpoint / SEAL_FILE).read_text(encoding="utf-8")).items():
        if sha256_of(checkpoint / name) != digest:
            raise ValueError(f"{checkpoint.name}/{name} is not what was written")


def _step(name: str) -> int:
    number = name.removeprefix("checkpoint-")
    return int(number) if number.isdecimal() else -1
