"""An information set and a recipe become the input of a model; its output becomes MW again. Pure numpy.

Here: target, covariates, their padding, and the way back to exactly the hours of the delivery day. Not
here: references (`experts.ridge.reference`), and the models themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.experts.chronos.recipe import Covariate, Recipe, Target
from elec_pipeline.forecasting.experts.ridge.reference import References
from elec_pipeline.forecasting.features.calendar import day_type
from elec_pipeline.forecasting.features.local_time import LocalGrid

LEAST_KNOWN_HOURS = 24
"""A covariate needs this many known hours in the context; models scale it by them."""


@dataclass(frozen=True)
class ModelInput:
    """The input of one issue's forecast.

    Attributes:
        target: What the model continues, shape (context_hours,), MW, NaN where not known.
        past_covariates: By name, shape (context_hours,).
        future_covariates: By name, shape (prediction_length,), NaN where not known and after the delivery day.
        offset_mw: What is added to the model's output, shape (skip + hours of the delivery day,), MW.
        skip: How many hours of the model's output lie before the delivery day.
    """

    target: Floats
    past_covariates: dict[str, Floats]
    future_covariates: dict[str, Floats]
    offset_mw: Floats = field(repr=False)
    skip: int

    def as_chronos(self) -> dict[str, Floats | dict[str, Floats]]:
        """Return the dictionary that Chronos-2 takes as one input."""
        return {
            "target": self.target,
            "past_covariates": self.past_covariates,
            "future_covariates": self.future_covariates,
        }

    def rows(self) -> tuple[Floats, Floats]:
        """Return context, shape (rows, context_hours), and future, shape (rows, prediction_length).

        The target is the first row.

        The future of the target is NaN: that is what the model is asked for.
        """
        context = np.stack([self.target, *self.past_covariates.values()])
        length = next((len(values) for values in self.future_covariates.values()), 0)
        future = np.stack([np.full(length, np.nan), *self.future_covariates.values()])
        return context, future

    def to_mw(self, output: npt.ArrayLike) -> Floats:
        """Return a model's output in MW for the hours of the delivery day.

        Args:
            output: Shape (prediction_length, …), in the unit of the target.

        Returns:
            Shape (23, 24 or 25, …).
        """
        of_day = np.asarray(output, dtype=np.float64)[self.skip : len(self.offset_mw)]
        return of_day + self.offset_mw[self.skip :].reshape(-1, *[1] * (of_day.ndim - 1))


def model_input(information: InformationSet, recipe: Recipe, references: References | None) -> ModelInput:
    """Return the input of a model for one issue.

    Args:
        information: At least as much context as the model sees.
        recipe: The model's recipe.
        references: The ridge's forecasts of the last hours of the same grid, as many as the model sees at least;
            None where the recipe does not stand on them.

    Raises:
        ValueError: The context is shorter than the recipe needs, or there are no references and it needs some.
    """
    series = _Series(information, recipe, references)
    total = len(information.hours)
    start = total - information.delivery_hours if recipe.from_midnight else information.context_hours
    context = slice(start - recipe.context_hours, start)
    if context.start < 0:
        raise ValueError(f"{information.context_hours} hours of context, the recipe needs {recipe.context_hours}")
    rows = {str(name): _usable(series.covariate(name), context) for name in recipe.covariates}
    return ModelInput(
        target=series.target()[context],
        past_covariates={name: values[context] for name, values in rows.items()},
        future_covariates={
            name: _padded(values[start:], recipe.prediction_length) for name, values in rows.items()
        },
        offset_mw=series.offset()[start:],
        skip=total - information.delivery_hours - start,
    )


class _Series:
    """The series of one information set over its whole grid, each of shape (n,)."""

    def __init__(self, information: InformationSet, recipe: Recipe, references: References | None) -> None:
        self._set = information
        self._recipe = recipe
        self._given = references

    @property
    def _references(self) -> References:
        if self._given is None:
            raise ValueError("the recipe stands on the ridge's forecasts, and there are none")
        return self._given

    def _whole(self, values: Floats) -> Floats:
        """Return what the ridge says of its grid on this one, which may begin earlier or later."""
        missing = len(self._set.hours) - len(values)
        return np.concatenate([np.full(max(0, missing), np.nan), values[max(0, -missing) :]])

    def target(self) -> Floats:
        """Return what the model continues; NaN where not known."""
        if self._recipe.target is Target.LOAD:
            return self._set.load_mw
        if self._references.stands_on_rte:
            return self._set.load_mw - self.offset()
        # What RTE expects of the rest of today is as good as known where RTE is not the reference itself.
        return self._whole(self._references.hybrid) - self.offset()

    def offset(self) -> Floats:
        """Return what is added to the model's output."""
        if self._recipe.target is Target.LOAD:
            return np.zeros_like(self._set.load_mw)
        return self._whole(self._references.reference)

    def covariate(self, name: Covariate) -> Floats:
        """Return one covariate."""
        if name.is_input:
            return self._set.input(name)
        makers: dict[Covariate, Callable[[], Floats]] = {
            Covariate.RTE: lambda: self._set.rte_mw,
            Covariate.RTE_MOVE: lambda: self._set.rte_mw - self._whole(self._references.week_before),
            Covariate.REFERENCE: lambda: self._whole(self._references.reference),
            Covariate.DAY_TYPE: lambda: day_type(LocalGrid.of(self._set.hours).day),
        }
        return makers[name]()


def _usable(values: Floats, context: slice) -> Floats:
    """Return a covariate, or nothing but NaN where its past is not known: unscaled, its future would mislead."""
    known = np.count_nonzero(~np.isnan(values[context]))
    return values if known >= LEAST_KNOWN_HOURS else np.full_like(values, np.nan)


def _padded(values: Floats, length: int) -> Floats:
    return np.concatenate([values, np.full((length - len(values), *values.shape[1:]), np.nan)])
