"""The synthetic world: the same however it is asked, and like France in size and shape."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.domain.delivery_day import PARIS, day_end, day_start
from elec_pipeline.simulator.curves import LoadType
from elec_pipeline.simulator.noise import drift
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.simulator.weather import felt_by_buildings

FIRST, END = datetime(2022, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)


def _series(
    load_type: LoadType, keep: str = "last", seed: int = 1, start: datetime = FIRST, end: datetime = END
) -> pd.Series[float]:
    frame = SyntheticCurves(seed).vintages(load_type, start, end)
    one_each = frame[~frame["interval_start"].duplicated(keep="first" if keep == "first" else "last")]
    return one_each.set_index("interval_start")["load_mw"]


@pytest.fixture(scope="module")
def load() -> pd.Series[float]:
    return _series(LoadType.REALISED)


@pytest.fixture(scope="module")
def error(load: pd.Series[float]) -> pd.Series[float]:
    """Relative error of the first D-1 vintage."""
    return _series(LoadType.D1, "first") / load - 1


def _mean(series: pd.Series[float], first: date, days: int = 1) -> float:
    """Return the mean of some Paris days."""
    inside = series.loc[day_start(first) : day_end(first + timedelta(days=days - 1)) - timedelta(seconds=1)]
    return float(inside.mean())


def _local(series: pd.Series[float]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(series.index).tz_convert(PARIS)


@pytest.mark.parametrize("load_type", list(LoadType))
@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2024, 3, 31), date(2024, 7, 1), date(2024, 10, 27)])
def test_a_value_does_not_depend_on_the_window(load_type: LoadType, day: date) -> None:
    wide = SyntheticCurves(1).vintages(load_type, FIRST, END)
    start, end = day_start(day), day_end(day)
    inside = wide[(wide["interval_start"] >= start) & (wide["interval_start"] < end)].reset_index(drop=True)
    narrow = SyntheticCurves(1).vintages(load_type, start, end)
    pd.testing.assert_frame_equal(narrow, inside)
    vintages = {LoadType.D1: 4, LoadType.WEEKLY: 7}.get(load_type, 1)
    assert len(narrow) == (end - start) / load_type.resolution * vintages


@pytest.mark.parametrize("day", [date(2012, 1, 1), date(2012, 12, 17), date(2039, 6, 1), date(2040, 12, 30)])
def test_every_day_from_2012_to_2040_has_values(day: date) -> None:
    truth = SyntheticCurves().truth(day)
    # The first hour of 2012 in Paris is still 2011 in UTC.
    assert len(truth) == (92 if day == date(2012, 1, 1) else 96)
    assert truth["load_mw"].between(25_000, 100_000).all()


@pytest.mark.parametrize("day", [date(2011, 6, 1), date(2041, 6, 1)])
def test_no_other_day_has(day: date) -> None:
    assert SyntheticCurves().truth(day).empty


def test_the_world_of_a_seed_is_the_same_on_every_machine() -> None:
    start = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    served = {
        kind.value: SyntheticCurves(0).vintages(kind, start, start + timedelta(minutes=30))["load_mw"].tolist()
        for kind in LoadType
    }
    assert served == {
        "REALISED": [44_580, 44_219],
        "ID": [44_736, 44_450],
        "D-1": [44_574, 44_699, 44_584, 44_537, 44_317, 44_433, 44_317, 44_260],  # four vintages each
        "D-2": [45_762],
        "WEEKLY": [
            44_591,
            44_444,
            45_305,
            45_457,
            45_653,
            45_169,
            45_634,
        ],  # seven, from nine days before to three
    }


def test_another_seed_is_another_world() -> None:
    day = date(2024, 5, 2)
    same, other = (SyntheticCurves(seed).truth(day)["load_mw"] for seed in (1, 2))
    pd.testing.assert_series_equal(same, SyntheticCurves(1).truth(day)["load_mw"])
    assert (same != other).mean() > 0.9


def test_a_year_takes_well_under_a_second() -> None:
    start, end = datetime(2033, 1, 1, tzinfo=UTC), datetime(2034, 1, 1, tzinfo=UTC)
    began = time.process_time()
    for load_type in LoadType:
        SyntheticCurves(99).vintages(load_type, start, end)
    assert time.process_time() - began < 2  # some 0.2 s; the limit only has to catch a loop over instants


def test_levels_are_those_of_france(load: pd.Series[float]) -> None:
    local = _local(load)
    july_night = load[(local.month == 7) & (local.hour == 4)]
    assert 30_000 < july_night.median() < 36_000
    assert 26_000 < load.min() < 32_000
    peaks = [load[local.year == year].max() for year in (2022, 2023, 2024)]
    assert all(72_000 < peak < 95_000 for peak in peaks)
    assert 47_000 < load.mean() < 53_000
    assert load[local.month == 1].mean() > 1.3 * load[local.month == 7].mean()


def test_days_of_the_week_holidays_and_august(load: pd.Series[float]) -> None:
    local = _local(load)
    summer = local.month.isin([6, 7])
    sunday = load[summer & (local.day_name() == "Sunday")].mean()
    tuesday = load[summer & (local.day_name() == "Tuesday")].mean()
    assert sunday < 0.92 * tuesday
    assert _mean(load, date(2023, 7, 14)) < 0.95 * _mean(load, date(2023, 7, 12))  # the national holiday
    august, july = (_mean(load, date(2023, *day), 10) for day in [(8, 8), (7, 4)])
    assert august < 0.95 * july


def test_the_daily_shape_follows_the_clock_in_paris(load: pd.Series[float]) -> None:
    local = _local(load)
    change = pd.Timestamp("2024-03-31", tz=PARIS)
    for first, end in [(change - pd.Timedelta(days=14), change), (change, change + pd.Timedelta(days=14))]:
        inside = (local >= first) & (local < end) & (local.hour < 9)
        by_hour = load[inside].groupby(local[inside].hour).mean()
        assert by_hour.idxmin() == 4


def test_cold_costs_about_two_gigawatts_a_degree() -> None:
    mondays = pd.date_range("2013-01-07T12:00Z", "2030-02-01T12:00Z", freq="7D", unit="s")
    noons = mondays[mondays.month.isin([1, 2])]
    seconds = noons.to_numpy("datetime64[s]").astype(np.int64)
    loads = pd.concat([_series(LoadType.REALISED, start=noon, end=noon + timedelta(minutes=15)) for noon in noons])
    slope = np.polyfit(felt_by_buildings(1, seconds), loads.to_numpy(), 1)[0]
    assert -2_600 < slope < -1_700


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_no_seed_is_out_of_the_ordinary(seed: int) -> None:
    start, end = datetime(2023, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
    load = _series(LoadType.REALISED, "last", seed, start, end)
    error = _series(LoadType.D1, "first", seed, start, end) / load - 1
    local = _local(load)
    assert 0.015 < error.abs().mean() < 0.025
    assert error.autocorr(4 * 24) > 0.3
    assert 57_000 < load[local.month == 1].mean() < 70_000
    assert 40_000 < load[local.month == 7].mean() < 45_000


def test_forecasts_are_about_as_good_as_those_of_rte(load: pd.Series[float], error: pd.Series[float]) -> None:
    day_ahead = error.abs().mean()
    revised = (_series(LoadType.D1) / load - 1).abs().mean()
    intraday = (_series(LoadType.ID) / load - 1).abs().mean()
    assert 0.015 < day_ahead < 0.025
    assert 0.9 * day_ahead < revised < day_ahead
    assert 0.007 < intraday < 0.012


def test_two_days_ahead_is_worse_and_related(load: pd.Series[float], error: pd.Series[float]) -> None:
    halves = load.resample("30min").mean()
    two_days = _series(LoadType.D2) / halves - 1
    day_ahead = error.resample("30min").mean()
    assert 1.25 < two_days.abs().mean() / day_ahead.abs().mean() < 1.55
    assert two_days.corr(day_ahead) > 0.5


def test_weekly_forecasts_are_worse_than_that_of_two_days_ahead_and_get_better_every_day(
    load: pd.Series[float],
) -> None:
    halves = load.resample("30min").mean()
    two_days = (_series(LoadType.D2) / halves - 1).abs().mean()
    vintages = SyntheticCurves(1).vintages(LoadType.WEEKLY, FIRST, END)
    errors = (vintages["load_mw"] / vintages["interval_start"].map(halves) - 1).abs()
    by_vintage = errors.groupby(vintages.groupby("interval_start").cumcount()).mean()
    assert by_vintage.is_monotonic_decreasing
    assert two_days < by_vintage.min()
    assert by_vintage.max() < 0.06


@pytest.mark.parametrize(("hours", "least"), [(1, 0.7), (24, 0.3), (48, 0.2), (168, 0.1)])
def test_errors_last_and_can_be_learnt(error: pd.Series[float], hours: int, least: float) -> None:
    assert error.autocorr(4 * hours) > least


def test_each_hour_of_the_day_has_its_bias_for_weeks(error: pd.Series[float]) -> None:
    autumn = error.loc[day_start(date(2024, 9, 1)) : day_start(date(2024, 9, 22))]
    by_hour = autumn.groupby(_local(autumn).hour).mean()
    assert by_hour.std() > 0.004


@pytest.mark.parametrize("scale", [900, 86_400])
def test_noise_has_mean_zero_and_deviation_one_everywhere(scale: int) -> None:
    instants = np.arange(0, 4_000 * scale, scale // 4, dtype=np.int64)
    noise = drift(5, "test", instants, scale)
    assert abs(noise.mean()) < 0.1
    for phase in range(4):
        assert 0.95 < noise[phase::4].std() < 1.05


def test_noise_of_nothing_is_nothing() -> None:
    assert drift(5, "test", np.empty(0, dtype=np.int64), 900).size == 0
