"""Dense networks learn from the days they are given, what a sum of features cannot say, the same each time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from elec_pipeline.domain.information_set import Situation
from elec_pipeline.forecasting.experts.mlp import fitting
from elec_pipeline.forecasting.experts.mlp.fitting import LEAST_DAYS, Learning, learning_of, learnt
from elec_pipeline.forecasting.experts.mlp.networks import Network
from elec_pipeline.forecasting.features.design import Problem, Samples
from elec_pipeline.forecasting.features.past_days import Lessons

DAYS = 220


def a_lesson(*, days: int = DAYS, noise_mw: float = 30.0, situation: Situation = Situation.EVENING) -> Lessons:
    """One where the wanted is a product of two features, which no sum of them comes near to."""
    features = np.random.default_rng(5).normal(0, 300, (days, 24, 3))
    wanted = features[..., 0] * features[..., 1] / 300 + np.random.default_rng(6).normal(0, noise_mw, (days, 24))
    load = np.full((days, 24), 50_000.0)
    samples = Samples(features, wanted, load)
    return Lessons(situation, (), np.arange(days), Problem(("a", "b", "c"), load - wanted, samples))


def only(lesson: Lessons, first: int, end: int) -> Lessons:
    """What is wanted of some days alone."""
    inside = np.zeros(len(lesson.day), dtype=bool)
    inside[first:end] = True
    samples = lesson.problem.samples
    wanted = np.where(inside[:, None], samples.wanted_mw, np.nan)
    return replace(lesson, problem=replace(lesson.problem, samples=replace(samples, wanted_mw=wanted)))


def test_a_product_of_features_is_learnt() -> None:
    lesson = a_lesson()
    [network] = learnt([only(lesson, 0, 200)], update_days=60, seed=1).values()
    samples = lesson.problem.samples
    said = network.corrections(samples.features[200:], np.zeros((DAYS - 200, 24)))
    missed = np.abs(said - samples.wanted_mw[200:]).mean()
    assert missed < 0.5 * np.abs(samples.wanted_mw[200:]).mean()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "learning_of", lambda _: Learning(epochs=3))


@pytest.mark.usefixtures("short")
def test_other_days_change_nothing() -> None:
    lesson = a_lesson()
    alone = learnt([only(lesson, 0, 200)], update_days=60, seed=1)
    changed = lesson.problem.samples.wanted_mw.copy()
    changed[200:] += 5_000
    other = replace(
        lesson, problem=replace(lesson.problem, samples=replace(lesson.problem.samples, wanted_mw=changed))
    )
    assert_equal(alone, learnt([only(other, 0, 200)], update_days=60, seed=1))


@pytest.mark.usefixtures("short")
def test_it_comes_out_the_same_for_a_seed_and_otherwise_for_another() -> None:
    lesson = a_lesson(days=LEAST_DAYS)
    one, again, other = (learnt([lesson], update_days=60, seed=seed) for seed in (1, 1, 2))
    assert_equal(one, again)
    assert not np.array_equal(one["evening"].layers[0].weight, other["evening"].layers[0].weight)


def test_too_few_days_teach_nothing() -> None:
    assert learnt([a_lesson(days=LEAST_DAYS - 1)], update_days=60, seed=1) == {}
    assert learnt([only(a_lesson(), 0, LEAST_DAYS - 1)], update_days=60, seed=1) == {}


def test_without_rtes_forecast_and_weather_it_stands_on_the_ridge(all_lessons: dict[str, Lessons]) -> None:
    alone, evening = all_lessons["alone"], all_lessons["evening"]
    assert learning_of(alone).stands_on_ridge
    assert not learning_of(evening).stands_on_ridge
    assert not learning_of(replace(alone, inputs=("temperature_c",))).stands_on_ridge


def test_it_is_better_than_rte_on_later_days(
    all_lessons: dict[str, Lessons], networks: dict[str, Network]
) -> None:
    samples = all_lessons["evening"].problem.samples
    later = samples.between(-30, len(samples.load_mw))
    said = networks["evening"].corrections(later.features, np.zeros((30, 24)))
    known = ~np.isnan(later.wanted_mw)
    assert known.mean() > 0.9
    assert np.abs(later.wanted_mw - said)[known].mean() < 0.9 * np.abs(later.wanted_mw)[known].mean()


def assert_equal(one: dict[str, Network], other: dict[str, Network]) -> None:
    assert one.keys() == other.keys()
    for key, ours in one.items():
        for mine, theirs in zip(ours.layers, other[key].layers, strict=True):
            np.testing.assert_array_equal(mine.weight, theirs.weight)
            np.testing.assert_array_equal(mine.bias, theirs.bias)
