from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elec_pipeline.domain.delivery_day import (
    FIRST_DAY,
    HOUR,
    PARIS,
    Issue,
    Issues,
    day_end,
    day_start,
    days,
    delivery_day,
    hours,
    issue_time,
    quarters,
    same_time_days_before,
    spans,
)
from elec_pipeline_tests.conftest import every_day_length

any_day = st.dates(FIRST_DAY, date(2040, 12, 31))


@every_day_length
def test_a_day_has_as_many_hours_and_quarters_as_paris_says(day: date, n_hours: int) -> None:
    assert (day_end(day) - day_start(day)) // HOUR == n_hours
    assert len(hours(day)) == n_hours
    assert len(quarters(day)) == 4 * n_hours
    assert {moment.date() for moment in hours(day).tz_convert(PARIS)} == {day}


@given(any_day)
def test_days_meet_without_gap_or_overlap(day: date) -> None:
    assert day_end(day) == day_start(day + timedelta(days=1))
    assert delivery_day(day_start(day)) == day
    assert delivery_day(day_end(day) - timedelta(microseconds=1)) == day


@given(any_day, st.sampled_from(Issue))
def test_every_issue_is_made_on_the_day_before_at_its_wall_clock(day: date, issue: Issue) -> None:
    local = issue_time(day, issue).astimezone(PARIS)
    assert local.date() == day - timedelta(days=1)
    assert local.time() == issue.wall_clock
    assert issue_time(day, issue) < day_start(day)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        delivery_day(datetime(2025, 1, 1))  # noqa: DTZ001 - that is the point


@every_day_length
def test_the_same_time_a_week_before_keeps_the_wall_clock(day: date, n_hours: int) -> None:
    axis = hours(day + timedelta(days=7))
    before = same_time_days_before(axis, 7)
    assert len(before) == 24
    same_wall_clock = before.tz_convert(PARIS).hour == axis.tz_convert(PARIS).hour
    assert same_wall_clock.sum() == min(24, n_hours)
    assert (axis - before).max() <= pd.Timedelta(hours=7 * 24 + 1)


@given(any_day, st.integers(0, 800), st.integers(1, 400))
def test_spans_cover_a_range_once_and_in_order(first: date, n: int, longest: int) -> None:
    last = first + timedelta(days=n)
    covered = [day for begin, end in spans(first, last, longest) for day in days(begin, end)]
    assert covered == days(first, last)
    assert all(len(days(begin, end)) <= longest for begin, end in spans(first, last, longest))


def test_utc_is_what_everything_comes_in() -> None:
    assert hours(date(2025, 1, 1)).tz is not None
    assert str(hours(date(2025, 1, 1)).tz) == "UTC"
    assert issue_time(date(2025, 1, 1), Issue.MORNING).tzinfo is UTC


def test_both_issues_or_one_are_chosen() -> None:
    assert Issues.BOTH.chosen == (Issue.MORNING, Issue.EVENING)
    assert Issues.MORNING.chosen == (Issue.MORNING,)
    assert Issues.EVENING.chosen == (Issue.EVENING,)
