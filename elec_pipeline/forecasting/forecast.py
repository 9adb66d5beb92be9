"""Forecasts as a table: what a live issue stores and a back-test scores are made here alike.

Here: from arrays of quantiles to rows of hours. Not here: who forecast, and where the rows go.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from elec_pipeline.domain.delivery_day import hours
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.quantiles import COLUMNS, Floats


def forecast_frame(sets: Sequence[InformationSet], forecasts: Sequence[Floats]) -> pd.DataFrame:
    """Return the forecasts of a batch of issues as a table.

    Args:
        sets: What each issue knew; at least one.
        forecasts: For each of them an array of shape (23, 24 or 25, 7), MW.

    Returns:
        Columns `hour_start`, `issued_at` (UTC) and the quantiles in MW, a row for each hour of each issue's
        delivery day.

    Raises:
        ValueError: There are more or fewer forecasts than issues, or one has not the hours of its day.
    """
    frames = []
    for known, quantiles in zip(sets, forecasts, strict=True):
        frame = pd.DataFrame(quantiles, columns=list(COLUMNS))
        frame.insert(0, "hour_start", hours(known.delivery_day))
        frame.insert(1, "issued_at", pd.Timestamp(known.issue_time).as_unit("us"))
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)
