from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from elec_pipeline.domain.completeness import GIVE_UP_DAYS, DayState, Lack, attempt, is_complete, lacks
from elec_pipeline.domain.delivery_day import Issue, day_end, issue_time
from elec_pipeline_tests.conftest import every_day_length


def whole(day: date, n_hours: int) -> DayState:
    return DayState(day, n_hours, n_hours, n_hours, frozenset(Issue), frozenset(Issue), is_scored=True)


@every_day_length
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, set()),
        ({"complete_hours": 22}, {Lack.ACTUALS}),
        ({"complete_hours": 0, "is_scored": False}, {Lack.ACTUALS}),
        ({"rte_hours": 22}, {Lack.RTE}),
        ({"temperature_hours": 0}, {Lack.TEMPERATURE}),
        ({"issues": frozenset({Issue.MORNING})}, {Lack.FORECAST}),
        ({"quarter_issues": frozenset({Issue.MORNING})}, {Lack.QUARTERS}),
        ({"is_scored": False}, {Lack.SCORE}),
    ],
)
def test_a_day_gone_by_lacks_what_is_not_there(
    day: date, n_hours: int, changed: dict[str, Any], expected: set[Lack]
) -> None:
    state, now = replace(whole(day, n_hours), **changed), day_end(day) + timedelta(days=1)
    assert lacks(state, now, with_weather=True) == expected
    assert is_complete([state], now, with_weather=True) is (not expected)
    assert Lack.TEMPERATURE not in lacks(state, now, with_weather=False)


@every_day_length
def test_nothing_is_lacking_before_it_is_due(day: date, n_hours: int) -> None:
    assert n_hours
    empty = DayState(day)
    morning, evening = issue_time(day, Issue.MORNING), issue_time(day, Issue.EVENING)
    assert lacks(empty, morning, with_weather=True) == set()
    assert lacks(empty, morning + timedelta(hours=1), with_weather=True) == {Lack.FORECAST, Lack.TEMPERATURE}
    made = frozenset({Issue.MORNING})
    one = replace(empty, issues=made, quarter_issues=made, temperature_hours=n_hours)
    assert lacks(one, evening, with_weather=True) <= {Lack.RTE}
    assert lacks(one, evening + timedelta(hours=1), with_weather=True) == {Lack.RTE, Lack.FORECAST}
    assert Lack.ACTUALS not in lacks(one, day_end(day), with_weather=True)


@every_day_length
def test_a_day_is_asked_for_again_a_bounded_number_of_times(day: date, n_hours: int) -> None:
    assert n_hours
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    moments = [start + timedelta(minutes=10 * n) for n in range(6 * 24 * GIVE_UP_DAYS)]
    attempts = {attempt(day, now) for now in moments}
    assert 24 <= len(attempts) <= 60
    within_the_hour = {attempt(day, start + timedelta(minutes=n)) for n in range(60)}
    assert len(within_the_hour) == 1
