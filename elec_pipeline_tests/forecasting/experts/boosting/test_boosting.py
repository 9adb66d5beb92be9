"""The challenger sees what an issue knew and nothing else, and learns from the days it is given."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.domain.delivery_day import Issue, day_end, days, hours, issue_time
from elec_pipeline.domain.history import History
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.errors import ChallengerUnavailableError, ContextTooThinError
from elec_pipeline.forecasting.backtest.run import back_test
from elec_pipeline.forecasting.backtest.scores import reliability, scores
from elec_pipeline.forecasting.degraded import without_rte
from elec_pipeline.forecasting.experts.boosting import boosting
from elec_pipeline.forecasting.experts.boosting.boosting import BOOSTING, Boosting
from elec_pipeline.forecasting.experts.boosting.features import CONTEXT_HOURS, base_mw, features
from elec_pipeline.forecasting.experts.boosting.samples import Samples, samples
from elec_pipeline.forecasting.experts.expert import Contestant
from elec_pipeline.forecasting.experts.naive import SEASONAL_NAIVE, SeasonalNaive
from elec_pipeline_tests.conftest import every_day_length

TRAIN = days(date(2025, 1, 10), date(2025, 8, 31))
VALIDATION = days(date(2025, 9, 1), date(2025, 9, 30))
LATER = (date(2025, 10, 1), date(2025, 11, 9))


@pytest.fixture(scope="module", autouse=True)
def few_trees() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boosting, "ROUNDS", 30)
        yield


@pytest.fixture(scope="module")
def challenger(past: History) -> Boosting:
    return boosting.fitted(past, TRAIN, VALIDATION)


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_quantiles_of_every_hour_of_the_day_in_order(
    challenger: Boosting, past: History, day: date, n_hours: int, issue: Issue
) -> None:
    [quantiles] = challenger.predict([past.at(day, issue, context_hours=challenger.context_hours)])
    assert quantiles.shape == (n_hours, 7)
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles) >= 0).all()


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_nothing_published_after_the_issue_moves_its_forecast(
    challenger: Boosting,
    past: History,
    make_history: Callable[..., History],
    day: date,
    n_hours: int,
    issue: Issue,
) -> None:
    shuffled = make_history(shuffled_after=issue_time(day, issue))
    truth = pd.Series(50e3, index=hours(day))
    as_it_was, as_if = (
        back_test(each, day, day, contestants={BOOSTING: challenger}, issues=[issue], truth=truth).frame
        for each in (past, shuffled)
    )
    both = [frame[frame["forecaster"] == BOOSTING].reset_index(drop=True) for frame in (as_it_was, as_if)]
    assert len(both[0]) == n_hours
    pd.testing.assert_frame_equal(both[0], both[1], check_exact=True)


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_features_are_those_of_the_local_hour(past: History, day: date, n_hours: int, issue: Issue) -> None:
    information = past.at(day, issue, context_hours=CONTEXT_HOURS)
    seen = features(information)
    axis = hours(day).tz_convert("Europe/Paris")
    assert len(seen) == n_hours
    assert seen["hour"].tolist() == axis.hour.tolist()
    assert seen["error_14"].notna().all()


def test_a_feature_is_what_its_name_says(past: History) -> None:
    """On a day without a clock change near, positions can be counted by hand."""
    day = date(2025, 6, 18)
    information = past.at(day, Issue.EVENING, context_hours=CONTEXT_HOURS)
    load, rte, of_day = information.load_mw, information.rte_mw, slice(-24, None)
    seen = features(information)

    def back(values: np.ndarray, n_days: int) -> np.ndarray:
        return values[-24 * (n_days + 1) : -24 * n_days]

    error = load - rte
    known_today = np.arange(24) < 19
    np.testing.assert_allclose(seen["rte"], rte[of_day])
    np.testing.assert_allclose(seen["error_7"], back(error, 7))
    np.testing.assert_allclose(seen["error_last"], np.where(known_today, back(error, 1), back(error, 2)))
    np.testing.assert_allclose(seen["error_week"], np.mean([back(error, n) for n in range(2, 9)], axis=0))
    np.testing.assert_allclose(seen["error_month"], np.mean([back(error, n) for n in range(2, 30)], axis=0))
    np.testing.assert_allclose(seen["error_so_far"], back(error, 1)[known_today].mean())
    np.testing.assert_allclose(seen["rte_move_week"], rte[of_day] - back(load, 7))
    np.testing.assert_allclose(base_mw(information), rte[of_day])
    assert seen["temperature"].isna().all()


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_temperature_is_seen_where_the_issue_knew_it(past: History, day: date, n_hours: int, issue: Issue) -> None:
    information = past.at(day, issue, context_hours=CONTEXT_HOURS)
    assert features(information).filter(like="temperature").isna().all(axis=None)
    known = np.arange(len(information.hours), dtype=np.float64)
    seen = features(replace(information, inputs={TEMPERATURE: known}))
    assert seen["temperature_day"].unique().tolist() == [pytest.approx(known[-n_hours:].mean(), abs=0.5)]
    assert seen["temperature"].tolist()[-12:] == known[-12:].tolist()
    assert seen["temperature_move"].tolist()[-12:] == [n_hours] * 12


def test_the_morning_adds_to_the_week_before(past: History) -> None:
    information = past.at(date(2025, 6, 18), Issue.MORNING, context_hours=CONTEXT_HOURS)
    load, rte = information.load_mw, information.rte_mw
    today = np.where(np.isnan(load[-48:-24]), rte[-48:-24], load[-48:-24])
    week_before_today = load[-24 * 9 : -24 * 8]
    np.testing.assert_allclose(base_mw(information), load[-24 * 8 : -24 * 7])
    np.testing.assert_allclose(features(information)["change"], today - week_before_today)


def test_it_beats_the_bar_and_the_naive_forecast_where_errors_last(challenger: Boosting, past: History) -> None:
    contestants: dict[str, Contestant] = {SEASONAL_NAIVE: SeasonalNaive(), BOOSTING: challenger}
    outcome = back_test(past, *LATER, contestants=contestants)
    evening, morning = (
        {row["forecaster"]: row for row in table.to_dict("records")}
        for issue in ("evening", "morning")
        for table in [scores(outcome.frame[outcome.frame["issue"] == issue])]
    )
    assert evening[BOOSTING]["ratio_to_rte"] < 0.9
    assert morning[BOOSTING]["mape"] < morning[SEASONAL_NAIVE]["mape"]
    assert 0.5 < evening[BOOSTING]["coverage_80"] < 0.95


def test_on_the_days_that_set_its_bands_they_hold_what_they_say(challenger: Boosting, past: History) -> None:
    outcome = back_test(past, VALIDATION[0], VALIDATION[-1], contestants={BOOSTING: challenger})
    observed = reliability(outcome.frame)
    outer = observed[observed["level"] != 0.5]
    np.testing.assert_allclose(outer["observed"], outer["level"], atol=0.03)


def test_fitted_again_it_says_the_same(challenger: Boosting, past: History) -> None:
    again = boosting.fitted(past, TRAIN, VALIDATION, issues=[Issue.EVENING])
    sets = [past.at(day, Issue.EVENING, context_hours=CONTEXT_HOURS) for day in days(*LATER)]
    for first, second in zip(challenger.predict(sets), again.predict(sets), strict=True):
        np.testing.assert_array_equal(first, second)
    with pytest.raises(ValueError, match="morning"):
        again.predict([past.at(LATER[0], Issue.MORNING, context_hours=CONTEXT_HOURS)])


def test_days_it_is_not_given_do_not_matter(
    challenger: Boosting, make_history: Callable[..., History], past: History
) -> None:
    shuffled = make_history(shuffled_after=day_end(VALIDATION[-1]) + timedelta(hours=2))
    again = boosting.fitted(shuffled, TRAIN, VALIDATION)
    sets = [past.at(LATER[1], issue, context_hours=CONTEXT_HOURS) for issue in Issue]
    for first, second in zip(challenger.predict(sets), again.predict(sets), strict=True):
        np.testing.assert_array_equal(first, second)


def test_without_a_base_there_is_no_forecast(challenger: Boosting, past: History) -> None:
    evening = past.at(LATER[0], Issue.EVENING, context_hours=CONTEXT_HOURS)
    [quantiles] = challenger.predict([without_rte(evening)])
    assert np.isnan(quantiles).all()


@pytest.mark.parametrize("issue", Issue)
def test_gaps_are_survived(challenger: Boosting, past: History, issue: Issue) -> None:
    information = past.at(LATER[0], issue, context_hours=CONTEXT_HOURS)
    load = information.load_mw.copy()
    load[information.context_hours - 60 : information.context_hours - 10] = np.nan
    [quantiles] = challenger.predict([replace(information, load_mw=load)])
    assert np.isfinite(quantiles).all()


def test_hours_that_teach_nothing_are_left_out(past: History) -> None:
    load = past.load_mw.copy()
    position = int((pd.Timestamp("2025-06-03T10:00Z") - pd.Timestamp(past.start)) / pd.Timedelta(hours=1))
    load[position] = np.nan
    of_day = [date(2025, 6, 3)]
    assert len(samples(past, of_day, Issue.EVENING).actual_mw) == 24
    assert len(samples(replace(past, load_mw=load), of_day, Issue.EVENING).actual_mw) == 23


def test_nothing_to_learn_from_is_a_typed_error(make_history: Callable[..., History]) -> None:
    with pytest.raises(ContextTooThinError, match="no hour to learn from"):
        boosting.fitted(make_history(rte=False), TRAIN[:30], VALIDATION[:5], issues=[Issue.EVENING])


def test_without_lightgbm_the_error_says_what_to_install(past: History, monkeypatch: pytest.MonkeyPatch) -> None:
    importing = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> ModuleType:
        if name == "lightgbm":
            raise ModuleNotFoundError("No module named 'lightgbm'")
        return importing(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ChallengerUnavailableError, match=r"pip install 'elec-pipeline\[challenger\]'"):
        boosting.fitted(past, TRAIN[:10], VALIDATION[:5])


def test_samples_split_at_a_day(past: History) -> None:
    made = Samples.joined(
        [samples(past, days(date(2025, 6, n), date(2025, 6, n + 1)), Issue.EVENING) for n in (3, 5)]
    )
    before, after = made.split(int(np.datetime64("2025-06-06").astype(np.int64)))
    assert [len(part.actual_mw) for part in (made, before, after)] == [96, 72, 24]
    assert len(before.features) == 72
