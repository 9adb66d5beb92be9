"""Training of a Chronos-2 checkpoint on the windows of past issues, from scratch or from a base checkpoint.

Here: the run, from history to a checkpoint's folder. Not here: windows (`training_windows`), options
(`training_options`), the card (`model_card`).

A run is deterministic for a seed, a machine and a number of threads. It cannot be resumed, for
`Chronos2Pipeline.fit` cannot: one that was interrupted leaves the former checkpoint as it was, and starts
again. To train a finished checkpoint further, name it as base model.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.checkpoint import load_forecaster, load_pipeline, quiet
from elec_pipeline.forecasting.learning import learnt
from elec_pipeline.forecasting.model_card import checkpoint_card, write_card
from elec_pipeline.forecasting.recipe import Family
from elec_pipeline.forecasting.training_options import (
    OnProgress,
    Progress,
    TrainedCheckpoint,
    TrainingOptions,
)
from elec_pipeline.forecasting.training_windows import Window, plain_windows, training_windows
from elec_pipeline.information_set import History

if TYPE_CHECKING:
    from chronos import Chronos2Pipeline
    from transformers import TrainerCallback

PIPELINE_CLASS = "Chronos2Pipeline"


def train(
    history: History,
    train_days: Sequence[date],
    validation_days: Sequence[date],
    output_dir: Path,
    options: TrainingOptions | None = None,
    *,
    data: str = "the platform's own history",
    on_progress: OnProgress | None = None,
) -> TrainedCheckpoint:
    """Train a checkpoint and write it, with recipe and card, into a folder.

    The step with the lowest loss on the validation days is kept.

    Args:
        history: Covers all days and the context before them.
        train_days: Delivery days to learn from.
        validation_days: Delivery days to choose the step by; none of them is learnt from.
        output_dir: Becomes the checkpoint's folder; replaced as a whole, and only once all is done.
        options: How to train.
        data: What the history is and under which licence, for the card.
        on_progress: Called with every report of the loss.

    Raises:
        ValueError: A day is both to be learnt from and to be chosen by.
        ContextTooThinError: No day has enough known hours.
        ModelUnavailableError: The base model cannot be loaded, or is no Chronos-2.
    """
    options = options or TrainingOptions()
    if common := set(train_days) & set(validation_days):
        raise ValueError(f"{len(common)} days are both in training and validation, such as {min(common)}")
    started = time.monotonic()
    if options.learn_references:
        options = options.model_copy(update={"recipe": learnt(history, train_days, options.recipe)})
    learn = training_windows(history, train_days, options)
    choose = plain_windows(history, validation_days, options.recipe)
    with TemporaryDirectory(prefix="elec-training-") as work, quiet():
        pipeline, best = _fit(_start(options), learn, choose, Path(work), options, on_progress)
        finished = Path(work) / "checkpoint"
        save(pipeline, finished)
        options.recipe.save(finished)
        forecaster = load_forecaster(str(finished))
        card = checkpoint_card(
            history,
            train_days,
            validation_days,
            options,
            forecaster,
            data=data,
            windows=len(learn),
            best_step=best,
            seconds=time.monotonic() - started,
        )
        write_card(card, finished)
        if output_dir.exists():
            shutil.rmtree(output_dir)
        output_dir.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(finished, output_dir)
    return TrainedCheckpoint(folder=output_dir, version=forecaster.version, card=card)


def new_pipeline(options: TrainingOptions) -> Chronos2Pipeline:
    """Return an untrained Chronos-2 with seeded weights."""
    import torch
    from chronos import Chronos2Pipeline
    from chronos.chronos2.config import Chronos2CoreConfig
    from chronos.chronos2.model import Chronos2Model

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(options.seed)
        return Chronos2Pipeline(Chronos2Model(Chronos2CoreConfig(**options.architecture.config(options.recipe))))


def _start(options: TrainingOptions) -> Chronos2Pipeline:
    if not options.base_model:
        return new_pipeline(options)
    family, pipeline = load_pipeline(options.base_model)
    if family is not Family.CHRONOS2:
        raise ModelUnavailableError(f"{options.base_model} is no Chronos-2: only that family can be trained here.")
    return pipeline


def _fit(
    pipeline: Chronos2Pipeline,
    learn: Sequence[Window],
    choose: Sequence[Window],
    work: Path,
    options: TrainingOptions,
    on_progress: OnProgress | None,
) -> tuple[Chronos2Pipeline, int]:
    """Return the trained pipeline and the step it was taken from."""
    recipe = options.recipe
    rows = 1 + len(recipe.covariates)
    reporter, best = _reporter(options, on_progress)
    trained = pipeline.fit(
        [_prepared(window, recipe.prediction_length) for window in learn],
        prediction_length=recipe.prediction_length,
        validation_inputs=[_prepared(window, recipe.prediction_length) for window in choose],
        context_length=recipe.context_hours,
        min_past=recipe.context_hours,
        learning_rate=options.learning_rate,
        num_steps=options.steps,
        batch_size=options.windows_per_step * rows,
        output_dir=work / "trainer",
        callbacks=[reporter],
        remove_printer_callback=True,
        disable_tqdm=True,
        seed=options.seed,
        lr_scheduler_type="cosine",
        warmup_steps=min(options.warmup_steps, options.steps // 2),
        weight_decay=options.weight_decay,
        logging_steps=min(options.validate_every, 20),
        eval_steps=options.validate_every,
        save_steps=options.validate_every,
        dataloader_pin_memory=False,
    )
    return trained, best()


def _prepared(window: Window, prediction_length: int) -> Mapping[str, Any]:
    """Return a window as the prepared input of `Chronos2Dataset`, which slices off the future itself."""
    import torch

    rows = torch.from_numpy(window.rows.astype(np.float32))
    covariates = len(rows) - 1
    return {
        "context": rows,
        "future_covariates": rows[:, -prediction_length:],
        "n_targets": 1,
        "n_covariates": covariates,
        "n_future_covariates": covariates,
    }


def _reporter(options: TrainingOptions, on_progress: OnProgress | None) -> tuple[TrainerCallback, Any]:
    from transformers import TrainerCallback

    validation: dict[int, float] = {}

    class Reporter(TrainerCallback):  # type: ignore[misc]
        """Hands the trainer's figures on, and keeps those of the validation."""

        def on_log(self, _args: Any, state: Any, _control: Any, logs: Any = None, **_: Any) -> None:
            figures = logs or {}
            if "eval_loss" in figures:
                validation[state.global_step] = figures["eval_loss"]
            if on_progress and ("loss" in figures or "eval_loss" in figures):
                on_progress(
                    Progress(state.global_step, options.steps, figures.get("loss"), figures.get("eval_loss"))
                )

    return Reporter(), lambda: min(validation, key=validation.__getitem__)


def save(pipeline: Chronos2Pipeline, folder: Path) -> None:
    """Write the weights and a configuration that names their family."""
    # Without this key the checkpoint would be taken for a T5 when it is loaded.
    pipeline.model.config.chronos_pipeline_class = PIPELINE_CLASS
    pipeline.save_pretrained(folder)
    for path in folder.glob("*.safetensors"):
        path.chmod(0o644)  # it is written readable for its owner alone
