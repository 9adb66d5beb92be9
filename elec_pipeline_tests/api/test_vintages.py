"""The routes under /v1: every row, in pages and formats."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from pydantic import BaseModel
from sqlalchemy import Engine, text

from elec_pipeline.api import schemas
from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, issue_time
from elec_pipeline.domain.forecasters import SCORED_LEADS, by_quarter, of_expert, within_day
from elec_pipeline.forecasting.checkpoint import card_of
from elec_pipeline_tests.api.conftest import AUTUMN, Api, Serve, raw
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.dashboard.world import plant

TABLES = {
    "actuals": ("hourly_consumption", ["hour_start"]),
    "predictions": ("chronos_predictions", ["hour_start", "issued_at", "model_version"]),
    "peaks": ("week_ahead_peaks", ["delivery_day", "issued_at", "model_version"]),
    "prediction-changes": ("prediction_changes", ["hour_start", "issued_at", "model_version"]),
    "rte-forecasts": ("rte_forecasts", ["hour_start", "forecast_type", "published_at"]),
    "raw-rte-forecasts": (
        "raw_rte_forecasts",
        ["interval_start", "forecast_type", "published_at", "ingested_at"],
    ),
    "revisions": ("raw_consumption_revisions", ["interval_start", "replaced_at"]),
    "accuracy": ("forecast_accuracy", ["delivery_day", "forecaster"]),
}
ALL = {"start": "2025-01-01", "end": "2026-01-01"}


def a_day(day: date) -> dict[str, str]:
    return {"start": str(day), "end": str(day + timedelta(days=1))}


def all_pages(api: Api, route: str, **query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    page = api.json(f"/v1/{route}", **query)
    while page["next"]:
        assert len(page["data"]) == int(query["limit"])
        rows += page["data"]
        page = api.json(f"/v1/{route}", cursor=page["next"], **query)
    rows += page["data"]
    return rows


@pytest.mark.parametrize("route", TABLES)
def test_the_pages_together_are_the_table_in_the_order_of_its_key(api: Api, stored: Engine, route: str) -> None:
    table, key = TABLES[route]
    in_one = all_pages(api, route, limit="50000", **ALL)
    with stored.connect() as connection:
        count = connection.scalar(text(f"SELECT count(*) FROM elec.{table}"))
    assert len(in_one) == count > 0
    keys = [[row[name] for name in key] for row in in_one]
    assert keys == sorted(keys)
    assert all_pages(api, route, limit=str(count // 3), **ALL) == in_one


@every_day_length
def test_every_vintage_has_its_issue_time_and_quantiles(api: Api, stored: Engine, day: date, n_hours: int) -> None:
    rows = api.json("/v1/predictions", **a_day(day))["data"]
    assert len(rows) == 2 * n_hours
    issued = {issue.value: issue_time(day, issue).isoformat().replace("+00:00", "Z") for issue in Issue}
    assert all(row["issued_at"] == issued[row["issue"]] for row in rows)
    assert all(row["q05"] <= row["q25"] <= row["load_mw"] <= row["q75"] <= row["q95"] for row in rows)
    with stored.connect() as connection:
        total = connection.scalar(
            text("SELECT sum(q05) FROM elec.chronos_predictions WHERE hour_start >= :start AND hour_start < :end"),
            {"start": day_start(day), "end": day_end(day)},
        )
    assert sum(row["q05"] for row in rows) == pytest.approx(total)
    morning = api.json("/v1/predictions", issue="morning", **a_day(day))["data"]
    assert morning == [row for row in rows if row["issue"] == "morning"]


@pytest.mark.parametrize(
    ("route", "query", "described"),
    [
        ("actuals", {}, schemas.ActualRow),
        ("predictions", {}, schemas.PredictionRow),
        ("predictions", {"resolution": "15min"}, schemas.QuarterPredictionRow),
        ("predictions", {"horizon": "intraday"}, schemas.IntradayRow),
        ("predictions", {"horizon": "week"}, schemas.WeekAheadRow),
        ("peaks", {}, schemas.PeakRow),
        ("prediction-changes", {}, schemas.PredictionChangeRow),
        ("rte-forecasts", {}, schemas.RteForecastRow),
        ("raw-rte-forecasts", {}, schemas.RawRteForecastRow),
        ("accuracy", {}, schemas.AccuracyRow),
    ],
)
def test_a_row_has_what_is_described_and_nothing_else(
    api: Api, route: str, query: dict[str, str], described: type[BaseModel]
) -> None:
    [row] = api.json(f"/v1/{route}", limit="1", **query, **ALL)["data"]
    assert set(row) == set(described.model_fields)


@every_day_length
def test_quarter_hours_of_an_issue_have_its_hours_as_means(api: Api, day: date, n_hours: int) -> None:
    hours, quarters = (
        pd.DataFrame(api.json("/v1/predictions", resolution=resolution, **a_day(day))["data"])
        for resolution in ("1h", "15min")
    )
    assert len(quarters) == 4 * len(hours) == 8 * n_hours
    start = pd.to_datetime(quarters["interval_start"])
    assert (
        quarters["lead_hours"] == (start - pd.to_datetime(quarters["issued_at"])).dt.total_seconds() / 3600
    ).all()
    assert set(hours["lead_hours"] % 1) == {0.0, 0.5}  # until full hours from 10:00 and from 20:30
    means = quarters.assign(hour_start=start.dt.floor("h")).groupby(["issue", "hour_start"])["load_mw"].mean()
    hours["hour_start"] = pd.to_datetime(hours["hour_start"])
    assert (means - hours.set_index(["issue", "hour_start"])["load_mw"]).abs().max() <= 0.1
    evening = api.json("/v1/predictions", resolution="15min", issue="evening", **a_day(day))["data"]
    assert evening == [row for row in quarters.to_dict("records") if row["issue"] == "evening"]


@every_day_length
def test_issues_within_the_day_have_a_lead_and_say_what_they_stand_on(api: Api, day: date, n_hours: int) -> None:
    rows = pd.DataFrame(api.json("/v1/predictions", horizon="intraday", **a_day(day))["data"])
    assert set((rows["lead_hours"] % 1).round(3)) == {0.833}  # ten minutes past the hour
    start, known_until = (pd.to_datetime(rows[name]) for name in ("hour_start", "known_until"))
    newest = rows[start == known_until]
    assert len(newest) == n_hours
    assert (pd.to_datetime(rows["goes_on_from"]) < pd.to_datetime(rows["issued_at"])).all()
    for also in ({"issue": "evening"}, {"resolution": "15min"}):
        assert api.get("/v1/predictions", horizon="intraday", **also, **a_day(day)).status_code == 422


@every_day_length
def test_accuracy_is_by_paris_day_and_forecaster(api: Api, day: date, n_hours: int) -> None:
    rows = api.json("/v1/accuracy", **a_day(day))["data"]
    experts = [of_expert(name, issue) for name in card_of("")["combination"]["experts"] for issue in Issue]
    assert {row["forecaster"] for row in rows} == {
        "rte_d1", "rte_d1_latest", "rte_debiased", "chronos_morning", "chronos_evening", "seasonal_naive",
        *experts, *(within_day(lead) for lead in SCORED_LEADS),
        *map(by_quarter, ("rte_d1", "chronos_morning", "chronos_evening")),
    }  # fmt: skip
    for name in ("rte_debiased", *experts):
        [row] = api.json("/v1/accuracy", forecaster=name, **a_day(day))["data"]
        assert (row["forecaster"], row["basis"], row["pinball_mw"]) == (name, None, None)
    assert {(row["delivery_day"], row["hours"]) for row in rows} == {(str(day), n_hours)}
    [rte] = api.json("/v1/accuracy", forecaster="rte_d1", **a_day(day))["data"]
    assert rte["pinball_mw"] is None
    assert rte["basis"] == "nominal"  # it was fetched months later
    assert 0 < rte["mape"] < 100


def test_every_format_holds_the_same(api: Api) -> None:
    query = a_day(AUTUMN[1])
    rows = api.json("/v1/predictions", **query)["data"]
    columns = api.json("/v1/predictions", format="columns", **query)["data"]
    assert columns == {name: [row[name] for row in rows] for name in rows[0]}
    reply = api.get("/v1/predictions", format="csv", **query)
    assert reply.headers["content-type"].startswith("text/csv")
    read = pd.read_csv(io.StringIO(reply.text))
    assert read.astype(object).where(read.notna(), None).to_dict("records") == rows
    reply = api.get("/v1/predictions", format="parquet", **query)
    assert reply.headers["content-type"] == "application/vnd.apache.parquet"
    parquet = pd.read_parquet(io.BytesIO(reply.content))
    assert parquet["load_mw"].tolist() == [row["load_mw"] for row in rows]
    assert str(parquet["hour_start"].dt.tz) == "UTC"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/vnd.apache.parquet", "application/vnd.apache.parquet"),
        ("text/html, */*;q=0.8", "application/json"),
        ("text/html", "application/json"),
        ("", "application/json"),
        ("text/csv;q=0.2, application/json;q=0.9", "application/json"),
        ("application/json;q=0.2, text/csv;q=0.9", "text/csv; charset=utf-8"),
        ("application/json; q=0.2, TEXT/CSV ; Q=0.9", "text/csv; charset=utf-8"),
        ("application/*;q=0.5, text/csv", "text/csv; charset=utf-8"),
        ("text/*", "text/csv; charset=utf-8"),
        ("application/json;q=0, */*", "text/csv; charset=utf-8"),
        ("*/*, application/json;q=0, text/csv;q=0", "application/vnd.apache.parquet"),
        ("text/csv;q=0, */*", "application/json"),
        ("text/csv;q=0", "application/json"),
        ("text/csv;q=many", "application/json"),
        ("*/*, text/csv", "text/csv; charset=utf-8"),
    ],
)
def test_a_format_is_chosen_by_the_header_accept_too(api: Api, accept: str, media_type: str) -> None:
    reply = api.ask("/v1/actuals", {"Accept": accept}, **a_day(AUTUMN[1]))
    assert reply.headers["content-type"] == media_type
    assert "Accept" in reply.headers["vary"]


@pytest.mark.parametrize("accept", ["application/json;q=0", "*/*;q=0", "application/*;q=0, text/html"])
def test_a_caller_who_excludes_every_format_is_told_which_there_are(api: Api, accept: str) -> None:
    reply = api.ask("/v1/actuals", {"Accept": accept})
    assert reply.status_code == 406
    assert "text/csv" in reply.json()["detail"]
    assert api.ask("/v1/actuals", {"Accept": accept}, format="json").status_code == 200


def test_accept_may_be_given_in_several_headers(api: Api) -> None:
    accepts = [("Accept", "application/json;q=0.1"), ("Accept", "text/csv")]
    assert raw(api, "/v1/actuals", accepts).getheader("content-type") == "text/csv; charset=utf-8"


def test_the_header_link_leads_to_the_next_page_of_a_csv(api: Api) -> None:
    first = api.get("/v1/actuals", format="csv", limit="20", **a_day(AUTUMN[1]))
    second = api.get(first.links["next"]["url"])
    assert "next" not in second.links
    lines = first.text.splitlines()[1:] + second.text.splitlines()[1:]
    assert len(lines) == 24


def test_an_empty_page_has_its_columns(api: Api) -> None:
    query = {"start": "2020-01-01", "end": "2020-02-01"}
    for route in TABLES:
        assert api.json(f"/v1/{route}", **query) == {"data": [], "next": None}
        assert api.get(f"/v1/{route}", format="csv", **query).text.count("\n") == 1
        parquet = api.get(f"/v1/{route}", format="parquet", **query)
        assert pd.read_parquet(io.BytesIO(parquet.content)).empty


@pytest.mark.parametrize("name", ["nobody", "expert_", "expert_ridge", "expert_ridge_noon", "rte_d1x"])
def test_a_forecaster_that_cannot_be_is_refused(api: Api, name: str) -> None:
    said = api.refusal("/v1/accuracy", forecaster=name)["forecaster"]
    assert "rte_debiased" in said
    assert "expert_" in said


@pytest.mark.parametrize("route", TABLES)
def test_a_parameter_that_there_is_not_is_refused(api: Api, route: str) -> None:
    assert "start" in api.refusal(f"/v1/{route}", frm="2025-01-01")["frm"]


@every_day_length
def test_an_hour_says_how_many_quarters_are_known(copied: str, serve: Serve, day: date, n_hours: int) -> None:
    plant(copied, "UPDATE elec.hourly_consumption SET quarters = 3 WHERE hour_start = %(at)s", at=day_start(day))
    rows = serve(copied).json("/v1/actuals", **a_day(day))["data"]
    assert [(row["quarters"], row["complete"]) for row in rows] == [(3, False)] + [(4, True)] * (n_hours - 1)
    assert all(row["load_mw"] > 0 for row in rows)


@every_day_length
def test_a_forecast_made_after_the_fact_is_marked(copied: str, serve: Serve, day: date, n_hours: int) -> None:
    plant(
        copied,
        "INSERT INTO elec.chronos_predictions (hour_start, issued_at, model_version, load_mw)"
        " SELECT hour_start, %(at)s, 'older', 50000 FROM elec.hourly_consumption"
        " WHERE hour_start >= %(start)s AND hour_start < %(end)s",
        at=day_start(day) + timedelta(hours=5), start=day_start(day), end=day_end(day),
    )  # fmt: skip
    api = serve(copied)
    rows = [row for row in api.json("/v1/predictions", **a_day(day))["data"] if row["model_version"] == "older"]
    assert [row["after_the_fact"] for row in rows] == [True] * 5 + [False] * (n_hours - 5)
    others = [row for row in api.json("/v1/predictions", **a_day(day))["data"] if row["model_version"] != "older"]
    assert not any(row["after_the_fact"] for row in others)
    shown = api.json("/api/data/predictions", **a_day(day))
    assert [row["model"] == "older" for row in shown] == [False] * 5 + [True] * (n_hours - 5)


@every_day_length
def test_a_forecast_that_was_held_back_says_why(copied: str, serve: Serve, day: date, n_hours: int) -> None:
    assert n_hours
    plant(
        copied,
        "UPDATE elec.chronos_predictions SET held_back = 'ridge speaks instead.' WHERE hour_start = %(at)s",
        at=day_start(day),
    )
    rows = serve(copied).json("/v1/predictions", **a_day(day))["data"]
    assert {row["held_back"] for row in rows} == {None, "ridge speaks instead."}
    assert all((row["held_back"] is None) == (row["hour_start"] != rows[0]["hour_start"]) for row in rows)


@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ({"cursor": "abc"}, "cursor", "give back `next`"),
        ({"cursor": "WyJydGVfZm9yZWNhc3RzIl0"}, "cursor", "give back `next`"),
        ({"cursor": "%"}, "cursor", "give back `next`"),
        ({"limit": "0"}, "limit", "greater than or equal to 1"),
        ({"limit": "1000000"}, "limit", "50000"),
        ({"limit": "10.0"}, "limit", "in digits"),
        ({"limit": "1_0"}, "limit", "in digits"),
        ({"limit": "true"}, "limit", "in digits"),
        ({"format": "xml"}, "format", "'parquet'"),
    ],
)
def test_bad_input_of_a_page_names_the_field(api: Api, query: dict[str, str], field: str, allowed: str) -> None:
    assert allowed in api.refusal("/v1/actuals", **query)[field]


def test_a_cursor_of_another_route_is_refused(api: Api) -> None:
    cursor = api.json("/v1/actuals", limit="1", **ALL)["next"]
    assert "cursor" in api.refusal("/v1/revisions", cursor=cursor)
