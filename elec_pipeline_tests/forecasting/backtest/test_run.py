"""Contestants are compared on identical hours, and none of them knows what came after the issue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, hours, issue_time
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.quantiles import COLUMNS, Floats
from elec_pipeline.forecasting.backtest.contestants import RTE
from elec_pipeline.forecasting.backtest.run import FRAME_COLUMNS, BackTest, Tally, back_test
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.experts.expert import Contestant
from elec_pipeline.forecasting.experts.naive import SeasonalNaive
from elec_pipeline.forecasting.forecast import point_forecast
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline_tests.conftest import every_day_length


@dataclass(frozen=True)
class Constant:
    """Forecasts 50 GW; nothing for the local hours it does not like."""

    without: tuple[int, ...] = ()
    context_hours: int = 168

    def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
        forecasts = []
        for each in sets:
            load = np.full(each.delivery_hours, 50e3)
            load[list(self.without)] = np.nan
            forecasts.append(point_forecast(load))
        return forecasts


@pytest.fixture(scope="module")
def tiny(chronos2_folder: object) -> Forecaster:
    return load_forecaster(str(chronos2_folder))


def of(outcome: BackTest, forecaster: str, issue: Issue) -> pd.DataFrame:
    frame = outcome.frame
    return frame[(frame["forecaster"] == forecaster) & (frame["issue"] == issue)].reset_index(drop=True)


def with_gap(past: History, first: date, last: date) -> History:
    load = past.load_mw.copy()
    hour = timedelta(hours=1)
    load[(day_start(first) - past.start) // hour : (day_end(last) - past.start) // hour] = np.nan
    return replace(past, load_mw=load)


@every_day_length
def test_every_contestant_has_the_hours_of_the_day_once_each_issue(
    past: History, tiny: Forecaster, day: date, n_hours: int
) -> None:
    everyone: dict[str, Contestant] = {"naive": SeasonalNaive(), tiny.version: tiny}
    outcome = back_test(past, day, day, contestants=everyone)
    assert tuple(outcome.frame.columns) == FRAME_COLUMNS
    for name in (RTE, *everyone):
        for issue in Issue:
            part = of(outcome, name, issue)
            assert pd.DatetimeIndex(part["hour_start"]).equals(hours(day))
            assert set(part["issued_at"]) == {pd.Timestamp(issue_time(day, issue))}
            assert set(part["delivery_day"]) == {day}
    assert outcome.tally.hours == outcome.tally.scored == 2 * n_hours


@every_day_length
def test_a_model_says_in_a_back_test_what_it_says_live(
    past: History, tiny: Forecaster, day: date, n_hours: int
) -> None:
    outcome = back_test(past, day - timedelta(days=3), day + timedelta(days=2), contestants={"tiny": tiny})
    for issue in Issue:
        [live] = tiny.predict([past.at(day, issue, context_hours=tiny.context_hours)])
        part = of(outcome, "tiny", issue)
        part = part[part["delivery_day"] == day]
        assert len(part) == n_hours
        np.testing.assert_array_equal(part[list(COLUMNS)].to_numpy(), live)


@every_day_length
def test_rte_is_taken_as_the_evening_knows_it_whichever_issue_is_scored(
    past: History, day: date, n_hours: int
) -> None:
    outcome = back_test(past, day, day, contestants={})
    evening = past.at(day, Issue.EVENING, context_hours=168).rte_mw[-n_hours:]
    for issue in Issue:
        part = of(outcome, RTE, issue)
        np.testing.assert_array_equal(part["load_mw"], evening)
        assert part[[name for name in COLUMNS if name != "load_mw"]].isna().all(axis=None)


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_nothing_published_after_the_issue_moves_a_forecast(
    past: History, tiny: Forecaster, make_history: Callable[..., History], day: date, n_hours: int, issue: Issue
) -> None:
    contestants: dict[str, Contestant] = {"naive": SeasonalNaive(), "tiny": tiny}
    truth = pd.Series(50e3, index=hours(day))
    shuffled = make_history(shuffled_after=issue_time(day, issue))
    as_it_was, as_if = (
        back_test(each, day, day, contestants=contestants, issues=[issue], truth=truth)
        for each in (past, shuffled)
    )
    for name in (*contestants, *([RTE] if issue is Issue.EVENING else [])):
        assert len(of(as_it_was, name, issue)) == n_hours
        pd.testing.assert_frame_equal(of(as_it_was, name, issue), of(as_if, name, issue), check_exact=True)


def test_an_hour_that_one_contestant_lacks_is_taken_from_all(past: History) -> None:
    day = date(2025, 6, 3)
    contestants = {"steady": Constant(), "moody": Constant(without=(4, 5))}
    outcome = back_test(past, day, day, contestants=contestants, issues=[Issue.EVENING])
    for name in (RTE, *contestants):
        hour = of(outcome, name, Issue.EVENING)["hour_start"]
        assert pd.DatetimeIndex(hour).equals(hours(day).delete([4, 5]))
    assert outcome.tally == Tally(
        issues=1, hours=24, without_forecast={RTE: 0, "steady": 0, "moody": 2}, scored=22
    )


def test_hours_without_a_known_load_are_scored_for_no_one(past: History) -> None:
    day = date(2025, 6, 3)
    truth = pd.Series(np.arange(24.0) + 50e3, index=hours(day)).drop(hours(day)[:6])
    outcome = back_test(past, day, day, contestants={}, issues=[Issue.MORNING], truth=truth)
    assert outcome.tally == Tally(issues=1, hours=24, without_actual=6, without_forecast={RTE: 0}, scored=18)
    assert of(outcome, RTE, Issue.MORNING)["actual_mw"].tolist() == truth.tolist()


def test_issues_whose_context_is_too_thin_are_left_out_and_counted(past: History, tiny: Forecaster) -> None:
    first, last = date(2025, 6, 1), date(2025, 6, 20)
    gapped = with_gap(past, date(2025, 6, 5), date(2025, 6, 9))
    outcome = back_test(gapped, first, last, contestants={"tiny": tiny}, issues=[Issue.EVENING])
    assert outcome.tally.issues == 20
    assert outcome.tally.too_thin > 0
    assert outcome.tally.hours == 24 * (20 - outcome.tally.too_thin)
    nothing = back_test(gapped, date(2025, 6, 10), date(2025, 6, 10), contestants={"tiny": tiny})
    assert nothing.frame.empty
    assert tuple(nothing.frame.columns) == FRAME_COLUMNS
    assert nothing.tally == Tally(issues=2, too_thin=2)


def test_a_range_is_the_same_in_one_piece_or_in_months(past: History, tiny: Forecaster) -> None:
    first, last = date(2025, 3, 1), date(2025, 4, 20)
    told: list[date] = []
    whole = back_test(past, first, last, contestants={"tiny": tiny}, progress=told.append)
    border = date(2025, 3, 17)
    parts = [
        back_test(past, first, border, contestants={"tiny": tiny}),
        back_test(past, border + timedelta(days=1), last, contestants={"tiny": tiny}),
    ]
    joined = BackTest.joined(parts)
    pd.testing.assert_frame_equal(joined.frame, whole.frame, check_exact=True)
    assert joined.tally == whole.tally
    assert told == [date(2025, 3, 31), last]


def test_rtes_name_is_taken(past: History) -> None:
    day = date(2025, 6, 3)
    with pytest.raises(ValueError, match="takes part anyway"):
        back_test(past, day, day, contestants={RTE: Constant()})
