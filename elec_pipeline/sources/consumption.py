"""What every source of consumption and of RTE's forecasts offers, whoever answers.

Here: the one method that ingestion needs. Not here: any source.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import pandas as pd

from elec_pipeline.sources.left_out import LeftOut

LONGEST_WINDOW_DAYS = 31
"""No source is asked for more days at once: RTE refuses more to some, and memory stays flat."""


class ConsumptionSource(Protocol):
    """RTE's API, its open data, a simulator of either, or one standing in for another."""

    @property
    def left_out(self) -> LeftOut:
        """What could not be read of the replies so far."""
        ...

    def short_term(self, types: Sequence[str], first: date, last: date) -> pd.DataFrame:
        """Return the values of a range of Paris days, at most 31 of them.

        Args:
            types: Any of `REALISED`, `ID`, `D-1`, `D-2`; those a source does not have give no rows.
            first: First Paris day.
            last: Last Paris day, included.

        Returns:
            One row per value: `forecast_type`, `interval_start` and `published_at` (UTC; NaT where the source
            does not say), `load_mw` (NaN where it gives no number), `resolution_minutes`, and `source` where
            the rows do not all come from the source that was configured.

        Raises:
            SourceError: The source failed.
        """
        ...
