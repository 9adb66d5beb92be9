"""Readings of RTE's forecasts: stored once, by whole hours, and thinned to those that an issue knew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, issue_time, quarters
from elec_pipeline.store import queries
from elec_pipeline.store.rte_readings import thin_readings, write_readings
from elec_pipeline_tests.conftest import every_day_length

DAY = date(2025, 6, 2)
OUT = pd.Timestamp("2025-06-01T17:30Z").as_unit("us")


def reading(day: date, load_mw: float, published: datetime = OUT, forecast_type: str = "D-1") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "interval_start": quarters(day, day),
            "forecast_type": forecast_type,
            "published_at": pd.Timestamp(published).as_unit("us"),
            "is_dated": True,
            "load_mw": load_mw,
            "resolution_minutes": 15,
            "source": "rte",
        }
    )


def stored(engine: Engine, day: date) -> pd.DataFrame:
    with engine.connect() as connection:
        return queries.readings_between(connection, day_start(day), day_end(day))


def test_of_an_hour_that_changed_in_part_all_parts_are_stored(engine: Engine) -> None:
    rows = reading(DAY, 50e3)
    assert write_readings(engine, rows).inserted == 96
    rows.loc[rows["interval_start"] == day_start(DAY) + timedelta(hours=5, minutes=15), "load_mw"] = 51e3
    written = write_readings(engine, rows)
    assert (written.inserted, written.unchanged) == (4, 92)


def test_what_a_reading_has_already_is_not_stored_again(engine: Engine) -> None:
    first, second = reading(DAY, 50e3), reading(DAY, 51e3, OUT + pd.Timedelta(hours=2))
    for rows in (first, second):
        assert write_readings(engine, rows).inserted == 96
    for rows in (first, second, second.iloc[::2]):
        assert write_readings(engine, rows).inserted == 0
    restamped = first.assign(published_at=OUT + pd.Timedelta(hours=4))
    assert write_readings(engine, restamped).inserted == 96


def test_two_that_fetched_the_same_store_it_once(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(lambda _: write_readings(engine, reading(DAY, 50e3)), range(4)))
    assert sorted(each.inserted for each in written) == [0, 0, 0, 96]


@every_day_length
def test_readings_that_no_issue_knew_go_and_the_others_stay(engine: Engine, day: date, n_hours: int) -> None:
    morning, evening = (issue_time(day, issue) for issue in (Issue.MORNING, Issue.EVENING))
    before, after = day_start(day) - timedelta(minutes=30), day_end(day)
    moments = [
        morning - timedelta(hours=3), morning - timedelta(hours=2), morning, morning + timedelta(hours=1),
        evening, evening + timedelta(hours=1), before, after - timedelta(hours=1), after,
    ]  # fmt: skip
    for number, moment in enumerate(moments):
        write_readings(engine, reading(day, 50e3 + number, moment))
        came = text("UPDATE elec.raw_rte_forecasts SET ingested_at = :at WHERE load_mw = :load")
        with engine.begin() as connection:
            connection.execute(came, {"at": moment + timedelta(minutes=5), "load": 50e3 + number})
    other = day + timedelta(days=1)
    write_readings(engine, reading(other, 1.0))
    write_readings(engine, reading(other, 2.0))
    write_readings(engine, reading(other, 3.0))
    assert thin_readings(engine, day_start(day), day_end(day)) > 0
    left = stored(engine, day)
    middle = left[left["interval_start"] == day_start(day) + timedelta(hours=4)]
    assert sorted(middle["published_at"]) == [moments[0], moments[2], moments[4], before, after]
    last = left[left["interval_start"] == day_end(day) - timedelta(minutes=15)]
    assert sorted(last["published_at"]) == [moments[0], moments[2], moments[4], moments[7], after]
    assert left.groupby("interval_start").size().eq(5).sum() == 4 * n_hours
    assert thin_readings(engine, day_start(day), day_end(day)) == 0
    assert len(stored(engine, other)) == 3 * len(quarters(other, other))
