"""Daily scores of every forecaster against what was consumed.

Here: which forecast of each hour is scored, on which hours, and the score of a day. Not here: the formulas
(`domain.metrics`), which quarter-hours are scored (`scoring_quarters`), and where scores are kept.

Scored are our forecast, each expert that went into it, what was said within the day some hours ahead and some
days ahead, RTE's, and two references: RTE's less its own recent mean error (`domain.rte_debiased`), and the same
hour a week before.

Scored are complete hours only (four quarters), on the D-1 of RTE's that was known at 20:30 the day before, its
newest one beside it (`domain.rte_bar`), and of ours the issue that was made first, for that is what was really
said.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain import intraday, metrics, week_ahead
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
from elec_pipeline.domain.forecasters import (
    SCORED_LEADS,
    SEASONAL_NAIVE,
    days_ahead,
    of_expert,
    ours,
    rte_days_ahead,
    within_day,
)
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.quantiles import COLUMNS, LEVELS, MEDIAN, Floats
from elec_pipeline.domain.rte_bar import DAY_AHEAD, RTE_D1, RTE_D1_LATEST, Basis, rte_d1, rte_d1_latest
from elec_pipeline.domain.rte_debiased import LOOKBACK_DAYS, RTE_DEBIASED, rte_debiased
from elec_pipeline.domain.rte_weekly import known_on
from elec_pipeline.domain.week_ahead import LEADS
from elec_pipeline.steps.scoring_quarters import Quarters
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
    "basis",
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
        vintages = queries.vintages_between(connection, start, end, DAY_AHEAD)
        predictions = queries.scorable_predictions(connection, start, end)
        experts = queries.expert_predictions_between(connection, start, end)
        within = queries.intraday_between(connection, start, end)
        weeks = queries.week_ahead_between(connection, start, end)
        weekly = queries.weekly_vintages(connection, start, end)
        of_quarters = Quarters.read(connection, start, end, predictions)
    past = queries.history(engine, day_start(first - timedelta(days=LOOKBACK_DAYS + 1)), end)
    complete = actuals.loc[actuals["quarters"] == QUARTERS_AN_HOUR].set_index("hour_start")["load_mw"]
    bar = rte_d1(vintages).set_index("hour_start")
    latest = rte_d1_latest(vintages).set_index("hour_start")["load_mw"]
    issued = {moment: frame.set_index("hour_start") for moment, frame in predictions.groupby("issued_at")}
    said = _medians(experts, predictions)
    within = within.assign(lead=intraday.leads(within["hour_start"], within["issued_at"]))
    by_lead = {lead: within[within["lead"] == lead].set_index("hour_start") for lead in SCORED_LEADS}
    by_lead_days = {
        lead: frame.drop_duplicates("hour_start").set_index("hour_start")  # the model that made it first
        for lead, frame in weeks.groupby(week_ahead.leads(weeks["hour_start"], weeks["issued_at"]))
    }
    rows = []
    for day in days(first, last):
        axis = hours(day)
        actual = complete.reindex(axis).to_numpy()
        points = {
            RTE_D1: bar["load_mw"].reindex(axis).to_numpy(),
            RTE_D1_LATEST: latest.reindex(axis).to_numpy(),
            RTE_DEBIASED: rte_debiased(past, day),
            SEASONAL_NAIVE: complete.reindex(same_time_days_before(axis, NAIVE_DAYS)).to_numpy(),
        }
        of_rte = {RTE_D1: _basis(bar.loc[bar.index.isin(axis[~np.isnan(actual)]), "is_nominal"])}
        rows += [_row(day, name, actual, point, None, of_rte.get(name)) for name, point in points.items()]
        for lead, issues in by_lead.items():
            quantiles = issues[list(COLUMNS)].reindex(axis).to_numpy()
            rows.append(_row(day, within_day(lead), actual, quantiles[:, MEDIAN], quantiles))
        for lead_days, issues in by_lead_days.items():
            quantiles = issues[list(COLUMNS)].reindex(axis).to_numpy()
            rows.append(_row(day, days_ahead(int(lead_days)), actual, quantiles[:, MEDIAN], quantiles))
        for lead_days in LEADS if len(weekly) else ():
            theirs = known_on(weekly, day - timedelta(days=lead_days)).reindex(axis).to_numpy()
            rows.append(_row(day, rte_days_ahead(lead_days), actual, theirs, None))
        for issue in Issue:
            moment = pd.Timestamp(issue_time(day, issue))
            if moment in issued:
                quantiles = issued[moment].reindex(axis)[list(COLUMNS)].to_numpy()
                rows.append(_row(day, ours(issue), actual, quantiles[:, MEDIAN], quantiles))
            for expert, median in said.get(moment, {}).items():
                rows.append(_row(day, of_expert(expert, issue), actual, median.reindex(axis).to_numpy(), None))
        for name, true, point, quantiles_of in of_quarters.of_day(day):
            rows.append(_row(day, name, true, point, quantiles_of, an_hour=QUARTERS_AN_HOUR))
    scored = [row for row in rows if row["hours"]]
    return pd.DataFrame(scored, columns=SCORE_COLUMNS).astype({"basis": "str"})


def _medians(experts: pd.DataFrame, predictions: pd.DataFrame) -> dict[Hashable, dict[str, pd.Series]]:
    """Return by issue time and expert what the experts said in the forecasts that are scored.

    Of several models that made an issue the first is scored, and so are its experts and no other's.
    """
    scored = experts.merge(predictions[["hour_start", "issued_at", "model_version"]])
    said: dict[Hashable, dict[str, pd.Series]] = {}
    for (moment, expert), rows in scored.groupby(["issued_at", "expert"]):
        said.setdefault(moment, {})[str(expert)] = rows.set_index("hour_start")["load_mw"]
    return said


def _basis(is_nominal: pd.Series) -> Basis:
    """Return what the scored hours of RTE's forecast rest on: the nominal time, where any of them does."""
    return Basis.NOMINAL if is_nominal.any() else Basis.PUBLISHED


def _row(
    day: date,
    forecaster: str,
    actual: Floats,
    point: Floats,
    quantiles: Floats | None,
    basis: Basis | None = None,
    *,
    an_hour: int = 1,
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
        "hours": int(np.count_nonzero(~np.isnan(actual) & ~np.isnan(point))) // an_hour,
        "basis": basis and basis.value,
    }
