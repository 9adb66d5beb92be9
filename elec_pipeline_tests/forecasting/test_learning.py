"""What references learn uses only what the issue knows, helps later, and survives what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError

from elec_pipeline.delivery_day import Issue, days
from elec_pipeline.forecasting import correction, ridge, similar_day
from elec_pipeline.forecasting.learning import learnt
from elec_pipeline.forecasting.recipe import Recipe
from elec_pipeline.forecasting.references import References
from elec_pipeline.forecasting.training_options import BUNDLED_RECIPE
from elec_pipeline.forecasting.training_windows import actual_mw, without_rte
from elec_pipeline.information_set import Floats, History, InformationSet
from elec_pipeline.metrics import mae

LENGTHS = {date(2025, 3, 30): 23, date(2025, 3, 31): 24, date(2025, 10, 26): 25}
LEARN = days(date(2025, 2, 10), date(2025, 6, 9))
LATER = days(date(2025, 6, 10), date(2025, 7, 20))


@pytest.fixture(scope="module")
def recipe(past: History) -> Recipe:
    return learnt(past, LEARN, BUNDLED_RECIPE)


def at(past: History, day: date, issue: Issue) -> InformationSet:
    return past.at(day, issue, context_hours=BUNDLED_RECIPE.history_hours)


def of_day(information: InformationSet) -> Floats:
    """The features of the delivery day, of the kind that its issue needs."""
    its = References(information, BUNDLED_RECIPE)
    if information.issue is Issue.EVENING:
        made = correction.features(its.error, information.rte_mw, its.grid)
    else:
        made = similar_day.features(its.hybrid, its.error, its.grid)
    return made[-information.delivery_hours :]


@pytest.mark.parametrize("day", LENGTHS)
@pytest.mark.parametrize("issue", list(Issue))
def test_every_hour_of_the_day_has_its_features(day: date, issue: Issue, past: History) -> None:
    names = correction.FEATURES if issue is Issue.EVENING else similar_day.FEATURES
    made = of_day(at(past, day, issue))
    assert made.shape == (LENGTHS[day], len(names))
    assert np.isfinite(made).all()


@pytest.mark.parametrize("day", LENGTHS)
@pytest.mark.parametrize(
    ("issue", "column", "first_unknown"),
    [
        (Issue.EVENING, correction.FEATURES.index("last"), correction.FIRST_UNKNOWN),
        (Issue.MORNING, similar_day.FEATURES.index("error_of_hour"), similar_day.FIRST_UNKNOWN),
    ],
)
def test_the_last_error_is_of_the_same_local_hour_and_known_at_the_issue(
    day: date, issue: Issue, column: int, first_unknown: int, past: History
) -> None:
    information = at(past, day, issue)
    its = References(information, BUNDLED_RECIPE)
    hour = its.grid.hour[-LENGTHS[day] :]
    yesterday, before = (its.grid.earlier(its.error, n)[-LENGTHS[day] :] for n in (1, 2))
    differs = of_day(information)[:, column] != np.where(hour < first_unknown, yesterday, before)
    assert set(hour[differs]) <= {2}  # the hour that a clock change skips or repeats


def test_the_day_so_far_ends_where_the_evening_issue_does(past: History) -> None:
    information = at(past, date(2025, 7, 9), Issue.EVENING)
    first = information.context_hours - correction.FIRST_UNKNOWN
    error = (information.load_mw - information.rte_mw)[first : information.context_hours]
    assert of_day(information)[:, correction.FEATURES.index("day_so_far")] == pytest.approx(error.mean())


@pytest.mark.parametrize(
    ("day", "kind", "weekday"),
    [
        (date(2025, 7, 14), 1.0, "monday"),
        (date(2025, 7, 11), 0.0, "friday"),
        (date(2025, 7, 12), 0.5, "saturday"),
        (date(2025, 7, 13), 1.0, None),
    ],
)
def test_the_calendar_knows_the_day(day: date, kind: float, weekday: str | None, past: History) -> None:
    made = dict(zip(similar_day.FEATURES, of_day(at(past, day, Issue.MORNING))[12], strict=True))
    assert made["day_type"] == kind * similar_day.DAY_TYPE_MW
    named = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
    assert [name for name in named if made[name]] == ([weekday] if weekday else [])
    assert bool(made["holiday"]) == (day == date(2025, 7, 14))


def test_what_is_learnt_helps_on_days_it_was_not_learnt_from(recipe: Recipe, past: History) -> None:
    truth = np.concatenate([actual_mw(past, day) for day in LATER])
    untaught = recipe.without_what_is_learnt.model_copy(update={"error_weights": (0.0, 0.0, 0.0)})
    for issue in Issue:
        sets = [at(past, day, issue) for day in LATER]
        plain, ours = (
            np.concatenate([References(each, how).reference[-each.delivery_hours :] for each in sets])
            for how in (untaught, recipe)
        )
        assert mae(truth, ours) < 0.9 * mae(truth, plain)


def test_in_the_morning_the_weights_stand(recipe: Recipe, past: History) -> None:
    morning = at(past, date(2025, 7, 9), Issue.MORNING)
    with_forecast = replace(morning, rte_mw=np.where(np.isnan(morning.rte_mw), 5e4, morning.rte_mw))
    plain, corrected = (References(with_forecast, each) for each in (recipe.without_what_is_learnt, recipe))
    np.testing.assert_array_equal(plain.corrected_rte, corrected.corrected_rte)


@pytest.mark.parametrize("issue", list(Issue))
@pytest.mark.parametrize("hours_known", [0, 40, 400])
def test_however_little_is_known_the_day_has_a_reference(
    hours_known: int, issue: Issue, recipe: Recipe, past: History
) -> None:
    information = at(past, date(2025, 7, 9), issue)
    load = information.load_mw.copy()
    load[: information.context_hours - hours_known] = np.nan
    thin = replace(information, load_mw=load)
    for each in (thin, without_rte(thin)):
        assert np.isfinite(References(each, recipe).reference[-24:]).all()
    bare = replace(thin, rte_mw=np.full_like(load, np.nan))
    assert np.isfinite(References(bare, recipe).reference[-24:]).all() == bool(hours_known)


def test_an_absurd_hour_does_not_spoil_the_next_days(past: History) -> None:
    information = at(past, date(2025, 7, 9), Issue.EVENING)
    rte = information.rte_mw.copy()
    rte[information.context_hours - 10] = -1e9
    errors = of_day(replace(information, rte_mw=rte))[:, : correction.FEATURES.index("move_of_hour")]
    assert np.abs(errors).max() <= correction.MOST_MW


def test_what_was_put_in_is_found_again() -> None:
    random = np.random.default_rng(3)
    count = 24 * 400
    features = random.normal(0, 1000, (count, 5))
    slopes = np.linspace(-0.5, 0.5, 5)
    wanted = features @ slopes + 70 + random.normal(0, 20, count)
    wanted[::50] = np.nan
    hour = np.arange(count) % 24
    samples = ridge.Samples(features, wanted, np.full(count, 5e4), hour, np.zeros(count))
    found = np.asarray(ridge.fit(samples, half_life_days=365, robust_mw=400))
    assert found[:, :-1] == pytest.approx(np.tile(slopes, (24, 1)), abs=0.02)
    assert found[:, -1] == pytest.approx(np.full(24, 70), abs=8)


def test_a_few_absurd_samples_do_not_bend_the_fit() -> None:
    random = np.random.default_rng(3)
    count = 24 * 300
    features = random.normal(0, 1000, (count, 2))
    wanted = features @ [0.5, -0.5]
    wanted[::97] += 50_000
    samples = ridge.Samples(features, wanted, np.full(count, 5e4), np.arange(count) % 24, np.zeros(count))
    coefficients = np.asarray(ridge.fit(samples, half_life_days=365, robust_mw=400))
    assert coefficients[:, :2] == pytest.approx(np.tile([0.5, -0.5], (24, 1)), abs=0.05)


@pytest.mark.parametrize("how_many", [0, 10])
def test_from_too_few_days_nothing_is_learnt(how_many: int, past: History) -> None:
    assert learnt(past, LEARN[:how_many], BUNDLED_RECIPE) == BUNDLED_RECIPE


def test_without_rtes_forecasts_only_the_week_before_is_learnt_from(past: History) -> None:
    without = replace(past, vintage_mw=np.full_like(past.vintage_mw, np.nan))
    half = learnt(without, LEARN[:60], BUNDLED_RECIPE)
    assert half.correction == ()
    assert half.similar_day


@pytest.mark.parametrize("field", ["correction", "similar_day"])
def test_coefficients_of_another_shape_are_refused(field: str) -> None:
    with pytest.raises(ValidationError, match=f"{field} has 24 rows"):
        Recipe.model_validate({field: [[1.0, 2.0]]})
