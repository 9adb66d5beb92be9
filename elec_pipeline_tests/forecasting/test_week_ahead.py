"""The week ahead depends on what its morning knew, and each of its days on the one before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue, hours
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.quantiles import LEVELS, MEDIAN
from elec_pipeline.domain.week_ahead import LEADS, delivery_days, issued_on
from elec_pipeline.forecasting.combination.combination import Combination
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE, Ridge
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.forecasting.week_ahead import DayAhead, of_scenarios, scenarios, week_ahead
from elec_pipeline_tests.conftest import every_day_length


@pytest.fixture(scope="module")
def forecaster(taught_ridge: Ridge) -> Forecaster:
    return Forecaster({RIDGE: taught_ridge}, Combination.alone(RIDGE), "test", "here", "ridge", None)


@pytest.fixture(scope="module")
def week_past(make_history: Callable[..., History]) -> History:
    return make_history(temperature=True, week=True)


def known(history: History, morning: date, forecaster: Forecaster) -> tuple[InformationSet, list[InformationSet]]:
    tomorrow, *later = (
        history.at(day, Issue.MORNING, context_hours=forecaster.context_hours, lead_days=lead)
        for lead, day in ((1, morning + timedelta(days=1)), *delivery_days(morning))
    )
    return tomorrow, later


def made(history: History, morning: date, forecaster: Forecaster) -> list[DayAhead]:
    days, refused = week_ahead(forecaster, *known(history, morning, forecaster))
    assert refused is None
    return days


def assert_same(one: list[DayAhead], other: list[DayAhead]) -> None:
    for left, right in zip(one, other, strict=True):
        np.testing.assert_array_equal(left.quantiles, right.quantiles)
        np.testing.assert_array_equal(left.peak_mw, right.peak_mw)
        np.testing.assert_array_equal(left.peak_probability, right.peak_probability)


@every_day_length
@pytest.mark.parametrize("lead", [LEADS[0], LEADS[-1]])
def test_every_lead_has_the_hours_of_its_day_in_order_and_a_peak(
    day: date, n_hours: int, lead: int, week_past: History, forecaster: Forecaster
) -> None:
    days = made(week_past, day - timedelta(days=lead), forecaster)
    assert [each.lead for each in days] == list(LEADS)
    [of_day] = [each for each in days if each.delivery_day == day]
    assert of_day.quantiles.shape == (n_hours, len(LEVELS))
    for each in days:
        assert len(each.quantiles) == len(each.peak_probability) == len(hours(each.delivery_day))
        assert (np.diff(each.quantiles, axis=1) >= 0).all()
        assert (np.diff(each.peak_mw) >= 0).all()
        assert each.peak_probability.sum() == pytest.approx(1)
        assert each.peak_mw[MEDIAN] >= each.quantiles[:, MEDIAN].max() - 1


@every_day_length
@pytest.mark.parametrize("lead", [1, 4, LEADS[-1]])
def test_moving_the_future_moves_no_lead(
    day: date, n_hours: int, lead: int, week_past: History, forecaster: Forecaster,
    make_history: Callable[..., History],
) -> None:  # fmt: skip
    assert n_hours
    morning = day - timedelta(days=lead)
    shuffled = make_history(shuffled_after=issued_on(morning), temperature=True, week=True)
    assert not np.array_equal(shuffled.inputs[TEMPERATURE].value, week_past.inputs[TEMPERATURE].value)
    assert_same(made(week_past, morning, forecaster), made(shuffled, morning, forecaster))


@every_day_length
def test_a_day_stands_on_those_before_it_and_on_its_own_temperature(
    day: date, n_hours: int, week_past: History, forecaster: Forecaster
) -> None:
    assert n_hours
    morning = day - timedelta(days=3)
    tomorrow, later = known(week_past, morning, forecaster)
    as_it_is, _ = week_ahead(forecaster, tomorrow, later)
    colder = []
    for each in later:  # on the third day, as each lead knows it
        values = each.inputs[TEMPERATURE].copy()
        first, n_later = each.context_hours, len(each.hours)
        local = [(hour in set(hours(day).tz_localize(None))) for hour in each.hours[first:n_later]]
        values[first:][np.array(local)] -= 5
        colder.append(replace(each, inputs={TEMPERATURE: values}))
    changed, _ = week_ahead(forecaster, tomorrow, colder)
    by_lead = {
        one.lead: other.quantiles[:, MEDIAN] - one.quantiles[:, MEDIAN]
        for one, other in zip(as_it_is, changed, strict=True)
    }
    assert not by_lead[2].any()
    assert by_lead[3].mean() > 500
    assert np.abs(by_lead[4]).max() > 1


@every_day_length
def test_where_the_weathers_forecast_ends_its_last_day_stands(
    day: date, n_hours: int, week_past: History, warm_past: History, forecaster: Forecaster
) -> None:
    assert n_hours
    morning = day - timedelta(days=4)
    _, whole = known(week_past, morning, forecaster)
    _, short = known(warm_past, morning, forecaster)
    assert np.isnan(short[-1].inputs[TEMPERATURE]).any()
    assert TEMPERATURE not in short[-1].usable_inputs
    assert np.isnan(whole[-1].inputs[TEMPERATURE][whole[-1].context_hours :]).mean() < 0.1  # a jump is left out
    days = made(warm_past, morning, forecaster)
    assert [each.lead for each in days] == list(LEADS)


@every_day_length
def test_bands_widen_with_the_lead(day: date, n_hours: int, week_past: History, forecaster: Forecaster) -> None:
    assert n_hours
    days = made(week_past, day - timedelta(days=4), forecaster)
    widths = [float((each.quantiles[:, -1] - each.quantiles[:, 0]).mean()) for each in days]
    assert widths[-1] > widths[0]
    assert (np.diff(widths) > -100).all()  # but for what a change of the weather takes from a day's own


@every_day_length
def test_an_implausible_day_ends_the_issue(
    day: date, n_hours: int, week_past: History, forecaster: Forecaster
) -> None:
    assert n_hours
    tomorrow, later = known(week_past, day - timedelta(days=4), forecaster)
    values = later[2].inputs[TEMPERATURE].copy()
    values[-later[2].delivery_hours :] = -900.0
    later[2] = replace(later[2], inputs={TEMPERATURE: values})
    days, refused = week_ahead(forecaster, tomorrow, later)
    assert [each.lead for each in days] == [2, 3]
    assert refused is not None
    assert f"{day}, 4 days ahead, is not published" in refused


def test_without_known_errors_a_usual_one_makes_the_bands() -> None:
    median = np.full(24, 50_000.0)
    days = scenarios(median, np.full((60, 24), np.nan), np.zeros(24))
    of_day = of_scenarios(date(2025, 1, 1), 2, median, days)
    assert of_day.quantiles[0, -1] - of_day.quantiles[0, 0] == pytest.approx(2 * 1.645 * 0.015 * 50_000, rel=0.25)
    assert of_day.peak_probability.max() < 0.5  # nothing is known of when the peak will be


def test_the_hour_of_the_peak_is_as_likely_as_it_was_the_highest() -> None:
    median = np.array([50e3, 60e3, 60e3, 50e3])
    errors = np.zeros((20, 4))
    errors[:5, 1] = 0.05
    errors[5:, 2] = 0.05
    made = of_scenarios(date(2025, 1, 1), 2, median, scenarios(median, errors, np.zeros(4)))
    # Each error counts in both directions: where an hour is lower, the other is the highest.
    assert made.peak_probability[[0, 3]].sum() == 0
    assert made.peak_probability.sum() == 1
    assert made.peak_mw[-1] == pytest.approx(63e3)
