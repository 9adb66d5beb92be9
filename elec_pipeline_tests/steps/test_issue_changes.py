"""An issue says how it differs from the one before it, live and in a backfill alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import HOUR, Issue, day_end, day_start, days, hours, issue_time
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.quantiles import LEVELS, MEDIAN, Floats
from elec_pipeline.forecasting.combination.combination import Combination
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE, Ridge
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.steps.issuing import issue_due
from elec_pipeline.store import queries
from elec_pipeline.store.actuals import write_hours
from elec_pipeline.store.forecasts import write_predictions, write_vintages
from elec_pipeline_tests.conftest import every_day_length

SHARES = ["from_load_mw", "from_rte_mw", "from_weather_mw"]
RTE_ABOVE_MW = 1000.0


class Unlearnt(Ridge):
    """A ridge that has learnt nothing, with bands: RTE's forecast where there is one, else the week before."""

    def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
        return [each[:, [MEDIAN]] + np.linspace(-2000, 2000, len(LEVELS)) for each in super().predict(sets)]


def forecaster(version: str) -> Forecaster:
    return Forecaster({RIDGE: Unlearnt()}, Combination.alone(RIDGE), version, "bundled", "ridge", None)


def fill(engine: Engine, day: date) -> None:
    """Store a week of load, and RTE's forecast of every day that is out at 20:00 the day before."""
    axis = hours(day - timedelta(days=16), day)
    load = 50e3 + 3000 * np.sin(np.arange(len(axis)) / 4)
    write_hours(engine, pd.DataFrame({"hour_start": axis, "load_mw": load, "quarters": 4}))
    rows = []
    for each in days(day - timedelta(days=8), day):
        of_day = hours(each)
        above = RTE_ABOVE_MW + load[axis.isin(of_day)]
        out = issue_time(each, Issue.EVENING) - HOUR / 2
        rows.append(pd.DataFrame({"hour_start": of_day, "published_at": out, "load_mw": above}))
    vintages = pd.concat(rows, ignore_index=True).assign(forecast_type="D-1")
    write_vintages(engine, vintages.astype({"published_at": "datetime64[us, UTC]"}), source="simulator")


def stored(engine: Engine, day: date, version: str) -> pd.DataFrame:
    with engine.connect() as connection:
        rows = queries.prediction_changes_between(connection, day_start(day), day_end(day))
    return rows[rows["model_version"] == version].drop(columns="model_version").reset_index(drop=True)


def issue(engine: Engine, day: date, version: str, now: datetime) -> int:
    return issue_due(engine, forecaster(version), day, day, now=now).written.inserted


@every_day_length
def test_live_and_backfilled_issues_say_the_same_of_what_moved(engine: Engine, day: date, n_hours: int) -> None:
    fill(engine, day)
    assert issue(engine, day, "live", issue_time(day, Issue.MORNING)) == n_hours
    assert stored(engine, day, "live").empty  # the first issue of a day has none before it
    assert issue(engine, day, "live", issue_time(day, Issue.EVENING)) == n_hours
    live = stored(engine, day, "live")
    assert live["hour_start"].tolist() == hours(day).tolist()
    assert set(live["issued_at"]) == {issue_time(day, Issue.EVENING)}
    assert set(live["previous_issued_at"]) == {issue_time(day, Issue.MORNING)}
    with engine.connect() as connection:
        said = queries.scorable_predictions(connection, day_start(day), day_end(day))
    by_issue = {at: rows.set_index("hour_start")["load_mw"] for at, rows in said.groupby("issued_at")}
    moved = by_issue[issue_time(day, Issue.EVENING)] - by_issue[issue_time(day, Issue.MORNING)]
    np.testing.assert_allclose(live["load_change_mw"], moved, atol=0.06)
    np.testing.assert_allclose(live[SHARES].sum(axis=1), moved, atol=0.3)
    assert not live["from_weather_mw"].any()
    assert live["from_rte_mw"].abs().max() > RTE_ABOVE_MW / 2

    assert issue(engine, day, "backfilled", issue_time(day, Issue.EVENING)) == 2 * n_hours
    pd.testing.assert_frame_equal(stored(engine, day, "backfilled"), live)
    assert issue(engine, day, "live", issue_time(day, Issue.EVENING)) == 0
    pd.testing.assert_frame_equal(stored(engine, day, "live"), live)


@every_day_length
def test_of_an_issue_at_another_time_the_change_is_known_and_not_what_drove_it(
    engine: Engine, day: date, n_hours: int
) -> None:
    fill(engine, day)
    at_noon, none_known = issue_time(day, Issue.MORNING) + 2 * HOUR, 3
    imported = pd.DataFrame({"hour_start": hours(day)[none_known:], "issued_at": at_noon, "load_mw": 40e3})
    late = pd.DataFrame({"hour_start": hours(day)[:1], "issued_at": day_start(day) + HOUR, "load_mw": 1e3})
    rows = pd.concat([imported, late]).astype({"issued_at": "datetime64[us, UTC]"})
    write_predictions(engine, rows.assign(model_version="older", q10=float("nan")))
    issue(engine, day, "new", issue_time(day, Issue.EVENING))
    changes = stored(engine, day, "new")
    evening = changes[changes["issued_at"] == issue_time(day, Issue.EVENING)]
    assert len(evening) == len(changes) == n_hours - none_known
    assert set(evening["previous_issued_at"]) == {at_noon}
    assert evening["load_change_mw"].min() > 5000
    assert evening[SHARES].isna().all(axis=None)
