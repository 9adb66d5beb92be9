"""Scores leave out what is not known, and agree with their definitions."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import pytest

from elec_pipeline.domain.metrics import bias, coverage, crps, mae, mape, pinball, rmse

NAN = float("nan")
SCORES = [mape, mae, rmse, bias]


@pytest.mark.parametrize("score", SCORES)
def test_a_perfect_forecast_scores_zero(score: Callable[..., float]) -> None:
    assert score([50_000.0, 60_000.0], [50_000.0, 60_000.0]) == 0


@pytest.mark.parametrize("score", SCORES)
def test_pairs_with_nan_on_either_side_are_left_out(score: Callable[..., float]) -> None:
    assert score([50e3, NAN, 60e3], [51e3, 50e3, NAN]) == score([50e3], [51e3])


@pytest.mark.parametrize("score", SCORES)
def test_no_pairs_score_nan(score: Callable[..., float]) -> None:
    assert math.isnan(score([NAN], [1.0]))
    assert math.isnan(score([], []))


@pytest.mark.parametrize("score", SCORES)
def test_different_shapes_are_refused(score: Callable[..., float]) -> None:
    with pytest.raises(ValueError, match="shape"):
        score([1.0, 2.0], [1.0])


def test_bias_is_positive_where_too_much_was_forecast() -> None:
    assert bias([50e3], [52e3]) == 2e3


def test_pinball_of_the_median_is_half_the_absolute_error() -> None:
    random = np.random.default_rng(1)
    truth, said = random.normal(size=100), random.normal(size=100)
    assert pinball(truth, said[:, None], [0.5]) == pytest.approx(mae(truth, said) / 2)


def test_pinball_is_least_at_the_true_quantile() -> None:
    truth = np.random.default_rng(1).normal(size=20_000)
    losses = {q: pinball(truth, np.full((20_000, 1), q), [0.9]) for q in (0.9, 1.2816, 1.7)}
    assert min(losses, key=losses.__getitem__) == 1.2816


def test_pinball_leaves_out_hours_with_any_quantile_missing() -> None:
    assert pinball([1.0, 5.0], [[0.0, 2.0], [NAN, 6.0]], [0.1, 0.9]) == pinball([1.0], [[0.0, 2.0]], [0.1, 0.9])
    assert math.isnan(pinball([NAN], [[0.0, 2.0]], [0.1, 0.9]))


def test_pinball_refuses_quantiles_that_do_not_fit_the_levels() -> None:
    with pytest.raises(ValueError, match="levels"):
        pinball([1.0], [[0.0, 2.0]], [0.5])


def test_crps_of_equal_quantiles_is_the_absolute_error() -> None:
    levels = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]
    truth, said = np.array([50e3, 60e3]), np.array([51e3, 58e3])
    same = np.repeat(said[:, None], len(levels), axis=1)
    assert crps(truth, same, levels) == pytest.approx(mae(truth, said))


def test_crps_from_few_quantiles_is_near_that_of_the_whole_distribution() -> None:
    levels = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]
    truth = np.random.default_rng(1).normal(size=50_000)
    quantiles = np.tile([NormalDist().inv_cdf(level) for level in levels], (len(truth), 1))
    exact = 1 / math.sqrt(math.pi)  # of a standard normal forecast that is right, in the mean
    assert crps(truth, quantiles, levels) == pytest.approx(exact, rel=0.03)


def test_crps_weighs_levels_by_the_range_they_stand_for() -> None:
    far_out, centre = [[0.0, 0.0, 1.0]], [[0.0, 1.0, 1.0]]
    levels = [0.25, 0.5, 0.9]
    assert crps([0.0], far_out, levels) == pytest.approx(2 * 0.3 * 0.1)
    assert crps([0.0], centre, levels) == pytest.approx(2 * (0.325 * 0.5 + 0.3 * 0.1))


def test_crps_leaves_out_hours_with_any_quantile_missing() -> None:
    assert crps([1.0, 5.0], [[0.0, 2.0], [NAN, 6.0]], [0.1, 0.9]) == crps([1.0], [[0.0, 2.0]], [0.1, 0.9])
    assert math.isnan(crps([NAN], [[0.0, 2.0]], [0.1, 0.9]))
    with pytest.raises(ValueError, match="levels"):
        crps([1.0], [[0.0, 2.0]], [0.5])


def test_coverage_counts_both_ends_and_leaves_out_nan() -> None:
    assert coverage([1.0, 2.0, 3.0, NAN, 2.0], [1.0, 1.0, 1.0, 1.0, NAN], [2.0, 2.0, 2.0, 2.0, 2.0]) == 2 / 3
    assert coverage([1.0, 2.0], [0.0, 0.0], [NAN, 2.0]) == 1
    assert math.isnan(coverage([NAN], [0.0], [1.0]))
