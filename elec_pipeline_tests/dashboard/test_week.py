"""The page of the week ahead: which forecast stands for which day, the figures of a day, what is said of gaps."""

from __future__ import annotations

import re
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.week import days_of_week, week_curve
from elec_pipeline.domain.delivery_day import PARIS, hours
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.domain.week_ahead import LEADS
from elec_pipeline.store.database import open_database
from elec_pipeline_tests.conftest import every_day_length, settings_for
from elec_pipeline_tests.dashboard.conftest import Open
from elec_pipeline_tests.dashboard.test_app import line, words
from elec_pipeline_tests.dashboard.world import TODAY
from elec_pipeline_tests.issues_of_weeks import PEAK_HOUR, SECOND_HOUR, plant_weeks, week_issue


def day_ahead_of(day: date) -> pd.DataFrame:
    axis = hours(day)
    return pd.DataFrame({name: 70_000.0 + n for n, name in enumerate(COLUMNS)}, index=axis)


@every_day_length
@pytest.mark.parametrize("lead", [1, *LEADS])
def test_each_day_has_every_hour_its_peak_and_its_change(day: date, n_hours: int, lead: int) -> None:
    morning = day - timedelta(days=lead)
    tomorrow = morning + timedelta(days=1)
    issue, peaks = week_issue(morning)
    curve = week_curve(tomorrow, day_ahead_of(tomorrow), issue)
    assert curve.index.tolist() == hours(tomorrow, morning + timedelta(days=7)).tolist()
    before = pd.Series(40_000.0, index=hours(morning - timedelta(days=7), morning))
    ahead = days_of_week(curve, peaks, before)
    assert [each.day for each in ahead] == [morning + timedelta(days=n) for n in range(1, 8)]
    found = ahead[lead - 1]
    assert (found.hours, found.hours_due) == (n_hours, n_hours)
    load = curve["load_mw"].reindex(hours(day))
    assert found.energy_gwh == pytest.approx(load.sum() / 1000)
    assert found.change is not None
    assert found.change.mean_mw == pytest.approx(load.mean() - 40_000)
    if lead == 1:
        assert (found.peak_mw, found.low_mw, found.high_mw) == (70_003.0, 70_001.0, 70_005.0)
        assert np.isnan(found.likely[0][1])
    else:
        stored = peaks[peaks["delivery_day"] == day].iloc[0]
        assert [found.peak_mw, found.low_mw, found.high_mw] == stored[["load_mw", "q10", "q90"]].tolist()
        clock = [pd.Timestamp(at).tz_convert(PARIS).hour for at, _ in found.likely]
        assert clock == [PEAK_HOUR, SECOND_HOUR]


@every_day_length
def test_the_issue_of_the_morning_before_stands_in_until_tomorrow_is_forecast(day: date, n_hours: int) -> None:
    issue, peaks = week_issue(day - timedelta(days=2))
    nothing = day_ahead_of(day) * np.nan
    curve = week_curve(day, nothing, issue)
    assert len(curve.loc[hours(day)].dropna()) == n_hours
    assert days_of_week(curve, peaks, pd.Series(dtype="float64"))[0].likely[0][1] > 0
    alone = week_curve(day, day_ahead_of(day), issue.iloc[:0])
    assert [each.day for each in days_of_week(alone, peaks.iloc[:0], pd.Series(dtype="float64"))] == [day]


def tiles(app: AppTest) -> list[str]:
    [shown] = [each.proto.body for each in app.get("html") if '<dl class="elec-tiles"' in each.proto.body]
    return [re.sub(r"<.*?>", "|", each) for each in re.findall(r"<div>(.*?)</div>", shown)]


def test_the_page_shows_seven_days_and_when_they_were_issued(data: str, open_app: Open) -> None:
    engine = open_database(settings_for(data))
    plant_weeks(engine, TODAY - timedelta(days=1), TODAY)
    engine.dispose()
    app = open_app(data, page="week")
    shown = tiles(app)
    assert len(shown) == 7
    assert shown[0].startswith("|Tue 28 Oct|")
    assert "|19–20 h (60%)||12–13 h (25%)|" in shown[1]
    assert all(re.search(r"80%: [\d,]+–[\d,]+.*[\d,]+ GWh.*[+−][\d,]+ MW vs \d", each) for each in shown), shown
    assert line(app) == (
        "Tue 28 Oct, tomorrow: issued Mon 27 Oct 10:00 · Wed 29 Oct to Mon 3 Nov: issued Mon 27 Oct 10:00"
    )
    assert not app.info
    app.segmented_control(key="language").set_value("fr").run()
    assert "La semaine à venir" in words(app)


def test_the_page_says_so_where_no_issue_or_an_older_one_is_there(data: str, open_app: Open) -> None:
    engine = open_database(settings_for(data))
    plant_weeks(engine)
    assert "No forecast of the days two to seven ahead is there" in words(open_app(data, page="week"))
    plant_weeks(engine, TODAY - timedelta(days=1))
    engine.dispose()
    app = open_app(data, page="week")
    assert "Today's issue is not there: shown is that of Sun 26 Oct" in words(app)
    assert len(tiles(app)) == 6
