"""Information sets become model input of one fixed shape, and output becomes the hours of the day again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.information_set import History
from elec_pipeline.forecasting.experts.chronos.inputs import model_input
from elec_pipeline.forecasting.experts.chronos.recipe import Covariate, Recipe, Target
from elec_pipeline.forecasting.experts.chronos.training.options import BUNDLED_RECIPE
from elec_pipeline.forecasting.experts.ridge.coefficients import Regressions
from elec_pipeline.forecasting.experts.ridge.fitting import Course
from elec_pipeline.forecasting.features.situations import Case

LENGTHS = {date(2025, 3, 30): 23, date(2025, 3, 31): 24, date(2025, 10, 26): 25}
RECIPES = {
    "bundled": BUNDLED_RECIPE,
    "hub": Recipe(covariates=(Covariate.RTE,)),
    "univariate": Recipe(context_hours=512),
    "residual from the first unknown hour": Recipe(
        target=Target.RESIDUAL, covariates=tuple(Covariate), context_hours=336, update_days=40
    ),
}


@pytest.fixture(params=[False, True], ids=["nothing learnt", "learnt"])
def regressions(request: pytest.FixtureRequest, course: Course) -> Regressions:
    return course.final if request.param else Regressions()


@pytest.mark.parametrize("day", LENGTHS)
@pytest.mark.parametrize("issue", list(Issue))
@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_shapes_are_the_same_for_every_issue(
    day: date, issue: Issue, recipe: Recipe, regressions: Regressions, past: History
) -> None:
    asked = model_input(past.at(day, issue, context_hours=recipe.history_hours), recipe, regressions)
    context, future = asked.rows()
    assert context.shape == (1 + len(recipe.covariates), recipe.context_hours)
    assert asked.to_mw(np.zeros((recipe.prediction_length, 7))).shape == (LENGTHS[day], 7)
    assert asked.to_mw(np.zeros(recipe.prediction_length)).shape == (LENGTHS[day],)
    if recipe.covariates:
        assert future.shape == (1 + len(recipe.covariates), recipe.prediction_length)
        assert set(asked.as_chronos()) == {"target", "past_covariates", "future_covariates"}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_longer_context_changes_nothing(recipe: Recipe, regressions: Regressions, past: History) -> None:
    day = date(2025, 10, 26)
    exact = model_input(past.at(day, Issue.EVENING, context_hours=recipe.history_hours), recipe, regressions)
    longer = model_input(
        past.at(day, Issue.EVENING, context_hours=recipe.history_hours + 100), recipe, regressions
    )
    for ours, theirs in zip(exact.rows(), longer.rows(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_shorter_context_is_refused(past: History) -> None:
    with pytest.raises(ValueError, match="needs 2184"):
        model_input(past.at(date(2025, 7, 9), Issue.EVENING, context_hours=672), BUNDLED_RECIPE, Regressions())


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
@pytest.mark.parametrize("issue", list(Issue))
def test_a_perfect_model_gives_back_the_actual_load(
    issue: Issue, recipe: Recipe, regressions: Regressions, past: History
) -> None:
    from elec_pipeline.domain.information_set import actual_mw
    from elec_pipeline.forecasting.experts.chronos.training.windows import window

    day = date(2025, 10, 26)
    information = past.at(day, issue, context_hours=recipe.history_hours)
    output = window(past, information, recipe, regressions).rows[0, recipe.context_hours :]
    assert model_input(information, recipe, regressions).to_mw(output) == pytest.approx(actual_mw(past, day))


def test_gaps_stay_nan_in_the_target(past: History) -> None:
    information = past.at(date(2025, 7, 9), Issue.EVENING, context_hours=BUNDLED_RECIPE.history_hours)
    load = information.load_mw.copy()
    load[-100:-90] = np.nan
    asked = model_input(replace(information, load_mw=load), BUNDLED_RECIPE, Regressions())
    assert np.isnan(asked.target).sum() == 10 + 5  # the gap, and the evening until midnight


def test_a_covariate_without_a_past_says_nothing_of_the_future(past: History) -> None:
    recipe = RECIPES["hub"]
    information = past.at(date(2025, 7, 9), Issue.EVENING, context_hours=recipe.history_hours)
    rte = information.rte_mw.copy()
    rte[: information.context_hours] = np.nan
    asked = model_input(replace(information, rte_mw=rte), recipe, Regressions())
    assert np.isnan(asked.future_covariates["rte"]).all()


@pytest.mark.parametrize("issue", list(Issue))
def test_the_input_names_what_the_forecast_stands_on(issue: Issue, past: History) -> None:
    information = past.at(date(2025, 7, 9), issue, context_hours=BUNDLED_RECIPE.history_hours)
    case = Case.EVENING if issue is Issue.EVENING else Case.ALONE
    assert model_input(information, BUNDLED_RECIPE, Regressions()).kind == case
