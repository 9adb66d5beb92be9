"""Information sets become model input of one fixed shape, and output becomes the hours of the day again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.history import History, actual_mw
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.forecasting.experts.chronos.inputs import ModelInput, model_input
from elec_pipeline.forecasting.experts.chronos.recipe import Covariate, Recipe, Target
from elec_pipeline.forecasting.experts.chronos.training.options import BUNDLED_RECIPE
from elec_pipeline.forecasting.experts.chronos.training.windows import window
from elec_pipeline.forecasting.experts.ridge.fitting import Course
from elec_pipeline.forecasting.experts.ridge.ridge import Ridge
from elec_pipeline.forecasting.samples import Sample

LENGTHS = {date(2025, 3, 30): 23, date(2025, 3, 31): 24, date(2025, 10, 26): 25}
RECIPES = {
    "bundled": BUNDLED_RECIPE,
    "hub": Recipe(covariates=(Covariate.RTE,)),
    "univariate": Recipe(context_hours=512),
    "residual from the first unknown hour": Recipe(
        target=Target.RESIDUAL, covariates=tuple(Covariate), context_hours=336
    ),
}


@pytest.fixture(params=[False, True], ids=["nothing learnt", "learnt"])
def ridge(request: pytest.FixtureRequest, course: Course) -> Ridge:
    return Ridge(regressions=course.final) if request.param else Ridge()


def context_hours(recipe: Recipe, ridge: Ridge) -> int:
    return max(recipe.context_hours, ridge.context_hours)


def asked_of(information: InformationSet, recipe: Recipe, ridge: Ridge | None = None) -> ModelInput:
    return model_input(
        information, recipe, (ridge or Ridge()).references(information) if recipe.uses_ridge else None
    )


@pytest.mark.parametrize("day", LENGTHS)
@pytest.mark.parametrize("issue", list(Issue))
@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_shapes_are_the_same_for_every_issue(
    day: date, issue: Issue, recipe: Recipe, ridge: Ridge, past: History
) -> None:
    asked = asked_of(past.at(day, issue, context_hours=context_hours(recipe, ridge)), recipe, ridge)
    context, future = asked.rows()
    assert context.shape == (1 + len(recipe.covariates), recipe.context_hours)
    assert asked.to_mw(np.zeros((recipe.prediction_length, 7))).shape == (LENGTHS[day], 7)
    assert asked.to_mw(np.zeros(recipe.prediction_length)).shape == (LENGTHS[day],)
    if recipe.covariates:
        assert future.shape == (1 + len(recipe.covariates), recipe.prediction_length)
        assert set(asked.as_chronos()) == {"target", "past_covariates", "future_covariates"}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_longer_context_changes_nothing(recipe: Recipe, ridge: Ridge, past: History) -> None:
    day = date(2025, 10, 26)
    exact = asked_of(past.at(day, Issue.EVENING, context_hours=context_hours(recipe, ridge)), recipe, ridge)
    longer = asked_of(past.at(day, Issue.EVENING, context_hours=context_hours(recipe, ridge) + 100), recipe, ridge)
    for ours, theirs in zip(exact.rows(), longer.rows(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_shorter_context_is_refused(past: History) -> None:
    short = past.at(date(2025, 7, 9), Issue.EVENING, context_hours=672)
    with pytest.raises(ValueError, match="2184 are needed"):
        asked_of(short, BUNDLED_RECIPE)
    with pytest.raises(ValueError, match="the recipe needs 1344"):
        asked_of(short, RECIPES["hub"])


def test_without_a_ridge_nothing_can_stand_on_it(past: History) -> None:
    information = past.at(date(2025, 7, 9), Issue.EVENING, context_hours=2184)
    with pytest.raises(ValueError, match="there are none"):
        model_input(information, BUNDLED_RECIPE, None)


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
@pytest.mark.parametrize("issue", list(Issue))
def test_a_perfect_model_gives_back_the_actual_load(
    issue: Issue, recipe: Recipe, ridge: Ridge, past: History
) -> None:
    day = date(2025, 10, 26)
    information = past.at(day, issue, context_hours=context_hours(recipe, ridge))
    output = window(past, Sample(information, actual_mw(past, day)), recipe, ridge).rows[0, recipe.context_hours :]
    assert asked_of(information, recipe, ridge).to_mw(output) == pytest.approx(actual_mw(past, day))


def test_gaps_stay_nan_in_the_target(past: History) -> None:
    information = past.at(date(2025, 7, 9), Issue.EVENING, context_hours=context_hours(BUNDLED_RECIPE, Ridge()))
    load = information.load_mw.copy()
    load[-100:-90] = np.nan
    asked = asked_of(replace(information, load_mw=load), BUNDLED_RECIPE)
    assert np.isnan(asked.target).sum() == 10 + 5  # the gap, and the evening until midnight


def test_a_covariate_without_a_past_says_nothing_of_the_future(past: History) -> None:
    recipe = RECIPES["hub"]
    information = past.at(date(2025, 7, 9), Issue.EVENING, context_hours=recipe.context_hours)
    rte = information.rte_mw.copy()
    rte[: information.context_hours] = np.nan
    asked = asked_of(replace(information, rte_mw=rte), recipe)
    assert np.isnan(asked.future_covariates["rte"]).all()
