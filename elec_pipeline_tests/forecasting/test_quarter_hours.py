"""Quarter-hours keep their hours, learn what recurs within them, and no absurd value moves them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import hours
from elec_pipeline.domain.quantiles import COLUMNS, LEVELS, MEDIAN, Floats
from elec_pipeline.forecasting.features.local_time import LocalGrid
from elec_pipeline.forecasting.quarter_hours import PAST_DAYS, quarter_hours
from elec_pipeline_tests.conftest import every_day_length

SWITCHING = 22
"""Local hour within which the load jumps."""


def of_hour(day: date) -> np.ndarray:
    return LocalGrid.of(hours(day).tz_localize(None).to_numpy()).hour


def forecast(day: date, width: float = 500.0) -> Floats:
    local = of_hour(day)
    median = 50e3 + 8e3 * np.sin(2 * np.pi * (local - 7) / 24)
    return median[:, None] + width * np.linspace(-2, 2, len(COLUMNS))


def lived(day: date, seed: int = 0, noise: float = 0.0) -> Floats:
    """Return quarter-hours of a day: a smooth curve, and a jump in the middle of one local hour."""
    at = np.arange(4 * len(hours(day))) / 4
    load = 50e3 + 8e3 * np.sin(2 * np.pi * (at - 7) / 24)
    load += noise * np.random.default_rng(seed + day.toordinal()).standard_normal(len(load))
    made = load.reshape(-1, 4)
    made[of_hour(day) == SWITCHING] += [-400.0, -400.0, 400.0, 400.0]
    return np.asarray(made)


def past(day: date, noise: float = 0.0) -> dict[date, Floats]:
    days = [day - timedelta(days=n) for n in range(2, PAST_DAYS + 2)]
    return {each: lived(each, noise=noise) for each in days}


@every_day_length
@pytest.mark.parametrize("noise_mw", [80.0, None], ids=["knowing the past", "knowing none"])
def test_the_quarters_of_an_hour_have_its_forecast_as_mean(
    day: date, n_hours: int, noise_mw: float | None
) -> None:
    made = quarter_hours(day, forecast(day), {} if noise_mw is None else past(day, noise_mw))
    assert made.shape == (4 * n_hours, len(LEVELS))
    assert np.abs(made[:, MEDIAN].reshape(-1, 4).mean(axis=1) - forecast(day)[:, MEDIAN]).max() <= 0.1
    assert (np.diff(made, axis=1) >= 0).all()


@every_day_length
def test_what_recurs_within_the_hour_is_learnt(day: date, n_hours: int) -> None:
    hourly = forecast(day)
    curve = quarter_hours(day, hourly, {})[:, MEDIAN].reshape(n_hours, 4)
    made = quarter_hours(day, hourly, past(day))[:, MEDIAN].reshape(n_hours, 4)
    learnt = (made - curve)[of_hour(day) == SWITCHING][0]
    assert learnt[2] - learnt[1] > 600
    assert np.abs(made - curve)[of_hour(day) == SWITCHING - 8].max() < 30


@every_day_length
def test_no_single_day_moves_them(day: date, n_hours: int) -> None:
    assert n_hours
    days = past(day)
    before = quarter_hours(day, forecast(day), days)
    absurd = next(iter(days))
    after = quarter_hours(day, forecast(day), {**days, absurd: days[absurd] * np.array([0.2, 1.9, 0.2, 1.7])})
    assert np.abs(after - before)[:, MEDIAN].max() < 5


@every_day_length
def test_bands_are_wider_the_more_the_past_days_differ_and_absent_where_the_hours_have_none(
    day: date, n_hours: int
) -> None:
    assert n_hours
    calm, rough = (quarter_hours(day, forecast(day), past(day, noise=noise)) for noise in (0.0, 400.0))
    assert (np.ptp(rough, axis=1) > np.ptp(calm, axis=1)).mean() > 0.9
    bare = forecast(day)
    bare[:, [level for level in range(len(LEVELS)) if level != MEDIAN]] = np.nan
    made = quarter_hours(day, bare, past(day))
    assert np.isfinite(made[:, MEDIAN]).all()
    assert np.isnan(np.delete(made, MEDIAN, axis=1)).all()
