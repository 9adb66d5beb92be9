"""Issues of the week ahead in the store: each once, as the morning knew it, live and made later alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import (
    HOUR,
    Issue,
    day_end,
    day_start,
    days,
    delivery_day,
    hours,
    issue_time,
)
from elec_pipeline.domain.forecasters import days_ahead
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.quantiles import COLUMNS, Floats
from elec_pipeline.domain.week_ahead import LEADS, issued_on, leads
from elec_pipeline.forecasting.combination.combination import Combination
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE, Ridge
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.forecasting.week_ahead import OfRte
from elec_pipeline.steps.scoring import score_days
from elec_pipeline.steps.week_ahead import issue_weeks
from elec_pipeline.steps.weekly_shares import REACH_DAYS, read_weekly
from elec_pipeline.store import queries
from elec_pipeline.store.actuals import write_hours, write_raw
from elec_pipeline.store.bulk import copy
from elec_pipeline.store.forecasts import write_vintages, write_week_ahead
from elec_pipeline.store.tables import rte_weekly_forecasts
from elec_pipeline_tests.conftest import every_day_length


def forecaster(version: str = "model") -> Forecaster:
    return Forecaster({RIDGE: Ridge()}, Combination.alone(RIDGE), version, "bundled", "ridge", None)


def curve(axis: pd.DatetimeIndex) -> Floats:
    number = (axis - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(HOUR)
    return np.asarray(50e3 + 3000 * np.sin(number.to_numpy() / 4))


def fill(engine: Engine, first: date, last: date) -> None:
    """Store the load of a span of days, and RTE's forecast of each at 20:00 the day before."""
    axis = hours(first, last)
    write_hours(engine, pd.DataFrame({"hour_start": axis, "load_mw": curve(axis), "quarters": 4}))
    out = [issue_time(delivery_day(hour.to_pydatetime()), Issue.EVENING) - HOUR / 2 for hour in axis]
    vintages = pd.DataFrame(
        {"hour_start": axis, "published_at": out, "load_mw": curve(axis), "forecast_type": "D-1"}
    )
    write_vintages(engine, vintages.astype({"published_at": "datetime64[us, UTC]"}), source="simulator")


def stored(engine: Engine, morning: date, version: str = "model") -> pd.DataFrame:
    with engine.connect() as connection:
        rows = queries.week_ahead_issued_between(connection, day_start(morning), day_end(morning))
    return (
        rows[rows["model_version"] == version].drop(columns=["created_at", "model_version"]).reset_index(drop=True)
    )


@every_day_length
@pytest.mark.parametrize("lead", [LEADS[0], LEADS[-1]])
def test_each_morning_once_with_all_hours_of_six_days_and_their_peaks(
    engine: Engine, day: date, n_hours: int, lead: int
) -> None:
    morning = day - timedelta(days=lead)
    tomorrow = morning + timedelta(days=1)
    fill(engine, morning - timedelta(days=16), morning)
    early = issue_weeks(engine, forecaster(), tomorrow, tomorrow, now=issued_on(morning) - HOUR)
    assert (early.issues, early.there_already) == (0, 0)
    report = issue_weeks(engine, forecaster(), tomorrow, tomorrow, now=issued_on(morning))
    assert (report.issues, report.there_already, report.refused) == (1, 0, [])
    made = stored(engine, morning)
    axis = hours(morning + timedelta(days=LEADS[0]), morning + timedelta(days=LEADS[-1]))
    assert made["hour_start"].tolist() == axis.tolist()
    assert set(made["issued_at"]) == {issued_on(morning)}
    of_day = made[leads(made["hour_start"], made["issued_at"]) == lead]
    assert len(of_day) == n_hours
    assert of_day["peak_probability"].sum() == pytest.approx(1)
    assert (np.diff(made[list(COLUMNS)], axis=1) >= 0).all()
    with engine.connect() as connection:
        newest, peaks = queries.newest_week_ahead(connection, issued_on(morning) + HOUR)
        none, _ = queries.newest_week_ahead(connection, issued_on(morning) - HOUR)
    assert newest["hour_start"].tolist() == axis.tolist()
    assert peaks["delivery_day"].tolist() == days(morning + timedelta(days=2), morning + timedelta(days=7))
    assert none.empty
    again = issue_weeks(engine, forecaster(), tomorrow, tomorrow, now=issued_on(morning) + HOUR)
    assert (again.issues, again.there_already, again.written.inserted) == (0, 1, 0)


@every_day_length
def test_made_later_it_is_what_it_was_live(engine: Engine, day: date, n_hours: int) -> None:
    assert n_hours
    morning, tomorrow = day - timedelta(days=1), day
    fill(engine, morning - timedelta(days=16), morning)
    issue_weeks(engine, forecaster("live"), tomorrow, tomorrow, now=issued_on(morning))
    fill(engine, tomorrow, morning + timedelta(days=LEADS[-1]))
    report = issue_weeks(engine, forecaster("later"), morning, tomorrow, now=day_end(day))
    assert report.issues == 2
    pd.testing.assert_frame_equal(stored(engine, morning, "later"), stored(engine, morning, "live"))


@every_day_length
def test_it_is_scored_by_lead(engine: Engine, day: date, n_hours: int) -> None:
    first = day - timedelta(days=LEADS[-1])
    fill(engine, first - timedelta(days=16), day)
    issue_weeks(engine, forecaster(), first + timedelta(days=1), day, now=day_end(day))
    scores, _ = score_days(engine, day, day)
    by_name = scores.set_index("forecaster")
    for lead in LEADS:
        row = by_name.loc[days_ahead(lead)]
        assert row["hours"] == n_hours
        assert row["mape"] > 0
        assert 0 <= row["coverage_80"] <= 1


def say_each_morning(engine: Engine, mornings: Sequence[date], *, ours_mw: float, theirs_mw: float) -> None:
    """Store what a model of ours and RTE said of the days ahead: the load, and so much more."""
    of_us, of_rte = [], []
    for morning in mornings:
        axis = hours(morning + timedelta(days=LEADS[0]), morning + timedelta(days=LEADS[-1]))
        said = dict.fromkeys(COLUMNS, curve(axis) + ours_mw)
        of_us.append(pd.DataFrame({"hour_start": axis, "issued_at": issued_on(morning)} | said))
        axis = hours(morning + timedelta(days=3), morning + timedelta(days=9))
        published = issued_on(morning) - 3 * HOUR
        of_rte.append(
            pd.DataFrame({"hour_start": axis, "published_at": published, "load_mw": curve(axis) + theirs_mw})
        )
    ours = pd.concat(of_us, ignore_index=True).astype({"issued_at": "datetime64[us, UTC]"})
    peaks = pd.DataFrame(
        {"delivery_day": [mornings[0]], "issued_at": issued_on(mornings[0])} | dict.fromkeys(COLUMNS, 1.0)
    )
    named = {"model_version": "planted"}
    write_week_ahead(engine, ours.assign(peak_probability=0.0, **named), peaks.assign(**named))
    rows = pd.concat(of_rte, ignore_index=True).astype({"published_at": "datetime64[us, UTC]"})
    with engine.begin() as connection:
        copy(
            connection,
            rte_weekly_forecasts,
            "elec.rte_weekly_forecasts",
            rows.assign(ingested_at=rows["published_at"]),
        )


def shares_of(engine: Engine, morning: date) -> dict[int, OfRte]:
    """Return what of RTE's weekly forecast has a share in ours on a morning."""
    model, tomorrow = forecaster(), morning + timedelta(days=1)
    start = day_start(morning - timedelta(days=1)) - model.context_hours * HOUR
    known = queries.history(engine, start, day_end(tomorrow)).at(
        tomorrow, Issue.MORNING, context_hours=model.context_hours
    )
    return read_weekly(engine, [morning]).of(morning, known)


def say_quarters(engine: Engine, hour: datetime, load_mw: float) -> None:
    """Store the quarters of an hour, and the hour; what was there before becomes a revision of now."""
    axis = pd.date_range(hour, periods=4, freq="15min", unit="us")
    rows = pd.DataFrame(
        {"interval_start": axis, "load_mw": load_mw, "resolution_minutes": 15, "published_at": axis}
    )
    write_raw(engine, rows, source="test", due=axis)
    write_hours(engine, pd.DataFrame({"hour_start": axis[:1], "load_mw": load_mw, "quarters": 4}))


@every_day_length
def test_a_load_revised_later_has_no_part_in_the_share(engine: Engine, day: date, n_hours: int) -> None:
    assert n_hours
    morning = day + timedelta(days=2)
    first = morning - timedelta(days=REACH_DAYS)
    fill(engine, first, morning)
    say_each_morning(engine, days(first - timedelta(days=7), morning), ours_mw=600.0, theirs_mw=-200.0)
    hour = day_start(day) + 12 * HOUR
    say_quarters(engine, hour, float(curve(pd.DatetimeIndex([hour]))[0]))
    before = shares_of(engine, morning)
    assert before
    say_quarters(engine, hour, 70e3)
    with engine.connect() as connection:
        assert queries.hours_between(connection, hour, hour + HOUR)["load_mw"].tolist() == [70e3]
    assert {lead: each.share for lead, each in shares_of(engine, morning).items()} == pytest.approx(
        {lead: each.share for lead, each in before.items()}
    )


@every_day_length
def test_rtes_weekly_forecast_has_the_share_it_has_earned_and_only_what_was_known(
    engine: Engine, day: date, n_hours: int
) -> None:
    morning = day - timedelta(days=LEADS[-1])
    tomorrow, first = morning + timedelta(days=1), morning - timedelta(days=REACH_DAYS)
    fill(engine, first, morning)
    issue_weeks(engine, forecaster("alone"), tomorrow, tomorrow, now=issued_on(morning))
    say_each_morning(engine, days(first - timedelta(days=7), morning), ours_mw=600.0, theirs_mw=-200.0)
    shares = shares_of(engine, morning)
    assert sorted(shares) == [3, 4, 5, 6, 7]
    assert [each.share for each in shares.values()] == pytest.approx([0.75] * 5)
    assert len(shares[LEADS[-1]].load_mw) == n_hours
    early = first + timedelta(days=20)
    assert not shares_of(engine, early)  # too few days are known of both

    issue_weeks(engine, forecaster("with"), tomorrow, tomorrow, now=issued_on(morning))
    alone, drawn = (
        stored(engine, morning, name).set_index("hour_start")["load_mw"].reindex(hours(day)).to_numpy()
        for name in ("alone", "with")
    )
    np.testing.assert_allclose(drawn, 0.25 * alone + 0.75 * (curve(hours(day)) - 200), atol=0.1)
    fill(engine, tomorrow, day)
    scores, _ = score_days(engine, day, day)
    of_rte = scores.set_index("forecaster").loc["rte_weekly_d7"]
    assert (of_rte["hours"], of_rte["mae_mw"]) == (n_hours, pytest.approx(200.0))


def test_a_morning_that_knows_too_little_is_refused_and_the_others_are_made(engine: Engine) -> None:
    day = date(2025, 3, 31)
    fill(engine, day - timedelta(days=4), day)
    report = issue_weeks(engine, forecaster(), day - timedelta(days=3), day + timedelta(days=1), now=day_end(day))
    assert report.issues == 1
    assert len(report.refused) == 4
    assert "only" in report.refused[0]


def test_what_the_experts_cannot_say_is_an_error_with_the_models_name(engine: Engine) -> None:
    class Silent(Ridge):
        def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
            return [np.full_like(each, np.nan) for each in super().predict(sets)]

    day = date(2025, 3, 31)
    fill(engine, day - timedelta(days=16), day)
    broken = Forecaster({RIDGE: Silent()}, Combination.alone(RIDGE), "broken", "here", "ridge", None)
    report = issue_weeks(engine, broken, day + timedelta(days=1), day + timedelta(days=1), now=day_end(day))
    assert report.issues == 0
    assert "hours without a value" in report.refused[0]
