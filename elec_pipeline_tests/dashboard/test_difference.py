"""Ours less another forecast, on days of 23, 24 and 25 hours, and how it is drawn."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from dashboard.charts.difference import add_difference
from dashboard.charts.load import load_figure
from dashboard.difference import Against, by_day, differences, other_curve, previous_issue
from dashboard.language import Language
from dashboard.texts import Texts
from elec_pipeline.domain.delivery_day import HOUR, Issue, hours, issue_time
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.dashboard.test_figures import frame_of


@every_day_length
def test_where_rte_leaves_the_band_is_marked_and_past_hours_have_both_errors(day: date, n_hours: int) -> None:
    frame = frame_of(day, day)  # RTE's is 2 % higher, the band 200 MW wide to either side
    frame.loc[frame.index[3], "rte_d1_mw"] = frame["load_mw"].iloc[3] + 50
    frame.loc[frame.index[5], "quarters"] = 2.0
    frame.loc[frame.index[-4:], ["actual_mw", "quarters"]] = np.nan
    table = differences(frame, other_curve(frame, Against.RTE, None, by_hour=True))
    assert table["difference_mw"].iloc[3] == pytest.approx(-50)
    assert table.index[~table["outside"]].tolist() == [frame.index[3]]
    known = np.arange(n_hours) < n_hours - 4
    known[5] = False  # incomplete
    for error in ("our_error_mw", "other_error_mw"):
        assert table[error].notna().tolist() == known.tolist()
    assert (table["our_error_mw"] - table["other_error_mw"]).dropna().to_numpy() == pytest.approx(
        table["difference_mw"].to_numpy()[known]
    )


@every_day_length
@pytest.mark.parametrize("against", [Against.DAY_BEFORE, Against.WEEK_BEFORE])
def test_days_before_are_held_against_the_same_paris_hours(day: date, n_hours: int, against: Against) -> None:
    frame = frame_of(day - timedelta(days=against.days_before), day)
    clock = pd.DatetimeIndex(frame.index).tz_convert("Europe/Paris").hour
    frame["actual_mw"] = 50_000.0 + 10 * clock
    frame["load_mw"] = frame["actual_mw"] + 300
    other = other_curve(frame, against, None, by_hour=True)
    shown = differences(frame.iloc[-n_hours:], other)["difference_mw"]
    assert len(shown) == n_hours
    assert set(shown.round().astype(int)) <= {300, 310}  # where a clock took the hour, the one before it stands in
    assert (shown.round() == 300).sum() >= n_hours - 1


@every_day_length
def test_the_issue_before_the_one_shown_is_found_by_hour(day: date, n_hours: int) -> None:
    grid = hours(day)
    morning, evening = (issue_time(day, issue) for issue in Issue)
    made = pd.concat(
        [
            pd.DataFrame({"hour_start": grid, "issued_at": pd.Timestamp(at), "load_mw": load})
            for at, load in ((evening, 60.0), (morning, 50.0))
        ]
    )
    shown = pd.Series(pd.Timestamp(evening), index=grid)
    assert previous_issue(shown, made).tolist() == [50.0] * n_hours
    shown.iloc[:2] = pd.Timestamp(morning)
    assert previous_issue(shown, made).isna().sum() == 2
    assert previous_issue(shown.where(shown.isna()), made).isna().all()
    assert previous_issue(shown, made.iloc[:0]).isna().all()


@every_day_length
def test_means_of_days_are_marked_where_most_hours_are(day: date, n_hours: int) -> None:
    frame = frame_of(day, day + timedelta(days=1))
    table = differences(frame, frame["rte_d1_mw"])
    table["difference_mw"], table["outside"] = np.arange(len(table)), np.arange(len(table)) < n_hours // 2 + 1
    days = by_day(table)
    assert days["difference_mw"].tolist() == pytest.approx([(n_hours - 1) / 2, n_hours + 11.5])
    assert days["outside"].tolist() == [True, False]


@every_day_length
@pytest.mark.parametrize("language", Language)
def test_the_panel_shares_the_time_axis_of_the_curve(day: date, n_hours: int, language: Language) -> None:
    frame, texts = frame_of(day, day), Texts(language)
    figure = load_figure(frame, texts, None)
    above = len(figure.data)
    add_difference(figure, differences(frame, frame["rte_d1_mw"]), texts("other_rte"), texts, step=HOUR)
    panel = figure.data[above:]
    assert {trace.yaxis for trace in panel} == {"y2"}
    assert {trace.xaxis for trace in figure.data} == {None}  # one axis: a zoom is one of both
    assert all(len(trace.x) == n_hours for trace in panel)
    assert panel[0].name == texts("difference_outside", other="RTE")
    assert not any("markers" in (trace.mode or "") for trace in figure.data if trace.type == "scatter")
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]


@every_day_length
def test_incomplete_hours_are_dotted_and_said_to_be(day: date, n_hours: int) -> None:
    frame, texts = frame_of(day, day), Texts(Language.ENGLISH)
    frame.loc[frame.index[-1], "quarters"] = 1.0
    figure = load_figure(frame, texts, None)
    drawn = {trace.name: trace for trace in figure.data}
    assert np.isnan(drawn["Actual consumption"].y[-1])
    dotted = drawn["Actual consumption (incomplete)"]
    assert dotted.line.dash == "dot"
    assert np.flatnonzero(~np.isnan(np.asarray(dotted.y, dtype=float))).tolist() == [n_hours - 2, n_hours - 1]
