"""The same local hour some days before, and the naive forecast that repeats it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue, hours
from elec_pipeline.domain.history import History, actual_mw
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.forecasting.experts.naive import seasonal_naive
from elec_pipeline.forecasting.features.local_time import LocalGrid

DAYS = [date(2025, 3, 30), date(2025, 3, 31), date(2025, 4, 6), date(2025, 10, 26), date(2025, 11, 2)]
SUMMER = date(2025, 7, 9)


def at(past: History, day: date, issue: Issue = Issue.EVENING) -> InformationSet:
    return past.at(day, issue, context_hours=1392)


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
    assert seasonal_naive(at(past, SUMMER)).tolist() == actual_mw(past, date(2025, 7, 2)).tolist()
    with pytest.raises(ValueError, match="two days"):
        seasonal_naive(at(past, SUMMER), days=1)
