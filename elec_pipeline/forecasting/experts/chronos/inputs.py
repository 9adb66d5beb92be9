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
from elec_pipeline.domain.quantiles import BANDS, Floats
from elec_pipeline.forecasting.experts.chronos.recipe import Covariate, Recipe, Target
from elec_pipeline.forecasting.experts.ridge.coefficients import Regressions
from elec_pipeline.forecasting.experts.ridge.reference import References
from elec_pipeline.forecasting.features.calendar import day_type

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
        kind: What the forecast stands on, one of `features.situations.KINDS`.
        recent_errors_mw: How large the errors of the offset were of late, shape (prediction_length, 3), MW: see
            `References.recent_errors_mw`; NaN where that is not known or of no use.
    """

    target: Floats
    past_covariates: dict[str, Floats]
    future_covariates: dict[str, Floats]
    offset_mw: Floats = field(repr=False)
    skip: int
    kind: str
    recent_errors_mw: Floats = field(repr=False)

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


def model_input(information: InformationSet, recipe: Recipe, regressions: Regressions) -> ModelInput:
    """Return the input of a model for one issue.

    Args:
        information: At least `recipe.history_hours` of context; what it has more of is not used.
        recipe: The checkpoint's recipe.
        regressions: What the references have learnt.

    Raises:
        ValueError: The context is shorter than the recipe needs.
        ModelUnavailableError: The regressions are of another version.
    """
    if information.context_hours < recipe.history_hours:
        raise ValueError(
            f"the information set of {information.delivery_day} has {information.context_hours} hours of "
            f"context, the recipe needs {recipe.history_hours}"
        )
    information = _last_hours(information, recipe.history_hours)
    series = _Series(information, recipe, regressions)
    total = len(information.hours)
    start = total - information.delivery_hours if recipe.from_midnight else information.context_hours
    context = slice(start - recipe.context_hours, start)
    rows = {str(name): _usable(series.covariate(name), context) for name in recipe.covariates}
    return ModelInput(
        target=series.target()[context],
        past_covariates={name: values[context] for name, values in rows.items()},
        future_covariates={
            name: _padded(values[start:], recipe.prediction_length) for name, values in rows.items()
        },
        offset_mw=series.offset()[start:],
        skip=total - information.delivery_hours - start,
        kind=series.kind,
        recent_errors_mw=_padded(series.recent_errors()[start:], recipe.prediction_length),
    )


class _Series:
    """The series of one information set over its whole grid, each of shape (n,)."""

    def __init__(self, information: InformationSet, recipe: Recipe, regressions: Regressions) -> None:
        self._set = information
        self._recipe = recipe
        self._references = References(information, recipe.reach, regressions)

    @property
    def kind(self) -> str:
        """What the forecast stands on."""
        return self._references.kind

    def target(self) -> Floats:
        """Return what the model continues; NaN where not known."""
        if self._recipe.target is Target.LOAD:
            return self._set.load_mw
        if self._references.stands_on_rte:
            return self._set.load_mw - self._references.reference
        # What RTE expects of the rest of today is as good as known where RTE is not the reference itself.
        return self._references.hybrid - self._references.reference

    def offset(self) -> Floats:
        """Return what is added to the model's output."""
        if self._recipe.target is Target.LOAD:
            return np.zeros_like(self._set.load_mw)
        return self._references.reference

    def recent_errors(self) -> Floats:
        """Return how large the errors of the offset were of late, (n, 3); NaN where that is of no use."""
        if self._recipe.target is Target.LOAD or not self._recipe.recent_error_share:
            return np.full((len(self._set.load_mw), len(BANDS)), np.nan)
        return self._references.recent_errors_mw

    def covariate(self, name: Covariate) -> Floats:
        """Return one covariate."""
        makers: dict[Covariate, Callable[[], Floats]] = {
            Covariate.RTE: lambda: self._set.rte_mw,
            Covariate.RTE_MOVE: lambda: self._set.rte_mw - self._references.week_before,
            Covariate.REFERENCE: lambda: self._references.reference,
            Covariate.DAY_TYPE: lambda: day_type(self._references.grid.day),
        }
        return makers[name]()


def _usable(values: Floats, context: slice) -> Floats:
    """Return a covariate, or nothing but NaN where its past is not known: unscaled, its future would mislead."""
    known = np.count_nonzero(~np.isnan(values[context]))
    return values if known >= LEAST_KNOWN_HOURS else np.full_like(values, np.nan)


def _padded(values: Floats, length: int) -> Floats:
    return np.concatenate([values, np.full((length - len(values), *values.shape[1:]), np.nan)])


def _last_hours(information: InformationSet, context_hours: int) -> InformationSet:
    """Return an information set without what lies before the last hours of its context."""
    drop = information.context_hours - context_hours
    if drop == 0:
        return information
    return InformationSet(
        delivery_day=information.delivery_day,
        issue=information.issue,
        issue_time=information.issue_time,
        context_hours=context_hours,
        hours=information.hours[drop:],
        load_mw=information.load_mw[drop:],
        rte_mw=information.rte_mw[drop:],
        temperature_c=information.temperature_c[drop:],
        nominal_vintages=information.nominal_vintages,
    )
