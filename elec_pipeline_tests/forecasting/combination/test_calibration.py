"""Calibration finds how much of a median to believe and how wide bands must be, from days not learnt from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import days
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import WEEK_HOURS, Situation
from elec_pipeline.domain.kinds_of_day import is_unusual
from elec_pipeline.domain.metrics import coverage
from elec_pipeline.domain.quantiles import BANDS, LEVELS, MEDIAN, Floats
from elec_pipeline.forecasting.combination.calibration import (
    LEAST_HOURS,
    LEAST_SPREAD,
    MOST_UNUSUAL,
    Calibrated,
    calibrated,
    chosen,
)
from elec_pipeline.forecasting.combination.combination import Blend, Combination
from elec_pipeline.forecasting.combination.said import Said
from elec_pipeline.forecasting.experts.chronos.chronos import CHRONOS
from elec_pipeline.forecasting.features.situations import KEYS
from elec_pipeline.forecasting.forecaster import Forecaster, said
from elec_pipeline.forecasting.lifecycle.fitting import LATE_SHARE
from elec_pipeline.forecasting.samples import as_issued, in_every_situation
from elec_pipeline_tests.conftest import every_day_length

VALIDATION = days(date(2025, 9, 1), date(2025, 9, 16))
NORMAL = np.array([-1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645])


def synthetic(median_share: float, spread: float, count: int = 40_000) -> tuple[Floats, Floats]:
    """Values, and quantiles whose medians are too bold and whose bands are too narrow by so much."""
    random = np.random.default_rng(2)
    scale = random.uniform(200, 800, count)
    median = random.normal(0, 500, count)
    truth = median_share * median + scale * random.normal(0, 1, count)
    return truth, median[:, None] + scale[:, None] / spread * NORMAL


def fitted(truth: Floats, said: Floats) -> Blend:
    """How a bold expert is blended with one that always says nothing will differ."""
    nothing = np.full_like(said, np.nan)
    nothing[:, MEDIAN] = 0.0
    return chosen(truth, {"zero": nothing, "bold": said}, {"bold": 1.0})


@pytest.mark.parametrize("median_share", [0.0, 0.35, 1.0])
@pytest.mark.parametrize("spread", [0.5, 1.0, 3.0])
def test_share_and_spread_are_found_again(median_share: float, spread: float) -> None:
    truth, said = synthetic(median_share, spread)
    made = fitted(truth, said)
    assert made.medians["bold"] == pytest.approx(median_share, abs=0.051)
    assert sum(made.medians.values()) == pytest.approx(1)
    assert made.spreads == pytest.approx([spread] * 3, rel=0.04)
    bands = made.combined({"zero": np.zeros_like(said), "bold": said})
    for content, (low, high) in BANDS.items():
        held = coverage(truth, bands[:, LEVELS.index(low)], bands[:, LEVELS.index(high)])
        assert held == pytest.approx(content, abs=0.02)


def test_every_band_has_its_own_factor() -> None:
    truth, said = synthetic(1.0, 1.0)
    factors = np.array([4, 3, 2, 1, 2, 3, 4])
    narrow = said[:, [MEDIAN]] + (said - said[:, [MEDIAN]]) / factors
    assert fitted(truth, narrow).spreads == pytest.approx([2, 3, 4], rel=0.04)


def test_what_is_not_known_is_left_out() -> None:
    truth, said = synthetic(0.5, 2.0, count=2000)
    gaps = np.concatenate([truth, np.full(500, np.nan)])
    assert fitted(gaps, np.concatenate([said, said[:500] + 9e9])) == fitted(truth, said)


def test_an_expert_alone_has_all_the_weight() -> None:
    truth, said = synthetic(0.5, 1.0, count=2000)
    assert chosen(truth, {"alone": said}, {"alone": 1.0}).medians == {"alone": 1.0}


def test_of_three_experts_each_gets_the_share_that_it_earns() -> None:
    random = np.random.default_rng(4)
    truth = random.normal(0, 500, 20_000)
    said = {name: truth[:, None] + random.normal(0, error, (20_000, 1)) + 300 * NORMAL
            for name, error in (("good", 100), ("fair", 100), ("bad", 2_000))}  # fmt: skip
    made = chosen(truth, said, {"good": 1.0})
    assert made.medians["good"] == pytest.approx(0.5, abs=0.06)
    assert made.medians["fair"] == pytest.approx(0.5, abs=0.06)
    assert made.medians["bad"] < 0.051


def test_quantiles_without_any_width_stay_as_they_are() -> None:
    truth = np.linspace(-100, 100, 500)
    assert fitted(truth, np.full((500, 7), 3.0)).spreads == (1, 1, 1)


def test_hours_without_width_say_nothing_of_the_spread() -> None:
    """As a T5 has them, whose samples may all be the same."""
    truth, said = synthetic(1.0, 2.0, count=4000)
    flat = said.copy()
    flat[:, :] = said[:, [MEDIAN]]
    made = fitted(np.tile(truth, 2), np.concatenate([said, flat]))
    assert made.spreads == pytest.approx([2, 2, 2], rel=0.08)


def test_bands_keep_some_width_where_medians_are_perfect() -> None:
    said = np.random.default_rng(1).normal(0, 300, (400, 1)) + NORMAL
    made = fitted(said[:, MEDIAN], said)
    assert made.medians["bold"] == 1
    assert made.spreads == (LEAST_SPREAD,) * 3


def made(history: History, forecaster: Forecaster, how_many: int = 16) -> dict[str, Blend]:
    samples = in_every_situation(
        history,
        VALIDATION[:how_many],
        context_hours=forecaster.context_hours,
        blur_mw=600,
        random=np.random.default_rng(1),
    )
    return calibrated(
        samples, lambda each: said(forecaster.experts, each.information), {CHRONOS: 1.0}, late=LATE_SHARE
    ).blends


def of_one(n_hours: int) -> Said:
    """What an expert says that is alone, and always says the same."""
    return Said({"one": np.tile(400 * NORMAL, (n_hours, 1))}, np.arange(n_hours) % 24)


def test_every_situation_has_its_own(taught: Forecaster, past: History, weather_past: History) -> None:
    found = made(past, taught)
    assert set(found) == set(Situation)
    assert len({each.spreads for each in found.values()}) == 3
    assert set(made(weather_past, taught)) == set(KEYS)


def test_a_situation_with_too_few_hours_is_left_out(taught: Forecaster, past: History) -> None:
    too_few = LEAST_HOURS // 24 - 1
    assert made(past, taught, too_few) == {}
    without_rte = replace(past, vintage_mw=np.full_like(past.vintage_mw, np.nan))
    assert set(made(without_rte, taught)) == {Situation.ALONE}


def test_days_whose_load_never_came_do_not_count(taught: Forecaster, past: History) -> None:
    load = past.load_mw.copy()
    load[-71 * 24 :] = np.where(np.arange(71 * 24) % 24 < 14, load[-71 * 24 :], np.nan)
    assert made(replace(past, load_mw=load), taught) == {}


def test_days_that_an_expert_says_nothing_of_are_left_out(taught: Forecaster, past: History) -> None:
    samples = in_every_situation(
        past, VALIDATION, context_hours=taught.context_hours, blur_mw=600, random=np.random.default_rng(1)
    )
    assert calibrated(samples, lambda _: None, {CHRONOS: 1.0}) == Calibrated({}, 1.0)


def test_it_repeats(taught: Forecaster, warm_past: History) -> None:
    assert made(warm_past, taught) == made(warm_past, taught)


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.5, 5.0])
def test_bands_of_unusual_days_are_widened_by_what_they_lack(factor: float, past: History) -> None:
    random = np.random.default_rng(6)
    some = days(date(2025, 4, 1), date(2025, 10, 1))
    samples = [
        replace(each, truth_mw=random.normal(0, 400 * (factor if is_unusual(day) else 1), len(each.truth_mw)))
        for day in some
        for each in as_issued(past, [day], context_hours=WEEK_HOURS)
    ]
    made = calibrated(samples, lambda each: of_one(len(each.truth_mw)), {"one": 1.0})
    assert made.unusual == pytest.approx(min(MOST_UNUSUAL, max(1.0, factor)), rel=0.15)


@every_day_length
def test_only_unusual_days_are_widened(day: date, n_hours: int) -> None:
    wide = Combination.alone("one").model_copy(update={"unusual": 1.5})
    usual = Combination.alone("one").combined("evening", day, of_one(n_hours))
    np.testing.assert_array_equal(wide.combined("evening", day, of_one(n_hours)), usual)
    unusual = wide.combined("evening", date(2025, 5, 30), of_one(n_hours))
    np.testing.assert_allclose(unusual - usual[:, [MEDIAN]], 1.5 * (usual - usual[:, [MEDIAN]]))
