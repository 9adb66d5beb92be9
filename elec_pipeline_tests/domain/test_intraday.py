"""Hourly issues: when they come, what they know, which forecast they go on from."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.domain import intraday
from elec_pipeline.domain.delivery_day import HOUR, Issue, day_end, day_start, hours, issue_time
from elec_pipeline.forecasting.intraday import LARGEST_ERROR, brought_up_to_date, rho
from elec_pipeline_tests.conftest import every_day_length


def forecasts(*issues: tuple[date, datetime, str]) -> pd.DataFrame:
    """Return rows of day-ahead forecasts: delivery day, issue time, model."""
    frames = [
        pd.DataFrame(
            {"hour_start": hours(day), "issued_at": issued, "created_at": issued, "model_version": model}
        ).astype({"issued_at": "datetime64[us, UTC]", "created_at": "datetime64[us, UTC]"})
        for day, issued, model in issues
    ]
    return pd.concat(frames, ignore_index=True)


@every_day_length
def test_a_day_has_an_issue_for_each_of_its_hours_which_looks_to_the_end_of_tomorrow(
    day: date, n_hours: int
) -> None:
    issues = intraday.issue_times(day)
    assert len(set(issues)) == n_hours
    for issued, hour in zip(issues, hours(day), strict=True):
        ahead = intraday.hours_ahead(issued)
        assert ahead[0] == hour
        assert ahead[-1] + HOUR == day_end(day + timedelta(days=1))
        assert intraday.window(issued)[1] == hour


@every_day_length
def test_it_knows_the_newest_half_hour_that_has_come_however_late_others_are(day: date, n_hours: int) -> None:
    assert n_hours
    issued = intraday.issue_times(day)[8]
    start, end = intraday.window(issued)
    loads = np.arange(1.0, 25.0)
    newest = intraday.newest_half_hour(issued, loads)
    assert newest == intraday.HalfHour(end - HOUR / 2, 23.5)
    assert newest.hours_to(intraday.hours_ahead(issued))[:2].tolist() == [0.75, 1.75]
    loads[-3:] = np.nan
    loads[-6] = np.nan
    assert intraday.newest_half_hour(issued, loads) == intraday.HalfHour(start + 4.75 * HOUR, 20.5)
    assert intraday.newest_half_hour(issued, np.where(np.arange(24) % 2, 1.0, np.nan)) is None


@every_day_length
@pytest.mark.parametrize("now", ["before the morning issue", "after it", "after the evening issue"])
def test_it_goes_on_from_the_newest_issue_of_each_day_that_was_known(day: date, n_hours: int, now: str) -> None:
    tomorrow = day + timedelta(days=1)
    morning, evening = (issue_time(tomorrow, issue) for issue in Issue)
    todays = issue_time(day, Issue.EVENING)
    rows = forecasts(
        (day, issue_time(day, Issue.MORNING), "a"), (day, todays, "a"), (tomorrow, morning, "a"),
        (tomorrow, evening, "a"), (day, day_end(day), "after the fact"),
    )  # fmt: skip
    minute = timedelta(minutes=1)
    issued, wanted = {
        "before the morning issue": (morning - minute, set()),
        "after it": (morning + minute, {morning}),
        "after the evening issue": (evening + minute, {evening}),
    }[now]
    base = intraday.base_of(rows, issued)
    is_today = base["hour_start"] < pd.Timestamp(day_end(day))
    assert set(base.loc[is_today, "issued_at"]) == {pd.Timestamp(todays)}
    assert is_today.sum() == n_hours
    assert set(base.loc[~is_today, "issued_at"]) == {pd.Timestamp(each) for each in wanted}


def test_of_two_models_that_made_an_issue_the_first_counts() -> None:
    day = date(2025, 6, 3)
    issued = issue_time(day, Issue.EVENING)
    rows = forecasts((day, issued, "a later one"), (day, issued, "b"))
    rows["created_at"] += pd.to_timedelta((rows["model_version"] != "b").astype(int), unit="h")
    assert set(intraday.base_of(rows, day_start(day))["model_version"]) == {"b"}


def test_an_error_goes_on_and_fades_and_an_absurd_one_is_bounded() -> None:
    steps = np.arange(1, 37)
    assert (np.diff(rho(steps)) < 0).all()
    hourly = 50e3 + np.array([-2000.0, -1500, -700, 0, 700, 1500, 2000]) * np.ones((36, 1))
    made = brought_up_to_date(hourly, 0.01, steps)
    assert (np.diff(made[:, 3]) <= 0).all()
    assert made[0, 3] - 50e3 == pytest.approx(430, abs=10)
    assert made[-1, 3] - 50e3 < 20
    assert (np.diff(np.ptp(made, axis=1)) >= 0).all()
    absurd = brought_up_to_date(hourly, 40.0, steps)
    assert np.abs(absurd[:, 3] - 50e3).max() <= 50e3 * LARGEST_ERROR


def test_a_forecast_without_bands_keeps_none() -> None:
    hourly = np.full((2, 7), np.nan)
    hourly[:, 3] = 50e3
    made = brought_up_to_date(hourly, -0.01, [1, 2])
    assert np.isfinite(made[:, 3]).all()
    assert np.isnan(np.delete(made, 3, axis=1)).all()
