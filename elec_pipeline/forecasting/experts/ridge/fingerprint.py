"""What the ridge's feature code and its update make of fixed days: a checkpoint keeps it, and code must fit it.

Here: the numbers. Not here: the days (`features.specimen`), and where the numbers are kept (`checkpoint`).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.information_set import Situation
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.experts.ridge.online_ridge import Regression, up_to_date
from elec_pipeline.forecasting.features.day_table import DayTable
from elec_pipeline.forecasting.features.design import Problem, Scale
from elec_pipeline.forecasting.features.local_time import LocalGrid
from elec_pipeline.forecasting.features.situations import problem
from elec_pipeline.forecasting.features.specimen import drawn_together, information_sets

DAYS, UPDATE_DAYS = 75, 30
"""Of each set: whose features are looked at, and by which the update is made."""
SCALE = Scale(feature_mw=500.0, robust_mw=1_000.0)
MICRO = 1e6


@lru_cache(maxsize=8)
def fingerprint(inputs: tuple[str, ...]) -> Floats:
    """Return features, base and update of every situation, drawn together, shape (n,).

    Args:
        inputs: Names of those that features are made of.
    """
    sets = [each for each in information_sets() if each.issue is Issue.EVENING]
    tables = [DayTable.of(each, LocalGrid.of(each.hours)).rows(slice(-DAYS, None)) for each in sets]
    return np.concatenate([
        _of(problem(situation, table, inputs=inputs)) for table in tables for situation in Situation
    ])  # fmt: skip


def _of(asked: Problem) -> Floats:
    count, days = len(asked.names), len(asked.base_mw)
    updated = up_to_date(_blank(count + 1), asked.samples.between(days - 1 - UPDATE_DAYS, days - 1))
    return np.concatenate([
        drawn_together(asked.samples.features.reshape(-1, count)),
        drawn_together(asked.base_mw.reshape(-1, 1)),
        MICRO * drawn_together(updated.coefficients.reshape(-1, 1)),
        drawn_together(updated.errors_mw.reshape(-1, 1)),
    ])  # fmt: skip


@lru_cache(maxsize=8)
def _blank(size: int) -> Regression:
    """Return a regression that has learnt nothing."""
    precision = np.broadcast_to(SCALE.feature_mw**2 * np.eye(size), (24, size, size))
    return Regression(np.zeros((24, size)), precision, SCALE)
