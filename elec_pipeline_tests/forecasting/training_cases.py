"""Trainings of a moment, for the tests; run as a program, it does some of them and kills itself in each.

`python -m elec_pipeline_tests.forecasting.training_cases CASES`, where CASES is a JSON list of objects with
`base_model`, `work_dir` and `moment`. Each one is a process of its own, which SIGKILL ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Never

import pytest

from elec_pipeline.domain.delivery_day import days
from elec_pipeline.domain.history import History
from elec_pipeline.forecasting.experts.chronos.recipe import Recipe, Target
from elec_pipeline.forecasting.experts.chronos.training import trainer as training_run
from elec_pipeline.forecasting.experts.chronos.training.options import (
    Architecture,
    Progress,
    TrainedCheckpoint,
    TrainingOptions,
)
from elec_pipeline.forecasting.experts.chronos.training.resume import seal
from elec_pipeline.forecasting.lifecycle import fitting as training
from elec_pipeline_tests.forecasting.conftest import made_up_history

LEARN = days(date(2025, 4, 5), date(2025, 4, 10))
CHOOSE = days(date(2025, 4, 11), date(2025, 4, 12))
TINY = TrainingOptions(
    recipe=Recipe(target=Target.RESIDUAL, context_hours=96, from_midnight=True),
    architecture=Architecture(width=16, heads=2, layers=1, hidden=16),
    steps=12,
    windows_per_step=4,
    validate_every=4,
    warmup_steps=1,
    learning_rate=1e-2,  # twelve steps make a difference
    learn_ridge=False,
)
MOMENTS = {"between two checkpoints": 4, "while a checkpoint is written": 4, "after the last step": 12}
"""When a training is killed, and from which step it then has to go on."""


def trained(history: History, base_model: str, output: Path, **how: Any) -> TrainedCheckpoint:
    """Train for a moment; what is not an argument of `train` is an option."""
    given = {name: how.pop(name) for name in ("work_dir", "on_progress") if name in how}
    options = TINY.model_copy(update={"base_model": base_model, **how})
    return training.train(history, LEARN, CHOOSE, output, options, **given)


def _die(*_: Any) -> Never:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("outlived SIGKILL")


def _killed(history: History, case: dict[str, str]) -> None:
    moment = case["moment"]

    def report(progress: Progress) -> None:
        if moment == "between two checkpoints" and progress.step == 8:
            _die()

    def seal_or_die(checkpoint: Path) -> None:
        if moment == "while a checkpoint is written" and checkpoint.name == "checkpoint-8":
            _die()
        seal(checkpoint)

    patch = pytest.MonkeyPatch()
    patch.setattr(training_run, "seal", seal_or_die)
    if moment == "after the last step":
        patch.setattr(training, "save_checkpoint", _die)
    work = Path(case["work_dir"])
    trained(history, case["base_model"], work / "out", work_dir=work, on_progress=report)


def _in_a_process_of_its_own(do: Callable[[], None]) -> None:
    child = os.fork()
    if not child:
        do()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def main() -> None:
    """Import what takes long once, then do the trainings one after the other."""
    import chronos  # noqa: F401
    import torch

    torch.set_num_threads(1)
    history = made_up_history()
    for case in json.loads(sys.argv[1]):
        _in_a_process_of_its_own(lambda case=case: _killed(history, case))  # type: ignore[misc]


if __name__ == "__main__":
    main()
