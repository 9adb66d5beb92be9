"""A loaded model that forecasts delivery days from information sets.

Here: many issues at once, and the guarantee that a forecast does not depend on which. Not here: how a
model is loaded (`checkpoint`) and asked (`families`).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from elec_pipeline.domain.information_set import MINIMUM_KNOWN_SHARE, InformationSet, is_too_thin
from elec_pipeline.domain.quantiles import LEVELS, Floats, uncrossed
from elec_pipeline.errors import ContextTooThinError, InvalidForecastError
from elec_pipeline.forecasting.combination.bands import drawn_towards, recentred
from elec_pipeline.forecasting.experts.chronos.families import Engine
from elec_pipeline.forecasting.experts.chronos.inputs import ModelInput, model_input
from elec_pipeline.forecasting.experts.chronos.recipe import Family, Recipe
from elec_pipeline.forecasting.experts.ridge.coefficients import Regressions
from elec_pipeline.forecasting.forecast import DECIMALS

WORKERS = 2
"""Issues that are forecast side by side, each alone on its thread: more threads would wait for each other."""


@dataclass(frozen=True)
class Forecaster:
    """A model and its recipe.

    Attributes:
        family: Generation of the model.
        recipe: How information sets become its input.
        regressions: What its references have learnt.
        version: Names weights and recipe; two forecasters of one version say the same.
        location: `bundled`, the checkpoint's folder, or its hub id.
        base_model: What it was trained from; its own name where that is not known.
        trained_through: Last delivery day it learnt from; None where that is not known.
    """

    family: Family
    recipe: Recipe
    regressions: Regressions = field(repr=False)
    version: str
    location: str
    base_model: str
    trained_through: date | None
    _engine: Engine = field(repr=False)

    @property
    def context_hours(self) -> int:
        """Context that information sets must have: `History.at(…, context_hours=forecaster.context_hours)`.

        More than the model sees where its references are made from the weeks before.
        """
        return self.recipe.history_hours

    def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
        """Return the forecasts of any number of issues, of any mixture of kinds and lengths of day.

        A forecast depends on its own information set alone: issued live by itself or in a backfill of
        hundreds, it is the same to the last digit on one kind of processor.

        Args:
            sets: What was known at each issue time, with at least `context_hours` of context.

        Returns:
            For every issue an array of shape (23, 24 or 25, 7) in MW: the hours of the delivery day in
            order, and quantiles at `domain.quantiles.LEVELS`, ascending.

        Raises:
            ContextTooThinError: Less than half of the week before an issue is known; see `is_too_thin`.
            InvalidForecastError: The model's output is not finite or of the wrong shape.
            ValueError: An information set has less context than the recipe needs.
        """
        for information in sets:
            if is_too_thin(information):
                raise ContextTooThinError(
                    f"{information.delivery_day} {information.issue}: only "
                    f"{information.known_share_of_last_week:.0%} of the week before the issue is known, "
                    f"{MINIMUM_KNOWN_SHARE:.0%} is needed. Backfill the actual consumption first."
                )
        if not sets:
            return []
        with _workers() as workers:
            return list(workers.map(self._predict_one, sets))

    def ask(self, information: InformationSet) -> tuple[ModelInput, Floats]:
        """Return what the model is asked about one issue, and its answer, to be calibrated.

        Its spread is already drawn towards the errors of late, as far as the recipe says.

        Returns:
            The input; quantiles at `domain.quantiles.LEVELS`, shape (prediction_length, 7), in the unit of the
            target.

        Raises:
            InvalidForecastError: The output is not finite or of the wrong shape.
        """
        asked = model_input(information, self.recipe, self.regressions)
        seed = int(information.issue_time.timestamp())
        said = self.quantiles_of(asked, seed)
        return asked, drawn_towards(said, asked.recent_errors_mw, self.recipe.recent_error_share)

    def quantiles_of(self, asked: ModelInput, seed: int = 0) -> Floats:
        """Return what the model alone says, shape (prediction_length, 7), in the unit of the target.

        Raises:
            InvalidForecastError: It is not finite or of the wrong shape.
        """
        return self.required(self._engine.quantiles(asked, self.recipe.prediction_length, seed))

    def required(self, quantiles: Floats, hours: int | None = None) -> Floats:
        """Return quantiles as they are, once they are seen to be a forecast.

        Args:
            quantiles: What was computed with this model.
            hours: How many there must be; the model's prediction length where not given.

        Raises:
            InvalidForecastError: They are not finite, or not of the shape (hours, 7).
        """
        shape = (self.recipe.prediction_length if hours is None else hours, len(LEVELS))
        if quantiles.shape != shape:
            raise self._invalid(f"of shape {quantiles.shape} instead of {shape}")
        if not np.isfinite(quantiles).all():
            raise self._invalid(
                f"not finite in {np.count_nonzero(~np.isfinite(quantiles))} of {quantiles.size} numbers"
            )
        return quantiles

    def _invalid(self, fault: str) -> InvalidForecastError:
        return InvalidForecastError(
            f"The output of the model {self.version} ({self.location}) is {fault}: no forecast is made of it. "
            "`elec doctor` checks the model's files. If they are whole, go back to the former model with "
            "`elec models rollback`, or name another one with ELEC_MODEL."
        )

    def _predict_one(self, information: InformationSet) -> Floats:
        asked, output = self.ask(information)
        how = self.recipe.calibration_of(asked.kind)
        said = asked.to_mw(recentred(output, how.median_share, how.spreads))
        return np.round(uncrossed(self.required(said, information.delivery_hours)), DECIMALS)


def _workers() -> ThreadPoolExecutor:
    """Return threads of their own in each of which torch computes single-threaded; the caller's setting stays."""
    import torch

    return ThreadPoolExecutor(
        max_workers=WORKERS, thread_name_prefix="forecast", initializer=torch.set_num_threads, initargs=(1,)
    )
