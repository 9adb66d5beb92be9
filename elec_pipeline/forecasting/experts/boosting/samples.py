"""What the boosting expert learns from: hours of past issues with what came true.

Here: samples of some days, joined and split. Not here: what is seen of an hour (`features`), and the
fit (`boosting`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.history import History
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.errors import ContextTooThinError
from elec_pipeline.forecasting.experts.boosting.features import CONTEXT_HOURS, base_mw, features
from elec_pipeline.forecasting.samples import as_issued


@dataclass(frozen=True)
class Samples:
    """Hours of past issues with what came true; n rows.

    Attributes:
        features: Shape (n, features).
        base_mw: What a forecast is added to, shape (n,).
        actual_mw: Shape (n,).
        day: Delivery day as days since 1970-01-01, shape (n,).
    """

    features: pd.DataFrame
    base_mw: Floats
    actual_mw: Floats
    day: npt.NDArray[np.int64]

    @classmethod
    def joined(cls, parts: Sequence[Samples]) -> Samples:
        """Return the samples of several parts of a span.

        Raises:
            ContextTooThinError: There is no sample in them.
        """
        whole = [part for part in parts if len(part.actual_mw)]
        if not whole:
            raise ContextTooThinError(
                "Gradient boosting has no hour to learn from: none has a known load and a forecast to add to. "
                "Backfill consumption and RTE's forecasts of the days before."
            )
        return cls(
            pd.concat([part.features for part in whole], ignore_index=True),
            np.concatenate([part.base_mw for part in whole]),
            np.concatenate([part.actual_mw for part in whole]),
            np.concatenate([part.day for part in whole]),
        )

    def split(self, border: int) -> tuple[Samples, Samples]:
        """Return the samples of days before a border, and the rest; days count since 1970-01-01."""
        return self.chosen(self.day < border), self.chosen(self.day >= border)

    def chosen(self, rows: npt.NDArray[np.bool_]) -> Samples:
        """Return some of the samples."""
        return Samples(
            self.features[rows].reset_index(drop=True), self.base_mw[rows], self.actual_mw[rows], self.day[rows]
        )


def samples(history: History, of_days: Iterable[date], issue: Issue) -> Samples:
    """Return what issues of past days teach; hours without a known load or base, and thin issues, are left out.

    Args:
        history: Covers the days and `CONTEXT_HOURS` before them.
        of_days: Delivery days.
        issue: Which of their issues.
    """
    seen, base, actual, number = [], [], [], []
    for sample in as_issued(history, list(of_days), context_hours=CONTEXT_HOURS, issues=[issue]):
        known = sample.information
        seen.append(features(known))
        base.append(base_mw(known))
        actual.append(sample.truth_mw)
        number.append(np.full(len(sample.truth_mw), np.datetime64(known.delivery_day, "D").astype(np.int64)))
    if not seen:
        return Samples(pd.DataFrame(), np.empty(0), np.empty(0), np.empty(0, dtype=np.int64))
    parts = Samples(
        pd.concat(seen, ignore_index=True).astype(np.float32),
        np.concatenate(base),
        np.concatenate(actual),
        np.concatenate(number),
    )
    return parts.chosen(~np.isnan(parts.base_mw) & ~np.isnan(parts.actual_mw))
