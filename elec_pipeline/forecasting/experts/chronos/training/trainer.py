"""The optimisation of a model of any family: one trainer, one way to watch it, to stop it and to go on.

Here: arguments of the trainer, the callback, going on from a checkpoint. Not here: what the families are fed
(`chronos2`, `older_families`), and where progress lies (`resume`).

The trainer is Chronos-2's, which is transformers' with batches that the data sets make themselves. It restores its
own checkpoints: weights, optimiser, schedule. A run that goes on draws other batches than one that never stopped
would have drawn, and so ends with other weights of the same quality.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elec_pipeline.forecasting.experts.chronos.training.options import OnProgress, Progress, TrainingOptions
from elec_pipeline.forecasting.experts.chronos.training.resume import (
    Saved,
    best_step,
    checkpoint_of,
    claim,
    losses,
    newest,
    seal,
)

if TYPE_CHECKING:
    from torch.utils.data import IterableDataset
    from transformers import PreTrainedModel, TrainerCallback

WEIGHTS_FILE = "model.safetensors"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """A training run, new or going on.

    Attributes:
        options: How to train.
        folder: Of the trainer's checkpoints.
        saved: What it goes on from; None where it is new.
        on_progress: Called with every report of the loss.
    """

    options: TrainingOptions
    folder: Path
    saved: Saved | None = None
    on_progress: OnProgress | None = None

    def report(self, progress: Progress) -> None:
        """Hand progress on to whoever wants it."""
        if self.on_progress:
            self.on_progress(progress)


@dataclass(frozen=True)
class Ended:
    """Where a run has ended.

    Attributes:
        last_step: Steps done.
        best_step: The step with the lowest validation loss, whose weights are kept.
        resumed_at: The step that it went on from; None where it did not.
    """

    last_step: int
    best_step: int
    resumed_at: int | None = None


def begin(options: TrainingOptions, work: Path, fingerprint: str, on_progress: OnProgress | None = None) -> Run:
    """Return a run that goes on from what a work folder holds of the same run; it says so, or why it does not."""
    folder, was_of_another = claim(work, fingerprint)
    saved, broken = newest(folder)
    run = Run(options, folder, saved, on_progress)
    if was_of_another:
        broken = "it is of another run, with other options, data or libraries"
    if saved:
        note = f"Goes on from step {saved.step}{', for ' + broken if broken else ''}."
    elif broken:
        note = f"Starts afresh, the progress in {work} is of no use: {broken}."
    else:
        return run
    _log.log(logging.INFO if saved else logging.WARNING, note)
    run.report(Progress(saved.step if saved else 0, options.steps, note=note))
    return run


def arguments(run: Run, *, rows_per_step: int, label: str) -> dict[str, Any]:
    """Return the arguments of `TrainingArguments`.

    Args:
        run: Whose.
        rows_per_step: Size of a batch, in the family's own unit.
        label: Name of the model's argument that holds what is to be forecast.
    """
    import torch

    options = run.options
    return {
        "output_dir": str(run.folder),
        "per_device_train_batch_size": rows_per_step,
        "per_device_eval_batch_size": rows_per_step,
        "max_steps": options.steps,
        "optim": "adamw_torch_fused",
        "learning_rate": options.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": min(options.warmup_steps, options.steps // 2),
        "weight_decay": options.weight_decay,
        "logging_strategy": "steps",
        "logging_steps": min(options.validate_every, 20),
        "eval_strategy": "steps",
        "eval_steps": options.validate_every,
        "label_names": [label],
        "prediction_loss_only": True,
        "metric_for_best_model": "eval_loss",
        "load_best_model_at_end": True,
        "save_strategy": "steps",
        "save_steps": options.validate_every,
        "save_only_model": False,
        "save_total_limit": 2,  # the one before is deleted before the newest is sealed: one must always be whole
        "ignore_data_skip": True,  # batches are drawn at random: those of the steps done need not be drawn again
        "seed": options.seed,
        "use_cpu": not torch.cuda.is_available(),
        "dataloader_pin_memory": False,
        "report_to": "none",
        "disable_tqdm": True,
    }


def watcher(run: Run) -> TrainerCallback:
    """Return what reports, seals checkpoints and stops a run whose patience is exhausted."""
    from transformers import TrainerCallback

    class Watcher(TrainerCallback):  # type: ignore[misc]
        def on_log(self, _args: Any, state: Any, _control: Any, logs: Any = None, **_: Any) -> None:
            loss, validation_loss = ((logs or {}).get(name) for name in ("loss", "eval_loss"))
            if loss is not None or validation_loss is not None:
                run.report(Progress(state.global_step, run.options.steps, loss, validation_loss))

        def on_evaluate(self, _args: Any, state: Any, control: Any, **_: Any) -> None:
            if is_over(run.options, state.global_step, losses(state.log_history)):
                control.should_training_stop = True

        def on_save(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
            seal(checkpoint_of(run.folder, state.global_step))

    return Watcher()


def optimise(
    model: PreTrainedModel,
    learn: IterableDataset[Any],
    choose: IterableDataset[Any],
    run: Run,
    training_arguments: Mapping[str, Any],
) -> Ended:
    """Train a model in place; it ends with the weights of the step with the lowest validation loss.

    Args:
        model: As it was when the run was new.
        learn: Yields batches without end.
        choose: Yields batches of the validation windows.
        run: New, or going on.
        training_arguments: As `arguments` returns them.

    Raises:
        TrainingError: The training diverged.
    """
    from chronos.chronos2.trainer import Chronos2Trainer, EvaluateAndSaveFinalStepCallback
    from safetensors.torch import load_model
    from transformers import PrinterCallback, TrainingArguments

    saved = run.saved
    if saved and is_over(run.options, saved.step, saved.losses):  # it was killed after its last step
        load_model(model, saved.best / WEIGHTS_FILE)
        return Ended(saved.step, best_step(saved.losses), saved.step)
    trainer = Chronos2Trainer(
        model=model,
        args=TrainingArguments(**training_arguments),
        train_dataset=learn,
        eval_dataset=choose,
        callbacks=[watcher(run), EvaluateAndSaveFinalStepCallback()],
    )
    trainer.pop_callback(PrinterCallback)
    trainer.train(resume_from_checkpoint=str(saved.folder) if saved else None)
    model.to("cpu")  # whatever it was trained on: forecasts are made there, the same on every machine
    state = trainer.state
    return Ended(state.global_step, best_step(losses(state.log_history)), saved.step if saved else None)


def is_over(options: TrainingOptions, step: int, losses_by_step: Mapping[int, float]) -> bool:
    """Tell whether a run has done all its steps, or has lost its patience.

    Example:
        >>> is_over(TrainingOptions(patience=2), 30, {10: 0.8, 20: 0.9, 30: 0.8})
        True
    """
    if step >= options.steps:
        return True
    if not options.patience or not losses_by_step:
        return False
    best = best_step(losses_by_step)
    return sum(each > best for each in losses_by_step) >= options.patience


def peak_memory_mb() -> float:
    """Return the most memory that this process ever had resident, MB."""
    import resource  # does not exist on Windows, where this module must still be importable

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
