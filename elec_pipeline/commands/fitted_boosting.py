"""Gradient boosting for `elec backtest`: fitted on what the database holds of the days before the back-test.

Here: which days it may learn from, read month by month. Not here: how it is fitted
(`forecasting.experts.boosting.boosting`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, days, delivery_day, spans
from elec_pipeline.domain.history import History
from elec_pipeline.errors import ChallengerUnavailableError
from elec_pipeline.forecasting.experts.boosting.boosting import Boosting, fit
from elec_pipeline.forecasting.experts.boosting.features import CONTEXT_HOURS
from elec_pipeline.forecasting.experts.boosting.samples import Samples, samples
from elec_pipeline.store import queries

MONTH_DAYS = 31
LEAST_DAYS = 365
MOST_VALIDATION_DAYS = 182
KNOWN_BEFORE = 2
"""The last day it learns from lies this many before the first delivery day: the issue of the day between is
made before that day is over."""

OnStep = Callable[[int, int], None]


@dataclass(frozen=True)
class FittedBoosting:
    """The expert, and what it learnt from as a sentence."""

    model: Boosting
    told: str


def fit_boosting(
    engine: Engine, first: date, issues: Sequence[Issue], on_step: OnStep | None = None
) -> FittedBoosting:
    """Fit gradient boosting on the days before a back-test, and on no later one.

    The last half year of them, at most a quarter, decides how many trees are grown.

    Args:
        engine: Of the store.
        first: First delivery day of the back-test.
        issues: Issues it will be asked for.
        on_step: Told how many of the models are fitted, and how many there will be.

    Raises:
        ChallengerUnavailableError: LightGBM is missing, or there is less than a year to learn from.
    """
    end = first - timedelta(days=KNOWN_BEFORE)
    gathered: dict[Issue, list[Samples]] = {issue: [] for issue in issues}
    for begin, last, history in _months(engine, end):
        for issue in issues:
            part = samples(history, days(begin, last), issue)
            if len(part.actual_mw):
                gathered[issue].append(part)
    learn, choose = {}, {}
    for issue, parts in gathered.items():
        known = np.unique(np.concatenate([part.day for part in parts])) if parts else np.empty(0, dtype=np.int64)
        if len(known) < LEAST_DAYS:
            raise ChallengerUnavailableError(
                "Gradient boosting learns from the days before the back-test. Of them the database has for the "
                f"{issue} issue {len(known)} up to {end} with load and RTE's forecast; {LEAST_DAYS} are needed. "
                "Load more: `elec backfill`; begin later: --from; or leave it out: --no-challenger."
            )
        border = known[-min(MOST_VALIDATION_DAYS, len(known) // 4)]
        learn[issue], choose[issue] = Samples.joined(parts).split(int(border))
    return FittedBoosting(fit(learn, choose, on_step), _told(learn, choose))


def _months(engine: Engine, end: date) -> Iterator[tuple[date, date, History]]:
    with engine.connect() as connection:
        span = queries.span_of_hours(connection)
    if span is None:
        return
    for begin, last in spans(delivery_day(span[0]), end, MONTH_DAYS):
        start = day_start(begin - timedelta(days=KNOWN_BEFORE)) - timedelta(hours=CONTEXT_HOURS)
        yield begin, last, queries.history(engine, start, day_end(last))


def _told(learn: dict[Issue, Samples], choose: dict[Issue, Samples]) -> str:
    first = min(part.day.min() for part in learn.values())
    border = max(part.day.max() for part in learn.values())
    last = max(part.day.max() for part in choose.values())
    dates = [pd.Timestamp(int(number), unit="D").date() for number in (first, border, last)]
    return (
        "Gradient-boosted trees (LightGBM) on the load minus RTE's D-1 in the evening, on the load minus that a "
        f"week before in the morning; learnt from delivery days {dates[0]} to {dates[1]}, number of trees chosen "
        f"on the days to {dates[2]}; knew what the models knew."
    )
