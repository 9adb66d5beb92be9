"""What is waited for, on days of 23, 24 and 25 hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from elec_pipeline.domain.deadlines import deadlines, gate_closure, next_deadline, next_issue
from elec_pipeline.domain.delivery_day import PARIS, Issue, to_utc
from elec_pipeline_tests.conftest import every_day_length

ONE_DAY = timedelta(days=1)


@every_day_length
@pytest.mark.parametrize(
    ("clock", "due", "days_on", "issue"),
    [
        (time(0, 0), time(12), 0, None),
        (time(11, 59, 59), time(12), 0, None),
        (time(12, 0), time(20, 30), 0, Issue.EVENING),
        (time(20, 30), time(10, 0), 1, Issue.MORNING),
    ],
)
def test_the_gate_closure_is_awaited_until_noon_then_the_next_issue(
    day: date, n_hours: int, clock: time, due: time, days_on: int, issue: Issue | None
) -> None:
    assert n_hours
    found = next_deadline(to_utc(day, clock))
    assert found.at == to_utc(day + days_on * ONE_DAY, due)
    assert found.issue == issue
    assert found.day == day + (1 + days_on) * ONE_DAY


@every_day_length
def test_what_follows_comes_in_order(day: date, n_hours: int) -> None:
    coming = deadlines(to_utc(day, time(9)), 6)
    assert [each.at for each in coming] == sorted({each.at for each in coming})
    paris = [datetime.fromtimestamp(each.at.timestamp(), PARIS).time() for each in coming]
    assert paris == [time(12), time(20, 30), time(10), time(12), time(20, 30), time(10)]
    assert n_hours
    assert coming[0].at == gate_closure(day + ONE_DAY)
    assert next_issue(coming[0].at) == coming[1]
