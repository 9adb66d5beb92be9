"""The Chronos expert: a network of any Chronos family, with its recipe, and the ridge that it may stand on.

Here: the expert and its folder. Not here: how a network is loaded (`loading`) and asked (`families`), what it is
asked (`inputs`), and how it is trained (`training`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from elec_pipeline.domain.information_set import WEEK_HOURS, InformationSet
from elec_pipeline.domain.quantiles import LEVELS, Floats
from elec_pipeline.errors import InvalidForecastError
from elec_pipeline.forecasting.experts.chronos.families import Engine, engine
from elec_pipeline.forecasting.experts.chronos.inputs import ModelInput, model_input
from elec_pipeline.forecasting.experts.chronos.loading import load_pipeline, save_pipeline
from elec_pipeline.forecasting.experts.chronos.recipe import Family, Recipe, default_recipe, read_recipe
from elec_pipeline.forecasting.experts.ridge.ridge import Ridge
from elec_pipeline.forecasting.features.specimen import drawn_together, information_sets

if TYPE_CHECKING:
    from chronos import BaseChronosPipeline

CHRONOS = "chronos"


@dataclass(frozen=True, eq=False)
class Chronos:
    """A network and its recipe.

    Attributes:
        family: Generation of the network.
        recipe: How information sets become its input.
        ridge: What the recipe stands on, where it stands on the ridge's forecast.
    """

    name: ClassVar[str] = CHRONOS
    family: Family
    recipe: Recipe
    ridge: Ridge
    _pipeline: BaseChronosPipeline = field(repr=False)
    _engine: Engine = field(repr=False)

    @classmethod
    def of(cls, family: Family, pipeline: BaseChronosPipeline, recipe: Recipe, ridge: Ridge) -> Chronos:
        """Return a loaded network as an expert.

        Raises:
            ModelUnavailableError: It forecasts fewer hours than the recipe needs.
        """
        return cls(family, recipe, ridge, pipeline, engine(family, pipeline, recipe.prediction_length))

    @property
    def context_hours(self) -> int:
        """At least a week, and what the ridge needs where it stands on it."""
        own = max(WEEK_HOURS, self.recipe.context_hours)
        return max(own, self.ridge.context_hours) if self.recipe.uses_ridge else own

    @property
    def inputs(self) -> frozenset[str]:
        """Those among its covariates, and the ridge's, where it stands on it."""
        return self.recipe.inputs | (self.ridge.inputs if self.recipe.uses_ridge else frozenset())

    def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
        """Return the forecasts.

        Raises:
            InvalidForecastError: An output is not finite or of the wrong shape.
            ValueError: An information set has less context than `context_hours`.
        """
        return [self._predict_one(each) for each in sets]

    def _predict_one(self, information: InformationSet) -> Floats:
        asked = self.input_of(information)
        return asked.to_mw(self.quantiles_of(asked, seed=int(information.issue_time.timestamp())))

    def input_of(self, information: InformationSet) -> ModelInput:
        """Return what the network is asked about one issue."""
        known = information.with_context(self.context_hours)
        return model_input(
            known, self.recipe, self.ridge.references(information) if self.recipe.uses_ridge else None
        )

    def quantiles_of(self, asked: ModelInput, seed: int = 0) -> Floats:
        """Return what the network says, shape (prediction_length, 7), in the unit of the target.

        Raises:
            InvalidForecastError: It is not finite or of the wrong shape.
        """
        return required(
            self._engine.quantiles(asked, self.recipe.prediction_length, seed), self.recipe.prediction_length
        )

    def save(self, folder: Path) -> None:
        """Write the weights, a configuration that names their family, and `recipe.json`."""
        save_pipeline(self._pipeline, folder)
        self.recipe.save(folder)

    @classmethod
    def load(cls, folder: Path, ridge: Ridge | None = None) -> Chronos:
        """Return the expert of a folder; one of others has no recipe and gets the default of its family.

        Raises:
            ModelUnavailableError: It is missing, damaged, of an unsafe format or of no Chronos family.
        """
        family, pipeline = load_pipeline(folder)
        recipe = read_recipe(folder) or default_recipe(family, pipeline.model_context_length)
        return cls.of(family, pipeline, recipe, ridge or Ridge())

    def fingerprint(self) -> Floats:
        """Return its input for fixed information sets, where a ridge has learnt nothing, drawn together."""
        plain = Ridge(self.ridge.options)
        made = []
        for each in information_sets():
            references = plain.references(each) if self.recipe.uses_ridge else None
            asked = model_input(each, self.recipe, references)
            context, future = asked.rows()
            made += [
                drawn_together(context.T),
                drawn_together(future[1:].T),
                drawn_together(asked.offset_mw[:, None]),
            ]
        return np.concatenate(made)


def required(quantiles: Floats, hours: int) -> Floats:
    """Return quantiles as they are, once they are seen to be a forecast.

    Args:
        quantiles: What was computed.
        hours: How many there must be.

    Raises:
        InvalidForecastError: They are not finite, or not of the shape (hours, 7).
    """
    shape = (hours, len(LEVELS))
    if quantiles.shape != shape:
        raise InvalidForecastError(f"of shape {quantiles.shape} instead of {shape}")
    if not np.isfinite(quantiles).all():
        broken = np.count_nonzero(~np.isfinite(quantiles))
        raise InvalidForecastError(f"not finite in {broken} of {quantiles.size} numbers")
    return quantiles
