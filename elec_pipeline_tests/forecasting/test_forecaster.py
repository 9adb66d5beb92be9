"""A forecast depends on its own information set alone, and on nothing after its issue time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from elec_pipeline.delivery_day import Issue, days, issue_time
from elec_pipeline.errors import ContextTooThinError
from elec_pipeline.forecasting.baselines import seasonal_naive
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.forecaster import Forecaster, is_too_thin
from elec_pipeline.forecasting.quantiles import LEVELS, MEDIAN
from elec_pipeline.forecasting.training_windows import actual_mw, without_rte
from elec_pipeline.information_set import History, InformationSet
from elec_pipeline.metrics import mae, pinball

LENGTHS = {date(2025, 3, 30): 23, date(2025, 3, 31): 24, date(2025, 10, 26): 25}
FIXTURES = ["t5_folder", "bolt_folder", "chronos2_folder", "bundled"]


@pytest.fixture(scope="module")
def bundled() -> Forecaster:
    return load_forecaster("")


@pytest.fixture(params=FIXTURES)
def forecaster(request: pytest.FixtureRequest) -> Forecaster:
    given = request.getfixturevalue(request.param)
    return given if isinstance(given, Forecaster) else load_forecaster(str(given))


def issues(past: History, forecaster: Forecaster) -> list[InformationSet]:
    return [past.at(day, issue, context_hours=forecaster.context_hours) for day in LENGTHS for issue in Issue]


def test_alone_or_in_any_batch_a_forecast_is_the_same_to_the_last_digit(
    forecaster: Forecaster, past: History
) -> None:
    sets = issues(past, forecaster)
    together = forecaster.predict(sets)
    for information, among_others in zip(sets, together, strict=True):
        np.testing.assert_array_equal(forecaster.predict([information])[0], among_others)
    for position, backwards in enumerate(forecaster.predict([*sets[::-1], *sets])[: len(sets)]):
        np.testing.assert_array_equal(backwards, together[-1 - position])


def test_predicting_leaves_torchs_random_state_and_threads_alone(forecaster: Forecaster, past: History) -> None:
    import torch

    threads, state = torch.get_num_threads(), torch.random.get_rng_state()
    forecaster.predict(issues(past, forecaster)[:2])
    assert torch.get_num_threads() == threads
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


@pytest.mark.parametrize("issue", list(Issue))
def test_the_bundled_checkpoint_beats_the_seasonal_naive_forecast(
    issue: Issue, bundled: Forecaster, past: History
) -> None:
    sets = [
        past.at(day, issue, context_hours=bundled.context_hours)
        for day in days(date(2025, 5, 12), date(2025, 6, 8))
    ]
    truth = np.concatenate([actual_mw(past, each.delivery_day) for each in sets])
    median = np.concatenate(bundled.predict(sets))[:, MEDIAN]
    naive = np.concatenate([seasonal_naive(each) for each in sets])
    assert mae(truth, median) < 0.8 * mae(truth, naive)
