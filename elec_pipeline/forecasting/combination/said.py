"""What the experts say of one issue, and how far they were off of late.

Here: the forecasts side by side, the errors of the last weeks, and how large those of a weighted mean were. Not
here: how forecasts become one (`combination`), and how experts are asked (`forecaster.said`).

Errors are of the days before the delivery day that an expert had not learnt from, as it makes them out of what is
known at the issue: nothing of them is stored, so a backfilled issue finds what the live one found. They count as
shares of the load: it falls by a third from winter to summer, and errors with it, faster than weeks can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from elec_pipeline.domain.quantiles import MEDIAN, Floats
from elec_pipeline.forecasting.features.local_time import Integers
from elec_pipeline.forecasting.late_errors import sizes_by_hour


@dataclass(frozen=True)
class Said:
    """What each expert says of one issue.

    Attributes:
        quantiles: By expert, at `domain.quantiles.LEVELS`, shape (n, 7), MW; n is 23, 24 or 25.
        hour: Local hour of each hour of the delivery day, shape (n,).
        errors: By expert, of those that know theirs: of the last days and each local hour, as shares of the load,
            shape (days, 24).
    """

    quantiles: Mapping[str, Floats]
    hour: Integers
    errors: Mapping[str, Floats] = field(default_factory=dict)

    def late_sizes(self, weights: Mapping[str, float]) -> Floats:
        """Return how large the errors of a weighted mean of the experts were of late.

        Args:
            weights: By expert, of the mean; of the errors, those that do not know theirs are left out.

        Returns:
            At what `BANDS` claim, at the load that the mean forecasts, shape (n, 3), MW; NaN where too few days
            are known.

        Example:
            >>> told = dict.fromkeys("abc", np.full((1, 7), 50_000.0))
            >>> late = {"a": np.full((20, 24), 0.04), "b": np.full((20, 24), -0.02)}
            >>> Said(told, np.array([7]), late).late_sizes({"a": 0.25, "b": 0.25, "c": 0.5}).round(6).tolist()
            [[500.0, 500.0, 500.0]]
        """
        errors = self.late_errors(weights)
        if not len(errors):
            return np.full((len(self.hour), 3), np.nan)
        return np.asarray(sizes_by_hour(errors)[self.hour] * self.median(weights)[:, None])

    def median(self, weights: Mapping[str, float]) -> Floats:
        """Return the weighted mean of the experts' medians, shape (n,), MW; all of them must speak."""
        return np.asarray(
            np.sum([weight * self.quantiles[name][:, MEDIAN] for name, weight in weights.items()], axis=0)
        )

    def late_errors(self, weights: Mapping[str, float]) -> Floats:
        """Return the errors of a weighted mean of the experts on the last days, as shares of the load.

        Shape (days, 24); without a day where none of those that weigh knows its own.
        """
        known = {name: weight for name, weight in weights.items() if weight and len(self.errors.get(name, ()))}
        if not known:
            return np.empty((0, 24))
        total = sum(known.values())
        return np.asarray(np.sum([weight / total * self.errors[name] for name, weight in known.items()], axis=0))
