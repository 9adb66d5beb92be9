"""Training of a Chronos-2: through `Chronos2Pipeline.fit`, and with the same parts where a run goes on.

Here: a new Chronos-2, and its training. Not here: the optimisation (`trainer`), other families
(`older_families`).

`Chronos2Pipeline.fit` calls its trainer without a checkpoint to go on from, and lets nobody give it one. So it is
what trains a new run; a run that goes on hands the data set and the trainer that `fit` is made of what `fit` would
hand them, and the checkpoint. A test holds both to the same weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elec_pipeline.forecasting.experts.chronos.training.options import TrainingOptions
from elec_pipeline.forecasting.experts.chronos.training.trainer import Run, arguments, optimise, watcher
from elec_pipeline.forecasting.experts.chronos.training.windows import Window

if TYPE_CHECKING:
    from chronos import Chronos2Pipeline


def new_pipeline(options: TrainingOptions) -> Chronos2Pipeline:
    """Return an untrained Chronos-2 with seeded weights."""
    import torch
    from chronos import Chronos2Pipeline
    from chronos.chronos2.config import Chronos2CoreConfig
    from chronos.chronos2.model import Chronos2Model

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(options.seed)
        return Chronos2Pipeline(Chronos2Model(Chronos2CoreConfig(**options.architecture.config(options.recipe))))


def fit_chronos2(
    pipeline: Chronos2Pipeline, learn: Sequence[Window], choose: Sequence[Window], run: Run
) -> Chronos2Pipeline:
    """Return the trained pipeline; the one that is handed in may be changed.

    Args:
        pipeline: What to train.
        learn: Windows to learn from.
        choose: Windows to choose the step by.
        run: New, or going on.
    """
    recipe = run.options.recipe
    batch_size = run.options.windows_per_step * (1 + len(recipe.covariates))
    training_arguments = arguments(run, rows_per_step=batch_size, label="future_target")
    learn_from, choose_by = (
        [_prepared(window, recipe.prediction_length) for window in windows] for windows in (learn, choose)
    )
    if run.saved:
        return _gone_on(pipeline, learn_from, choose_by, run, training_arguments)
    return pipeline.fit(
        learn_from,
        prediction_length=recipe.prediction_length,
        validation_inputs=choose_by,
        context_length=recipe.context_hours,
        min_past=recipe.context_hours,
        batch_size=batch_size,
        callbacks=[watcher(run)],
        remove_printer_callback=True,
        **training_arguments,
    )


def _gone_on(
    pipeline: Chronos2Pipeline,
    learn_from: Sequence[Mapping[str, Any]],
    choose_by: Sequence[Mapping[str, Any]],
    run: Run,
    training_arguments: Mapping[str, Any],
) -> Chronos2Pipeline:
    from chronos.chronos2.dataset import Chronos2Dataset, DatasetMode

    recipe = run.options.recipe
    how = {
        "context_length": recipe.context_hours,
        "prediction_length": recipe.prediction_length,
        "batch_size": training_arguments["per_device_train_batch_size"],
        "output_patch_size": pipeline.model_output_patch_size,
    }
    optimise(
        pipeline.model,
        Chronos2Dataset(learn_from, min_past=recipe.context_hours, mode=DatasetMode.TRAIN, **how),
        Chronos2Dataset(choose_by, mode=DatasetMode.VALIDATION, **how),
        run,
        training_arguments,
    )
    # As `fit` does: what the model was trained on, it says that it can do.
    settings = pipeline.model.chronos_config
    settings.context_length = max(settings.context_length, recipe.context_hours)
    patches = -(-recipe.prediction_length // pipeline.model_output_patch_size)
    settings.max_output_patches = max(settings.max_output_patches, patches)
    pipeline.model.config.chronos_config = settings.__dict__
    return pipeline


def _prepared(window: Window, prediction_length: int) -> Mapping[str, Any]:
    """Return a window as the prepared input of `Chronos2Dataset`, which slices off the future itself."""
    import torch

    rows = torch.from_numpy(window.rows)
    covariates = len(rows) - 1
    return {
        "context": rows,
        "future_covariates": rows[:, -prediction_length:],
        "n_targets": 1,
        "n_covariates": covariates,
        "n_future_covariates": covariates,
    }
