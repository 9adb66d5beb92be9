"""A forecast depends on its own information set alone, and on nothing after its issue time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue, days, issue_time
from elec_pipeline.domain.history import History, actual_mw
from elec_pipeline.domain.information_set import InformationSet, is_too_thin
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.metrics import mae, pinball
from elec_pipeline.domain.quantiles import LEVELS, MEDIAN, Floats
from elec_pipeline.errors import ContextTooThinError
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.combination.bands import half_widths
from elec_pipeline.forecasting.combination.combination import Blend
from elec_pipeline.forecasting.degraded import with_blurred_rte, with_only, without_rte
from elec_pipeline.forecasting.experts.chronos.chronos import CHRONOS
from elec_pipeline.forecasting.experts.naive import seasonal_naive
from elec_pipeline.forecasting.experts.ridge.coefficients import Regressions
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE, Ridge
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline_tests.forecasting.conftest import on_ridge

LENGTHS = {date(2025, 3, 30): 23, date(2025, 3, 31): 24, date(2025, 10, 26): 25}
FIXTURES = ["t5_folder", "bolt_folder", "chronos2_folder", "taught", "bundled"]


@pytest.fixture(scope="module")
def bundled() -> Forecaster:
    return load_forecaster("")


@pytest.fixture(params=FIXTURES)
def forecaster(request: pytest.FixtureRequest) -> Forecaster:
    given = request.getfixturevalue(request.param)
    return given if isinstance(given, Forecaster) else load_forecaster(str(given))


def issues(past: History, forecaster: Forecaster) -> list[InformationSet]:
    return [past.at(day, issue, context_hours=forecaster.context_hours) for day in LENGTHS for issue in Issue]


def early(past: History, day: date, forecaster: Forecaster) -> InformationSet:
    """A morning that knows an early forecast of RTE's."""
    morning, evening = (past.at(day, issue, context_hours=forecaster.context_hours) for issue in Issue)
    return with_blurred_rte(morning, evening, 600, np.random.default_rng(1))


def test_alone_or_in_any_batch_a_forecast_is_the_same_to_the_last_digit(
    forecaster: Forecaster, past: History
) -> None:
    sets = issues(past, forecaster)
    together = forecaster.predict(sets)
    for information, among_others in zip(sets, together, strict=True):
        np.testing.assert_array_equal(forecaster.predict([information])[0], among_others)
    for position, backwards in enumerate(forecaster.predict([*sets[::-1], *sets])[: len(sets)]):
        np.testing.assert_array_equal(backwards, together[-1 - position])


def test_in_a_batch_a_forecast_on_learnt_references_is_the_same(
    taught: Forecaster, past: History, warm_past: History
) -> None:
    sets = [early(warm_past, day, taught) for day in LENGTHS] + issues(warm_past, taught) + issues(past, taught)
    for information, among_others in zip(sets, taught.predict(sets), strict=True):
        np.testing.assert_array_equal(taught.predict([information])[0], among_others)


def test_predicting_leaves_torchs_random_state_and_threads_alone(forecaster: Forecaster, past: History) -> None:
    import torch

    former, state = torch.get_num_threads(), torch.random.get_rng_state()
    torch.set_num_threads(2)  # the tests have one, as each thread of a forecaster has
    try:
        forecaster.predict(issues(past, forecaster)[:2])
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(former)
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("day", LENGTHS)
@pytest.mark.parametrize("issue", list(Issue))
def test_nothing_after_the_issue_time_matters(
    day: date, issue: Issue, forecaster: Forecaster, past: History, make_history: Callable[..., History]
) -> None:
    shuffled = make_history(shuffled_after=issue_time(day, issue))
    assert not np.array_equal(shuffled.load_mw, past.load_mw, equal_nan=True)
    pair = [h.at(day, issue, context_hours=forecaster.context_hours) for h in (past, shuffled)]
    as_it_was, as_if = forecaster.predict(pair)
    np.testing.assert_array_equal(as_it_was, as_if)


@pytest.mark.parametrize("day", LENGTHS)
@pytest.mark.parametrize("issue", list(Issue))
def test_with_temperature_too_nothing_after_the_issue_time_matters(
    day: date, issue: Issue, taught: Forecaster, warm_past: History, make_history: Callable[..., History]
) -> None:
    shuffled = make_history(shuffled_after=issue_time(day, issue), temperature=True)
    assert not np.array_equal(shuffled.inputs[TEMPERATURE].value, warm_past.inputs[TEMPERATURE].value)
    pair = [h.at(day, issue, context_hours=taught.context_hours) for h in (warm_past, shuffled)]
    as_it_was, as_if = taught.predict(pair)
    np.testing.assert_array_equal(as_it_was, as_if)
    without = with_only(pair[0])
    assert not np.array_equal(taught.predict([without])[0], as_it_was)


@pytest.mark.parametrize("day", LENGTHS)
def test_with_an_early_forecast_nothing_after_the_morning_matters(
    day: date, taught: Forecaster, warm_past: History, make_history: Callable[..., History]
) -> None:
    shuffled = make_history(shuffled_after=issue_time(day, Issue.MORNING), temperature=True)
    rte = early(warm_past, day, taught).rte_mw
    pair = [h.at(day, Issue.MORNING, context_hours=taught.context_hours) for h in (warm_past, shuffled)]
    as_it_was, as_if = taught.predict([replace(each, rte_mw=rte) for each in pair])
    np.testing.assert_array_equal(as_it_was, as_if)
    assert not np.array_equal(taught.predict(pair[:1])[0], as_it_was)


@pytest.mark.parametrize("day", LENGTHS)
@pytest.mark.parametrize("issue", list(Issue))
def test_every_delivery_day_gets_exactly_its_hours_in_order(
    day: date, issue: Issue, forecaster: Forecaster, past: History
) -> None:
    [forecast] = forecaster.predict([past.at(day, issue, context_hours=forecaster.context_hours)])
    assert forecast.shape == (LENGTHS[day], len(LEVELS))
    assert forecast.dtype == np.float64
    assert (np.diff(forecast) >= 0).all()
    np.testing.assert_array_equal(forecast, np.round(forecast, 1))


def test_a_missing_forecast_of_rtes_degrades_and_never_breaks(bundled: Forecaster, past: History) -> None:
    sets = [
        past.at(day, Issue.EVENING, context_hours=bundled.context_hours)
        for day in days(date(2025, 6, 2), date(2025, 6, 29))
    ]
    truth = np.concatenate([actual_mw(past, each.delivery_day) for each in sets])
    losses = {}
    variants = {
        "complete": sets,
        "none for the day": [without_rte(each) for each in sets],
        "none at all": [replace(each, rte_mw=np.full_like(each.rte_mw, np.nan)) for each in sets],
    }
    for name, variant in variants.items():
        said = np.concatenate(bundled.predict(variant))
        assert np.isfinite(said).all()
        losses[name] = pinball(truth, said, LEVELS)
    assert losses["complete"] < losses["none for the day"]
    assert losses["complete"] < losses["none at all"]


@pytest.mark.parametrize("gap", [slice(-30, -20), slice(-80, None), slice(0, -90)])
def test_gaps_in_the_context_are_survived(gap: slice, forecaster: Forecaster, past: History) -> None:
    for information in issues(past, forecaster):
        load = information.load_mw.copy()
        load[: information.context_hours][gap] = np.nan
        [forecast] = forecaster.predict([replace(information, load_mw=load)])
        assert np.isfinite(forecast).all()


def test_below_half_a_week_there_is_no_forecast(bundled: Forecaster, past: History) -> None:
    information = issues(past, bundled)[0]
    load = information.load_mw.copy()
    load[information.context_hours - 90 : information.context_hours] = np.nan
    thin = replace(information, load_mw=load)
    assert is_too_thin(thin)
    with pytest.raises(ContextTooThinError, match="2025-03-30 morning"):
        bundled.predict([information, thin])


def test_no_issues_no_forecasts(bundled: Forecaster) -> None:
    assert bundled.predict([]) == []


@pytest.mark.parametrize(("issue", "most"), [(Issue.EVENING, 0.8), (Issue.MORNING, 1.1)])
def test_on_days_unlike_frances_the_bundled_checkpoint_is_still_of_use(
    issue: Issue, most: float, bundled: Forecaster, past: History
) -> None:
    """The made-up load wanders as no weather makes it: what was learnt of France's mornings says little there."""
    sets = [
        past.at(day, issue, context_hours=bundled.context_hours)
        for day in days(date(2025, 5, 12), date(2025, 6, 8))
    ]
    truth = np.concatenate([actual_mw(past, each.delivery_day) for each in sets])
    median = np.concatenate(bundled.predict(sets))[:, MEDIAN]
    naive = np.concatenate([seasonal_naive(each) for each in sets])
    assert mae(truth, median) < most * mae(truth, naive)


@pytest.mark.parametrize("day", LENGTHS)
@pytest.mark.parametrize("issue", list(Issue))
def test_large_errors_of_late_make_bands_wide_and_move_no_median(
    day: date, issue: Issue, taught: Forecaster, past: History
) -> None:
    through = day - timedelta(days=91)  # so that there are days to bring it up to date with
    learnt = {name: replace(each, through=through) for name, each in taught_ridge_of(taught).learnt.items()}
    old = on_ridge(taught, Regressions(learnt), context_hours=192)
    information = past.at(day, issue, context_hours=taught.context_hours)

    said = old.said(information)
    for share, wanted in ((1.0, said[RIDGE]), (0.0, said[CHRONOS])):
        widths = {CHRONOS: 1 - share, RIDGE: share}
        made = old.combination.otherwise.model_copy(update={"widths": widths}).combined(said)
        np.testing.assert_allclose(half_widths(made), half_widths(wanted))
        np.testing.assert_array_equal(made[:, MEDIAN], said[CHRONOS][:, MEDIAN])


def taught_ridge_of(taught: Forecaster) -> Regressions:
    ridge = taught.experts[RIDGE]
    assert isinstance(ridge, Ridge)
    return ridge.regressions


@pytest.mark.parametrize("day", LENGTHS)
def test_the_blend_is_of_what_the_forecast_stands_on(day: date, taught: Forecaster, warm_past: History) -> None:
    evening = warm_past.at(day, Issue.EVENING, context_hours=taught.context_hours)
    of_ridge = taught.said(evening)[RIDGE][:, MEDIAN]
    plain_blend = taught.combination.otherwise

    def said(**blends: Blend) -> Floats:
        combination = taught.combination.model_copy(update={"blends": blends})
        [forecast] = replace(taught, combination=combination).predict([evening])
        return forecast

    plain, twice = said(), plain_blend.model_copy(update={"spreads": (2.0, 2.0, 2.0)})
    wide = said(evening=twice)
    np.testing.assert_array_equal(said(alone=twice), plain)
    np.testing.assert_array_equal(wide[:, MEDIAN], plain[:, MEDIAN])
    assert wide - wide[:, [MEDIAN]] == pytest.approx(2 * (plain - plain[:, [MEDIAN]]), abs=0.3)
    ridges = said(evening=plain_blend.model_copy(update={"medians": {RIDGE: 1.0}}))
    assert ridges[:, MEDIAN] == pytest.approx(of_ridge, abs=0.051)
