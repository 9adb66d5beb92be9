"""A loaded model that forecasts delivery days from information sets.

Here: many issues at once, and the guarantee that a forecast does not depend on which. Not here: how a
model is loaded (`checkpoint`) and asked (`engines`).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from elec_pipeline.errors import ContextTooThinError
from elec_pipeline.forecasting.engines import Engine
from elec_pipeline.forecasting.model_inputs import model_input
from elec_pipeline.forecasting.quantiles import uncrossed
from elec_pipeline.forecasting.recipe import Family, Recipe
from elec_pipeline.information_set import Floats, InformationSet

MINIMUM_KNOWN_SHARE = 0.5
"""Least share of the last week's hours that must be known."""
DECIMALS = 1
"""Forecasts are rounded to 0.1 MW: no one can use more, and kinds of processor differ below."""


@dataclass(frozen=True)
class Forecaster:
    """A model and its recipe.

    Attributes:
        family: Generation of the model.
        recipe: How information sets become its input.
        version: Names weights and recipe; two forecasters of one version say the same.
        location: `bundled`, the checkpoint's folder, or its hub id.
        base_model: What it was trained from; its own name where that is not known.
        trained_through: Last delivery day it learnt from; None where that is not known.
    """

    family: Family
    recipe: Recipe
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
            order, and quantiles at `quantiles.LEVELS`, ascending.

        Raises:
            ContextTooThinError: Less than half of the week before an issue is known; see `is_too_thin`.
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
        with _one_thread() as thread:
            return list(thread.map(self._predict_one, sets))

    def _predict_one(self, information: InformationSet) -> Floats:
        asked = model_input(information, self.recipe)
        seed = int(information.issue_time.timestamp())
        output = self._engine.quantiles(asked, self.recipe.prediction_length, seed)
        return np.round(uncrossed(asked.to_mw(output)), DECIMALS)


def is_too_thin(information: InformationSet) -> bool:
    """Tell whether too little of the week before an issue is known for a forecast."""
    return information.known_share_of_last_week < MINIMUM_KNOWN_SHARE


def _one_thread() -> ThreadPoolExecutor:
    """Return a thread of its own in which torch computes single-threaded; the caller's setting stays."""
    import torch

    return ThreadPoolExecutor(
        max_workers=1, thread_name_prefix="forecast", initializer=torch.set_num_threads, initargs=(1,)
    )
