"""Why a forecast moved: the shares add up to the ridge's change, and nothing from the future moves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue, issue_time
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.knowledge import Knowledge
from elec_pipeline.domain.quantiles import MEDIAN, Floats
from elec_pipeline.forecasting.changes import ridge_changes, shares
from elec_pipeline.forecasting.combination.combination import Combination
from elec_pipeline.forecasting.experts.naive import SEASONAL_NAIVE, SeasonalNaive
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE, Ridge
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline_tests.conftest import every_day_length


@pytest.fixture(scope="module")
def forecaster(taught_ridge: Ridge) -> Forecaster:
    return Forecaster({RIDGE: taught_ridge}, Combination.alone(RIDGE), "v", "bundled", "ridge", None)


def issues(history: History, day: date, ridge: Ridge) -> tuple[InformationSet, InformationSet]:
    morning, evening = (history.at(day, issue, context_hours=ridge.context_hours) for issue in Issue)
    return morning, evening


def median(ridge: Ridge, known: InformationSet) -> Floats:
    return ridge.predict([known])[0][:, MEDIAN]


@every_day_length
def test_the_shares_add_up_to_the_change_of_the_ridge(
    warm_past: History, forecaster: Forecaster, taught_ridge: Ridge, day: date, n_hours: int
) -> None:
    pair = issues(warm_past, day, taught_ridge)
    made = ridge_changes(forecaster, [pair])
    assert made is not None
    [of_day] = made
    assert {group: values.shape for group, values in of_day.items()} == dict.fromkeys(Knowledge, (n_hours,))
    # Of other objects, so that nothing is taken over: what is made of the day alone is what an issue makes of it.
    change = median(taught_ridge, replace(pair[1])) - median(taught_ridge, replace(pair[0]))
    np.testing.assert_allclose(sum(of_day.values()), change, rtol=0, atol=1e-6)
    assert all(np.abs(values).max() > 1 for values in of_day.values())  # each of them did something


@every_day_length
def test_what_both_issues_know_alike_has_no_share(
    past: History, forecaster: Forecaster, taught_ridge: Ridge, day: date, n_hours: int
) -> None:
    pair = issues(past, day, taught_ridge)
    made = ridge_changes(forecaster, [pair])
    assert made is not None
    assert made[0][Knowledge.WEATHER].tolist() == [0.0] * n_hours
    change = median(taught_ridge, pair[1]) - median(taught_ridge, pair[0])
    np.testing.assert_allclose(sum(made[0].values()), change, rtol=0, atol=1e-6)


@every_day_length
def test_nothing_known_later_than_the_newer_issue_moves_a_share(
    make_history: Callable[..., History], forecaster: Forecaster, taught_ridge: Ridge, day: date, n_hours: int
) -> None:
    shuffled = make_history(shuffled_after=issue_time(day, Issue.EVENING), temperature=True)
    whole = make_history(temperature=True)
    made = ridge_changes(forecaster, [issues(each, day, taught_ridge) for each in (whole, shuffled)])
    assert made is not None
    for group in Knowledge:
        assert made[0][group].shape == (n_hours,)
        np.testing.assert_array_equal(made[0][group], made[1][group])


@every_day_length
def test_a_group_that_moved_alone_has_the_whole_change(
    warm_past: History, forecaster: Forecaster, taught_ridge: Ridge, day: date, n_hours: int
) -> None:
    _, evening = issues(warm_past, day, taught_ridge)
    revised = evening.rte_mw.copy()
    revised[-n_hours:] += 1000
    later = replace(evening, issue_time=evening.issue_time.replace(minute=45), rte_mw=revised)
    made = ridge_changes(forecaster, [(evening, later)])
    assert made is not None
    change = median(taught_ridge, later) - median(taught_ridge, evening)
    assert np.abs(change).min() > 100
    np.testing.assert_array_equal(made[0][Knowledge.RTE], change)
    assert not made[0][Knowledge.LOAD].any()


@every_day_length
def test_what_two_groups_do_together_is_shared_evenly(
    warm_past: History, taught_ridge: Ridge, day: date, n_hours: int
) -> None:
    morning, evening = issues(warm_past, day, taught_ridge)

    def together(known: InformationSet) -> Floats:
        has_load = not np.isnan(known.load_mw[known.context_hours - 1])
        is_worth = known is evening or (known is not morning and has_load and known.issue is Issue.EVENING)
        return np.full(n_hours, 6.0 if is_worth else 0.0)

    made = shares(together, morning, evening)
    assert {group: values[0] for group, values in made.items()} == pytest.approx(
        {Knowledge.LOAD: 3.0, Knowledge.RTE: 3.0, Knowledge.WEATHER: 0.0}
    )


def test_a_model_without_a_ridge_tells_no_shares(past: History, forecaster: Forecaster) -> None:
    naive = replace(forecaster, experts={SEASONAL_NAIVE: SeasonalNaive()})
    pair = [past.at(date(2025, 3, 31), issue, context_hours=200) for issue in Issue]
    assert ridge_changes(naive, [(pair[0], pair[1])]) is None
