"""RTE's weekly forecasts from RTE to the store: every vintage once, and nothing where RTE has none."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pandas as pd
import pytest
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import day_end, day_start, hours, to_utc
from elec_pipeline.errors import SourceError, SourceRefusedError, SourceUnavailableError
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.sources.rte import WEEKLY_PATH, RteClient
from elec_pipeline.sources.rte_weekly_reply import read_weekly
from elec_pipeline.steps.rte_weekly import WeeklyReport, ingest_weekly
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import every_day_length

MORNING = time(9, 35)
EVER = date(2012, 12, 17), date(2040, 1, 1)


def at(day: date, lead: int) -> datetime:
    return to_utc(day - timedelta(days=lead), MORNING)


def read(
    client: RteClient, simulator: SimulatorHandle, engine: Engine, now: datetime, days: tuple[date, date] = EVER
) -> WeeklyReport:
    simulator.set_clock(lambda: now)
    return ingest_weekly(client, engine, *days, now=now)


def stored(engine: Engine, day: date) -> pd.DataFrame:
    with engine.connect() as connection:
        return queries.weekly_vintages(connection, day_start(day), day_end(day))


@every_day_length
def test_every_morning_brings_a_vintage_of_seven_days(
    client: RteClient, simulator: SimulatorHandle, engine: Engine, day: date, n_hours: int
) -> None:
    report = read(client, simulator, engine, at(day, 9))
    first, last = day - timedelta(days=6), day
    assert (report.days, report.days_forecast, report.unavailable) == (7, 7, "")
    assert report.written.inserted == report.expected == report.received == len(hours(first, last))
    for lead in (8, 3):
        read(client, simulator, engine, at(day, lead))
    vintages = stored(engine, day)
    assert sorted(vintages["hour_start"].unique()) == list(hours(day))
    assert vintages.groupby("hour_start").size().tolist() == [3] * n_hours
    published = [to_utc(day - timedelta(days=lead), time(7)) for lead in (9, 8, 3)]
    assert sorted(vintages["published_at"].unique()) == published
    served = client.weekly_forecasts(day, day)
    means = served.groupby(served["interval_start"].dt.floor("h"))["load_mw"].mean()
    newest = vintages.drop_duplicates("hour_start", keep="last")
    assert newest["load_mw"].tolist() == pytest.approx(means.tolist())


def test_reading_again_adds_nothing(client: RteClient, simulator: SimulatorHandle, engine: Engine) -> None:
    now = at(date(2025, 6, 20), 5)
    first, again = (read(client, simulator, engine, now) for _ in range(2))
    assert first.written.inserted == again.written.unchanged == 7 * 24
    assert (again.written.inserted, again.written.replaced) == (0, 0)
    assert (again.expected, again.received) == (7 * 24, 7 * 24)


def test_a_new_time_of_publication_alone_is_no_vintage(
    client: RteClient, simulator: SimulatorHandle, engine: Engine
) -> None:
    day = date(2025, 6, 20)
    now = at(day, 5)
    read(client, simulator, engine, now)
    simulator.set_clock(lambda: now + timedelta(hours=1))
    simulator.set_faults([f"revised=0@{day}/WEEKLY"])
    assert read(client, simulator, engine, now + timedelta(hours=2)).written.inserted == 0
    simulator.set_faults([f"revised=1@{day}T10:00Z..{day}T11:00Z/WEEKLY"])
    assert read(client, simulator, engine, now + timedelta(hours=4)).written.inserted == 1
    vintages = stored(engine, day)
    assert vintages.groupby("hour_start").size().max() == 2
    assert len(vintages) == 25


def test_values_without_a_time_of_publication_count_from_when_they_were_read(engine: Engine) -> None:
    day = date(2025, 6, 20)
    now = at(day, 5)
    half_hours = ", ".join(
        f'{{"start_date": "{day}T12:{minute}:00+02:00", "value": {load}}}'
        for minute, load in (("00", 6e4), ("30", 62e3))
    )

    class Undated:
        def weekly_forecasts(self, *_: date) -> pd.DataFrame:
            return read_weekly(f'{{"weekly_forecasts": [{{"values": [{half_hours}]}}]}}'.encode())

    for hours_later in (0, 24):
        later = now + timedelta(hours=hours_later)
        report = ingest_weekly(Undated(), engine, day, day, now=later)
        assert (report.days_forecast, report.expected, report.received) == (1, 24, 1)
    vintages = stored(engine, day)
    assert vintages["load_mw"].tolist() == [61e3]
    assert vintages["published_at"].tolist() == [now]


def test_a_time_of_publication_that_is_yet_to_come_is_when_it_was_read(engine: Engine) -> None:
    day = date(2025, 6, 20)
    now = at(day, 5)
    body = f'{{"start_date": "{day}T12:00:00+02:00", "end_date": "{day}T13:00:00+02:00", "value": 6e4}}'

    class Ahead:
        def weekly_forecasts(self, *_: date) -> pd.DataFrame:
            head = '"updated_date": "2099-01-01T00:00:00+01:00"'
            return read_weekly(f'{{"weekly_forecasts": [{{{head}, "values": [{body}]}}]}}'.encode())

    assert ingest_weekly(Ahead(), engine, day, day, now=now).written.inserted == 1
    assert stored(engine, day)["published_at"].tolist() == [now]


def test_several_vintages_of_a_day_in_one_reply_are_all_kept(engine: Engine) -> None:
    day = date(2025, 6, 20)
    value = f'"start_date": "{day}T12:00:00+02:00", "end_date": "{day}T13:00:00+02:00"'
    elements = ", ".join(
        f'{{"updated_date": "2025-06-{n}T07:00:00+02:00", "values": [{{{value}, "value": {load}}}]}}'
        for n, load in ((14, 61e3), (12, 60e3), (13, 60e3))
    )

    class Several:
        def weekly_forecasts(self, *_: date) -> pd.DataFrame:
            return read_weekly(f'{{"weekly_forecasts": [{elements}]}}'.encode())

    report = ingest_weekly(Several(), engine, day, day, now=at(day, 5))
    assert (report.written.inserted, report.written.unchanged) == (2, 1)
    assert stored(engine, day)["load_mw"].tolist() == [60e3, 61e3]


@pytest.mark.parametrize(
    ("fault", "n_hours", "rejected", "conflicts"),
    [("missing", 23, 0, 0), ("null", 23, 0, 0), ("implausible", 23, 1, 0), ("conflict-undated", 23, 0, 2)],
)
def test_an_hour_with_a_bad_half_is_none(
    client: RteClient,
    simulator: SimulatorHandle,
    engine: Engine,
    *,
    fault: str,
    n_hours: int,
    rejected: int,
    conflicts: int,
) -> None:
    day = date(2025, 6, 20)
    simulator.set_faults([f"{fault}@{day}T10:00Z/WEEKLY"])
    report = read(client, simulator, engine, at(day, 5), (day, day))
    assert (report.expected, report.received) == (24, n_hours)
    assert (len(report.implausible), len(report.conflicts)) == (rejected, conflicts)
    assert len(stored(engine, day)) == n_hours


@pytest.mark.parametrize("fault", ["weekly-403", "weekly-404"])
def test_that_rte_does_not_serve_them_is_told_and_no_error(
    client: RteClient, simulator: SimulatorHandle, engine: Engine, fault: str
) -> None:
    simulator.set_faults([fault])
    report = read(client, simulator, engine, at(date(2025, 6, 20), 5))
    assert fault.removeprefix("weekly-") in report.unavailable
    assert (report.expected, report.written.inserted, report.is_misread) == (0, 0, False)


@pytest.mark.parametrize(("fault", "told"), [("weekly-cut", "not the expected JSON"), ("weekly-echo=400", "400")])
def test_an_answer_that_is_not_as_described_is_told_and_no_error(
    client: RteClient, simulator: SimulatorHandle, engine: Engine, fault: str, told: str
) -> None:
    simulator.set_faults([fault])
    report = read(client, simulator, engine, at(date(2025, 6, 20), 5))
    assert report.is_misread
    assert told in report.unavailable


@pytest.mark.parametrize(
    ("fault", "error"),
    [("weekly-401", SourceRefusedError), ("500", SourceUnavailableError), ("token-401", SourceRefusedError)],
)
def test_any_other_fault_is_an_error(
    client: RteClient, simulator: SimulatorHandle, engine: Engine, fault: str, error: type[SourceError]
) -> None:
    simulator.set_faults([fault])
    with pytest.raises(error):
        read(client, simulator, engine, at(date(2025, 6, 20), 5))


@every_day_length
def test_past_days_and_those_near_at_hand_are_not_asked_for(
    client: RteClient, simulator: SimulatorHandle, engine: Engine, day: date, n_hours: int
) -> None:
    assert n_hours
    for lead in (-400, -1, 0, 2, 10):
        report = read(client, simulator, engine, at(day, lead), (day, day))
        assert report.days == 0
        assert "not asked for" in report.unavailable
    assert WEEKLY_PATH not in simulator.requests()
    assert stored(engine, day).empty
