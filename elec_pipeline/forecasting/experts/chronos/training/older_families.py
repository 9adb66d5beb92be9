"""Training of the older families, Chronos-T5 and Chronos-Bolt, which take no covariates.

Here: what a recipe may ask of them, and how windows become their batches. Not here: the optimisation
(`trainer`), Chronos-2 (`chronos2`).

`chronos` has no `fit` for them. A Bolt computes its loss, the quantile loss of the normalised target, itself. A T5
is trained as its authors did: context and future become tokens, the loss is the cross-entropy of the future's.
Hours that are not known are masked in both, in the context and in what is to be forecast.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from elec_pipeline.errors import UnfitRecipeError
from elec_pipeline.forecasting.experts.chronos.recipe import Family, Recipe, Target
from elec_pipeline.forecasting.experts.chronos.training.trainer import Ended, Run, arguments, optimise
from elec_pipeline.forecasting.experts.chronos.training.windows import Window

if TYPE_CHECKING:
    import torch
    from chronos import BaseChronosPipeline, ChronosBoltPipeline, ChronosPipeline
    from torch.utils.data import IterableDataset

LABEL_IGNORED = -100
"""The token that a cross-entropy of transformers does not count."""


def required_fit(family: Family, pipeline: BaseChronosPipeline, recipe: Recipe) -> None:
    """Make sure that a model of an older family can be trained with a recipe.

    Raises:
        UnfitRecipeError: It has covariates, or more hours than the model sees or forecasts; or the model is a
            Chronos-T5 without an encoder, which is not trained here.
    """
    remedy = "`training.fitting` makes options fit their base model."
    if recipe.covariates:
        names = ", ".join(recipe.covariates)
        raise UnfitRecipeError(f"A Chronos-{family} takes no covariates, the recipe has {names}: {remedy}")
    for kind, asked, most in (
        ("context", recipe.context_hours, pipeline.model_context_length),
        ("forecast", recipe.prediction_length, pipeline.model_prediction_length),
    ):
        if asked > most:
            raise UnfitRecipeError(
                f"The recipe has {asked} hours of {kind}, this Chronos-{family} takes {most}: {remedy}"
            )
    if family is Family.T5 and pipeline.inner_model.config.chronos_config["model_type"] != "seq2seq":
        raise UnfitRecipeError("A Chronos-T5 without an encoder (model_type causal) cannot be trained here.")


def fitting_recipe(pipeline: BaseChronosPipeline, recipe: Recipe) -> Recipe:
    """Return a recipe as a model of an older family can use it: without covariates, within what it sees.

    Where it stands on the ridge's forecast, the target is what that leaves: it cannot be a covariate. A horizon
    that is too long stays: a day ahead needs it.
    """
    hours = min(recipe.context_hours, pipeline.model_context_length)
    target = Target.RESIDUAL if recipe.uses_ridge else recipe.target
    return recipe.model_copy(update={"covariates": (), "context_hours": hours, "target": target})


def fit_bolt(pipeline: ChronosBoltPipeline, learn: Sequence[Window], choose: Sequence[Window], run: Run) -> Ended:
    """Train a Chronos-Bolt in place; as `fit_chronos2`."""
    hours = run.options.recipe.context_hours
    return _fit(pipeline, (bolt_batch(learn, hours), bolt_batch(choose, hours)), run, "target")


def fit_t5(pipeline: ChronosPipeline, learn: Sequence[Window], choose: Sequence[Window], run: Run) -> Ended:
    """Train a Chronos-T5 in place; as `fit_chronos2`."""
    hours = run.options.recipe.context_hours
    return _fit(pipeline, (t5_batch(pipeline, learn, hours), t5_batch(pipeline, choose, hours)), run, "labels")


def _fit(
    pipeline: BaseChronosPipeline, tensors: tuple[Mapping[str, torch.Tensor], ...], run: Run, label: str
) -> Ended:
    size = run.options.windows_per_step
    learn, choose = tensors
    return optimise(
        pipeline.inner_model,
        _batches(learn, size, drawn=True),
        _batches(choose, size, drawn=False),
        run,
        arguments(run, rows_per_step=size, label=label),
    )


def bolt_batch(windows: Sequence[Window], context_hours: int) -> dict[str, torch.Tensor]:
    """Return windows as arguments of a Chronos-Bolt; NaN is not counted in its loss."""
    context, future = _parts(windows, context_hours)
    return {"context": context, "target": future}


def t5_batch(pipeline: ChronosPipeline, windows: Sequence[Window], context_hours: int) -> dict[str, torch.Tensor]:
    """Return windows as arguments of a Chronos-T5; labels of hours that are not known are `LABEL_IGNORED`."""
    import torch

    context, future = _parts(windows, context_hours)
    # The tokenizer takes nothing but the model's own horizon; what lies after the recipe's is not known.
    beyond = pipeline.model_prediction_length - future.shape[1]
    future = torch.nn.functional.pad(future, (0, beyond), value=torch.nan)
    tokens, mask, scale = pipeline.tokenizer.context_input_transform(context)
    labels, known = pipeline.tokenizer.label_input_transform(future, scale)
    return {
        "input_ids": tokens,
        "attention_mask": mask,
        "labels": labels.masked_fill(~known, LABEL_IGNORED),
    }


def _parts(windows: Sequence[Window], hours: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return context, shape (windows, context_hours), and future, shape (windows, prediction_length)."""
    import torch

    target = torch.from_numpy(np.stack([window.rows[0] for window in windows]))
    return target[:, :hours], target[:, hours:]


def _batches(tensors: Mapping[str, torch.Tensor], size: int, *, drawn: bool) -> IterableDataset[Any]:
    """Return batches of equally long tensors: drawn without end, or all in order."""
    from torch.utils.data import IterableDataset

    count = len(next(iter(tensors.values())))

    class Batches(IterableDataset[Any]):
        batch_size = size  # the trainer compares it with its own

        def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
            while drawn:
                # From numpy's global state, which the trainer seeds, as Chronos-2's batches are.
                index = np.random.randint(count, size=size)  # noqa: NPY002
                yield {name: values[index] for name, values in tensors.items()}
            for first in range(0, count, size):
                yield {name: values[first : first + size] for name, values in tensors.items()}

    return Batches()
