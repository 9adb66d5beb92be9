"""Quarter-hours in the store: of every issue once, the same live and later."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start
from elec_pipeline.steps.quarter_hours import add_quarter_hours
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.steps.test_intraday import LOAD, consume, forecast


def stored(engine: Engine, day: date, issue: Issue) -> pd.DataFrame:
    with engine.connect() as connection:
        return queries.newest_quarter_hours(connection, day_start(day), day_end(day), issue)


@every_day_length
@pytest.mark.parametrize("issue", list(Issue))
def test_what_comes_later_moves_nothing_and_live_equals_made_later(
    engine: Engine, day: date, n_hours: int, issue: Issue
) -> None:
    today = day - timedelta(days=1)
    forecast(engine, day, issue, with_quarters=False)
    consume(engine, day_start(day - timedelta(days=8)), day_start(today), LOAD)
    live = add_quarter_hours(engine, day, day)
    assert (live.issues, live.written.inserted, live.on_the_curve_alone) == (1, 4 * n_hours, [])
    made = stored(engine, day, issue)
    assert add_quarter_hours(engine, day, day).issues == 0
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM elec.quarter_hourly_predictions"))
    consume(engine, day_start(today), day_end(day), 0.8 * LOAD)
    consume(engine, day_start(day - timedelta(days=3)), day_start(today), 1.3 * LOAD)  # revised now, years later
    add_quarter_hours(engine, day, day)
    pd.testing.assert_frame_equal(stored(engine, day, issue), made)


@every_day_length
def test_a_forecast_of_a_part_of_its_day_gets_none_and_is_named(engine: Engine, day: date, n_hours: int) -> None:
    forecast(engine, day, Issue.MORNING, with_quarters=False)
    with engine.begin() as connection:
        connection.execute(
            text("DELETE FROM elec.chronos_predictions WHERE hour_start = :first"), {"first": day_start(day)}
        )
    forecast(engine, day, Issue.EVENING, with_quarters=False)
    report = add_quarter_hours(engine, day, day)
    assert (report.issues, report.written.inserted) == (1, 4 * n_hours)
    [name] = report.partial
    assert str(day) in name
    [alone] = report.on_the_curve_alone  # no past day is known
    assert str(day) in alone
