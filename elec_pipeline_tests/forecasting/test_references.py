"""References repeat local hours, learn from RTE's errors, and survive what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from elec_pipeline.delivery_day import Issue, hours
from elec_pipeline.forecasting.baselines import seasonal_naive
from elec_pipeline.forecasting.local_grid import LocalGrid
from elec_pipeline.forecasting.recipe import Recipe
from elec_pipeline.forecasting.references import References
from elec_pipeline.information_set import Floats, History, InformationSet
from elec_pipeline.metrics import mae

DAYS = [date(2025, 3, 30), date(2025, 3, 31), date(2025, 4, 6), date(2025, 10, 26), date(2025, 11, 2)]
PLAIN = Recipe()
WEIGHTED = Recipe(error_weights=(0.1, 0.5, 0.3))


def at(past: History, day: date, issue: Issue = Issue.EVENING) -> InformationSet:
    return past.at(day, issue, context_hours=1392)


def truth(past: History, day: date) -> Floats:
    first = int((hours(day)[0] - past.start).total_seconds() // 3600)
    return past.load_mw[first : first + len(hours(day))]


@pytest.mark.parametrize("day", DAYS)
def test_earlier_reads_the_same_local_hour_across_clock_changes(day: date, past: History) -> None:
    information = at(past, day)
    grid = LocalGrid.of(information.hours)
    back = grid.earlier(grid.hour.astype(float), 7)[-information.delivery_hours :]
    same = back == grid.hour[-information.delivery_hours :]
    assert (~same).sum() <= 1  # the skipped hour has no counterpart


def test_nothing_lies_before_the_grid(past: History) -> None:
    information = at(past, DAYS[0])
    grid = LocalGrid.of(information.hours)
    assert np.isnan(grid.earlier(information.load_mw, 7)[: 7 * 24]).all()


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("issue", list(Issue))
def test_the_seasonal_naive_forecast_has_every_hour_of_the_day(day: date, issue: Issue, past: History) -> None:
    forecast = seasonal_naive(at(past, day, issue))
    assert len(forecast) == len(hours(day))
    assert not np.isnan(forecast).any()


def test_the_seasonal_naive_forecast_is_the_week_before(past: History) -> None:
    day = date(2025, 7, 9)
    assert seasonal_naive(at(past, day)).tolist() == truth(past, date(2025, 7, 2)).tolist()
    with pytest.raises(ValueError, match="two days"):
        seasonal_naive(at(past, day), days=1)


def test_the_correction_removes_errors_that_repeat_with_the_hour(past: History) -> None:
    information = at(past, date(2025, 7, 9))
    references = References(information, WEIGHTED)
    actual = truth(past, date(2025, 7, 9))
    assert mae(actual, references.reference[-24:]) < 0.9 * mae(actual, information.rte_mw[-24:])


def test_without_weights_the_reference_is_rtes_forecast(past: History) -> None:
    information = at(past, date(2025, 7, 9))
    assert References(information, PLAIN).reference[-24:].tolist() == information.rte_mw[-24:].tolist()


def test_the_morning_stands_on_the_similar_day(past: History) -> None:
    references = References(at(past, date(2025, 7, 9), Issue.MORNING), WEIGHTED)
    assert not references.stands_on_rte
    assert references.reference.tolist() == references.similar_day.tolist()


@pytest.mark.parametrize("known", [0, 100, 700])
@pytest.mark.parametrize("issue", list(Issue))
def test_the_reference_of_the_delivery_day_is_known_however_little_is(
    known: int, issue: Issue, past: History
) -> None:
    information = at(past, date(2025, 3, 30), issue)
    load = information.load_mw.copy()
    load[: information.context_hours - known] = np.nan
    nothing = np.full_like(load, np.nan)
    only_this = replace(information, load_mw=load, rte_mw=nothing)
    reference = References(only_this, WEIGHTED).reference[-23:]
    assert np.isnan(reference).all() if known == 0 else not np.isnan(reference).any()
