"""What a forecast is: the table that a live issue stores and a back-test scores alike.

Here: from arrays of quantiles to rows of hours. Not here: who forecasts, and where the rows go.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import hours
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.quantiles import COLUMNS, LEVELS, MEDIAN, Floats

DECIMALS = 1
"""Forecasts are rounded to 0.1 MW: no one can use more, and kinds of processor differ below."""


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


def point_forecast(load_mw: Floats) -> Floats:
    """Return a forecast without uncertainty: the median, NaN at every other level.

    Args:
        load_mw: Shape (n,).

    Returns:
        Shape (n, 7).

    Example:
        >>> point_forecast(np.array([50e3])).tolist()
        [[nan, nan, nan, 50000.0, nan, nan, nan]]
    """
    quantiles = np.full((len(load_mw), len(LEVELS)), np.nan)
    quantiles[:, MEDIAN] = load_mw
    return quantiles
