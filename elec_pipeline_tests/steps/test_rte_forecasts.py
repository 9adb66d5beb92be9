"""RTE's forecasts from the source to the store as they come, and to their hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, quarters, to_utc
from elec_pipeline.domain.load_curve import clean
from elec_pipeline.domain.rte_hours import to_vintages
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.rte import RteClient
from elec_pipeline.sources.rte_reply import read_short_term
from elec_pipeline.steps.consumption import Report
from elec_pipeline.steps.rte_forecasts import (
    FORECAST_TYPES,
    average_rte_forecasts,
    ingest_rte_forecasts,
    store_vintages,
)
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import DST_DAYS, NOW, every_day_length, whole_runs_every_day_length


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


@whole_runs_every_day_length
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


@pytest.mark.parametrize(
    ("day", "n_hours"),
    [
        pytest.param(day, n_hours, id=str(day), marks=[] if n_hours == 25 else pytest.mark.long)
        for day, n_hours in DST_DAYS.items()
    ],
)
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


def kept_as_they_came(engine: Engine) -> pd.DataFrame:
    with engine.connect() as connection:
        return pd.read_sql_query(
            text("SELECT * FROM elec.raw_rte_forecasts ORDER BY forecast_type, interval_start, ingested_at"),
            connection,
        )


@every_day_length
def test_what_came_is_kept_at_its_resolution(
    client: RteClient, simulator: SimulatorHandle, engine: Engine, day: date, n_hours: int
) -> None:
    reply = client.short_term(FORECAST_TYPES, day, day)
    report = ingest_rte_forecasts(client, engine, day, day, source="simulator", now=NOW)
    assert (report.expected, report.received, report.written.inserted) == (4 * n_hours, 4 * n_hours, 10 * n_hours)
    rows = kept_as_they_came(engine)
    assert rows.groupby("forecast_type")["resolution_minutes"].agg(["size", "max"]).to_dict("index") == {
        "D-1": {"size": 4 * n_hours, "max": 15},
        "D-2": {"size": 2 * n_hours, "max": 30},
        "ID": {"size": 4 * n_hours, "max": 15},
    }
    order = ["forecast_type", "interval_start"]
    for column in ("load_mw", "published_at"):
        assert rows[column].tolist() == reply.sort_values(order)[column].tolist()
    assert ingest_rte_forecasts(client, engine, day, day, source="simulator", now=NOW).written.inserted == 0
    simulator.set_faults([f"revised@{day}/D-1"])
    assert (
        ingest_rte_forecasts(client, engine, day, day, source="simulator", now=NOW).written.inserted == 4 * n_hours
    )


def reply_of(day: date, rng: np.random.Generator, *, dated: bool, published: datetime) -> pd.DataFrame:
    """Return a reply with holes and values of a few sizes, so that they repeat, some of it newly published."""
    blocks = []
    for forecast_type, minutes in (("D-1", 15), ("D-2", 30), ("ID", 15)):
        starts = quarters(day, day)[:: minutes // 15]
        stamps = pd.Series(pd.Timestamp(published).as_unit("us"), index=range(len(starts)))
        stamps = stamps.where(rng.random(len(starts)) < 0.9, stamps - pd.Timedelta(minutes=20))
        blocks.append(
            pd.DataFrame(
                {
                    "forecast_type": forecast_type,
                    "interval_start": starts,
                    "load_mw": rng.choice([50e3, 50.4e3], len(starts)).round(),
                    "resolution_minutes": minutes,
                    "published_at": stamps if dated else stamps.where(rng.random(len(starts)) < 0.02),
                    "source": "rte" if dated else "odre-realtime",
                }
            )[rng.random(len(starts)) < 0.97]
        )
    return pd.concat(blocks, ignore_index=True)


@dataclass
class Replies:
    """A source that answers with one reply."""

    reply: pd.DataFrame
    left_out: LeftOut = field(default_factory=LeftOut)

    def short_term(self, types: Sequence[str], first: date, last: date) -> pd.DataFrame:
        del first, last
        return self.reply[self.reply["forecast_type"].isin(types)]


@every_day_length
def test_hours_are_those_that_each_reply_makes_by_itself(engine: Engine, day: date, n_hours: int) -> None:
    """The same replies, dated and not, with holes and repetitions: straight to hours, and by way of what came."""
    rng = np.random.default_rng(n_hours)
    began = day_start(day) - timedelta(hours=30)
    moments = [began + timedelta(hours=each) for each in (0, 6, 12, 12, 31, 40, 100)]
    replies = [reply_of(day, rng, dated=number % 3 != 1, published=at) for number, at in enumerate(moments)]
    replies.append(replies[1])
    moments.append(moments[-1])

    def hourly() -> pd.DataFrame:
        with engine.begin() as connection:
            rows = queries.vintages_between(connection, day_start(day), day_end(day))
            connection.execute(text("TRUNCATE elec.rte_forecasts"))
        keys = ["hour_start", "forecast_type", "published_at"]
        return rows.drop(columns="ingested_at").sort_values(keys, ignore_index=True)

    for reply, now in zip(replies, moments, strict=True):
        for forecast_type in FORECAST_TYPES:
            curve = clean(reply[reply["forecast_type"] == forecast_type]).curve
            store_vintages(engine, to_vintages(curve, forecast_type, now), now=now)
    straight = hourly()
    for reply, now in zip(replies, moments, strict=True):
        ingest_rte_forecasts(Replies(reply), engine, day, day, source="", now=now)
        average_rte_forecasts(engine, day, day, now=now)
    step_by_step = hourly()
    pd.testing.assert_frame_equal(step_by_step, straight)
    average_rte_forecasts(engine, day, day, now=NOW)
    pd.testing.assert_frame_equal(hourly(), straight)  # made anew from what came, all at once
    assert len(straight) > 4 * n_hours


@every_day_length
def test_hours_without_anything_raw_stay_and_a_rerun_brings_it(
    client: RteClient, engine: Engine, day: date, n_hours: int
) -> None:
    forecasts(client, engine, day, day)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE elec.raw_rte_forecasts"))
    report = average_rte_forecasts(engine, day, day, now=NOW)
    assert (report.expected, report.received, report.written.inserted) == (n_hours, n_hours, 0)
    assert forecasts(client, engine, day, day).written.inserted == 0
    assert len(kept_as_they_came(engine)) == 10 * n_hours
