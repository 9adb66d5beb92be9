"""Daily scores of every forecaster against what was consumed.

Here: which forecast of each hour is scored, on which hours, and the score of a day. Not here: the formulas
(`domain.metrics`), and where scores are kept.

Scored are complete hours only (four quarters), on the newest D-1 of RTE's and the issue that was made
first of ours, for that is what was really said.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain import metrics
from elec_pipeline.domain.delivery_day import (
    Issue,
    day_end,
    day_start,
    days,
    hours,
    issue_time,
    same_time_days_before,
    spans,
)
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.quantiles import COLUMNS, LEVELS, Floats
from elec_pipeline.store import queries
from elec_pipeline.store.bulk import NOTHING, Written
from elec_pipeline.store.forecasts import write_accuracy

SCORE_COLUMNS = [
    "delivery_day",
    "forecaster",
    "mape",
    "mae_mw",
    "rmse_mw",
    "bias_mw",
    "pinball_mw",
    "coverage_80",
    "hours",
]
NAIVE_DAYS = 7
MONTH_DAYS = 31


def score_days(engine: Engine, first: date, last: date) -> tuple[pd.DataFrame, Written]:
    """Score every forecaster on each delivery day of a range, both ends included, and store the scores.

    Returns:
        The scores, with the columns of `forecast_accuracy`, and what the write changed.
    """
    frames, written = [], NOTHING
    for begin, end in spans(first, last, MONTH_DAYS):
        scores = _score(engine, begin, end)
        written += write_accuracy(engine, scores)
        frames.append(scores)
    return pd.concat(frames, ignore_index=True), written


def _score(engine: Engine, first: date, last: date) -> pd.DataFrame:
    start, end = day_start(first), day_end(last)
    with engine.connect() as connection:
        actuals = queries.hours_between(connection, day_start(first - timedelta(days=NAIVE_DAYS)), end)
        rte = queries.newest_vintages(connection, "D-1", start, end)
        predictions = queries.scorable_predictions(connection, start, end)
    complete = actuals.loc[actuals["quarters"] == QUARTERS_AN_HOUR].set_index("hour_start")["load_mw"]
    rte_load = rte.set_index("hour_start")["load_mw"]
    issued = {moment: frame.set_index("hour_start") for moment, frame in predictions.groupby("issued_at")}
    rows = []
    for day in days(first, last):
        axis = hours(day)
        actual = complete.reindex(axis).to_numpy()
        points = {
            "rte_d1": rte_load.reindex(axis).to_numpy(),
            "seasonal_naive": complete.reindex(same_time_days_before(axis, NAIVE_DAYS)).to_numpy(),
        }
        rows += [_row(day, name, actual, point, None) for name, point in points.items()]
        for issue in Issue:
            made = issued.get(pd.Timestamp(issue_time(day, issue)))
            if made is not None:
                quantiles = made.reindex(axis)[list(COLUMNS)].to_numpy()
                rows.append(
                    _row(day, f"chronos_{issue}", actual, quantiles[:, COLUMNS.index("load_mw")], quantiles)
                )
    scored = [row for row in rows if row["hours"]]
    return pd.DataFrame(scored, columns=SCORE_COLUMNS)


def _row(
    day: date,
    forecaster: str,
    actual: Floats,
    point: Floats,
    quantiles: Floats | None,
) -> dict[str, object]:
    return {
        "delivery_day": day,
        "forecaster": forecaster,
        "mape": metrics.mape(actual, point),
        "mae_mw": metrics.mae(actual, point),
        "rmse_mw": metrics.rmse(actual, point),
        "bias_mw": metrics.bias(actual, point),
        "pinball_mw": None if quantiles is None else metrics.pinball(actual, quantiles, LEVELS),
        "coverage_80": None if quantiles is None else metrics.coverage(actual, quantiles[:, 1], quantiles[:, 5]),
        "hours": int(np.count_nonzero(~np.isnan(actual) & ~np.isnan(point))),
    }
