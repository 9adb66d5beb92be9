"""Hourly issues in the store: each once, from what was known, whatever comes later."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import HOUR, Issue, day_end, day_start, hours, issue_time, quarters
from elec_pipeline.domain.intraday import issue_times
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.steps.intraday import issue_within_days
from elec_pipeline.steps.quarter_hours import add_quarter_hours
from elec_pipeline.store import queries
from elec_pipeline.store.actuals import write_raw
from elec_pipeline.store.forecasts import write_predictions
from elec_pipeline_tests.conftest import every_day_length

LOAD = 50e3


def consume(engine: Engine, first: datetime, end: datetime, load: float) -> None:
    """Store quarters of `[first, end[`, as large as that and a few MW more each."""
    axis = quarters((first - HOUR).date(), (end + HOUR).date())
    axis = axis[(axis >= pd.Timestamp(first)) & (axis < pd.Timestamp(end))]
    curve = pd.DataFrame({"interval_start": axis, "load_mw": load + np.arange(len(axis)) % 4})
    curve = curve.assign(resolution_minutes=15, published_at=axis + timedelta(minutes=20))
    write_raw(engine, curve, source="test", due=axis)


def forecast(engine: Engine, day: date, issue: Issue, *, with_quarters: bool = True) -> None:
    axis = hours(day)
    frame = pd.DataFrame({"hour_start": axis, "issued_at": issue_time(day, issue), "model_version": "a"})
    for place, name in enumerate(COLUMNS):
        frame[name] = LOAD + 500.0 * (place - 3)
    write_predictions(engine, frame.astype({"issued_at": "datetime64[us, UTC]"}))
    if with_quarters:
        add_quarter_hours(engine, day, day)


def stored(engine: Engine, day: date) -> pd.DataFrame:
    with engine.connect() as connection:
        made = queries.intraday_between(connection, day_start(day), day_end(day + timedelta(days=1)))
    return made.drop(columns="created_at").sort_values(["issued_at", "hour_start"], ignore_index=True)


@every_day_length
def test_each_hour_the_rest_of_today_and_tomorrow_once_there_is_a_forecast(
    engine: Engine, day: date, n_hours: int
) -> None:
    tomorrow = day + timedelta(days=1)
    for each in (day, tomorrow):
        for issue in Issue:
            forecast(engine, each, issue)
    consume(engine, day_start(day) - 8 * HOUR, day_end(day), 1.02 * LOAD)
    forecast(engine, day - timedelta(days=1), Issue.EVENING)
    report = issue_within_days(engine, day, day, now=day_end(day) + HOUR)
    assert (report.issues, report.there_already, report.refused) == (n_hours, 0, [])
    made = stored(engine, day)
    n_tomorrow = len(hours(tomorrow))
    has_tomorrow = [issued >= issue_time(tomorrow, Issue.MORNING) for issued in issue_times(day)]
    assert made.groupby("issued_at").size().tolist() == [
        n_hours - place + n_tomorrow * known for place, known in enumerate(has_tomorrow)
    ]
    first = made.groupby("issued_at").first()
    assert (first["known_until"] == first["hour_start"]).all()
    assert first["load_mw"].between(LOAD * 1.015, LOAD * 1.02).all()
    again = issue_within_days(engine, day, day, now=day_end(day) + HOUR)
    assert (again.issues, again.there_already) == (0, n_hours)
    pd.testing.assert_frame_equal(stored(engine, day), made)


@every_day_length
def test_what_comes_later_moves_nothing_and_live_equals_made_later(
    engine: Engine, day: date, n_hours: int
) -> None:
    assert n_hours
    tomorrow = day + timedelta(days=1)
    for each in (day - timedelta(days=1), day, tomorrow):
        forecast(engine, each, Issue.EVENING)
    noon = issue_times(day)[12]
    consume(engine, day_start(day) - HOUR, noon.replace(minute=0), 1.02 * LOAD)
    issue_within_days(engine, day, day, now=noon)
    live = stored(engine, day)
    assert len(live["issued_at"].unique()) == 13
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM elec.intraday_predictions"))
    consume(engine, noon.replace(minute=0), day_end(day), 0.9 * LOAD)
    consume(
        engine, noon.replace(minute=0) - 3 * HOUR, noon.replace(minute=0), 0.8 * LOAD
    )  # revised now, years later
    issue_within_days(engine, day, day, now=day_end(day))
    later = stored(engine, day)
    pd.testing.assert_frame_equal(later[later["issued_at"] <= pd.Timestamp(noon)], live)


@every_day_length
def test_what_is_lacking_is_said_and_nothing_is_made_of_it(engine: Engine, day: date, n_hours: int) -> None:
    now = issue_times(day)[2]
    nothing = issue_within_days(engine, day, day, now=now)
    assert (nothing.issues, len(nothing.refused)) == (0, 3)
    assert all("raw_consumption" in reason for reason in nothing.refused)
    consume(engine, day_start(day) - 4 * HOUR, now, LOAD)
    without = issue_within_days(engine, day, day, now=now)
    assert (without.issues, len(without.refused)) == (0, 3)
    assert all("chronos_predictions" in reason for reason in without.refused)
    forecast(engine, day, Issue.EVENING)
    late = issue_within_days(engine, day, day, now=now)
    # Of the first issue the newest known half hour is yesterday's, of which there is no forecast.
    assert (late.issues, len(late.refused)) == (2, 1)
    assert stored(engine, day).groupby("issued_at").size().tolist() == [n_hours - 1, n_hours - 2]
