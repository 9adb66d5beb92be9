"""Two days side by side, with clock changes in either or both."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from dashboard.charts.two_days import two_days_figure
from dashboard.language import Language
from dashboard.texts import Texts
from dashboard.two_days import two_days
from elec_pipeline.domain.delivery_day import PARIS, hours
from elec_pipeline_tests.conftest import every_day_length

PLAIN, SPRING, AUTUMN = date(2025, 3, 12), date(2025, 3, 30), date(2025, 10, 26)


def series_of(day: date, load_mw: float, *, known: int = 99) -> pd.DataFrame:
    """Return a day whose load says its Paris hour; of its first hours the actual is known."""
    axis = hours(day)
    load = load_mw + 100 * axis.tz_convert(PARIS).hour
    is_known = np.arange(len(axis)) < known
    frame = pd.DataFrame({"load_mw": load + 7, "quarters": np.where(is_known, 4, 0)}, index=axis)
    return frame.assign(actual_mw=np.where(is_known, load, np.nan))


@every_day_length
@pytest.mark.parametrize("other", [PLAIN, SPRING, AUTUMN, date(2024, 10, 27)])
def test_hours_are_matched_by_the_paris_clock(day: date, n_hours: int, other: date) -> None:
    if other == day:
        return
    both = two_days(day, series_of(day, 50_000), other, series_of(other, 40_000))
    n_shared = min(n_hours, len(hours(other)))
    assert both.hours == n_shared
    assert len(both.table) == max(n_hours, len(hours(other)))
    assert both.table.index.is_unique
    assert set(both.table["difference_mw"].dropna()) == {10_000}
    assert both.mean_mw == both.peak_mw == 10_000
    assert both.has_lone_hours == (n_hours != len(hours(other)))
    first = both.table["first_mw"].dropna()
    assert first.tolist() == series_of(day, 50_000)["actual_mw"].tolist()


def test_the_hour_that_autumn_has_twice_stands_alone_the_second_time() -> None:
    table = two_days(AUTUMN, series_of(AUTUMN, 50_000), SPRING, series_of(SPRING, 40_000)).table
    assert table.index[1:5].tolist() == ["01:00", "02:00 UTC+2", "02:00 UTC+1", "03:00"]
    assert table["second_mw"].isna().tolist()[1:5] == [False, True, True, False]
    table = two_days(PLAIN, series_of(PLAIN, 50_000), AUTUMN, series_of(AUTUMN, 40_000)).table
    assert table["first_mw"].isna().tolist()[1:5] == [False, False, True, False]


@every_day_length
def test_where_the_actual_ends_our_forecast_goes_on_and_is_marked(day: date, n_hours: int) -> None:
    before = day - timedelta(days=7)
    both = two_days(day, series_of(day, 50_000, known=10), before, series_of(before, 50_000))
    assert both.table["first_is_forecast"].sum() == n_hours - 10
    assert not both.table["second_is_forecast"].any()
    figure = two_days_figure(both, ("this", "that"), Texts(Language.ENGLISH))
    assert [trace.name for trace in figure.data] == ["this", "this (forecast)", "that"]
    assert list(figure.layout.xaxis.categoryarray) == both.table.index.tolist()


@every_day_length
def test_an_hour_that_a_day_lacks_is_no_hole_in_its_line(day: date, n_hours: int) -> None:
    both = two_days(day, series_of(day, 50_000), AUTUMN, series_of(AUTUMN, 40_000))
    lines = two_days_figure(both, ("this", "that"), Texts(Language.ENGLISH)).data
    assert [len(line.x) for line in lines] == [n_hours, 25]
    assert not any(np.isnan(np.asarray(line.y, dtype=float)).any() for line in lines)
