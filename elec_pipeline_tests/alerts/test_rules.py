"""Which problems there are, given the facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from elec_pipeline.alerts.facts import Disk, Facts, Kind, Problem, Revisions
from elec_pipeline.alerts.rules import LEAST_FREE, MANY_REVISIONS, problems
from elec_pipeline.backup.standing import Standing
from elec_pipeline.domain.completeness import DayState
from elec_pipeline.domain.delivery_day import (
    HOUR,
    PARIS,
    Issue,
    day_end,
    day_start,
    days,
    delivery_day,
    hours,
    issue_time,
    to_utc,
)
from elec_pipeline.domain.freshness import NEWEST_AT_READ, OLDEST, OLDEST_BACKUP
from elec_pipeline.domain.timetable import ACTUALS, EVENING_ISSUE, MORNING_ISSUE, RTE_FORECAST
from elec_pipeline_tests.conftest import every_day_length

BOTH = frozenset(Issue)


def noon_after(day: date, n: int = 1) -> datetime:
    later = day + timedelta(days=n)
    return datetime(later.year, later.month, later.day, 12, tzinfo=PARIS)


def whole(day: date) -> DayState:
    n_hours = len(hours(day))
    return DayState(day, n_hours, n_hours, n_hours, BOTH, BOTH, is_scored=True)


def healthy(day: date) -> Facts:
    """What is there at noon after a delivery day where nothing is wrong."""
    now = noon_after(day)
    today, tomorrow = day + timedelta(days=1), day + timedelta(days=2)
    states = [whole(each) for each in days(day - timedelta(days=13), day)]
    states.append(replace(whole(today), complete_hours=9, is_scored=False))
    states.append(DayState(tomorrow, 0, 0, 24, frozenset({Issue.MORNING})))
    return Facts(
        now=now,
        newest={series: now for series in OLDEST if "consumption" in series}
        | {"rte_forecasts": day_start(tomorrow) - timedelta(hours=1)}
        | {"chronos_predictions": day_start(tomorrow) + timedelta(hours=23)},
        states=states,
        first_hour=day_start(day - timedelta(days=400)),
        first_forecast_at=now - timedelta(days=100),
        with_weather=True,
        disks=[Disk("/srv", 10 * LEAST_FREE, 100 * LEAST_FREE)],
        backups=Standing(Path("/srv/backups"), now - timedelta(hours=8), 7),
    )


def with_state(facts: Facts, state: DayState) -> Facts:
    return replace(facts, states=[state if each.day == state.day else each for each in facts.states])


def keys(facts: Facts) -> list[str]:
    return [problem.key for problem in problems(facts)]


def only(facts: Facts) -> Problem:
    [found] = problems(facts)
    return found


TAKES = timedelta(minutes=30)
"""How long the work of a schedule may take on a day that goes well."""


def at_any_time(now: datetime) -> Facts:
    """What is there at an instant where every schedule did its work."""
    today = delivery_day(now)
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)

    def is_done(moment: time, day: date = today) -> bool:
        return now >= to_utc(day, moment) + TAKES

    reads = [(day, at) for day in (yesterday, today) for at in (ACTUALS, MORNING_ISSUE, EVENING_ISSUE)]
    read = max(to_utc(day, at) for day, at in reads if is_done(at, day)) - NEWEST_AT_READ
    is_read = is_done(ACTUALS)
    states = [whole(each) for each in days(today - timedelta(days=14), today - timedelta(days=2))]
    states.append(replace(whole(yesterday), is_scored=is_read, complete_hours=len(hours(yesterday)) * is_read))
    states.append(replace(whole(today), complete_hours=0, is_scored=False))
    made = {issue for issue in Issue if is_done(issue.wall_clock)}
    ahead = replace(whole(tomorrow), complete_hours=0, is_scored=False, issues=frozenset(made))
    has_rte = is_done(RTE_FORECAST)
    states.append(
        replace(ahead, rte_hours=ahead.rte_hours * has_rte, temperature_hours=ahead.rte_hours * bool(made))
    )
    return replace(
        healthy(yesterday),
        now=now,
        newest={
            "raw_consumption": read,
            "hourly_consumption": read,
            "rte_forecasts": day_end(tomorrow if has_rte else today) - HOUR,
            "chronos_predictions": day_end(tomorrow if made else today) - HOUR,
        },
        states=states,
    )


@every_day_length
def test_a_day_that_went_well_has_no_problem_at_any_hour(day: date, n_hours: int) -> None:
    assert keys(healthy(day)) == []
    times = [day_start(day) + n * HOUR / 2 for n in range(2 * n_hours)]
    assert times[-1] + HOUR / 2 == day_end(day)
    assert {now: found for now in times if (found := keys(at_any_time(now)))} == {}


@every_day_length
def test_half_a_day_published_is_one_problem_that_names_the_day(day: date, n_hours: int) -> None:
    half = replace(whole(day), complete_hours=n_hours // 2)
    found = only(with_state(healthy(day), half))
    assert (found.key, found.facts["days"]) == ("incomplete/actuals", [str(day)])


@every_day_length
def test_several_days_without_the_same_thing_are_one_problem(day: date, n_hours: int) -> None:
    assert n_hours
    facts = healthy(day)
    for each in (day, day - timedelta(days=1)):
        facts = with_state(facts, replace(whole(each), rte_hours=0, complete_hours=0, is_scored=False))
    assert keys(facts) == ["incomplete/actuals", "incomplete/rte"]


@every_day_length
@pytest.mark.parametrize(("minutes", "is_missing"), [(59, False), (60, True)])
def test_a_forecast_is_missing_an_hour_after_its_issue_time(
    day: date, n_hours: int, minutes: int, *, is_missing: bool
) -> None:
    assert n_hours
    facts = with_state(healthy(day - timedelta(days=2)), DayState(day, 0, 0, 24))
    due = issue_time(day, Issue.MORNING)
    facts = replace(facts, now=due + timedelta(minutes=minutes))
    found = problems(facts)
    assert [problem.key for problem in found] == (["forecast"] if is_missing else [])
    if is_missing:
        assert (found[0].facts["issues"], found[0].since) == ([f"{day} morning"], due)


@every_day_length
def test_a_new_installation_is_left_alone_while_it_loads_the_days_before(day: date, n_hours: int) -> None:
    assert n_hours
    facts = healthy(day)
    empty = replace(
        facts,
        states=[DayState(state.day) for state in facts.states],
        newest=dict.fromkeys(OLDEST),
        first_hour=None,
        first_forecast_at=None,
    )
    assert keys(empty) == []
    settling = replace(
        empty, first_hour=day_start(day - timedelta(days=13)), first_forecast_at=facts.now - timedelta(hours=23)
    )
    assert keys(settling) == []
    settled = replace(settling, first_forecast_at=facts.now - timedelta(hours=25))
    assert "incomplete/actuals" in keys(settled)


@every_day_length
def test_days_before_the_history_and_forecasts_of_its_first_week_are_not_asked_for(
    day: date, n_hours: int
) -> None:
    assert n_hours
    facts = healthy(day)
    begins = day - timedelta(days=7)
    states = [
        DayState(state.day)
        if state.day < begins
        else replace(state, issues=frozenset(), is_scored=False)
        if state.day <= day
        else state
        for state in facts.states
    ]
    assert keys(replace(facts, states=states, first_hour=day_start(begins))) == []


@every_day_length
def test_the_hour_that_the_open_data_never_has_is_no_problem_and_a_second_one_is(day: date, n_hours: int) -> None:
    facts = replace(healthy(day), is_open_data=True)
    short = replace(whole(day), complete_hours=n_hours - 1, rte_hours=n_hours - 1)
    expected = [] if n_hours == 25 else ["incomplete/actuals", "incomplete/rte"]
    assert keys(with_state(facts, short)) == expected
    shorter = replace(short, complete_hours=n_hours - 2, rte_hours=n_hours)
    assert keys(with_state(facts, shorter)) == ["incomplete/actuals"]


@every_day_length
def test_a_series_that_is_late_is_one_problem_and_not_one_for_each_that_follows_it(
    day: date, n_hours: int
) -> None:
    assert n_hours
    facts = healthy(day)
    late = facts.now - OLDEST["raw_consumption"] - timedelta(hours=1)
    old = replace(facts, newest={**facts.newest, "raw_consumption": late, "hourly_consumption": late})
    assert keys(old) == ["stale/raw_consumption"]
    hours_alone = replace(facts, newest={**facts.newest, "hourly_consumption": late})
    assert keys(hours_alone) == ["stale/hourly_consumption"]


@every_day_length
def test_other_problems_each_have_their_rule(day: date, n_hours: int) -> None:
    assert n_hours
    facts = healthy(day)
    assert only(replace(facts, held_back=["why"])).kind is Kind.HELD_BACK
    assert only(replace(facts, drift="why")).kind is Kind.SKILL
    few, many = (Revisions(n, day, day, 0.05) for n in (MANY_REVISIONS - 1, MANY_REVISIONS))
    assert keys(replace(facts, revisions=few)) == []
    assert only(replace(facts, revisions=many)).facts["percent"] == 5.0
    assert only(replace(facts, disks=[Disk("/srv", LEAST_FREE - 1, LEAST_FREE)])).key == "disk//srv"


@every_day_length
def test_a_backup_may_be_two_days_old_where_backups_are_made(day: date, n_hours: int) -> None:
    assert n_hours
    facts = healthy(day)
    folder, made_at = Path("/srv/backups"), facts.now - OLDEST_BACKUP
    assert keys(replace(facts, backups=Standing(folder, made_at, 1))) == []
    old = only(replace(facts, backups=Standing(folder, made_at - timedelta(seconds=1), 1)))
    assert (old.key, old.since) == ("backup", facts.now - timedelta(seconds=1))
    assert only(replace(facts, backups=Standing(folder))).key == "no_backup"
    assert keys(replace(facts, backups=None)) == []
