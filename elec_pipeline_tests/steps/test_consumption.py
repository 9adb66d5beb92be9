from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import day_end, day_start, hours, to_utc
from elec_pipeline.errors import SourceUnavailableError
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.sources.rte import RteClient
from elec_pipeline.steps.consumption import (
    Report,
    average_hours,
    ingest_actuals,
)
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import NOW, every_day_length


def actuals(client: RteClient, engine: Engine, first: date, last: date, now: datetime = NOW) -> Report:
    return ingest_actuals(client, engine, first, last, source="simulator", now=now)


def raw(engine: Engine, day: date) -> pd.DataFrame:
    with engine.connect() as connection:
        return queries.raw_between(connection, day_start(day), day_end(day))


@every_day_length
def test_a_day_from_source_to_hours(client: RteClient, engine: Engine, day: date, n_hours: int) -> None:
    report = actuals(client, engine, day, day)
    assert (report.expected, report.received, report.written.inserted) == (4 * n_hours,) * 3
    report = average_hours(engine, day, day, now=NOW)
    assert (report.expected, report.received, report.written.inserted) == (n_hours,) * 3
    with engine.connect() as connection:
        means = queries.hours_between(connection, day_start(day), day_end(day))
    quarters = raw(engine, day)["load_mw"].to_numpy().reshape(-1, 4)
    assert means["load_mw"].tolist() == pytest.approx(quarters.mean(axis=1).tolist())
    assert list(means["hour_start"]) == list(hours(day))


@every_day_length
@pytest.mark.parametrize(
    "fault", ["missing", "null", "nd", "implausible", "implausible=200000", "conflict-undated"]
)
def test_a_bad_value_is_left_out_and_the_rest_of_the_day_lands(
    client: RteClient, simulator: SimulatorHandle, engine: Engine, day: date, n_hours: int, fault: str
) -> None:
    instant = (day_start(day) + timedelta(hours=5)).isoformat()
    simulator.set_faults([f"{fault}@{instant}"])
    report = actuals(client, engine, day, day)
    assert (report.expected, report.received) == (4 * n_hours, 4 * n_hours - 1)
    assert len(report.implausible) == (1 if "implausible" in fault else 0)
    assert len(report.conflicts) == (2 if "conflict" in fault else 0)
    report = average_hours(engine, day, day, now=NOW)
    assert (report.expected, report.received) == (n_hours, n_hours - 1)
    with engine.connect() as connection:
        means = queries.hours_between(connection, day_start(day), day_end(day))
    assert sorted(means["quarters"])[:2] == [3, 4]
    simulator.set_faults([])
    assert actuals(client, engine, day, day).received == 4 * n_hours


@every_day_length
def test_of_a_conflict_the_later_date_is_stored(
    client: RteClient, simulator: SimulatorHandle, engine: Engine, day: date, n_hours: int
) -> None:
    actuals(client, engine, day, day)
    true = raw(engine, day)
    simulator.set_faults([f"conflict@{day_start(day).isoformat()}"])
    assert actuals(client, engine, day, day).written.unchanged == 4 * n_hours
    pd.testing.assert_frame_equal(raw(engine, day), true)


def test_what_is_not_due_yet_is_not_expected(client: RteClient, engine: Engine) -> None:
    day = date(2025, 6, 2)
    at_ten = to_utc(day, datetime.min.time().replace(hour=10))
    report = actuals(client, engine, day, day, now=at_ten)
    assert report.expected == 9 * 4
    assert actuals(client, engine, day + timedelta(days=1), day + timedelta(days=1), now=at_ten).expected == 0


def test_what_came_before_a_fault_stays(client: RteClient, simulator: SimulatorHandle, engine: Engine) -> None:
    first, last = date(2025, 3, 1), date(2025, 4, 15)
    stored: list[date] = []

    def then_break(day: date) -> None:
        stored.append(day)
        simulator.set_faults(["500"])

    with pytest.raises(SourceUnavailableError):
        ingest_actuals(client, engine, first, last, source="simulator", now=NOW, progress=then_break)
    assert stored == [date(2025, 3, 31)]
    with engine.connect() as connection:
        assert len(queries.raw_between(connection, day_start(first), day_end(last))) == 31 * 96 - 4
    simulator.set_faults([])
    report = actuals(client, engine, first, last)
    assert report.written.unchanged == 31 * 96 - 4
    assert report.received == report.expected == 46 * 96 - 4
