from __future__ import annotations

import threading
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from psycopg.errors import NotNullViolation
from sqlalchemy import Engine, func, select, text

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, hours, quarters
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.load_curve import to_hours
from elec_pipeline.store import queries
from elec_pipeline.store.actuals import write_hours, write_raw
from elec_pipeline.store.bulk import Written
from elec_pipeline.store.forecasts import write_weather
from elec_pipeline.store.tables import raw_consumption_gaps
from elec_pipeline_tests.conftest import every_day_length


def a_curve(day: date, *, level: float = 50e3) -> pd.DataFrame:
    axis = quarters(day)
    return pd.DataFrame(
        {
            "interval_start": axis,
            "load_mw": level + np.arange(len(axis)),
            "resolution_minutes": 15,
            "published_at": axis + pd.Timedelta(hours=1),
        }
    )


def raw(engine: Engine, day: date) -> pd.DataFrame:
    with engine.connect() as connection:
        return queries.raw_between(connection, day_start(day), day_end(day))


def revisions(engine: Engine, day: date) -> pd.DataFrame:
    with engine.connect() as connection:
        return queries.revisions_between(connection, day_start(day), day_end(day))


@every_day_length
def test_what_is_written_is_read_and_a_second_write_changes_nothing(
    engine: Engine, day: date, n_hours: int
) -> None:
    curve = a_curve(day)
    assert write_raw(engine, curve, source="test", due=quarters(day)) == Written(4 * n_hours, 0, 0)
    assert write_raw(engine, curve, source="test", due=quarters(day)) == Written(0, 0, 4 * n_hours)
    pd.testing.assert_frame_equal(raw(engine, day), curve.assign(source="test"), check_dtype=False)
    assert revisions(engine, day).empty


@every_day_length
def test_a_rerun_rewrites_no_row(engine: Engine, day: date, n_hours: int) -> None:
    # xmin is the transaction that last wrote a row.
    stamp = text("SELECT count(*), min(xmin::text), max(xmin::text), max(ingested_at) FROM elec.raw_consumption")
    write_raw(engine, a_curve(day), source="test", due=quarters(day))
    with engine.connect() as connection:
        before = connection.execute(stamp).one()
    stamped_anew = a_curve(day).assign(published_at=lambda c: c["published_at"] + pd.Timedelta(days=1))
    write_raw(engine, stamped_anew, source="test", due=quarters(day))
    with engine.connect() as connection:
        assert connection.execute(stamp).one() == before
    assert n_hours


@every_day_length
def test_a_revised_value_goes_to_the_revisions(engine: Engine, day: date, n_hours: int) -> None:
    curve = a_curve(day)
    write_raw(engine, curve, source="test", due=quarters(day))
    revised = curve.assign(load_mw=curve["load_mw"].where(curve.index != 5, 60e3))
    assert write_raw(engine, revised, source="test", due=quarters(day)) == Written(0, 1, 4 * n_hours - 1)
    filed = revisions(engine, day)
    assert filed["old_load_mw"].tolist() == [curve.loc[5, "load_mw"]]
    assert filed["new_load_mw"].tolist() == [60e3]
    assert raw(engine, day).loc[5, "load_mw"] == 60e3


@every_day_length
def test_a_late_value_is_noted_as_missing_until_then(engine: Engine, day: date, n_hours: int) -> None:
    curve = a_curve(day)
    write_raw(engine, curve.drop(index=[7, 8]), source="test", due=quarters(day))
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(raw_consumption_gaps)) == 2
    assert write_raw(engine, curve, source="test", due=quarters(day)) == Written(2, 0, 4 * n_hours - 2)
    filed = revisions(engine, day)
    assert filed["interval_start"].tolist() == curve["interval_start"].iloc[[7, 8]].tolist()
    assert filed["old_load_mw"].isna().all()
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(raw_consumption_gaps)) == 0


@every_day_length
def test_what_a_later_reply_lacks_stays(engine: Engine, day: date, n_hours: int) -> None:
    write_raw(engine, a_curve(day), source="test", due=quarters(day))
    write_raw(engine, a_curve(day).iloc[:4], source="test", due=quarters(day))
    assert len(raw(engine, day)) == 4 * n_hours
    assert revisions(engine, day).empty


def test_two_writers_of_one_revision_file_it_once(engine: Engine) -> None:
    day = date(2025, 3, 30)
    write_raw(engine, a_curve(day), source="test", due=quarters(day))
    revised = a_curve(day, level=55e3)
    writers = [
        threading.Thread(target=write_raw, args=(engine, revised), kwargs={"source": "test", "due": quarters(day)})
        for _ in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(revisions(engine, day)) == 92


@every_day_length
def test_hours_are_written_and_only_touched_where_they_differ(engine: Engine, day: date, n_hours: int) -> None:
    curve = a_curve(day)
    partial = to_hours(curve.iloc[:-2])
    assert write_hours(engine, partial) == Written(n_hours, 0, 0)
    assert write_hours(engine, to_hours(curve)) == Written(0, 1, n_hours - 1)
    with engine.connect() as connection:
        stored = queries.hours_between(connection, day_start(day), day_end(day))
    assert (stored["quarters"] == 4).all()
    assert len(stored) == n_hours


@every_day_length
def test_the_history_reads_revised_hours_as_they_were(engine: Engine, day: date, n_hours: int) -> None:
    for each in (day - timedelta(days=2), day - timedelta(days=1), day):
        write_raw(engine, a_curve(each), source="test", due=quarters(each))
        write_hours(engine, to_hours(a_curve(each)))
    start, end = day_start(day - timedelta(days=2)), day_end(day)
    before = queries.history(engine, start, end).at(day, Issue.MORNING, context_hours=24)
    revised = a_curve(day - timedelta(days=1), level=70e3)
    write_raw(engine, revised, source="test", due=quarters(day))
    write_hours(engine, to_hours(revised))
    after = queries.history(engine, start, end).at(day, Issue.MORNING, context_hours=24)
    assert after.delivery_hours == n_hours
    np.testing.assert_array_equal(before.load_mw, after.load_mw)


@every_day_length
def test_the_history_holds_every_temperature_forecast(engine: Engine, day: date, n_hours: int) -> None:
    issued = pd.Timestamp(day_start(day) - timedelta(hours=15)).as_unit("us")
    course = [12.5 + hour / 10 for hour in range(n_hours)]  # a day of equal hours would not be believed
    weather = pd.DataFrame({"hour_start": hours(day), "issued_at": issued, "temperature_c": course})
    assert write_weather(engine, weather, source="test") == Written(n_hours, 0, 0)
    assert write_weather(engine, weather.assign(temperature_c=13.0), source="test") == Written(0, 0, n_hours)
    known = queries.history(engine, day_start(day), day_end(day))
    assert known.at(day, Issue.MORNING, context_hours=24).input(TEMPERATURE)[-n_hours:].tolist() == course


@every_day_length
def test_a_failed_write_leaves_everything_as_it_was(engine: Engine, day: date, n_hours: int) -> None:
    broken = a_curve(day, level=70e3)
    broken.loc[3, "load_mw"] = np.nan
    with pytest.raises(NotNullViolation):
        write_raw(engine, broken, source="test", due=quarters(day))
    assert raw(engine, day).empty
    write_raw(engine, a_curve(day), source="test", due=quarters(day))
    before = raw(engine, day)
    assert len(before) == 4 * n_hours
    with pytest.raises(NotNullViolation):
        write_raw(engine, broken, source="test", due=quarters(day))
    pd.testing.assert_frame_equal(raw(engine, day), before)
    assert revisions(engine, day).empty
