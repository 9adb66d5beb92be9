"""Training of a Chronos-2: what its trainer is fed.

Here: a new Chronos-2, and its training. Not here: the optimisation (`trainer`), other families
(`older_families`).

`Chronos2Pipeline.fit` makes a data set and a trainer, and does not let that trainer go on from a checkpoint.
So the same data set is handed to the same trainer here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elec_pipeline.forecasting.experts.chronos.training.options import TrainingOptions
from elec_pipeline.forecasting.experts.chronos.training.trainer import Ended, Run, arguments, optimise
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


def fit_chronos2(pipeline: Chronos2Pipeline, learn: Sequence[Window], choose: Sequence[Window], run: Run) -> Ended:
    """Train a pipeline in place.

    Args:
        pipeline: What to train.
        learn: Windows to learn from.
        choose: Windows to choose the step by.
        run: New, or going on.

    Raises:
        TrainingError: The training diverged.
    """
    from chronos.chronos2.dataset import Chronos2Dataset, DatasetMode

    recipe = run.options.recipe
    batch_size = run.options.windows_per_step * (1 + len(recipe.covariates))
    learn_from, choose_by = (
        Chronos2Dataset(
            [_prepared(window, recipe.prediction_length) for window in windows],
            context_length=recipe.context_hours,
            prediction_length=recipe.prediction_length,
            batch_size=batch_size,
            output_patch_size=pipeline.model_output_patch_size,
            min_past=recipe.context_hours,
            mode=mode,
        )
        for windows, mode in ((learn, DatasetMode.TRAIN), (choose, DatasetMode.VALIDATION))
    )
    made = arguments(run, rows_per_step=batch_size, label="future_target")
    ended = optimise(pipeline.model, learn_from, choose_by, run, made)
    # What a model was trained on, it says that it can do.
    settings = pipeline.model.chronos_config
    settings.context_length = max(settings.context_length, recipe.context_hours)
    patches = -(-recipe.prediction_length // pipeline.model_output_patch_size)
    settings.max_output_patches = max(settings.max_output_patches, patches)
    pipeline.model.config.chronos_config = settings.__dict__
    return ended


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
