"""Two models on the same issues: the daily losses that the promotion gate judges by.

Here: which days neither model has seen, and both models' losses there, from identical information sets. Not
here: the verdict (`gate`), and scores for people, which are a back-test's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.history import History, rte_d1_mw
from elec_pipeline.domain.metrics import coverage, mape, pinball
from elec_pipeline.domain.quantiles import LEVELS, MEDIAN, Floats
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.forecasting.lifecycle.gate import DailyLosses
from elec_pipeline.forecasting.samples import Sample, as_issued

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
    hours = max(candidate.context_hours, live.context_hours)
    of_day = {day: list(as_issued(history, [day], context_hours=hours)) for day in sorted(days)}
    usable = [day for day, samples in of_day.items() if len(samples) == len(Issue)]
    said = [_forecasts([of_day[day] for day in usable], each) for each in (candidate, live)]
    truth = [np.concatenate([sample.truth_mw for sample in of_day[day]]) for day in usable]
    losses = [
        np.array([pinball(actual, quantiles, LEVELS) for actual, quantiles in zip(truth, made, strict=True)])
        for made in said
    ]
    bands = [_coverage_80(truth, made) for made in said]
    against = _against_rte([np.tile(rte_d1_mw(history, day), len(Issue)) for day in usable], truth, said[0])
    return DailyLosses(usable, losses[0], losses[1], bands[0], bands[1], *against)


def _forecasts(of_days: Sequence[Sequence[Sample]], forecaster: Forecaster) -> list[Floats]:
    """Return, for each day, the quantiles of its issues one after the other, shape (issues * hours, 7)."""
    made = forecaster.predict([sample.information for samples in of_days for sample in samples])
    return [np.concatenate(made[n : n + len(Issue)]) for n in range(0, len(made), len(Issue))]


def _against_rte(rte: Sequence[Floats], truth: Sequence[Floats], made: Sequence[Floats]) -> tuple[float, float]:
    """Return the MAPE of a model's median and of RTE's D-1, on the hours that have one; NaN without any."""
    if not truth:
        return float("nan"), float("nan")
    theirs, median = np.concatenate(rte), np.concatenate(made)[:, MEDIAN]
    actual = np.where(np.isnan(theirs), np.nan, np.concatenate(truth))
    return mape(actual, median), mape(actual, theirs)


def _coverage_80(truth: Sequence[Floats], made: Sequence[Floats]) -> float:
    if not truth:
        return float("nan")
    said = np.concatenate(made)
    return coverage(np.concatenate(truth), said[:, _LOW], said[:, _HIGH])
