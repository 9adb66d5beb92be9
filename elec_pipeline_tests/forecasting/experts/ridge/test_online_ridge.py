"""Regressions find what was put in, in order of time, and follow what changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.experts.ridge.online_ridge import (
    BATCH_DAYS,
    LEAST_DAYS,
    Regression,
    apply,
    learn,
    up_to_date,
    walked,
)
from elec_pipeline.forecasting.features.design import Samples, Scale

SCALE = Scale(feature_mw=1000.0, robust_mw=800.0)
SLOPES = np.linspace(-0.5, 0.5, 4)
CONSTANT = 70.0


def samples(days: int, slopes: Floats = SLOPES, *, noise_mw: float = 20.0, seed: int = 3) -> Samples:
    """Days on which four features explain what is wanted, the later hours of the day more than the earlier."""
    random = np.random.default_rng(seed)
    features = random.normal(0, 1000, (days, 24, len(slopes)))
    wanted = features @ slopes * by_hour() + CONSTANT + random.normal(0, noise_mw, (days, 24))
    return Samples(features, wanted, np.full((days, 24), 50_000.0))


def by_hour() -> Floats:
    return np.linspace(0.5, 1.5, 24)


def coefficients(slopes: Floats = SLOPES) -> Floats:
    return by_hour()[:, None] * slopes


def last(made: dict[int, Regression]) -> Regression:
    return made[max(made)]


def test_what_was_put_in_is_found_again_hour_by_hour() -> None:
    asked = samples(300)
    wanted = asked.wanted_mw.copy()
    wanted[::40] = np.nan  # whole days
    wanted[::7, 2] = np.nan  # single hours
    found = last(learn(replace(asked, wanted_mw=wanted), SCALE)).mean
    assert found[:, :-1] == pytest.approx(coefficients(), abs=0.02)
    assert SCALE.feature_mw * found[:, -1] == pytest.approx(CONSTANT, abs=10)


def test_a_few_absurd_samples_do_not_bend_the_fit() -> None:
    asked = samples(300)
    wanted = asked.wanted_mw.copy()
    wanted[20::10, ::5] += 50_000  # one hour in fifty
    bent = last(learn(replace(asked, wanted_mw=wanted), SCALE)).mean
    straight = last(learn(asked, SCALE)).mean
    assert bent[:, :-1] == pytest.approx(straight[:, :-1], abs=0.05)


def test_large_loads_weigh_less() -> None:
    """Errors count in percent."""
    days = 200
    features = np.full((days, 24, 1), 1000.0)
    load = np.where(np.arange(days) % 2, 40_000.0, 80_000.0)[:, None] * np.ones(24)
    wanted = np.where(np.arange(days) % 2, 100.0, 400.0)[:, None] * np.ones(24)
    made = last(learn(Samples(features, wanted, load), SCALE))
    said = apply(features[:1], made.mean, SCALE)
    assert said == pytest.approx((100 / 40 + 400 / 80) / (1 / 40 + 1 / 80), abs=5)


@pytest.mark.parametrize("position", [LEAST_DAYS, 35, 50])
def test_a_snapshot_is_what_the_days_before_it_teach_alone(position: int) -> None:
    asked = samples(90)
    made = learn(asked, SCALE, snapshots=[position])
    assert sorted(made) == [position, 90]
    alone = learn(asked.between(0, position), SCALE)[position]
    np.testing.assert_array_equal(made[position].mean, alone.mean)
    np.testing.assert_array_equal(made[position].precision, alone.precision)


def test_a_snapshot_knows_nothing_of_later_days() -> None:
    asked = samples(90)
    wanted = asked.wanted_mw.copy()
    wanted[50:] = 1e5
    other = replace(asked, wanted_mw=wanted)
    one, two = (learn(each, SCALE, snapshots=[50]) for each in (asked, other))
    np.testing.assert_array_equal(one[50].mean, two[50].mean)
    assert not np.array_equal(one[90].mean, two[90].mean)


@pytest.mark.parametrize("snapshot", [5 * BATCH_DAYS, 50])
def test_asking_for_a_snapshot_changes_little_at_the_end(snapshot: int) -> None:
    asked = samples(90)
    plain, asked_for = last(learn(asked, SCALE)), last(learn(asked, SCALE, snapshots=[snapshot]))
    assert asked_for.mean == pytest.approx(plain.mean, abs=1e-2)
    if snapshot % BATCH_DAYS == 0:
        np.testing.assert_array_equal(asked_for.mean, plain.mean)


@pytest.mark.parametrize("days", [0, 1, LEAST_DAYS - 1, LEAST_DAYS])
def test_too_few_days_teach_nothing(days: int) -> None:
    made = learn(samples(days), SCALE)
    assert list(made) == ([days] if days == LEAST_DAYS else [])


def test_days_without_anything_known_do_not_count() -> None:
    asked = samples(60)
    wanted = asked.wanted_mw.copy()
    wanted[: 60 - LEAST_DAYS + 1] = np.nan
    assert learn(replace(asked, wanted_mw=wanted), SCALE, snapshots=[40]) == {}


def test_up_to_date_follows_a_relation_that_changed() -> None:
    slopes = 0.6 * SLOPES

    def away(found: Floats) -> float:
        return float(np.abs(found[:, :-1] - coefficients(slopes)).mean())

    before = last(learn(samples(200), SCALE))
    now, later = (up_to_date(before, samples(days, slopes, seed=4)).coefficients for days in (90, 400))
    assert away(now) < 0.75 * away(before.mean)
    assert away(later) < 0.5 * away(before.mean)


def test_where_no_day_is_given_what_was_learnt_stands() -> None:
    made = last(learn(samples(60), SCALE))
    now = up_to_date(made, samples(0))
    np.testing.assert_array_equal(now.coefficients, made.mean)
    assert now.errors_mw.shape == (0, 24)


def test_days_on_which_nothing_is_known_change_nothing() -> None:
    made = last(learn(samples(60), SCALE))
    asked = samples(20, seed=4)
    unknown = replace(asked, wanted_mw=np.full_like(asked.wanted_mw, np.nan))
    now = up_to_date(made, unknown)
    np.testing.assert_array_equal(now.coefficients, made.mean)
    assert np.isnan(now.errors_mw).all()


def test_a_days_error_is_of_what_the_days_before_it_let_expect() -> None:
    before = last(learn(samples(200), SCALE))
    asked = samples(40, 0.6 * SLOPES, seed=4)
    errors = up_to_date(before, asked).errors_mw
    for day in (0, 1, 10, 39):
        known = up_to_date(before, asked.between(0, day)).coefficients
        expected = apply(asked.between(day, day + 1).features, known, SCALE)[0]
        # The same but for the weights of age, which are counted back from another day.
        np.testing.assert_allclose(errors[day], asked.wanted_mw[day] - expected, rtol=0.02, atol=2.0)
    assert np.abs(errors[-10:]).mean() < 0.8 * np.abs(errors[:10]).mean()


def test_a_gap_has_no_error_and_leaves_those_of_other_days() -> None:
    made = last(learn(samples(60), SCALE))
    asked = samples(20, seed=4)
    wanted = asked.wanted_mw.copy()
    wanted[7, 3:] = np.nan
    errors = up_to_date(made, replace(asked, wanted_mw=wanted)).errors_mw
    assert np.array_equal(np.isnan(errors), np.isnan(wanted))


@pytest.mark.parametrize("load_mw", [np.nan, 0.0, -5.0])
def test_a_load_that_cannot_be_weighs_as_a_usual_one(load_mw: float) -> None:
    asked = samples(60)
    odd = replace(asked, load_mw=np.full_like(asked.load_mw, load_mw))
    np.testing.assert_array_equal(last(learn(odd, SCALE)).mean, last(learn(asked, SCALE)).mean)


def test_what_is_learnt_is_rounded_as_it_is_stored() -> None:
    made = last(learn(samples(60), SCALE))
    for values in (made.mean, made.precision):
        assert values.dtype == np.float64
        np.testing.assert_array_equal(values.astype(np.float32).astype(np.float64), values)


def test_a_day_is_explained_alike_alone_and_among_others() -> None:
    asked = samples(30)
    made = last(learn(asked, SCALE))
    together = apply(asked.features, made.mean, SCALE)
    assert together.shape == (30, 24)
    for day in range(30):
        np.testing.assert_array_equal(apply(asked.features[day : day + 1], made.mean, SCALE)[0], together[day])


@pytest.mark.parametrize("update_days", [0, 60])
def test_walking_through_the_days_nothing_is_said_that_later_days_taught(update_days: int) -> None:
    asked = samples(120)
    said = walked(asked, SCALE, update_days=update_days)
    moved = np.where(np.arange(120)[:, None] >= 70, asked.wanted_mw + 5_000, asked.wanted_mw)
    other = walked(replace(asked, wanted_mw=moved), SCALE, update_days=update_days)
    np.testing.assert_array_equal(said[:77], other[:77])  # the batch of the 70th day was said before it was seen
    assert not np.allclose(said[77:], other[77:])
    assert (said[:BATCH_DAYS] == 0).all()
    assert np.abs(said[-28:] - asked.wanted_mw[-28:]).mean() < 50


def test_walking_it_follows_a_relation_that_changed_as_far_as_it_is_brought_up_to_date() -> None:
    before, after = samples(300), samples(40, -SLOPES, seed=4)
    both = Samples(*(np.concatenate([getattr(each, name) for each in (before, after)])
                     for name in ("features", "wanted_mw", "load_mw")))  # fmt: skip
    follows, stays = (
        np.abs(walked(both, SCALE, update_days=days)[-7:] - both.wanted_mw[-7:]).mean() for days in (60, 0)
    )
    assert follows < 0.95 * stays
