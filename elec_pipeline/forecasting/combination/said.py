"""What the experts say of one issue, and how far they were off of late.

Here: the forecasts side by side, the errors of the last weeks, and how large those of a weighted mean were. Not
here: how forecasts become one (`combination`), and how experts are asked (`forecaster.said`).

Errors are of the days before the delivery day that an expert had not learnt from, as it makes them out of what is
known at the issue: nothing of them is stored, so a backfilled issue finds what the live one found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.features.local_time import Integers
from elec_pipeline.forecasting.late_errors import sizes_by_hour


@dataclass(frozen=True)
class Said:
    """What each expert says of one issue.

    Attributes:
        quantiles: By expert, at `domain.quantiles.LEVELS`, shape (n, 7), MW; n is 23, 24 or 25.
        hour: Local hour of each hour of the delivery day, shape (n,).
        errors_mw: By expert, of those that know theirs: of the last days and each local hour, shape (days, 24).
    """

    quantiles: Mapping[str, Floats]
    hour: Integers
    errors_mw: Mapping[str, Floats] = field(default_factory=dict)

    def late_sizes(self, weights: Mapping[str, float]) -> Floats:
        """Return how large the errors of a weighted mean of the experts were of late.

        Args:
            weights: By expert; those that do not know their errors are left out.

        Returns:
            At what `BANDS` claim, shape (n, 3), MW; NaN where too few days are known.

        Example:
            >>> two = {"a": np.full((20, 24), 4.0), "b": np.full((20, 24), -2.0)}
            >>> Said({}, np.array([7]), two).late_sizes({"a": 0.25, "b": 0.25, "c": 0.5}).tolist()
            [[1.0, 1.0, 1.0]]
        """
        known = {name: weight for name, weight in weights.items() if weight and len(self.errors_mw.get(name, ()))}
        if not known:
            return np.full((len(self.hour), 3), np.nan)
        total = sum(known.values())
        errors = np.sum([weight / total * self.errors_mw[name] for name, weight in known.items()], axis=0)
        return sizes_by_hour(errors)[self.hour]
