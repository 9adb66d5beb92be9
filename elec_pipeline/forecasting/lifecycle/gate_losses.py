"""Two models on the same issues: the daily losses that the promotion gate judges by.

Here: which days neither model has seen, and both models' losses there, from identical information sets. Not
here: the verdict (`gate`), and scores for people, which are a back-test's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.information_set import (
    WEEK_HOURS,
    History,
    InformationSet,
    actual_mw,
    is_usable,
)
from elec_pipeline.domain.metrics import coverage, pinball
from elec_pipeline.domain.quantiles import LEVELS, Floats
from elec_pipeline.forecasting.experts.chronos.forecaster import Forecaster
from elec_pipeline.forecasting.lifecycle.gate import DailyLosses

_LOW, _HIGH = LEVELS.index(0.1), LEVELS.index(0.9)


def daily_losses(history: History, days: Sequence[date], candidate: Forecaster, live: Forecaster) -> DailyLosses:
    """Forecast both issues of every day with both models and return their losses.

    Days that either issue knows too little for, or of which less than half came true yet, are left out.

    Args:
        history: Covers the days and the context before them.
        days: Delivery days, none of which either model has seen.
        candidate: One model.
        live: The other.
    """
    usable = [
        day
        for day in sorted(days)
        if all(is_usable(history, history.at(day, issue, context_hours=WEEK_HOURS)) for issue in Issue)
    ]
    said = [_forecasts(history, usable, each) for each in (candidate, live)]
    truth = [np.tile(actual_mw(history, day), len(Issue)) for day in usable]
    losses = [
        np.array([pinball(actual, quantiles, LEVELS) for actual, quantiles in zip(truth, made, strict=True)])
        for made in said
    ]
    bands = [_coverage_80(truth, made) for made in said]
    return DailyLosses(usable, losses[0], losses[1], bands[0], bands[1])


def _forecasts(history: History, days: Sequence[date], forecaster: Forecaster) -> list[Floats]:
    """Return, for each day, the quantiles of its issues one after the other, shape (issues * hours, 7)."""
    sets: list[InformationSet] = [
        history.at(day, issue, context_hours=forecaster.context_hours) for day in days for issue in Issue
    ]
    made = forecaster.predict(sets)
    return [np.concatenate(made[n : n + len(Issue)]) for n in range(0, len(made), len(Issue))]


def _coverage_80(truth: Sequence[Floats], made: Sequence[Floats]) -> float:
    if not truth:
        return float("nan")
    said = np.concatenate(made)
    return coverage(np.concatenate(truth), said[:, _LOW], said[:, _HIGH])
