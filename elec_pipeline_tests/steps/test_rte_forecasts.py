"""RTE's forecasts from the source to the store as they come, and to their hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pandas as pd
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, to_utc
from elec_pipeline.domain.load_curve import clean
from elec_pipeline.domain.rte_hours import to_vintages
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.sources.rte import RteClient
from elec_pipeline.sources.rte_reply import read_short_term
from elec_pipeline.steps.consumption import Report
from elec_pipeline.steps.rte_forecasts import average_rte_forecasts, ingest_rte_forecasts
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import NOW, every_day_length


def forecasts(client: RteClient, engine: Engine, first: date, last: date, now: datetime = NOW) -> Report:
    """Read them and average them; the report is that of the hours."""
    ingest_rte_forecasts(client, engine, first, last, source="simulator", now=now)
    return average_rte_forecasts(engine, first, last, now=now)


@every_day_length
def test_every_vintage_is_kept(
    client: RteClient, simulator: SimulatorHandle, engine: Engine, day: date, n_hours: int
) -> None:
    report = forecasts(client, engine, day, day)
    assert (report.expected, report.received) == (n_hours, n_hours)
    assert forecasts(client, engine, day, day).written.inserted == 0
    simulator.set_faults([f"revised@{day}/D-1"])
    assert forecasts(client, engine, day, day).written.inserted == n_hours
    with engine.connect() as connection:
        all_of_them = queries.vintages_between(connection, day_start(day), day_end(day))
        newest = queries.newest_vintages(connection, "D-1", day_start(day), day_end(day))
    of_d1 = all_of_them[all_of_them["forecast_type"] == "D-1"]
    assert of_d1.groupby("hour_start").size().tolist() == [2] * n_hours
    assert len(newest) == n_hours
    latest = of_d1.sort_values("published_at").drop_duplicates("hour_start", keep="last")
    assert newest["load_mw"].tolist() == latest.sort_values("hour_start")["load_mw"].tolist()
    assert set(all_of_them["forecast_type"]) == {"D-1", "D-2", "ID"}


@every_day_length
def test_before_rtes_forecast_is_due_it_is_not_missed(
    client: RteClient, simulator: SimulatorHandle, engine: Engine, day: date, n_hours: int
) -> None:
    today = day - timedelta(days=1)
    at_ten, at_eight = (to_utc(today, datetime.min.time().replace(hour=hour)) for hour in (10, 20))
    simulator.set_clock(lambda: at_ten)
    report = forecasts(client, engine, day, day, now=at_ten)
    assert (report.expected, report.received) == (0, 0)
    assert report.written.inserted > 0  # D-2 is out since 07:00 two days before
    simulator.set_faults([f"missing@{day}/D-1"])
    simulator.set_clock(lambda: at_eight)
    report = forecasts(client, engine, day, day, now=at_eight)
    assert (report.expected, report.received) == (n_hours, 0)
    simulator.set_faults([])
    report = forecasts(client, engine, day, day, now=at_eight)
    assert (report.expected, report.received) == (n_hours, n_hours)


def test_a_forecast_that_is_not_out_yet_has_no_vintage() -> None:
    reply = read_short_term(b'{"short_term": []}')
    cleaned = clean(reply)
    assert to_vintages(cleaned.curve, "D-1", NOW).empty
    assert cleaned.conflicts.empty
    assert len(cleaned.missing) == 0


def test_half_an_hour_of_a_forecast_is_none() -> None:
    at = pd.date_range("2025-06-01T10:00Z", periods=6, freq="15min", unit="us")
    curve = pd.DataFrame({"interval_start": at, "load_mw": 50e3, "resolution_minutes": 15, "published_at": at[0]})
    assert len(to_vintages(curve, "D-1", NOW)) == 1


def test_a_forecast_without_a_date_is_known_since_we_saw_it() -> None:
    at = pd.date_range("2025-06-01T10:00Z", periods=4, freq="15min", unit="us")
    undated = pd.DataFrame(
        {
            "interval_start": at,
            "load_mw": 50e3,
            "resolution_minutes": 15,
            "published_at": pd.Series([pd.NaT] * 4, dtype="datetime64[us, UTC]"),
        }
    )
    seen = datetime(2025, 5, 31, 18, tzinfo=UTC)
    assert to_vintages(undated, "D-1", seen)["published_at"].tolist() == [seen]


@every_day_length
def test_read_each_hour_every_revision_becomes_a_vintage_and_each_issue_knows_its_own(
    client: RteClient, simulator: SimulatorHandle, engine: Engine, day: date, n_hours: int
) -> None:
    clock = [day_start(day - timedelta(days=2)) + timedelta(hours=8)]
    simulator.set_clock(lambda: clock[0])
    came_then = text("UPDATE elec.rte_forecasts SET ingested_at = :at WHERE ingested_at > :at")
    while clock[0] <= day_end(day):
        forecasts(client, engine, day, day, now=clock[0])
        with engine.begin() as connection:
            connection.execute(came_then, {"at": clock[0]})  # not when this test ran
        clock[0] += timedelta(hours=1)
    with engine.connect() as connection:
        kept = queries.vintages_between(connection, day_start(day), day_end(day))
    published = {kind: sorted(set(of_kind["published_at"])) for kind, of_kind in kept.groupby("forecast_type")}
    eve = day - timedelta(days=1)
    revised = [to_utc(eve, time(19, 30)), to_utc(eve, time(22)), to_utc(day, time(8)), to_utc(day, time(15))]
    assert published["D-1"] == revised
    assert {kind: len(moments) for kind, moments in published.items()} == {"D-1": 4, "D-2": 1, "ID": 1}
    history = queries.history(engine, day_start(day - timedelta(days=3)), day_end(day))
    for issue, forecast_type, moment in (
        (Issue.MORNING, "D-2", published["D-2"][0]),
        (Issue.EVENING, "D-1", revised[0]),
    ):
        expected = kept[(kept["forecast_type"] == forecast_type) & (kept["published_at"] == moment)]
        known = history.at(day, issue, context_hours=24)
        assert known.rte_mw[-n_hours:].tolist() == expected["load_mw"].tolist()
        assert not known.nominal_vintages
