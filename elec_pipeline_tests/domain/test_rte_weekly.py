"""Which days RTE forecasts ahead, and which of what it says is new."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR, day_end, day_start, hours
from elec_pipeline.domain.rte_weekly import days_ahead, new_vintages
from elec_pipeline_tests.conftest import every_day_length

NOON = pd.Timestamp("2025-06-20T12:00Z").as_unit("us")
FIRST = pd.Timestamp("2025-06-11T05:00Z").as_unit("us")
COLUMNS = ["hour_start", "published_at", "load_mw"]


def vintages(*rows: tuple[int, float], hour: pd.Timestamp = NOON) -> pd.DataFrame:
    """Return vintages of an hour: days after the first, and the load."""
    table = [(hour, FIRST + timedelta(days=days), load_mw) for days, load_mw in rows]
    instants = dict.fromkeys(COLUMNS[:2], "datetime64[us, UTC]")
    return pd.DataFrame(table, columns=COLUMNS).astype({**instants, "load_mw": "float64"})


def new(read: pd.DataFrame, known: pd.DataFrame) -> list[float]:
    return [float(load) for load in new_vintages(read, known)["load_mw"]]


@every_day_length
def test_the_days_ahead_are_those_of_paris(day: date, n_hours: int) -> None:
    ahead = (day + timedelta(days=3), day + timedelta(days=9))
    assert days_ahead(day_start(day)) == days_ahead(day_end(day) - HOUR) == ahead
    assert days_ahead(day_start(day) + n_hours * HOUR) == (
        ahead[0] + timedelta(days=1),
        ahead[1] + timedelta(days=1),
    )


def test_the_first_vintage_of_an_hour_is_new() -> None:
    assert new(vintages((0, 5.0)), vintages()) == [5.0]
    assert new(vintages(), vintages((0, 5.0))) == []


def test_of_a_run_of_equal_vintages_the_first_is_stored() -> None:
    assert new(vintages((0, 5.0), (1, 5.0), (2, 6.0), (3, 6.0), (4, 5.0)), vintages()) == [5.0, 6.0, 5.0]


def test_a_value_is_compared_with_the_vintage_published_before_it_whenever_that_came() -> None:
    known = vintages((0, 5.0), (4, 7.0))
    assert new(vintages((2, 5.0)), known) == []  # an older reply again, from a cache
    assert new(vintages((2, 6.0)), known) == [6.0]
    assert new(vintages((5, 7.0)), known) == []
    assert new(vintages((5, 5.0)), known) == [5.0]


def test_what_is_stored_of_a_publication_stands() -> None:
    assert new(vintages((0, 6.0)), vintages((0, 5.0))) == []


@every_day_length
def test_each_hour_is_looked_at_by_itself(day: date, n_hours: int) -> None:
    axis = hours(day)
    known = pd.concat([vintages((0, 5.0), hour=hour) for hour in axis])
    read = pd.concat([vintages((1, 5.0 + (n == 2)), hour=hour) for n, hour in enumerate(axis)])
    found = new_vintages(read, known)
    assert found["hour_start"].tolist() == [axis[2]]
    assert len(new_vintages(read, known.iloc[:0])) == n_hours
