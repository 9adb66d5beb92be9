"""The naive expert: the same local hour a week before, which any other must beat.

Here: pure numpy on one information set. Not here: its scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from elec_pipeline.domain.delivery_day import WEEK
from elec_pipeline.domain.information_set import WEEK_HOURS, InformationSet
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.features.local_time import LocalGrid
from elec_pipeline.forecasting.forecast import point_forecast

SEASONAL_NAIVE = "seasonal_naive"


def seasonal_naive(information: InformationSet, days: int = WEEK) -> Floats:
    """Return the load of the same local hour some days before, as it was known at the issue time.

    On a delivery day of 25 hours both hours that the clock shows twice get a value of their own from the
    hours before; where the clock skipped the hour, its neighbour's.

    Args:
        information: At least `24 * days` hours of context.
        days: 7 repeats the week before. At least 2: yesterday is not known in full.

    Returns:
        Shape (23, 24 or 25,), MW; NaN where that hour was not known.

    Raises:
        ValueError: `days` is less than 2.
    """
    if days < 2:  # noqa: PLR2004 - yesterday is not known in full
        raise ValueError("a seasonal naive forecast needs at least two days back")
    earlier = LocalGrid.of(information.hours).earlier(information.load_mw, days)
    return earlier[-information.delivery_hours :]


@dataclass(frozen=True)
class SeasonalNaive:
    """The load of the same local hour a week before.

    Attributes:
        context_hours: Reaches back over a week from the end of the delivery day.
    """

    name: ClassVar[str] = SEASONAL_NAIVE
    inputs: ClassVar[frozenset[str]] = frozenset()
    context_hours: int = WEEK_HOURS

    def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
        """Return point forecasts; NaN where the hour a week before was not known."""
        return [point_forecast(seasonal_naive(each)) for each in sets]

    def save(self, folder: Path) -> None:
        """Write nothing: it has learnt nothing."""

    def fingerprint(self) -> Floats:
        """Return nothing: it has no features."""
        return np.empty(0)
