"""Past hours carry the forecasts that the issue of their own day knew, not later and better ones."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, hours, issue_time
from elec_pipeline.domain.history import history
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.vintages import FETCH_ALLOWANCE
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.domain.test_information_set import UTC_US, moving, no_former, vintage, vintages

CONTEXT = 96
MINUTE = timedelta(minutes=1)


def actuals(first: date, last: date) -> pd.DataFrame:
    return pd.DataFrame({"hour_start": hours(first, last), "load_mw": 50e3})


def own_hours(known_hours: np.ndarray, day: date) -> np.ndarray:
    return np.isin(known_hours, hours(day).tz_localize(None).to_numpy(dtype="datetime64[us]"))


@every_day_length
@pytest.mark.parametrize("issue", list(Issue))
def test_of_a_past_day_the_temperature_is_what_the_same_issue_knew(day: date, n_hours: int, issue: Issue) -> None:
    assert n_hours
    next_day = day + timedelta(days=2)
    first = day - timedelta(days=7)

    def forecast(issued_at: datetime, temperature_c: float) -> pd.DataFrame:
        frame = pd.DataFrame({"hour_start": hours(day), "issued_at": issued_at})
        frame["temperature_c"] = moving(temperature_c, n_hours)
        return frame.astype({"issued_at": UTC_US})

    own = issue_time(day, issue)
    weather = pd.concat(
        [forecast(own - MINUTE, 1.0), forecast(own, 2.0), forecast(own + FETCH_ALLOWANCE + MINUTE, 3.0)]
    )
    span = (day_start(first), day_end(next_day))
    known = history(*span, actuals(first, next_day), no_former(), vintages(), weather).at(
        next_day, issue, context_hours=CONTEXT
    )
    assert set(np.floor(known.input(TEMPERATURE)[own_hours(known.hours, day)])) == {2.0}


@every_day_length
@pytest.mark.parametrize("issue", list(Issue))
def test_of_a_past_day_rtes_forecast_is_what_the_evening_issue_knew(day: date, n_hours: int, issue: Issue) -> None:
    assert n_hours
    next_day = day + timedelta(days=2)
    first = day - timedelta(days=7)
    evening = issue_time(day, Issue.EVENING)
    rows = [
        vintage(hour, published, published, load, kind)
        for hour in hours(day)
        for published, load, kind in (
            (evening - timedelta(hours=1), 51e3, "D-1"),
            (evening - MINUTE, 52e3, "D-1"),
            (evening + timedelta(hours=5), 53e3, "D-1"),  # a revision during the night
            (evening - timedelta(hours=30), 54e3, "D-2"),
        )
    ]
    span = (day_start(first), day_end(next_day))
    known = history(*span, actuals(first, next_day), no_former(), vintages(*rows)).at(
        next_day, issue, context_hours=CONTEXT
    )
    assert set(known.rte_mw[own_hours(known.hours, day)]) == {52e3}
    late = history(
        *span, actuals(first, next_day), no_former(), vintages(*(r for r in rows if r["load_mw"] == 53e3))
    )
    seen = late.at(next_day, issue, context_hours=CONTEXT)
    assert set(seen.rte_mw[own_hours(seen.hours, day)]) == {53e3}


@every_day_length
def test_of_the_rest_of_today_the_newest_is_taken(day: date, n_hours: int) -> None:
    """At 10:00 RTE has revised its forecast of the hours to come."""
    assert n_hours
    delivery = day + timedelta(days=1)
    first = day - timedelta(days=7)
    rows = [
        vintage(hour, published, published, load)
        for hour in hours(day)
        for published, load in (
            (issue_time(day, Issue.EVENING) - MINUTE, 52e3),
            (day_start(day) + timedelta(hours=6), 53e3),
        )
    ]
    known = history(
        day_start(first), day_end(delivery), actuals(first, delivery), no_former(), vintages(*rows)
    ).at(delivery, Issue.MORNING, context_hours=CONTEXT)
    of_today = own_hours(known.hours, day)
    is_context = np.arange(len(known.hours)) < CONTEXT
    assert set(known.rte_mw[of_today & is_context]) == {52e3}
    assert set(known.rte_mw[of_today & ~is_context]) == {53e3}
