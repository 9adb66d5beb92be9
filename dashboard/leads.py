"""How accuracy falls with the lead: the stored scores of every lead, from an hour to a week. Pure.

Here: a table from the rows of `forecast_accuracy`. Not here: how days are scored (`elec_pipeline.steps`), words.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.forecasters import SCORED_LEADS, SEASONAL_NAIVE, days_ahead, ours, within_day
from elec_pipeline.domain.week_ahead import LEADS

FORECASTERS: Final = (
    *map(within_day, SCORED_LEADS),
    ours(Issue.EVENING),
    ours(Issue.MORNING),
    *map(days_ahead, LEADS),
)
"""By lead, the shortest first."""


def by_lead(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of each lead, the shortest first, each on the days that it is scored on.

    Args:
        scores: Rows of `forecast_accuracy` of a period.

    Returns:
        Index: forecaster, of those that have any score. `mape` (%, over the hours of its days), `naive_mape`
        (%, of the same hour a week before, on those of its days that have it; NaN without any), `coverage_80` (%),
        `days`.

    Example:
        >>> names = ["week_ahead_d2", "seasonal_naive", "week_ahead_d2"]
        >>> scores = pd.DataFrame({"delivery_day": [1, 1, 2], "hours": [24, 24, 24], "mape": [1.0, 5.0, 3.0],
        ...     "coverage_80": [0.75, None, 0.85], "forecaster": names})
        >>> by_lead(scores).round(3).to_dict("index")
        {'week_ahead_d2': {'mape': 2.0, 'naive_mape': 5.0, 'coverage_80': 80.0, 'days': 2}}
    """
    naive = scores[scores["forecaster"] == SEASONAL_NAIVE]
    rows = {}
    for name in FORECASTERS:
        of_lead = scores[scores["forecaster"] == name]
        if of_lead.empty:
            continue
        same_days = naive[naive["delivery_day"].isin(of_lead["delivery_day"])]
        rows[name] = {
            "mape": _mean(of_lead, "mape"),
            "naive_mape": _mean(same_days, "mape"),
            "coverage_80": 100 * _mean(of_lead, "coverage_80"),
            "days": len(of_lead),
        }
    columns = ["mape", "naive_mape", "coverage_80", "days"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _mean(rows: pd.DataFrame, column: str) -> float:
    """Return the mean over hours of a score by day; NaN where no day has it."""
    there = rows.dropna(subset=[column])
    if there.empty:
        return float("nan")
    values, weights = there[column].astype(float), there["hours"]
    return float((values * weights).sum() / weights.sum())
