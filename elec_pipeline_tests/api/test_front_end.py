"""The routes under /api against what the database holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, hours, issue_time
from elec_pipeline_tests.api.conftest import AUTUMN, SHOWN_NOW, SPRING, Api
from elec_pipeline_tests.conftest import every_day_length

AUTUMN_DAY = date(2025, 10, 26)


def a_day(day: date) -> dict[str, str]:
    return {"start": str(day), "end": str(day + timedelta(days=1))}


def z(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def column(engine: Engine, sql: str, day: date) -> dict[str, float]:
    with engine.connect() as connection:
        found = connection.execute(text(sql), {"start": day_start(day), "end": day_end(day)})
        return {z(hour): value for hour, value in found}


OURS = """
SELECT DISTINCT ON (hour_start) hour_start, load_mw FROM elec.chronos_predictions
WHERE hour_start >= :start AND hour_start < :end ORDER BY hour_start, issued_at DESC, created_at"""
RTE = """
SELECT DISTINCT ON (hour_start) hour_start, load_mw FROM elec.rte_forecasts WHERE forecast_type = 'D-1'
AND hour_start >= :start AND hour_start < :end ORDER BY hour_start, published_at DESC"""
REAL = "SELECT hour_start, load_mw FROM elec.hourly_consumption WHERE hour_start >= :start AND hour_start < :end"


@every_day_length
def test_a_day_has_an_entry_an_hour_with_the_values_of_the_database(
    api: Api, stored: Engine, day: date, n_hours: int
) -> None:
    entries = api.json("/api/data", **a_day(day))
    assert [list(entry) for entry in entries] == [["date", "true value", "rte forecast", "our forecast"]] * n_hours
    assert [entry["date"] for entry in entries] == [z(hour) for hour in hours(day)]
    for key, sql in (("true value", REAL), ("rte forecast", RTE), ("our forecast", OURS)):
        assert {entry["date"]: entry[key] for entry in entries} == column(stored, sql, day)


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_an_issue_can_be_chosen(api: Api, stored: Engine, day: date, n_hours: int, issue: Issue) -> None:
    entries = api.json("/api/data/predictions", issue=issue.value, **a_day(day))
    assert [list(entry) for entry in entries] == [["date", "our forecast", "model"]] * n_hours
    sql = f"{REAL.replace('hourly_consumption', 'chronos_predictions')} AND issued_at = '{issue_time(day, issue)}'"
    assert {entry["date"]: entry["our forecast"] for entry in entries} == column(stored, sql, day)
    side_by_side = api.json("/api/data", issue=issue.value, **a_day(day))
    assert [each["our forecast"] for each in side_by_side] == [each["our forecast"] for each in entries]


@every_day_length
def test_actuals_and_rte_forecasts_say_where_they_came_from(
    api: Api, stored: Engine, day: date, n_hours: int
) -> None:
    real = api.json("/api/data/real", **a_day(day))
    assert [list(entry) for entry in real] == [["date", "true value", "source"]] * n_hours
    assert {entry["date"]: entry["true value"] for entry in real} == column(stored, REAL, day)
    rte = api.json("/api/data/rte-forecasts", **a_day(day))
    assert [list(entry) for entry in rte] == [["date", "rte forecast", "source"]] * n_hours
    assert {entry["date"]: entry["rte forecast"] for entry in rte} == column(stored, RTE, day)
    assert {entry["source"] for entry in real + rte} == {"simulator"}


def test_an_hour_that_only_one_series_has_is_there_with_nulls(api: Api) -> None:
    before_any_forecast = api.json("/api/data", **a_day(date(2025, 3, 21)))
    assert len(before_any_forecast) == 24
    assert all(entry["our forecast"] is None for entry in before_any_forecast)
    assert all(entry["true value"] is not None for entry in before_any_forecast)


@pytest.mark.parametrize(
    ("span", "days"),
    [
        ({"range": "7d"}, 7), ({"range": "30d"}, 30), ({}, 90), ({"range": ""}, 90), ({"range": "8d"}, 8),
        ({"range": "8"}, 8), ({"range": "365d"}, 365), ({"range": "7d", "start": "", "end": ""}, 7),
    ],
)  # fmt: skip
def test_a_range_ends_with_all_that_is_forecast(api: Api, span: dict[str, str], days: int) -> None:
    entries = api.json("/api/data", **span)
    spring, autumn = (day_start(each[0]) for each in (SPRING, AUTUMN))
    begin = SHOWN_NOW.replace(minute=0) - timedelta(days=days)
    first = max(begin, spring if begin < spring else autumn)
    assert entries[0]["date"] == z(first)
    assert entries[-1]["date"] == z(day_end(date(2025, 10, 27)) - timedelta(hours=1))


@pytest.mark.parametrize(
    ("start", "first"),
    [
        ("2025-10-26T02:00", "2025-10-26T00:00:00Z"),
        ("2025-10-26T02:00:00Z", "2025-10-26T02:00:00Z"),
        ("2025-10-26T02:00:00+02:00", "2025-10-26T00:00:00Z"),
        ("2025-10-26 02:00:00.5", "2025-10-26T01:00:00Z"),
        ("2025-03-30T02:30", "2025-03-30T02:00:00Z"),
    ],
)
def test_a_naive_time_is_paris_time(api: Api, start: str, first: str) -> None:
    assert api.json("/api/data", start=start)[0]["date"] == first


def test_an_unescaped_plus_sign_is_understood(api: Api) -> None:
    entries = api.json("/api/data?start=2025-10-26T02:00:00+02:00&end=2025-10-26T02:00:00+01:00")
    assert [entry["date"] for entry in entries] == ["2025-10-26T00:00:00Z"]


def test_the_status_counts_what_the_tables_hold(api: Api, stored: Engine) -> None:
    status = api.json("/api/status")
    with stored.connect() as connection:
        for key, table, column_, name in (
            ("historical_data", "hourly_consumption", "hour_start", "last_timestamp"),
            ("predictions", "chronos_predictions", "created_at", "last_generated"),
            ("rte_forecasts", "rte_forecasts", "hour_start", "last_timestamp"),
        ):
            count, newest = connection.execute(text(f"SELECT count(*), max({column_}) FROM elec.{table}")).one()
            assert status[key]["count"] == count > 0
            assert datetime.fromisoformat(status[key][name]) == newest
            assert status[key][name].endswith("Z")


def test_the_service_is_healthy(api: Api) -> None:
    assert api.json("/api/health") == {"status": "ok", "timestamp": "2025-10-27T12:20:00Z"}


@pytest.mark.parametrize("path", ["/api/data", "/api/data/real", "/v1/predictions"])
@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ({"range": "week"}, "range", "such as 7d"),
        ({"range": "0d"}, "range", "number of days"),
        ({"range": "-7d"}, "range", "number of days"),
        ({"range": "9999d"}, "range", "ten years"),
        ({"range": "9999d", "end": "2025-01-01"}, "range", "ten years"),
        ({"start": "yesterday"}, "start", "2025-03-30T18:00"),
        ({"start": "2025-02-30"}, "start", "ISO 8601"),
        ({"start": "0001-01-01"}, "start", "2000"),
        ({"start": "2025-01-01", "end": "0"}, "end", "ISO 8601"),
        ({"start": "2025-01-02", "end": "2025-01-01"}, "end", "later than `start`"),
        ({"start": "2025-01-01", "end": "2025-01-01"}, "end", "later than `start`"),
        ({"start": "2010-01-01", "end": "2025-01-01"}, "end", "ten years"),
        ({"start": "2010-01-01"}, "start", "ten years"),
        ({"start": "2025-01-01", "range": "7d"}, "range", "one or the other"),
    ],
)
def test_bad_input_names_the_field_and_what_is_allowed(
    api: Api, path: str, query: dict[str, str], field: str, allowed: str
) -> None:
    assert allowed in api.refusal(path, **query)[field]


@pytest.mark.parametrize(("query", "named"), [({"zone": "DE"}, "FR"), ({"issue": "noon"}, "morning, evening")])
def test_an_unknown_zone_or_issue_does_not_exist(api: Api, query: dict[str, str], named: str) -> None:
    reply = api.get("/api/data", **query)
    assert reply.status_code == 404
    assert named in reply.json()["detail"]


def test_a_range_without_any_value_is_an_empty_list(api: Api) -> None:
    assert api.json("/api/data", start="2020-01-01", end="2020-02-01") == []
    assert api.json("/api/data/real", start="2020-01-01", end="2020-02-01") == []
