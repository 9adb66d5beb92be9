"""Two series of one quantity whose clocks differ, and those that have nothing to tell about a clock."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.domain.clock_offset import clock_offset
from elec_pipeline.domain.delivery_day import QUARTER, quarters
from elec_pipeline_tests.conftest import every_day_length

QUARTERS = [-4, -3, -2, -1, 0, 1, 2, 3, 4]


def load(day: date) -> pd.Series:
    """A week of load that ends with a day, by quarter-hour."""
    at = quarters(day - timedelta(days=6), day)
    hour = np.arange(len(at)) / 4
    daily = 6e3 * np.sin(2 * np.pi * (hour - 8) / 24) + 2e3 * np.sin(4 * np.pi * hour / 24)
    return pd.Series(50e3 + daily + 1e3 * np.sin(hour / 3), at)


def curve(series: pd.Series, shift: int = 0, minutes: int = 15) -> pd.DataFrame:
    """A series as another publishes it: by longer intervals, and by a clock that is off."""
    means = series.resample(f"{minutes}min").mean()
    at = pd.DatetimeIndex(means.index) + shift * QUARTER
    return pd.DataFrame({"interval_start": at, "load_mw": means.to_numpy(), "resolution_minutes": minutes})


@every_day_length
@pytest.mark.parametrize("shift", QUARTERS)
def test_a_clock_that_is_off_is_found(day: date, n_hours: int, shift: int) -> None:  # noqa: ARG001
    series = load(day)
    assert clock_offset(curve(series, -shift), series) == shift * QUARTER


@pytest.mark.parametrize("shift", [-2, 0, 1])
def test_another_vintage_is_the_same_quantity(shift: int) -> None:
    series = load(date(2025, 7, 1))
    drawn = np.random.default_rng(1).normal(0, 300, len(series) // 24 + 1)
    other = series + np.interp(np.arange(len(series)), 24 * np.arange(len(drawn)), drawn)
    assert clock_offset(curve(other, -shift), series) == shift * QUARTER


@pytest.mark.parametrize("shift", [-4, 0, 1])
@pytest.mark.parametrize("minutes", [30, 60])
def test_longer_intervals_have_a_clock_too(minutes: int, shift: int) -> None:
    series = load(date(2025, 7, 1))
    assert clock_offset(curve(series, -shift, minutes), series) == shift * QUARTER


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda series: series * 1.05, id="of another quantity"),
        pytest.param(lambda series: series.iloc[-200:], id="too short"),
        pytest.param(lambda series: series * 0 + series.mean(), id="flat"),
        pytest.param(lambda series: series.set_axis(series.index + 6 * QUARTER), id="too far off"),
        pytest.param(lambda series: series.iloc[:0], id="empty"),
        pytest.param(lambda series: series * np.nan, id="not there"),
    ],
)
def test_what_tells_nothing_of_a_clock_is_not_trusted(other: object) -> None:
    series = load(date(2025, 7, 1))
    assert callable(other)
    assert clock_offset(curve(other(series)), series) is None


def test_two_flat_series_agree_at_every_shift_and_so_at_none() -> None:
    flat = load(date(2025, 7, 1)) * 0 + 50e3
    assert clock_offset(curve(flat), flat) is None
