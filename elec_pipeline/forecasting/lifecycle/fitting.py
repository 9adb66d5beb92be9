"""Training of a checkpoint on windows of past issues: any family from a base model, Chronos-2 from scratch too.

Here: the run, from history to a checkpoint's folder. Not here: windows (`experts.chronos.training.windows`),
options (`experts.chronos.training.options`), how each family is trained (`experts.chronos.training.chronos2`,
`experts.chronos.training.older_families`, `experts.chronos.training.trainer`), where progress is kept
(`experts.chronos.training.resume`), the card (`card`).

A run is deterministic for a seed, a kind of processor and a number of threads. One that was killed goes on from
its last look at the validation days when it is started again with the same options, on the same data and
libraries, in the same work folder, and ends with a model of the same quality, not with the same weights; anything
else starts afresh. To train a finished checkpoint further, name it as base model.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elec_pipeline.domain.information_set import History
from elec_pipeline.files import replace_folder
from elec_pipeline.forecasting.experts.chronos.checkpoint import load_forecaster, load_pipeline, quiet
from elec_pipeline.forecasting.experts.chronos.forecaster import Forecaster
from elec_pipeline.forecasting.experts.chronos.recipe import Family
from elec_pipeline.forecasting.experts.chronos.training.chronos2 import fit_chronos2, new_pipeline
from elec_pipeline.forecasting.experts.chronos.training.older_families import (
    fit_bolt,
    fit_t5,
    fitting_recipe,
    required_fit,
)
from elec_pipeline.forecasting.experts.chronos.training.options import (
    OnProgress,
    TrainedCheckpoint,
    TrainingOptions,
)
from elec_pipeline.forecasting.experts.chronos.training.resume import work_folder
from elec_pipeline.forecasting.experts.chronos.training.trainer import Ended, Run, begin
from elec_pipeline.forecasting.experts.chronos.training.windows import Window, plain_windows, training_windows
from elec_pipeline.forecasting.experts.ridge.fitting import Course, learnt
from elec_pipeline.forecasting.lifecycle.card import checkpoint_card, validation_figures, write_card
from elec_pipeline.forecasting.training.calibration import YEAR_DAYS, calibrations

if TYPE_CHECKING:
    from chronos import BaseChronosPipeline

LIBRARIES = ("elec-pipeline", "accelerate", "chronos-forecasting", "numpy", "torch", "transformers")
"""Another version of one of these may train other weights."""
_FITS: Mapping[Family, Callable[[Any, Sequence[Window], Sequence[Window], Run], Ended]] = {
    Family.CHRONOS2: fit_chronos2,
    Family.BOLT: fit_bolt,
    Family.T5: fit_t5,
}


def train(
    history: History,
    train_days: Sequence[date],
    validation_days: Sequence[date],
    output_dir: Path,
    options: TrainingOptions | None = None,
    *,
    data: str = "the platform's own history",
    on_progress: OnProgress | None = None,
    work_dir: Path | None = None,
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
        work_dir: Where progress is kept while it runs, for it to go on after it was killed; an own one for every
            model that is trained. None: nowhere.

    Raises:
        ValueError: A day is both to be learnt from and to be chosen by.
        ContextTooThinError: No day has enough known hours.
        ModelUnavailableError: The base model cannot be loaded.
        UnfitRecipeError: The recipe asks for what the base model's family cannot do; see `fitting`.
        TrainingError: Another run uses the work folder, or the training diverged.
    """
    options = options or TrainingOptions()
    if common := set(train_days) & set(validation_days):
        raise ValueError(f"{len(common)} days are both in training and validation, such as {min(common)}")
    started = time.monotonic()
    with quiet(), work_folder(work_dir) as work:
        family, pipeline = _start(options)
        course = _learnt(history, train_days, options)
        learn = training_windows(history, train_days, options, course)
        choose = plain_windows(history, validation_days, options.recipe, course.final)
        run = begin(options, work, fingerprint(options, learn, choose, pipeline, work), on_progress)
        ended = _fit(family, pipeline, learn, choose, run)
        finished = run.folder / "finished"
        shutil.rmtree(finished, ignore_errors=True)
        save(pipeline, finished)
        forecaster = _calibrated(history, train_days, validation_days, options, course, finished)
        # Figures are of what was learnt without the validation days; then the regressions learn from them too.
        figures = validation_figures(history, validation_days, forecaster)
        _learnt(history, [*train_days, *validation_days], options).final.save(finished)
        forecaster = load_forecaster(str(finished), unfinished=True)
        card = checkpoint_card(
            figures,
            train_days,
            validation_days,
            options,
            forecaster,
            data=data,
            windows=len(learn),
            ended=ended,
            seconds=time.monotonic() - started,
        )
        card = write_card(card, finished)
        replace_folder(output_dir, finished)
    return TrainedCheckpoint(folder=output_dir, version=forecaster.version, card=card)


def fitting(options: TrainingOptions) -> TrainingOptions:
    """Return options whose recipe the base model can be trained with: the older families take no covariates.

    Raises:
        ModelUnavailableError: The base model cannot be loaded.
    """
    if not options.base_model:
        return options
    family, pipeline = load_pipeline(options.base_model)
    if family is Family.CHRONOS2:
        return options
    return options.model_copy(update={"recipe": fitting_recipe(pipeline, options.recipe)})


def fingerprint(
    options: TrainingOptions,
    learn: Sequence[Window],
    choose: Sequence[Window],
    pipeline: BaseChronosPipeline,
    work: Path,
) -> str:
    """Return twelve hex digits of everything that decides what a run comes to, and of where it keeps its progress.

    The trainer writes down where its best checkpoint lies: to it, a folder that was moved is of no use.
    """
    weights = (tensor.contiguous().numpy() for _, tensor in sorted(pipeline.inner_model.state_dict().items()))
    digest = hashlib.sha256(options.model_dump_json().encode())
    digest.update(str([work, len(learn), *(version(name) for name in LIBRARIES)]).encode())
    for array in (*(window.rows for window in (*learn, *choose)), *weights):
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:12]


def save(pipeline: BaseChronosPipeline, folder: Path) -> None:
    """Write the weights and a configuration that names their family."""
    # Without this key a checkpoint that was trained from scratch would be taken for a T5 when it is loaded.
    pipeline.inner_model.config.chronos_pipeline_class = type(pipeline).__name__
    pipeline.inner_model.save_pretrained(folder)
    for path in folder.glob("*.safetensors"):
        path.chmod(0o644)  # it is written readable for its owner alone


def _start(options: TrainingOptions) -> tuple[Family, BaseChronosPipeline]:
    if not options.base_model:
        return Family.CHRONOS2, new_pipeline(options)
    family, pipeline = load_pipeline(options.base_model)
    if family is not Family.CHRONOS2:
        required_fit(family, pipeline, options.recipe)
    return family, pipeline


def _fit(
    family: Family, pipeline: BaseChronosPipeline, learn: Sequence[Window], choose: Sequence[Window], run: Run
) -> Ended:
    cache = vars(pipeline.inner_model.config).get("use_cache")
    ended = _FITS[family](pipeline, learn, choose, run)
    # The trainer turns off, for good, the cache by which a T5 generates hour after hour.
    settings = vars(pipeline.inner_model.config)
    settings.pop("use_cache", None)
    if cache is not None:
        settings["use_cache"] = cache
    return ended


def _learnt(history: History, days: Sequence[date], options: TrainingOptions) -> Course:
    if not options.learn_references or not options.recipe.uses_references:
        return Course(())
    return learnt(history, days, blur_mw=options.poor_rte_mw, seed=options.seed)


def _calibrated(
    history: History,
    train_days: Sequence[date],
    validation_days: Sequence[date],
    options: TrainingOptions,
    course: Course,
    folder: Path,
) -> Forecaster:
    """Return the forecaster of a folder that has weights, once recipe and regressions lie there too."""
    recipe = options.recipe.model_copy(update={"calibration": {}})
    recipe.save(folder)
    course.final.save(folder)
    how = calibrations(
        history,
        sorted({*train_days, *validation_days})[-YEAR_DAYS:],
        load_forecaster(str(folder), unfinished=True),
        course,
        blur_mw=options.poor_rte_mw,
        seed=options.seed,
    )
    recipe.model_copy(update={"calibration": how}).save(folder)
    return load_forecaster(str(folder), unfinished=True)
