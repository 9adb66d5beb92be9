"""What is left out of a series and of a mean of places, and what never is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from elec_pipeline.domain.inputs import CLOUD_COVER, HUMIDITY, RADIATION, TEMPERATURE, WEATHER, WIND_SPEED
from elec_pipeline.domain.plausibility import (
    LIMITS,
    LOAD,
    PLACE_LIMITS,
    RTE_TYPES,
    implausible,
    implausible_in_window,
    national_mean,
)
from elec_pipeline.domain.quantiles import Floats

HOURS = np.arange(24 * 60)
CURVE = 55e3 + 9e3 * np.sin(HOURS / 24 * 2 * np.pi)


def wrong(values: Floats, first: int, last: int, value: float | Callable[[Floats], Floats]) -> Floats:
    made = values.copy()
    made[first:last] = value(made[first:last]) if callable(value) else value
    return made


def test_every_measured_series_has_limits() -> None:
    assert set(LIMITS) == {LOAD, *RTE_TYPES, *WEATHER}
    assert set(PLACE_LIMITS) == set(WEATHER)


@pytest.mark.parametrize("value", [8e3, 0.0, -50e3, 5e5, 1e9, np.inf, -np.inf])
@pytest.mark.parametrize("name", [LOAD, *RTE_TYPES])
def test_a_load_that_no_grid_has_is_left_out_and_the_rest_stays(name: str, value: float) -> None:
    out = implausible(name, wrong(CURVE, 100, 102, value))
    assert np.flatnonzero(out).tolist() == [100, 101]


@pytest.mark.parametrize(
    ("first", "last"), [(0, 10), (100, 101), (100, 110), (300, 324), (600, 670), (1430, 1440)]
)
@pytest.mark.parametrize("value", [20e3, 120e3])
def test_a_level_that_load_jumps_to_and_comes_back_from_is_left_out(first: int, last: int, value: float) -> None:
    out = implausible(LOAD, wrong(CURVE, first, last, value))
    assert np.flatnonzero(out).tolist() == list(range(first, last))


def test_a_jump_with_a_way_back_in_steps_does_not_take_the_rest_with_it() -> None:
    values = wrong(CURVE, 101, 105, lambda _: np.array([20e3, 25e3, 38e3, 50e3]))
    assert set(np.flatnonzero(implausible(LOAD, values))) <= set(range(101, 105))
    then_a_gap = wrong(wrong(CURVE, 101, 102, 20e3), 102, 112, np.nan)
    assert np.flatnonzero(implausible(LOAD, then_a_gap)).tolist() == [101]


def test_a_level_that_does_not_come_back_is_believed_as_far_as_it_can_be_reached() -> None:
    values = wrong(CURVE, 700, len(CURVE), lambda each: each - 30e3)
    assert implausible(LOAD, values).sum() <= 8
    assert not implausible(LOAD, values)[[0, 600, 800, -1]].any()


def test_a_level_with_a_slow_way_there_and_back_is_left_out_beside_its_fortnight() -> None:
    away = np.interp(HOURS, [700, 706, 820, 826], [0.0, -28e3, -28e3, 0.0])
    assert not implausible(LOAD, CURVE + away).any()
    assert implausible_in_window(LOAD, CURVE + away)[710:816].sum() > 50


def test_real_steps_of_the_grid_and_gaps_are_not_left_out() -> None:
    values = CURVE.copy()
    values[[50, 51, 60, 61]] += [8.9e3, 0, -6e3, 0]  # the greatest that an hour of 2012 to 2025 saw
    values[200:230] = np.nan
    assert not implausible_in_window(LOAD, values).any()
    quarters = np.interp(np.arange(400) / 4, HOURS, values) + np.where(np.arange(400) == 120, 3.9e3, 0)
    assert not implausible(LOAD, quarters, hours=np.arange(400) / 4).any()


def test_where_nothing_but_noise_is_known_nothing_is_believed() -> None:
    noise = np.random.default_rng(1).uniform(16e3, 129e3, 500)
    assert implausible(LOAD, noise).all()
    assert not implausible(LOAD, np.full(500, np.nan)).any()
    assert not implausible(LOAD, np.empty(0)).any()


@pytest.mark.parametrize("name", [TEMPERATURE, WIND_SPEED, HUMIDITY, RADIATION])
def test_weather_that_stands_still_for_a_day_is_left_out(name: str) -> None:
    moving = 50 + np.sin(HOURS) if name in (HUMIDITY, RADIATION) else 10 + np.sin(HOURS)
    out = implausible(name, wrong(moving, 100, 123, moving[99]))
    assert 22 <= out.sum() <= 24
    assert out[100:123].all()
    assert not implausible(name, moving).any()


def places(count: int = 22, hours: int = 24 * 14) -> Floats:
    """Temperatures of places that are one country, some colder than others."""
    random = np.random.default_rng(3)
    shared = 8 + 5 * np.sin(np.arange(hours) / 24 * 2 * np.pi) + np.cumsum(random.normal(0, 0.3, hours))
    return shared + np.linspace(-6, 6, count)[:, None] + random.normal(0, 0.5, (count, hours))


WEIGHTS = np.linspace(1, 3, 22)
TRUE = WEIGHTS @ places() / WEIGHTS.sum()


@pytest.mark.parametrize("value", [-273.0, 183.0, 2900.0, 55.0, -40.0, np.inf])
@pytest.mark.parametrize("place", [0, 21])
def test_a_place_beyond_belief_is_left_out_and_hardly_moves_the_mean(value: float, place: int) -> None:
    values = places()
    values[place, 100:130] = value
    mean, left_out = national_mean(TEMPERATURE, values, WEIGHTS)
    assert left_out[place, 100:130].all()
    assert left_out.sum() == 30
    assert np.abs(mean - TRUE).max() < 0.2  # a mean without Marseille would be a colder France


def test_a_place_that_is_stuck_for_days_is_left_out() -> None:
    values = places()
    values[5, 48:200] = values[5, 48]
    mean, left_out = national_mean(TEMPERATURE, values, WEIGHTS)
    assert left_out[5, 48:200].all()
    assert left_out.sum() == 152
    assert np.abs(mean - TRUE).max() < 0.2


def test_where_all_places_stand_still_none_is_stuck() -> None:
    values = np.repeat(places()[:, :1], 48, axis=1)
    mean, left_out = national_mean(TEMPERATURE, values, WEIGHTS)
    assert not left_out.any()
    assert not np.isnan(mean).any()


@pytest.mark.parametrize("value", [-273.0, 183.0])
def test_where_every_place_is_beyond_belief_there_is_no_mean(value: float) -> None:
    values = places()
    values[:, 10:20] = value
    mean, left_out = national_mean(TEMPERATURE, values, WEIGHTS)
    assert left_out.sum() == 220
    assert np.flatnonzero(np.isnan(mean)).tolist() == list(range(10, 20))


def test_where_too_little_of_the_country_remains_there_is_no_mean() -> None:
    values = places()
    values[10:, 10] = np.nan  # more than a quarter of the weight
    mean, left_out = national_mean(TEMPERATURE, values, WEIGHTS)
    assert np.flatnonzero(np.isnan(mean)).tolist() == [10]
    assert not left_out.any()  # missing is not implausible


@pytest.mark.parametrize(
    ("name", "usual", "absurd"),
    [(CLOUD_COVER, 60.0, 400.0), (HUMIDITY, 70.0, -5.0), (WIND_SPEED, 5.0, 300.0), (RADIATION, 200.0, 5_000.0)],
)
def test_other_weather_beyond_belief_is_left_out(name: str, usual: float, absurd: float) -> None:
    values = usual + np.sin(np.arange(22 * 48)).reshape(22, 48)
    true = WEIGHTS @ values / WEIGHTS.sum()
    values[3, 7] = absurd
    mean, left_out = national_mean(name, values, WEIGHTS)
    assert np.argwhere(left_out).tolist() == [[3, 7]]
    assert np.abs(mean - true).max() < 0.5
