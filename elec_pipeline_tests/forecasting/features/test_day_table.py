"""An information set becomes a table of Paris days; what an issue did not know is cut off by the columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import PARIS, Issue, hours
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.forecasting.features.day_table import (
    KNOWN_HOURS,
    MOST_MW,
    DayTable,
    around_mean,
    blocks,
    later,
    mean_of_days_before,
)
from elec_pipeline.forecasting.features.local_time import LocalGrid
from elec_pipeline_tests.conftest import every_day_length


def table_of(information: InformationSet) -> DayTable:
    return DayTable.of(information, LocalGrid.of(information.hours))


def made_up(days: int = 12) -> DayTable:
    """Loads that name their day and hour, and a forecast of RTE's that is 50 MW too low."""
    load = 1000.0 * np.arange(days)[:, None] + np.arange(24.0)
    return DayTable(np.arange(20_000, 20_000 + days), load, load - 50, {})


@every_day_length
@pytest.mark.parametrize("issue", list(Issue))
def test_the_last_row_is_the_delivery_day(day: date, n_hours: int, issue: Issue, warm_past: History) -> None:
    information = warm_past.at(day, issue, context_hours=24 * 20)
    table = table_of(information)
    assert table.day[-1] == (day - date(1970, 1, 1)).days
    assert (np.diff(table.day) == 1).all()
    local = [hour.astimezone(PARIS).hour for hour in hours(day)]
    assert len(local) == n_hours
    expected = np.full(24, np.nan)
    expected[local] = information.input(TEMPERATURE)[-n_hours:]  # of an hour shown twice the later
    np.testing.assert_array_equal(table.input(TEMPERATURE)[-1], expected)
    assert np.isnan(table.load_mw[-1]).all()
    assert np.isnan(table.input(TEMPERATURE)[-1]).sum() == (n_hours == 23)


@every_day_length
@pytest.mark.parametrize("days_later", [0, 1])
@pytest.mark.parametrize("issue", list(Issue))
def test_an_issue_knows_as_many_local_hours_of_the_day_before(
    day: date, n_hours: int, days_later: int, issue: Issue, past: History
) -> None:
    delivery_day = day + timedelta(days=days_later)
    day_before = delivery_day - timedelta(days=1)
    assert days_later == 0 or len(hours(day_before)) == n_hours
    known = ~np.isnan(table_of(past.at(delivery_day, issue, context_hours=24 * 20)).load_mw[-2])
    on_the_clock = np.isin(np.arange(24), [hour.astimezone(PARIS).hour for hour in hours(day_before)])
    np.testing.assert_array_equal(known, (np.arange(24) < KNOWN_HOURS[issue]) & on_the_clock)


def test_a_history_may_start_in_the_middle_of_a_day(past: History) -> None:
    table = table_of(past.at(date(2025, 7, 9), Issue.EVENING, context_hours=30))
    assert table.load_mw.shape == (3, 24)
    assert np.isnan(table.load_mw[0, :13]).all()
    assert np.isfinite(table.load_mw[0, 13:]).all()


def test_the_rows_of_a_table_are_a_table() -> None:
    part = made_up().rows(slice(3, 5))
    assert part.day.tolist() == [20_003, 20_004]
    assert part.load_mw[:, 0].tolist() == part.hybrid_mw[:, 0].tolist() == [3000, 4000]


@pytest.mark.parametrize("known_hours", KNOWN_HOURS.values())
def test_the_day_before_is_load_while_it_was_known_then_rtes_forecast(known_hours: int) -> None:
    before = made_up().day_before(known_hours)[5]
    assert before[:known_hours].tolist() == [4000 + hour for hour in range(known_hours)]
    assert before[known_hours:].tolist() == [3950 + hour for hour in range(known_hours, 24)]


@pytest.mark.parametrize("known_hours", KNOWN_HOURS.values())
def test_the_last_error_is_of_the_day_before_or_the_one_before_that(known_hours: int) -> None:
    table = made_up()
    table = replace(table, rte_mw=table.load_mw - np.arange(12.0)[:, None])
    assert table.last_error(known_hours)[5].tolist() == [4.0] * known_hours + [3.0] * (24 - known_hours)
    so_far = table.error_so_far(known_hours)[5]
    assert np.isnan(so_far).tolist() == [hour >= known_hours for hour in range(24)]


@pytest.mark.parametrize("absurd", [1e9, -1e9])
def test_an_absurd_forecast_counts_as_a_large_error_only(absurd: float) -> None:
    table = made_up()
    rte = table.rte_mw.copy()
    rte[5, 5] = absurd
    error = replace(table, rte_mw=rte).error_mw
    assert error[5, 5] == -np.sign(absurd) * MOST_MW
    assert np.delete(error.ravel(), 5 * 24 + 5) == pytest.approx(50)


def test_means_of_days_before_skip_what_is_not_known() -> None:
    load = made_up().load_mw
    load[3] = np.nan
    means = mean_of_days_before(load, 2, 3)[:, 0]
    assert np.isnan(means[:2]).all()
    assert means[[2, 4, 5, 6, 7]].tolist() == [0, 1500, 2000, 4000, 4500]


def test_curves_around_their_mean_and_in_blocks() -> None:
    load = made_up().load_mw
    load[0, 6:9] = np.nan
    assert np.nanmean(around_mean(load), axis=1) == pytest.approx(0)
    made = blocks("load", load)
    assert list(made) == [f"load_{hour}h" for hour in range(0, 24, 3)]
    assert all(values.shape == (12, 1) for values in made.values())
    assert np.isnan(made["load_6h"][0, 0])
    assert made["load_6h"][1, 0] == 1007


@pytest.mark.parametrize(("hours_later", "expected"), [(-3, [0, 7, 20]), (0, [0, 10, 23]), (3, [3, 13, 23])])
def test_beyond_the_day_its_first_or_last_value_stands(hours_later: int, expected: list[int]) -> None:
    assert later(np.arange(24.0)[None], hours_later)[0, [0, 10, 23]].tolist() == expected
