"""The table of a file: a row for each hour, hours that nothing can confuse, gaps that stay gaps."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS, hours
from elec_pipeline.exports.table import LOADS, NAMES, export_table
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.exports.series import nothing_of, series_of


@every_day_length
def test_each_hour_has_a_row_of_its_own_that_ends_where_the_next_begins(day: date, n_hours: int) -> None:
    table = export_table(series_of(day))
    assert tuple(table.columns) == NAMES
    assert table["hour_number"].tolist() == list(range(1, n_hours + 1))
    assert set(table["delivery_day"]) == {day}
    assert table["start_utc"].tolist() == hours(day).tolist()
    assert table["start_paris"].map(pd.Timestamp.isoformat).is_unique
    assert table["end_paris"].iloc[:-1].tolist() == table["start_paris"].iloc[1:].tolist()
    assert table["end_paris"].iloc[-1] == pd.Timestamp(day + timedelta(days=1), tz=PARIS)


@every_day_length
def test_an_hour_that_lacks_a_quarter_has_no_actual(day: date, n_hours: int) -> None:
    actual = export_table(series_of(day))["actual_mw"]
    assert actual.index[actual.isna()].tolist() == [4, *range(n_hours - 3, n_hours)]


@every_day_length
def test_days_at_the_ends_of_which_nothing_is_known_are_left_out_and_those_between_stay(
    day: date, n_hours: int
) -> None:
    series = series_of(day - timedelta(days=3), day + timedelta(days=2))
    local = pd.Series(pd.DatetimeIndex(series.index).tz_convert(PARIS).date)
    nothing = local.isin([day - timedelta(days=3), day - timedelta(days=1), day + timedelta(days=2)]).to_numpy()
    series.loc[nothing, ["actual_mw", "load_mw", "rte_d1_mw", "rte_d2_mw"]] = np.nan
    series.loc[nothing, [name.removesuffix("_mw") for name in LOADS if name.startswith("q")]] = np.nan
    table = export_table(series)
    days = table["delivery_day"].value_counts()
    assert sorted(days.index) == [day + timedelta(days=n) for n in (-2, -1, 0, 1)]
    assert days[day] == n_hours
    assert table.loc[table["delivery_day"] == day - timedelta(days=1), list(LOADS)].isna().all(axis=None)


def test_of_days_of_which_nothing_is_known_there_are_headings_alone() -> None:
    table = export_table(nothing_of(date(2025, 3, 31)))
    assert tuple(table.columns) == NAMES
    assert table.empty
