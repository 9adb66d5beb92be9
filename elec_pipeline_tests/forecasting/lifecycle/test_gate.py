"""The gate lets a better model through, and nothing else."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import days
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.lifecycle.gate import DailyLosses, Gate, critical_value, diebold_mariano, judge

COMPARED = days(date(2025, 1, 1), date(2025, 3, 31))


def losses(candidate: Floats, live: Floats, coverage: float = 0.8) -> DailyLosses:
    return DailyLosses(COMPARED[: len(live)], candidate, live, coverage, 0.8)


def a_live_model(count: int = len(COMPARED)) -> Floats:
    """Daily losses that persist: a hard day is followed by another."""
    random = np.random.default_rng(5)
    level = np.zeros(count)
    for day in range(1, count):
        level[day] = 0.7 * level[day - 1] + random.normal(0, 40)
    return 400 + level


def noise(scale: float, seed: int = 1, count: int = len(COMPARED)) -> Floats:
    return np.asarray(np.random.default_rng(seed).normal(0, scale, count))


def test_a_better_model_passes_with_all_its_figures() -> None:
    live = a_live_model()
    verdict = judge(losses(0.95 * live + noise(10), live), "new", "old")
    assert verdict.passed
    assert verdict.margin == pytest.approx(0.05, abs=0.01)
    assert verdict.statistic is not None
    assert verdict.critical is not None
    assert verdict.statistic > verdict.critical
    assert (verdict.days, verdict.first, verdict.last) == (90, COMPARED[0], COMPARED[-1])
    assert (verdict.candidate, verdict.live) == ("new", "old")
    assert verdict.why.startswith("Better by 5.")


def test_a_worse_model_is_refused() -> None:
    live = a_live_model()
    verdict = judge(losses(1.02 * live, live), "new", "old")
    assert not verdict.passed
    assert "not better" in verdict.why


def test_the_same_forecasts_are_no_better() -> None:
    live = a_live_model()
    verdict = judge(losses(live, live), "new", "old")
    assert not verdict.passed
    assert verdict.statistic == 0
    assert "not better" in verdict.why


def test_the_live_model_does_not_replace_itself() -> None:
    live = a_live_model()
    assert "the live model itself" in judge(losses(live, live), "one", "one").why


def test_a_difference_that_may_be_chance_is_refused() -> None:
    live = a_live_model()
    difference = noise(100)
    verdict = judge(losses(live - difference + difference.mean() - 6, live), "new", "old")
    assert verdict.margin is not None
    assert verdict.margin > 0.005
    assert not verdict.passed
    assert "chance" in verdict.why


def test_a_real_difference_that_is_too_small_is_refused() -> None:
    live = a_live_model()
    verdict = judge(losses(live - 1 + noise(0.1), live), "new", "old")
    assert not verdict.passed
    assert "only 0.2" in verdict.why


@pytest.mark.parametrize(("coverage", "passed"), [(0.74, False), (0.75, True), (0.85, True), (0.86, False)])
def test_a_band_that_does_not_hold_is_refused(coverage: float, *, passed: bool) -> None:
    live = a_live_model()
    verdict = judge(losses(0.9 * live, live, coverage), "new", "old")
    assert verdict.passed is passed
    assert ("80 % band" in verdict.why) is not passed


@pytest.mark.parametrize(("count", "passed"), [(0, False), (55, False), (56, True)])
def test_too_few_days_prove_nothing(count: int, *, passed: bool) -> None:
    live = a_live_model(count)
    verdict = judge(losses(0.9 * live, live), "new", "old")
    assert verdict.passed is passed
    assert verdict.days == count
    assert (verdict.candidate_mw is None) is not passed


def test_a_constant_difference_can_be_stored() -> None:
    live = np.full(60, 400.0)
    verdict = judge(losses(live - 16, live), "new", "old")
    assert verdict.passed
    assert json.loads(json.dumps(verdict.as_json(), allow_nan=False))["first"] == "2025-01-01"


@pytest.mark.parametrize("count", [56, 90])
@pytest.mark.parametrize("persistence", [0.0, 0.3])
def test_equal_models_seldom_pass_for_better(count: int, persistence: float) -> None:
    """The test's level is 5 %: it holds on short samples whose differences persist from day to day."""
    random = np.random.default_rng(11)
    innovations = random.standard_t(5, (1500, count + 30))
    differences = np.zeros_like(innovations)
    for day in range(1, count + 30):
        differences[:, day] = persistence * differences[:, day - 1] + innovations[:, day]
    limit = critical_value(count, 7)
    called_real = [diebold_mariano(each, 7) > limit for each in differences[:, 30:]]
    assert np.mean(called_real) < 0.075


def test_a_stricter_gate_may_be_asked_for() -> None:
    live = a_live_model()
    made = losses(0.97 * live, live)
    assert judge(made, "new", "old").passed
    assert not judge(made, "new", "old", Gate(least_margin=0.05)).passed
