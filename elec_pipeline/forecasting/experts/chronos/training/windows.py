"""Training windows: information sets of past issues, together with what came true.

Here: one window per issue, made by the same functions as a live forecast, and its degraded variants. Not
here: what references learn (`experts.ridge.fitting`), the model and its optimisation.

Every window is a series of its own, context and forecast in full, so that training never samples a slice
that no issue would see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.delivery_day import HOUR, Issue, day_end
from elec_pipeline.domain.information_set import MINIMUM_KNOWN_SHARE, History, InformationSet, actual_mw
from elec_pipeline.errors import ContextTooThinError
from elec_pipeline.forecasting.degraded import with_blurred_rte, with_gaps, without_rte, without_temperature
from elec_pipeline.forecasting.experts.chronos.inputs import model_input
from elec_pipeline.forecasting.experts.chronos.recipe import Recipe
from elec_pipeline.forecasting.experts.chronos.training.options import TrainingOptions
from elec_pipeline.forecasting.experts.ridge.coefficients import Regressions
from elec_pipeline.forecasting.experts.ridge.fitting import Course

"""Windows of which less than this of the last week or of the delivery day is known teach nothing."""


@dataclass(frozen=True)
class Window:
    """One issue with what came true, in the unit of the target.

    Attributes:
        rows: Target first, then covariates; shape (rows, context_hours + prediction_length), MW. In single
            precision, in which models are trained: thousands of windows are held at once.
    """

    rows: npt.NDArray[np.float32]


def plain_windows(
    history: History, days: Sequence[date], recipe: Recipe, regressions: Regressions
) -> list[Window]:
    """Return the windows of both issues of every day, as they were. Days too thin are left out.

    Every second day is seen without temperature forecasts.

    Raises:
        ContextTooThinError: No day has enough known hours.
    """
    sets = [history.at(day, issue, context_hours=recipe.history_hours) for day in days for issue in Issue]
    sets[2::4], sets[3::4] = ([without_temperature(each) for each in sets[first::4]] for first in (2, 3))
    return _required([window(history, each, recipe, regressions) for each in sets if _is_usable(history, each)])


def training_windows(
    history: History, days: Sequence[date], options: TrainingOptions, course: Course
) -> list[Window]:
    """Return the windows of both issues of every day, and seeded degraded variants of some.

    Every day is seen with what had been learnt before it; days before anything was are left out, unless nothing
    was learnt at all.

    Args:
        history: Covers the days and the context before them.
        days: Delivery days.
        options: Recipe, shares of the variants, seed.
        course: What was learnt when.

    Raises:
        ContextTooThinError: No day has enough known hours.
    """
    random = np.random.default_rng(options.seed)
    return _required(
        [
            window(history, each, options.recipe, regressions)
            for day in days
            if (regressions := course.before(day) if course.states else course.final) is not None
            for each in _variants(history, day, options, random)
            if _is_usable(history, each)
        ]
    )


def window(history: History, information: InformationSet, recipe: Recipe, regressions: Regressions) -> Window:
    """Return one issue's model input with what came true where the model is to forecast."""
    prepared = model_input(information, recipe, regressions)
    context, future = prepared.rows()
    if not prepared.future_covariates:
        future = np.full((1, recipe.prediction_length), np.nan)
    hours = len(prepared.offset_mw)
    end = (day_end(information.delivery_day) - history.start) // HOUR
    future[0, :hours] = history.load_mw[end - hours : end] - prepared.offset_mw
    return Window(np.concatenate([context, future], axis=1, dtype=np.float32))


def _required(windows: list[Window]) -> list[Window]:
    if not windows:
        raise ContextTooThinError("No day to train on: none has half of its hours and of its last week known.")
    return windows


def _is_usable(history: History, information: InformationSet) -> bool:
    known = ~np.isnan(actual_mw(history, information.delivery_day))
    return (
        information.known_share_of_last_week >= MINIMUM_KNOWN_SHARE
        and known.size == information.delivery_hours
        and bool(known.mean() >= MINIMUM_KNOWN_SHARE)
    )


def _variants(
    history: History, day: date, options: TrainingOptions, random: np.random.Generator
) -> Iterator[InformationSet]:
    sets = {issue: history.at(day, issue, context_hours=options.recipe.history_hours) for issue in Issue}
    if random.random() < options.without_temperature_share:
        sets = {issue: without_temperature(known) for issue, known in sets.items()}
    yield from sets.values()
    if random.random() < options.without_rte_share:
        yield without_rte(sets[Issue.EVENING])
    if random.random() < options.poor_rte_share:
        yield with_blurred_rte(sets[Issue.MORNING], sets[Issue.EVENING], options.poor_rte_mw, random)
    if random.random() < options.gaps_share:
        yield with_gaps(sets[Issue.EVENING if random.random() < 0.5 else Issue.MORNING], random)  # noqa: PLR2004
