"""RTE is scored by the same forecast everywhere: the newest D-1 that was known at 20:30 the day before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from dashboard import comparison, reads, tiles
from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, days, hours, issue_time, to_utc
from elec_pipeline.domain.quantiles import COLUMNS, Floats
from elec_pipeline.domain.rte_bar import RTE_D1, RTE_D1_LATEST
from elec_pipeline.forecasting.backtest.run import back_test
from elec_pipeline.forecasting.backtest.scores import scores as back_test_scores
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.experts.naive import SeasonalNaive
from elec_pipeline.forecasting.lifecycle.card import figures_of
from elec_pipeline.forecasting.lifecycle.drift import RECENT_DAYS, drift
from elec_pipeline.forecasting.lifecycle.gate import Gate, judge
from elec_pipeline.forecasting.lifecycle.gate_losses import daily_losses
from elec_pipeline.steps.scoring import score_days
from elec_pipeline.store import queries
from elec_pipeline.store.actuals import write_hours
from elec_pipeline.store.forecasts import write_predictions, write_vintages
from elec_pipeline_tests.api.conftest import Api, app_of, served
from elec_pipeline_tests.conftest import whole_runs_every_day_length

D2, FIRST, NIGHT, ON_THE_DAY, LATE, TOO_LATE, USUAL, OURS = 6.0, 2.0, 3.0, 1.0, 5.0, 0.5, 4.0, 2.5
"""Errors of the forecasts, each by its own share of the load, %."""
FETCHED_LATE, AFTER_THE_BAR = range(3), range(3, 5)
"""Hours of the day of which the first D-1 reached us a day later, and of which it was published at 22:00."""


def vintage(
    axis: pd.DatetimeIndex, kind: str, published: datetime, ingested: datetime, error: float
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "hour_start": axis, "forecast_type": kind, "published_at": pd.Timestamp(published).as_unit("us"),
            "ingested_at": pd.Timestamp(ingested).as_unit("us"), "load_mw": load_of(axis) * (1 + error / 100),
        }
    )  # fmt: skip


def load_of(axis: pd.DatetimeIndex) -> Floats:
    return np.asarray(50_000 + 5_000 * np.sin(axis.asi8 / 3.6e9 / 24 * 2 * np.pi))


def revised_day(day: date) -> pd.DataFrame:
    """Return a day with a D-2, a D-1 of 20:00, its revisions at 23:00 and on the day, and hours fetched late."""
    eve, axis, soon = day - timedelta(days=1), hours(day), timedelta(minutes=5)
    in_time = axis[len(FETCHED_LATE) + len(AFTER_THE_BAR) :]
    at_eight, at_ten, at_eleven = (to_utc(eve, time(hour)) for hour in (20, 22, 23))
    breakfast = to_utc(day, time(8))
    two_days = to_utc(eve - timedelta(days=1), time(7))
    return pd.concat(
        [
            vintage(axis, "D-2", two_days, two_days + soon, D2),
            vintage(in_time, "D-1", at_eight, at_eight + soon, FIRST),
            vintage(in_time, "D-1", at_eleven, at_eleven + soon, NIGHT),
            vintage(in_time, "D-1", breakfast, breakfast + soon, ON_THE_DAY),
            vintage(axis[FETCHED_LATE], "D-1", breakfast, breakfast + timedelta(days=1), LATE),
            vintage(axis[AFTER_THE_BAR], "D-1", at_ten, at_ten + soon, TOO_LATE),
        ]
    )


@pytest.fixture
def filled(engine: Engine, day: date) -> Engine:
    """Two weeks of load, a week of scores, and the last day with every kind of vintage."""
    axis = hours(day - timedelta(days=14), day)
    write_hours(engine, pd.DataFrame({"hour_start": axis, "load_mw": load_of(axis), "quarters": 4}))
    for each in days(day - timedelta(days=RECENT_DAYS - 1), day):
        published = to_utc(each - timedelta(days=1), time(19, 30))
        usual = vintage(hours(each), "D-1", published, published, USUAL)
        write_vintages(engine, revised_day(each) if each == day else usual, source="test")
        evening = pd.Timestamp(issue_time(each, Issue.EVENING)).as_unit("us")
        ours = dict.fromkeys(COLUMNS, load_of(hours(each)) * (1 + OURS / 100))
        write_predictions(
            engine, pd.DataFrame({"hour_start": hours(each), "issued_at": evening, "model_version": "test"} | ours)
        )
    score_days(engine, day - timedelta(days=RECENT_DAYS - 1), day)
    return engine


@pytest.fixture
def api(filled: Engine, database: str) -> Iterator[Api]:
    assert str(filled.url.database) in database
    app = app_of(database)
    with served(app) as url:
        yield Api(url, app)


def expected(n_hours: int) -> float:
    """Return RTE's MAPE of the last day: hours fetched late, and those that 20:30 knew."""
    late, in_time = len(FETCHED_LATE), n_hours - len(FETCHED_LATE) - len(AFTER_THE_BAR)
    return (late * LATE + in_time * FIRST) / (late + in_time)


@whole_runs_every_day_length
def test_every_part_gives_rte_the_same_score(filled: Engine, api: Api, day: date, n_hours: int) -> None:
    rte = pytest.approx(expected(n_hours))
    scored_hours = n_hours - len(AFTER_THE_BAR)
    with filled.connect() as connection:
        stored = queries.accuracy_between(connection, day - timedelta(days=RECENT_DAYS - 1), day)
        compared = reads.compared(connection, day, day)
        lately = reads.scored(connection, day, day, None)
    today = stored[stored["delivery_day"] == day].set_index("forecaster")
    assert (today["mape"][RTE_D1], today["hours"][RTE_D1], today["basis"][RTE_D1]) == (
        rte,
        scored_hours,
        "nominal",
    )

    past = queries.history(filled, day_start(day - timedelta(days=14)), day_end(day))
    table = back_test_scores(back_test(past, day, day, contestants={"naive": SeasonalNaive()}).frame)
    assert table.loc[table["forecaster"] == RTE_D1, "mape"].tolist() == [rte, rte]
    assert set(table["hours"]) == {scored_hours}

    model = load_forecaster("")
    for issue in Issue:
        assert figures_of(past, [day], issue, model)["rte_mape"] == pytest.approx(expected(n_hours), abs=1e-4)
    before = len(hours(day - timedelta(days=1)))
    losses = daily_losses(past, [day - timedelta(days=1), day], model, model)
    whole = before * USUAL + scored_hours * expected(n_hours)
    assert losses.rte_mape == pytest.approx(whole / (before + scored_hours))
    assert judge(losses, "new", "old", Gate(least_days=2)).rte_mape == pytest.approx(losses.rte_mape, abs=1e-4)
    assert daily_losses(past, [day], model, model).rte_mape == rte

    theirs = ((RECENT_DAYS - 1) * USUAL + expected(n_hours)) / RECENT_DAYS
    assert drift(stored).why.startswith(f"The last {RECENT_DAYS} days: {OURS / theirs:.3f} of RTE's MAPE")

    same, names = comparison.same_hours(compared)
    assert comparison.leaderboard(same, names)["mape"][RTE_D1] == rte
    assert comparison.by_day(same, names)[RTE_D1].tolist() == [rte]
    assert tiles.errors(lately)[1] == rte

    [row] = api.json("/v1/accuracy", forecaster=RTE_D1, start=str(day), end=str(day + timedelta(days=1)))["data"]
    assert (row["mape"], row["hours"], row["basis"]) == (rte, scored_hours, "nominal")


@whole_runs_every_day_length
def test_later_revisions_are_scored_as_a_row_of_their_own(
    filled: Engine, api: Api, day: date, n_hours: int
) -> None:
    late, too_late = len(FETCHED_LATE), len(AFTER_THE_BAR)
    newest = late * LATE + too_late * TOO_LATE + (n_hours - late - too_late) * ON_THE_DAY
    [row] = api.json("/v1/accuracy", forecaster=RTE_D1_LATEST, start=str(day), end=str(day + timedelta(days=1)))[
        "data"
    ]
    assert (row["mape"], row["hours"], row["basis"]) == (pytest.approx(newest / n_hours), n_hours, None)
    with filled.connect() as connection:
        compared = reads.compared(connection, day, day)
    same, names = comparison.same_hours(compared)
    both = (newest - too_late * TOO_LATE) / (n_hours - too_late)
    assert comparison.leaderboard(same, names)["mape"][RTE_D1_LATEST] == pytest.approx(both)
    assert comparison.nominal_days(same) == (1, 1)


@whole_runs_every_day_length
def test_a_day_whose_forecasts_all_came_in_time_rests_on_their_publication(
    filled: Engine, api: Api, day: date, n_hours: int
) -> None:
    before = day - timedelta(days=1)
    rows = api.json("/v1/accuracy", start=str(before), end=str(day))["data"]
    basis = {row["forecaster"]: row["basis"] for row in rows}
    assert basis == {RTE_D1: "published", RTE_D1_LATEST: None, "chronos_evening": None, "seasonal_naive": None}
    with filled.connect() as connection:
        same, _ = comparison.same_hours(reads.compared(connection, before, before))
    assert comparison.nominal_days(same) == (0, 1)
    assert n_hours


@whole_runs_every_day_length
def test_a_day_whose_d1_came_after_the_bar_is_scored_on_its_newest_alone(
    engine: Engine, day: date, n_hours: int
) -> None:
    at_ten = to_utc(day - timedelta(days=1), time(22))
    write_hours(engine, pd.DataFrame({"hour_start": hours(day), "load_mw": load_of(hours(day)), "quarters": 4}))
    write_vintages(engine, vintage(hours(day), "D-1", at_ten, at_ten, TOO_LATE), source="test")
    made, _ = score_days(engine, day, day)
    assert made[["forecaster", "hours"]].to_numpy().tolist() == [[RTE_D1_LATEST, n_hours]]
    with engine.connect() as connection:
        assert queries.scored_days(connection, day, day) == {day}
