"""Bands follow how far off the forecast itself was of late: by the experts' weights, and by local hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue, hours
from elec_pipeline.domain.history import History
from elec_pipeline.domain.quantiles import MEDIAN
from elec_pipeline.forecasting.combination.bands import half_widths
from elec_pipeline.forecasting.combination.calibration import chosen
from elec_pipeline.forecasting.combination.combination import Blend, Combination
from elec_pipeline.forecasting.combination.said import Said
from elec_pipeline.forecasting.experts.expert import Expert
from elec_pipeline.forecasting.experts.naive import SEASONAL_NAIVE, SeasonalNaive
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE, Ridge
from elec_pipeline.forecasting.forecaster import said
from elec_pipeline.forecasting.late_errors import LEAST_DAYS, sizes_by_hour
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.forecasting.experts.ridge.test_reference import through

NORMAL = np.array([-1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645])


def of_two(day: date, sizes_mw: Sequence[float], days: int = 60) -> Said:
    """Two experts that say the same; their errors of late were of these sizes, and independent."""
    local = hours(day).tz_convert("Europe/Paris").hour.to_numpy()
    random = np.random.default_rng(5)
    quantiles = np.tile(300 * NORMAL, (len(local), 1)) + 50_000
    errors = {name: random.normal(0, size, (days, 24)) / 50_000 for name, size in zip("ab", sizes_mw, strict=True)}
    return Said(dict.fromkeys("ab", quantiles), local, errors)


@every_day_length
def test_the_size_is_that_of_the_weighted_error_at_the_same_local_hour(day: date, n_hours: int) -> None:
    told = of_two(day, (400.0, 400.0))
    half = 0.5 * told.errors["a"] + 0.5 * told.errors["b"]
    told = replace(told, quantiles=dict(told.quantiles) | {"c": told.quantiles["a"]})
    for weights in ({"a": 0.5, "b": 0.5}, {"a": 0.45, "b": 0.45, "c": 0.1}):
        found = told.late_sizes(weights)
        assert found.shape == (n_hours, 3)
        np.testing.assert_allclose(found, 50_000 * sizes_by_hour(half)[told.hour])
    # Two that err apart from each other err less together.
    assert np.all(told.late_sizes({"a": 0.5, "b": 0.5}).mean(axis=0) < told.late_sizes({"a": 1.0}).mean(axis=0))


@every_day_length
def test_where_the_load_is_lower_the_same_errors_make_smaller_ones(day: date, n_hours: int) -> None:
    told = of_two(day, (400.0, 400.0))
    summer = replace(told, quantiles={name: 0.6 * each for name, each in told.quantiles.items()})
    assert len(summer.late_sizes({"a": 1.0})) == n_hours
    np.testing.assert_allclose(summer.late_sizes({"a": 1.0}), 0.6 * told.late_sizes({"a": 1.0}))


@every_day_length
@pytest.mark.parametrize("late", [0.0, 0.5, 1.0])
def test_bands_are_drawn_towards_it_and_the_median_stays(day: date, n_hours: int, late: float) -> None:
    told = of_two(day, (900.0, 900.0))
    blend = Blend(medians={"a": 0.5, "b": 0.5}, widths={"a": 1.0}, late=late)
    made = Combination(experts=("a", "b"), otherwise=blend).combined("evening", day, told)
    own, sizes = half_widths(told.quantiles["a"]), told.late_sizes(blend.medians)
    assert len(made) == n_hours
    np.testing.assert_allclose(half_widths(made), own ** (1 - late) * sizes**late)
    np.testing.assert_allclose(made[:, MEDIAN], 50_000)


@every_day_length
@pytest.mark.parametrize("days", [0, LEAST_DAYS - 1])
def test_from_a_few_days_the_widths_of_the_experts_stand(day: date, n_hours: int, days: int) -> None:
    told = of_two(day, (900.0, 900.0), days)
    blend = Blend(medians={"a": 1.0}, widths={"a": 1.0}, late=0.9)
    made = blend.combined(told.quantiles, told.late_sizes(blend.medians))
    assert len(made) == n_hours
    np.testing.assert_allclose(made, told.quantiles["a"])


def test_the_factor_is_found_on_the_bands_that_are_drawn() -> None:
    random = np.random.default_rng(7)
    size = np.repeat(random.uniform(100, 900, 2_000), 24)
    truth = size * random.normal(0, 1, len(size))
    quantiles = np.tile(300 * NORMAL, (len(size), 1))
    sizes = np.outer(size, [0.674, 1.282, 1.645])
    blend = chosen(truth, {"a": quantiles}, {"a": 1.0}, late=1.0, late_sizes=lambda _: sizes)
    assert blend.spreads == pytest.approx((1, 1, 1), rel=0.04)


@every_day_length
def test_errors_are_made_of_what_the_issue_knows_alone(
    day: date, n_hours: int, taught_ridge: Ridge, past: History
) -> None:
    ridge = Ridge(taught_ridge.options, through(taught_ridge.regressions, day - timedelta(days=91)))
    experts: dict[str, Expert] = {RIDGE: ridge, SEASONAL_NAIVE: SeasonalNaive()}
    known = past.at(day, Issue.EVENING, context_hours=ridge.context_hours)
    told = said(experts, known)
    assert len(told.hour) == n_hours
    assert set(told.errors) == {RIDGE}
    assert told.errors[RIDGE].shape == (ridge.options.update_days, 24)
    later = np.where(np.arange(len(known.load_mw)) < len(known.load_mw) - n_hours, known.load_mw, 1.0)
    np.testing.assert_array_equal(said(experts, replace(known, load_mw=later)).errors[RIDGE], told.errors[RIDGE])
