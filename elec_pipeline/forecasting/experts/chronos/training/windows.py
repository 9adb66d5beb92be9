"""Training windows: information sets of past issues, together with what came true.

Here: one window per sample, made by the same functions as a live forecast. Not here: which samples
(`forecasting.samples`), what the ridge had learnt before each (`experts.ridge.fitting`), the optimisation.

Every window is a series of its own, context and forecast in full, so that training never samples a slice
that no issue would see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.delivery_day import HOUR, day_end
from elec_pipeline.domain.history import History
from elec_pipeline.errors import ContextTooThinError
from elec_pipeline.forecasting.experts.chronos.inputs import model_input
from elec_pipeline.forecasting.experts.chronos.recipe import Recipe
from elec_pipeline.forecasting.experts.ridge.ridge import Ridge
from elec_pipeline.forecasting.samples import Sample


@dataclass(frozen=True)
class Window:
    """One issue with what came true, in the unit of the target.

    Attributes:
        rows: Target first, then covariates; shape (rows, context_hours + prediction_length), MW. In single
            precision, in which models are trained: thousands of windows are held at once.
    """

    rows: npt.NDArray[np.float32]


def windows(
    history: History, samples: Iterable[Sample], recipe: Recipe, ridge_before: Callable[[date], Ridge | None]
) -> list[Window]:
    """Return a window for each sample.

    Args:
        history: They were taken from.
        samples: Of the days to train on or to choose by.
        recipe: Of the model.
        ridge_before: Returns the ridge as the issues for a day could have had it; None where there was none yet:
            the day is left out.

    Raises:
        ContextTooThinError: There is no window.
    """
    made = [
        window(history, sample, recipe, ridge)
        for sample in samples
        if (ridge := ridge_before(sample.information.delivery_day)) is not None
    ]
    if not made:
        raise ContextTooThinError("No day to train on: none has half of its hours and of its last week known.")
    return made


def window(history: History, sample: Sample, recipe: Recipe, ridge: Ridge) -> Window:
    """Return one issue's model input with what came true where the model is to forecast."""
    information = sample.information
    prepared = model_input(information, recipe, ridge.references(information) if recipe.uses_ridge else None)
    context, future = prepared.rows()
    if not prepared.future_covariates:
        future = np.full((1, recipe.prediction_length), np.nan)
    hours = len(prepared.offset_mw)
    end = (day_end(information.delivery_day) - history.start) // HOUR
    future[0, :hours] = history.true_mw[end - hours : end] - prepared.offset_mw
    return Window(np.concatenate([context, future], axis=1, dtype=np.float32))
