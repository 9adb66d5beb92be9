"""Which forecasts of the weather are read for issues of tomorrow, and which for those that look further ahead."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, hours, issue_time
from elec_pipeline.domain.inputs import INPUTS, RADIATION, TEMPERATURE, WEATHER
from elec_pipeline.domain.weather_leads import (
    DAY_AHEAD_LEADS_DAYS,
    FALLBACK_DAYS,
    LEADS_DAYS,
    LONGER_LEADS_DAYS,
    LONGEST_LEAD_DAYS,
    previous_run_age,
)
from elec_pipeline.store import queries
from elec_pipeline.store.forecasts import write_weather
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.domain.test_information_set import moving

CONTEXT_DAYS = 9
SHORT = tuple(range(1, DAY_AHEAD_LEADS_DAYS + 1))
LONGER = LONGER_LEADS_DAYS[TEMPERATURE]
MORNING = Issue.MORNING


def previous_runs(engine: Engine, first: date, last: date, leads: tuple[int, ...]) -> None:
    """Store previous runs of all inputs but radiation, each at ten more than its lead."""
    axis = hours(first, last)
    for days in leads:
        names = [name for name in WEATHER if days in LEADS_DAYS[name] and name != RADIATION]
        frame = pd.DataFrame({"hour_start": axis, "issued_at": axis - previous_run_age(days)})
        write_weather(
            engine, frame.assign(**dict.fromkeys(names, moving(10.0 + days, len(axis)))), source="archive"
        )


def fetched_live(engine: Engine, at: datetime, today: date, level: float) -> None:
    """Store what a fetch of a day says of the hours to come, to the end of the seventh day after it."""
    axis = hours(today, today + timedelta(days=LONGEST_LEAD_DAYS))
    axis = axis[axis > pd.Timestamp(at)]
    frame = pd.DataFrame({"hour_start": axis, "issued_at": pd.Timestamp(at).as_unit("us")})
    write_weather(engine, frame.assign(**dict.fromkeys(WEATHER, moving(level, len(axis)))), source="live")


def known_inputs(
    engine: Engine, day: date, issue: Issue, leads_days: int = DAY_AHEAD_LEADS_DAYS
) -> dict[str, list[float]]:
    start = day_start(day - timedelta(days=CONTEXT_DAYS + 2))
    history = queries.history(engine, start, day_end(day), weather_leads_days=leads_days)
    known = history.at(day, issue, context_hours=24 * CONTEXT_DAYS)
    return {name: known.input(name).tolist() for name in known.inputs}


def temperatures(engine: Engine, day: date, n_hours: int, leads_days: int) -> set[int | None]:
    """Return the whole degrees that the morning issue knows of its day; None for an hour that it does not know."""
    known = known_inputs(engine, day, MORNING, leads_days).get(TEMPERATURE, [np.nan] * n_hours)
    return {None if np.isnan(value) else int(value) for value in known[-n_hours:]}


def n_rows(engine: Engine, day: date, leads_days: int | None) -> int:
    with engine.connect() as connection:
        return len(queries.inputs_between(connection, day_start(day), day_end(day), leads_days=leads_days))


@every_day_length
def test_with_and_without_longer_leads_issues_of_tomorrow_know_the_same(
    engine: Engine, day: date, n_hours: int
) -> None:
    first = day - timedelta(days=CONTEXT_DAYS + 2)
    previous_runs(engine, first, day, SHORT)
    before = {issue: known_inputs(engine, day, issue) for issue in Issue}
    assert all(set(known) == set(INPUTS) and not np.isnan([*known.values()]).any() for known in before.values())
    previous_runs(engine, first, day, LONGER)
    assert {issue: known_inputs(engine, day, issue) for issue in Issue} == before
    assert {issue: known_inputs(engine, day, issue, LONGEST_LEAD_DAYS) for issue in Issue} == before
    assert [n_rows(engine, day, days) for days in range(2, 8)] == [days * n_hours for days in range(2, 8)]
    assert n_rows(engine, day, None) == 7 * n_hours


@every_day_length
@pytest.mark.parametrize("days_before", [2, 3, 4])
def test_where_fetches_failed_an_issue_of_tomorrow_knows_the_newest_older_one(
    engine: Engine, day: date, n_hours: int, days_before: int
) -> None:
    """The fetch came at 10:00 to the second: a forecast of its is as old as a previous run of the same hour."""
    today = day - timedelta(days=days_before)
    fetched_live(engine, issue_time(today + timedelta(days=1), MORNING), today, 19.0)
    expected = {19} if days_before <= DAY_AHEAD_LEADS_DAYS + FALLBACK_DAYS else {None}
    assert temperatures(engine, day, n_hours, DAY_AHEAD_LEADS_DAYS) == expected
    assert temperatures(engine, day, n_hours, LONGEST_LEAD_DAYS) == {19}
    previous_runs(engine, day - timedelta(days=2), day, LONGER)
    assert temperatures(engine, day, n_hours, DAY_AHEAD_LEADS_DAYS) == expected
    newest = {19} if days_before < 3 else {19, 13} if days_before == 3 else {13}
    assert temperatures(engine, day, n_hours, LONGEST_LEAD_DAYS) == newest


@every_day_length
def test_a_day_that_was_forecast_a_week_before_alone_counts_as_lacking(
    engine: Engine, day: date, n_hours: int
) -> None:
    def hours_known() -> tuple[int, int]:
        with engine.connect() as connection:
            [state] = queries.day_states(connection, day, day)
            newest = queries.newest_temperatures(connection, day_start(day), day_end(day))
        return state.temperature_hours, len(newest)

    today = day - timedelta(days=4)
    fetched_live(engine, issue_time(today + timedelta(days=1), MORNING), today, 9.0)
    previous_runs(engine, day, day, LONGER)
    assert hours_known() == (0, 0)
    fetched_live(engine, issue_time(today + timedelta(days=2), MORNING), today + timedelta(days=1), 9.0)
    assert hours_known() == (n_hours, n_hours)
