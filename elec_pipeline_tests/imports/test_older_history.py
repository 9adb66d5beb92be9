"""A history that the older project filled in after the fact: kept, marked, never scored, and in the right zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy import Engine

from dashboard import reads
from elec_pipeline.domain.delivery_day import PARIS, Issue, day_end, day_start, hours, issue_time
from elec_pipeline.imports.older_rows import PREDICTIONS, staged_row
from elec_pipeline.imports.older_zones import Zones
from elec_pipeline.steps.scoring import score_days
from elec_pipeline.store import queries
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.queries.hourly import holdings
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.imports.importing import imported
from elec_pipeline_tests.imports.older_project import (
    BEFORE,
    DAILY,
    FILLED,
    axis_of,
    fill_older,
    filled_at,
    older_database,
)
from elec_pipeline_tests.imports.test_older_layout import dump

PARIS_ZONE = ZoneInfo(PARIS.key)


def of_day(engine: Engine, day: date) -> pd.DataFrame:
    with engine.connect() as connection:
        return queries.first_predictions(connection, day_start(day - timedelta(days=BEFORE)), day_end(day))


@every_day_length
@pytest.mark.parametrize(("way", "zone"), [("dump", "UTC"), ("dump", "Europe/Paris"), ("database", "UTC")])
def test_a_history_filled_in_later_comes_through_whole_and_marked(
    engine: Engine, server: EmbeddedServer, tmp_path: Path, day: date, n_hours: int, way: str, zone: str
) -> None:
    with older_database(server, "elec_older_history") as url:
        fill_older(url, day, zone=zone)
        given = url if way == "database" else dump(url, tmp_path / "older.sql")
        first, again = imported(engine, given), imported(engine, given)
    axis = axis_of(day)
    assert first.read == 3 * len(axis) + n_hours
    assert "rte_forecasts were taken for RTE's D-1." in first.notes
    assert first.counts.stored == first.read
    assert all(written.inserted == written.replaced == 0 for written in again.written.values())

    made = of_day(engine, day)
    filled = made[made["model_version"] == FILLED]
    daily = made[made["model_version"] == DAILY]
    assert list(filled["hour_start"]) == list(axis)
    assert filled["load_mw"].tolist() == [51_000.0 + n for n in range(len(axis))]
    assert set(filled["issued_at"]) == {pd.Timestamp(filled_at(day))}
    begun = axis < pd.Timestamp(filled_at(day))
    assert filled["after_the_fact"].tolist() == begun.tolist()
    assert first.after_the_fact == begun.sum()
    assert set(daily["issued_at"]) == {pd.Timestamp(issue_time(day, Issue.EVENING))}
    assert list(daily["hour_start"]) == list(hours(day))
    assert not daily["after_the_fact"].any()


@every_day_length
def test_what_was_really_said_is_shown_before_what_was_filled_in(
    engine: Engine, server: EmbeddedServer, day: date, n_hours: int
) -> None:
    with older_database(server, "elec_older_history") as url:
        fill_older(url, day)
        imported(engine, url)
    eve = day - timedelta(days=1)
    with engine.connect() as connection:
        shown = queries.newest_predictions(connection, day_start(eve), day_end(day)).set_index("hour_start")
        means = queries.daily_means(connection, eve, day)["predictions"].set_index("delivery_day")
        held = holdings(connection)["chronos_predictions"]
        frame = reads.hourly(connection, eve, day, None)
        by_day = reads.daily(connection, eve - timedelta(days=9), day, None)
    of_eve, of_the_day = shown.loc[hours(eve)], shown.loc[hours(day)]
    assert set(of_eve["model_version"]) == {FILLED}
    assert of_eve["after_the_fact"].all()
    begun = of_the_day.index < filled_at(day)
    assert (of_the_day["model_version"] == DAILY).tolist() == begun.tolist()
    assert not of_the_day["after_the_fact"].any()
    assert len(of_the_day) == n_hours
    assert means["after_the_fact"].to_dict() == {eve: True, day: False}
    assert frame["after_the_fact"].tolist() == shown["after_the_fact"].tolist()
    assert by_day["after_the_fact"].tolist() == [False] * 8 + [True, True, False]
    assert held.newest == filled_at(day)


@every_day_length
def test_no_score_counts_it(engine: Engine, server: EmbeddedServer, day: date, n_hours: int) -> None:
    first = day - timedelta(days=BEFORE)
    with older_database(server, "elec_older_history") as url:
        fill_older(url, day)
        imported(engine, url)
    scores, _ = score_days(engine, first, day)
    ours = scores[scores["forecaster"].str.startswith("chronos")]
    assert ours[["delivery_day", "forecaster", "hours"]].to_numpy().tolist() == [[day, "chronos_evening", n_hours]]
    assert ours["mae_mw"].tolist() == [pytest.approx(2_000.0)]
    with engine.connect() as connection:
        counted = queries.scorable_predictions(connection, day_start(first), day_end(day))
        compared = reads.compared(connection, first, day)
        verdict = reads.standings(connection, day_start(day) + timedelta(hours=12))["ours"].verdict
    assert not counted["after_the_fact"].any()
    assert set(counted.loc[counted["model_version"] == FILLED, "hour_start"]) == set(
        axis_of(day)[axis_of(day) > pd.Timestamp(filled_at(day))]
    )
    assert list(compared["chronos_evening"].dropna().index) == list(hours(day))
    assert verdict.lacking > 0  # what was filled in is not the issue that is due


@every_day_length
def test_a_dump_that_sets_its_zone_is_read_in_it(engine: Engine, tmp_path: Path, day: date, n_hours: int) -> None:
    rows = [f"{at:%Y-%m-%d %H:%M:%S}" for at in hours(day)]
    made = f"{issue_time(day, Issue.EVENING):%Y-%m-%d %H:%M:%S}"
    path = tmp_path / "older.sql"
    path.write_text(
        "--\n-- PostgreSQL database dump\n--\nSET timezone = 'UTC';\n"
        'COPY public.predictions ("timestamp", predicted_value, model_name, prediction_date) FROM stdin;\n'
        + "".join(f"{at}\t51000\tm\t{made}\n" for at in rows)
        + "\\.\n"
    )
    summary = imported(engine, path)
    assert summary.n_bad == 0
    assert "Times without a zone were taken for UTC." in summary.notes
    made_there = of_day(engine, day)
    assert list(made_there["hour_start"]) == list(hours(day))
    assert set(made_there["issued_at"]) == {pd.Timestamp(issue_time(day, Issue.EVENING))}
    assert len(made_there) == n_hours


@every_day_length
def test_quarters_written_one_by_one_are_of_one_issue(
    engine: Engine, tmp_path: Path, day: date, n_hours: int
) -> None:
    quarters = [at + timedelta(minutes=15 * n) for at in hours(day) for n in range(4)]
    issues = (issue_time(day, Issue.MORNING), issue_time(day, Issue.EVENING))
    lines = [
        f"{at:%Y-%m-%d %H:%M:%S}+00\t51000\tm\th\t{made + timedelta(milliseconds=n):%Y-%m-%d %H:%M:%S.%f}+00\n"
        for made in issues
        for n, at in enumerate(quarters)
    ]
    path = tmp_path / "older.sql"
    columns = '"timestamp", predicted_value, model_name, horizon, prediction_date'
    path.write_text(f"COPY public.predictions ({columns}) FROM stdin;\n{''.join(lines)}\\.\n")
    for _ in range(2):
        imported(engine, path)
    made = of_day(engine, day)
    assert len(made) == 2 * n_hours
    last_of_first_hour = pd.Timestamp(issues[0]) + timedelta(milliseconds=3)
    assert made.loc[made["hour_start"] == hours(day)[0], "issued_at"].min() == last_of_first_hour


WINTER, SUMMER = "2025-01-15 12:00:00", "2025-07-15 12:00:00"


@pytest.mark.parametrize(
    ("offsets", "zone"),
    [
        ({WINTER: "+00", SUMMER: "+00"}, UTC),
        ({WINTER: "+00"}, UTC),
        ({WINTER: "+01", SUMMER: "+02"}, PARIS_ZONE),
        ({WINTER: "+01"}, PARIS_ZONE),
        ({WINTER: "+01", SUMMER: "+01"}, timezone(timedelta(hours=1))),
        ({WINTER: "-05", SUMMER: "-04"}, PARIS_ZONE),  # of some zone that nobody named
        ({WINTER: "", SUMMER: ""}, PARIS_ZONE),
    ],
)
def test_the_clock_is_of_the_zone_that_the_offsets_show(offsets: dict[str, str], zone: object) -> None:
    zones = Zones(PARIS_ZONE)
    for at, offset in offsets.items():
        zones.time(at + offset)
    assert zones.of_clock == zone


@pytest.mark.parametrize(
    ("statement", "zone"),
    [
        ("SET timezone = 'UTC';", "UTC"),
        ("SET TimeZone TO 'America/New_York';", "America/New_York"),
        ("set session time zone 'utc';", "UTC"),
        ("SET TIME ZONE 0;", "UTC"),
        ("SELECT pg_catalog.set_config('TimeZone', 'UTC', false);", "UTC"),
        ("SET timezone TO DEFAULT;", "Europe/Paris"),
        ("SET client_encoding = 'UTF8';", "Europe/Paris"),
        ("SET timezone_abbreviations = 'India';", "Europe/Paris"),
    ],
)
def test_a_statement_that_sets_the_zone_is_understood(statement: str, zone: str) -> None:
    zones = Zones(PARIS_ZONE)
    zones.read_statement(statement)
    assert str(zones.of_times) == str(zones.of_clock) == zone


@every_day_length
def test_a_clock_without_zone_keeps_its_order_over_the_clock_changes(day: date, n_hours: int) -> None:
    zones = Zones(PARIS_ZONE)
    shown, is_utc = zip(
        *(zones.clock(at.tz_convert(PARIS).tz_localize(None).to_pydatetime()) for at in hours(day)), strict=True
    )
    found = zones.resolved(pd.Series(pd.to_datetime(list(shown))), pd.Series(list(is_utc)))
    assert found.is_monotonic_increasing
    assert len(set(found)) == min(n_hours, 24)
    assert set(found) <= set(hours(day))


def test_a_row_may_be_made_long_after_its_hour() -> None:
    row = {"timestamp": WINTER, "predicted_value": 1, "model_name": "m", "prediction_date": SUMMER}
    at, load, made_at, is_utc, model = staged_row(PREDICTIONS, row, Zones(PARIS_ZONE))
    assert (at, load, model) == (datetime(2025, 1, 15, 11, tzinfo=UTC), 1.0, "m")
    assert (made_at, is_utc) == (datetime(2025, 7, 15, 12, tzinfo=UTC), False)
