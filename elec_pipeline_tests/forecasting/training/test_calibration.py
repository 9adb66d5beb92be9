"""Calibration finds how much of a median to believe and how wide bands must be, from days not learnt from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import days
from elec_pipeline.domain.information_set import History
from elec_pipeline.domain.metrics import coverage
from elec_pipeline.domain.quantiles import BANDS, LEVELS, MEDIAN, Floats
from elec_pipeline.forecasting.combination.bands import recentred
from elec_pipeline.forecasting.experts.chronos.forecaster import Forecaster
from elec_pipeline.forecasting.experts.chronos.recipe import Calibration, Target
from elec_pipeline.forecasting.experts.ridge.fitting import Course
from elec_pipeline.forecasting.features.situations import Case
from elec_pipeline.forecasting.training.calibration import LEAST_HOURS, LEAST_SPREAD, calibration, calibrations

VALIDATION = days(date(2025, 9, 1), date(2025, 9, 16))
NORMAL = np.array([-1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645])


def synthetic(median_share: float, spread: float, count: int = 40_000) -> tuple[Floats, Floats]:
    """Values, and quantiles whose medians are too bold and whose bands are too narrow by so much."""
    random = np.random.default_rng(2)
    scale = random.uniform(200, 800, count)
    median = random.normal(0, 500, count)
    truth = median_share * median + scale * random.normal(0, 1, count)
    return truth, median[:, None] + scale[:, None] / spread * NORMAL


@pytest.mark.parametrize("median_share", [0.0, 0.35, 1.0])
@pytest.mark.parametrize("spread", [0.5, 1.0, 3.0])
def test_share_and_spread_are_found_again(median_share: float, spread: float) -> None:
    truth, said = synthetic(median_share, spread)
    made = calibration(truth, said)
    assert made.median_share == pytest.approx(median_share, abs=0.051)
    assert made.spreads == pytest.approx([spread] * 3, rel=0.04)
    bands = recentred(said, made.median_share, made.spreads)
    for content, (low, high) in BANDS.items():
        held = coverage(truth, bands[:, LEVELS.index(low)], bands[:, LEVELS.index(high)])
        assert held == pytest.approx(content, abs=0.02)


def test_every_band_has_its_own_factor() -> None:
    truth, said = synthetic(1.0, 1.0)
    factors = np.array([4, 3, 2, 1, 2, 3, 4])
    narrow = said[:, [MEDIAN]] + (said - said[:, [MEDIAN]]) / factors
    assert calibration(truth, narrow).spreads == pytest.approx([2, 3, 4], rel=0.04)


def test_what_is_not_known_is_left_out() -> None:
    truth, said = synthetic(0.5, 2.0, count=2000)
    gaps = np.concatenate([truth, np.full(500, np.nan)])
    assert calibration(gaps, np.concatenate([said, said[:500] + 9e9])) == calibration(truth, said)


def test_a_median_may_be_believed_in_full_whatever_it_costs() -> None:
    truth, said = synthetic(0.5, 1.0, count=2000)
    assert calibration(truth, said, shares=np.ones(1)).median_share == 1


def test_quantiles_without_any_width_stay_as_they_are() -> None:
    truth = np.linspace(-100, 100, 500)
    assert calibration(truth, np.full((500, 7), 3.0)).spreads == (1, 1, 1)


def test_hours_without_width_say_nothing_of_the_spread() -> None:
    """As a T5 has them, whose samples may all be the same."""
    truth, said = synthetic(1.0, 2.0, count=4000)
    flat = said.copy()
    flat[:, :] = said[:, [MEDIAN]]
    made = calibration(np.tile(truth, 2), np.concatenate([said, flat]))
    assert made.spreads == pytest.approx([2, 2, 2], rel=0.08)


def test_bands_keep_some_width_where_medians_are_perfect() -> None:
    said = np.random.default_rng(1).normal(0, 300, (400, 1)) + NORMAL
    assert calibration(said[:, MEDIAN], said) == Calibration(median_share=1, spreads=(LEAST_SPREAD,) * 3)


def made(history: History, forecaster: Forecaster, how_many: int = 16) -> dict[str, Calibration]:
    return calibrations(history, VALIDATION[:how_many], forecaster, Course(()), blur_mw=600, seed=1)


def test_every_case_has_its_own(taught: Forecaster, past: History) -> None:
    found = made(past, taught)
    assert set(found) == set(Case)
    assert len({each.spreads for each in found.values()}) == 3


def test_a_case_with_too_few_hours_is_left_out(taught: Forecaster, past: History) -> None:
    too_few = LEAST_HOURS // 24 - 1
    assert made(past, taught, too_few) == {}
    without_rte = replace(past, vintage_mw=np.full_like(past.vintage_mw, np.nan))
    assert set(made(without_rte, taught)) == {Case.ALONE}


def test_days_whose_load_never_came_do_not_count(taught: Forecaster, past: History) -> None:
    load = past.load_mw.copy()
    load[-71 * 24 :] = np.where(np.arange(71 * 24) % 24 < 14, load[-71 * 24 :], np.nan)
    assert made(replace(past, load_mw=load), taught) == {}


def test_a_model_of_the_load_itself_keeps_its_median(taught: Forecaster, past: History) -> None:
    recipe = taught.recipe.model_copy(update={"target": Target.LOAD, "covariates": ()})
    found = made(past, replace(taught, recipe=recipe))
    assert {each.median_share for each in found.values()} == {1.0}


def test_it_is_of_the_output_before_it_is_calibrated(taught: Forecaster, past: History) -> None:
    given = {case: Calibration(median_share=0.1, spreads=(9, 9, 9)) for case in Case}
    calibrated = replace(taught, recipe=taught.recipe.model_copy(update={"calibration": given}))
    assert made(past, calibrated) == made(past, taught)


def test_it_repeats_for_a_seed(taught: Forecaster, warm_past: History) -> None:
    assert made(warm_past, taught) == made(warm_past, taught)


def test_every_day_is_taken_with_what_had_been_learnt_before_it(
    taught: Forecaster, past: History, course: Course
) -> None:
    """The regressions of the forecaster itself may have learnt from those days."""
    (first, state), (second, _), *_ = course.states
    some_days = days(first - timedelta(days=20), second - timedelta(days=1))
    found = calibrations(past, some_days, taught, course, blur_mw=600, seed=1)
    served = [day for day in some_days if day >= first]
    alone = calibrations(past, served, replace(taught, regressions=state), Course(()), blur_mw=600, seed=1)
    assert found.keys() == alone.keys() == set(Case)
    for case in (Case.EVENING, Case.ALONE):  # the blur of an early forecast is of the day's place in the list
        assert found[case] == alone[case]


def test_a_state_is_as_old_as_in_use(taught: Forecaster, past: History, course: Course) -> None:
    """One that has just been learnt would know no errors of late, and say nothing of bands made with them."""
    update = timedelta(days=taught.recipe.update_days)
    newest, _ = course.states[-1]
    older = course.before(newest - update)
    assert older is not None
    some_days = [day for day in days(newest, newest + update) if course.before(day - update) is older]
    assert len(some_days) * 24 > LEAST_HOURS
    found = calibrations(past, some_days, taught, course, blur_mw=600, seed=1)
    assert found == calibrations(
        past, some_days, replace(taught, regressions=older), Course(()), blur_mw=600, seed=1
    )
