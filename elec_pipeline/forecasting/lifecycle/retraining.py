"""Retraining on what the database holds: split the days, train, register, pass the gate, promote.

Here: the whole of it, so that `elec fine-tune` and the asset `fine_tuned_chronos` are shells. Not here: the
training (`fitting`), the rule of promotion (`gate`), which model is in use (`registry`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import day_end, day_start, days, delivery_day, hours
from elec_pipeline.domain.history import History, actual_mw
from elec_pipeline.errors import TooFewDaysError
from elec_pipeline.files import replace_folder
from elec_pipeline.forecasting.checkpoint import chronos_folder
from elec_pipeline.forecasting.experts.chronos.recipe import read_recipe
from elec_pipeline.forecasting.experts.chronos.training.options import (
    PRETRAINED_RECIPE,
    OnProgress,
    TrainedCheckpoint,
    TrainingOptions,
)
from elec_pipeline.forecasting.lifecycle import registry
from elec_pipeline.forecasting.lifecycle.fitting import fitting, train
from elec_pipeline.forecasting.lifecycle.gate import Gate, Verdict, judge
from elec_pipeline.forecasting.lifecycle.gate_losses import daily_losses
from elec_pipeline.forecasting.lifecycle.registry import ModelInUse, Reason
from elec_pipeline.forecasting.lifecycle.seen_days import unseen_days
from elec_pipeline.home import folder
from elec_pipeline.settings import Settings
from elec_pipeline.store import models, queries

GATE_DAYS = 90
VALIDATION_DAYS = 91
LEAST_TRAINING_DAYS = 56
LEAST_VALIDATION_DAYS = 7
LEAST_DAYS = LEAST_TRAINING_DAYS + VALIDATION_DAYS + GATE_DAYS
"""Complete days that a retraining needs where no span is named."""
BASE_LEARNING_RATE = 1e-5
"""Peak learning rate where the weights are a base model's, which a larger one would undo."""
BASE_WINDOWS = 8
"""Windows in one step's batch where others trained the base: theirs are large, and so is a step's memory."""


@dataclass(frozen=True)
class Split:
    """Delivery days, in order: to learn from, to choose the step by, to compare models on."""

    train: Sequence[date]
    validation: Sequence[date]
    gate: Sequence[date]


class Retraining(BaseModel):
    """What a retraining is asked to do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    options: TrainingOptions = Field(default=TrainingOptions(), description="How to train.")
    first: date | None = Field(default=None, description="First delivery day; empty: the first that is known.")
    train_to: date | None = Field(default=None, description="Last delivery day to learn from.")
    validate_to: date | None = Field(default=None, description="Last delivery day to choose the step by.")
    gate: Gate | None = Field(default=Gate(), description="What it must show to be promoted; none: only train.")
    output: Path | None = Field(default=None, description="Folder; empty: ELEC_HOME/checkpoints/<version>.")
    threads: int | None = Field(default=None, ge=1, description="Threads of torch; empty: as many as it takes.")
    data: str = Field(
        default="hourly load and forecasts of RTE (Consumption API), from the platform's database",
        description="What it learns from, for the card.",
    )


@dataclass(frozen=True)
class Retrained:
    """What a retraining did.

    Attributes:
        checkpoint: The trained checkpoint, with its card.
        split: The days it was made with.
        verdict: The gate's; None where it was not asked.
        promoted: Whether the checkpoint is the promoted model now.
        in_use: The model in use now.
    """

    checkpoint: TrainedCheckpoint
    split: Split
    verdict: Verdict | None
    promoted: bool
    in_use: ModelInUse


def options_for(
    base_model: str, *, steps: int | None = None, seed: int | None = None, learning_rate: float | None = None
) -> TrainingOptions:
    """Return training options: the bundled recipe from scratch, or a base model's own recipe, gently.

    A base model that others trained has none: `PRETRAINED_RECIPE`.

    Args:
        base_model: A folder or hub id to start from; "" for from scratch.
        steps: None for the default.
        seed: None for the default.
        learning_rate: Peak; None for what suits the start.
    """
    given: dict[str, object] = {"base_model": base_model, "steps": steps, "seed": seed}
    folder = Path(base_model).expanduser()
    if base_model:
        learning_rate = learning_rate or BASE_LEARNING_RATE
        recipe = read_recipe(chronos_folder(base_model)) if folder.is_dir() else None
        given |= {"recipe": recipe} if recipe else {"recipe": PRETRAINED_RECIPE, "windows_per_step": BASE_WINDOWS}
    given["learning_rate"] = learning_rate
    return TrainingOptions.model_validate({name: value for name, value in given.items() if value is not None})


def split_days(
    complete: Sequence[date],
    *,
    first: date | None = None,
    train_to: date | None = None,
    validate_to: date | None = None,
) -> Split:
    """Divide complete delivery days: the last 90 for the gate, the 91 before for validation, the rest to learn.

    Args:
        complete: In order.
        first: Days before are left out.
        train_to: Last day to learn from, where the rule is not wanted.
        validate_to: Last day of the validation, where the rule is not wanted; of the days after it, the last
            90 are the gate's.

    Raises:
        TooFewDaysError: Too few days to learn from or to choose by.

    Example:
        >>> made = split_days(days(date(2024, 1, 1), date(2024, 12, 31)))
        >>> len(made.train), len(made.validation), len(made.gate), made.train[-1].isoformat()
        (185, 91, 90, '2024-07-03')
    """
    usable = [day for day in complete if first is None or day >= first]
    later = usable[-GATE_DAYS:] if validate_to is None else [day for day in usable if day > validate_to]
    rest = usable[: len(usable) - len(later)]
    validation = rest[-VALIDATION_DAYS:] if train_to is None else [day for day in rest if day > train_to]
    learn = rest[: len(rest) - len(validation)]
    if len(learn) < LEAST_TRAINING_DAYS or len(validation) < LEAST_VALIDATION_DAYS:
        raise TooFewDaysError(
            f"Of {len(usable)} complete days {len(learn)} are left to learn from and {len(validation)} to choose "
            f"by; {LEAST_TRAINING_DAYS} and {LEAST_VALIDATION_DAYS} are needed, {LEAST_DAYS} in all where no span "
            "is named. Load more with `elec backfill`, or name the spans: `elec fine-tune --from … --train-to … "
            "--validate-to …`."
        )
    return Split(learn, validation, later[-GATE_DAYS:])


def complete_days(history: History, first: date, last: date) -> list[date]:
    """Return the delivery days of a range of which every hour's load is known."""
    actual = {day: actual_mw(history, day) for day in days(first, last)}
    return [day for day, load in actual.items() if len(load) == len(hours(day)) and not np.isnan(load).any()]


def retrain(
    engine: Engine,
    settings: Settings,
    asked: Retraining,
    *,
    on_progress: OnProgress | None = None,
) -> Retrained:
    """Train on what the database holds, register the version, and promote it if it passes the gate.

    Args:
        engine: Of the store.
        settings: ELEC_MODEL and ELEC_HOME.
        asked: What to do.
        on_progress: Called with every report of the loss.

    Raises:
        TooFewDaysError: The database holds too few complete days.
        ModelUnavailableError: The base model, or the model in use, cannot be loaded: found before training.
        TrainingError: Another training goes on, or it diverged.
    """
    history, complete = _known(engine)
    split = split_days(complete, first=asked.first, train_to=asked.train_to, validate_to=asked.validate_to)
    # Only what is chosen and compared by must be complete: most of a day that lacks an hour can be learnt from.
    split = replace(split, train=days(split.train[0], split.train[-1]))
    if asked.gate is not None:
        if len(split.gate) < asked.gate.least_days:
            raise TooFewDaysError(
                f"{len(split.gate)} complete days are left to compare the new model with the live one, "
                f"{asked.gate.least_days} are needed. End the validation earlier, or train with --no-gate."
            )
        registry.load(registry.in_use(engine, settings))
    checkpoint = _train(history, split, asked, settings.elec_home, on_progress)
    models.register_trained(
        engine,
        version=checkpoint.version,
        base_model=str(checkpoint.card["base_model"]),
        location=str(checkpoint.folder),
        trained_through=date.fromisoformat(checkpoint.card["trained_through"]),
        metrics={"card": checkpoint.card},
    )
    verdict = None
    if asked.gate is not None:
        verdict = _judge(engine, settings, history, split, checkpoint, asked.gate)
        models.note_metrics(engine, checkpoint.version, gate=verdict.as_json())
        if verdict.passed:
            models.promote(engine, checkpoint.version, by="gate")
    promoted = verdict is not None and verdict.passed
    return Retrained(checkpoint, split, verdict, promoted, registry.in_use(engine, settings))


def _known(engine: Engine) -> tuple[History, list[date]]:
    """Return all that the database holds, and its complete days."""
    with engine.connect() as connection:
        span = queries.span_of_hours(connection)
    if span is None:
        raise TooFewDaysError("The database holds no consumption yet: run `elec backfill` first.")
    first, last = (delivery_day(moment) for moment in span)
    history = queries.history(engine, day_start(first), day_end(last))
    return history, complete_days(history, first, last)


def _train(
    history: History, split: Split, asked: Retraining, home: Path, on_progress: OnProgress | None
) -> TrainedCheckpoint:
    """Train, and put the checkpoint where its version says; a run that was killed goes on where it stopped."""
    work = folder(home, registry.checkpoints(home).name, ".training")
    with _threads(asked.threads):
        made = train(
            history,
            split.train,
            split.validation,
            work / "checkpoint",
            fitting(asked.options),
            data=asked.data,
            on_progress=on_progress,
            work_dir=work,
        )
    place = (asked.output or registry.checkpoints(home) / made.version).expanduser().absolute()
    replace_folder(place, made.folder)
    shutil.rmtree(made.folder)
    return replace(made, folder=place)


def _judge(
    engine: Engine,
    settings: Settings,
    history: History,
    split: Split,
    checkpoint: TrainedCheckpoint,
    gate: Gate,
) -> Verdict:
    used = registry.in_use(engine, settings)
    live = registry.load(used)
    candidate = registry.load(ModelInUse(str(checkpoint.folder), Reason.PROMOTED, checkpoint.version))
    compared = unseen_days(split.gate, [candidate, live])
    verdict = judge(daily_losses(history, compared, candidate, live), candidate.version, live.version, gate)
    if used.reason is Reason.SETTING:
        note = f"Compared with the model of ELEC_MODEL={used.model}; while it is set, a promotion has no effect."
        return replace(verdict, why=f"{verdict.why} {note}")
    return verdict


@contextmanager
def _threads(number: int | None) -> Iterator[None]:
    """Let torch compute on so many threads, and no more than there are cores."""
    import torch

    before = torch.get_num_threads()
    if number is not None:
        torch.set_num_threads(min(number, os.cpu_count() or 1))
    try:
        yield
    finally:
        torch.set_num_threads(before)
