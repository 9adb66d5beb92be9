"""The files under /v1/export: one address each, over real HTTP."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import Issue, hours, issue_time
from elec_pipeline.exports.making import make_file
from elec_pipeline.exports.resolution import Resolution
from elec_pipeline.exports.styles import Kind, Style
from elec_pipeline.exports.table import NAMES
from elec_pipeline_tests.api.conftest import Api, Serve
from elec_pipeline_tests.api.test_vintages import a_day
from elec_pipeline_tests.conftest import every_day_length


@every_day_length
@pytest.mark.parametrize("kind", Kind)
def test_a_file_is_that_of_the_day_with_every_hour(
    api: Api, stored: Engine, day: date, n_hours: int, kind: Kind
) -> None:
    reply = api.get(f"/v1/export.{kind}", format="fr", **a_day(day))
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == kind.media_type
    assert reply.headers["Content-Disposition"] == f'attachment; filename="elec-{day}.{kind}"'
    with stored.connect() as connection:
        expected = make_file(connection, day, day, None, kind=kind, style=Style.FRENCH)
    assert reply.content == expected
    if kind is Kind.PARQUET:
        assert pd.read_parquet(io.BytesIO(reply.content))["start_utc"].tolist() == hours(day).tolist()
        assert len(hours(day)) == n_hours


@every_day_length
@pytest.mark.parametrize("kind", Kind)
def test_a_file_of_quarters_has_every_quarter_as_it_is_stored(
    api: Api, stored: Engine, day: date, n_hours: int, kind: Kind
) -> None:
    reply = api.get(f"/v1/export.{kind}", resolution="15min", format="fr", **a_day(day))
    assert reply.headers["Content-Disposition"] == f'attachment; filename="elec-{day}-15min.{kind}"'
    with stored.connect() as connection:
        expected = make_file(
            connection, day, day, None, kind=kind, style=Style.FRENCH, resolution=Resolution.QUARTER
        )
    assert reply.content == expected
    if kind is Kind.PARQUET:
        table = pd.read_parquet(io.BytesIO(reply.content))
        assert len(table) == 4 * n_hours
        rows = api.json("/v1/predictions", resolution="15min", issue="evening", **a_day(day))["data"]
        assert table["forecast_mw"].tolist() == [row["load_mw"] for row in rows]
        assert table[["rte_d1_mw", "actual_mw"]].notna().all(axis=None)


def test_the_issue_that_is_named_is_the_one_in_the_file(api: Api) -> None:
    day = date(2025, 10, 26)
    text = api.get("/v1/export.csv", issue="morning", **a_day(day)).text
    table = pd.read_csv(io.StringIO(text), parse_dates=["issued_at_utc"])
    assert set(table["issued_at_utc"]) == {pd.Timestamp(issue_time(day, Issue.MORNING))}


def test_days_without_data_are_left_out_at_the_ends_and_a_file_of_none_has_headings_alone(api: Api) -> None:
    of_range = pd.read_csv(io.StringIO(api.get("/v1/export.csv", range="5d").text))
    assert of_range["delivery_day"].unique().tolist() == [f"2025-10-{n}" for n in range(22, 28)]
    assert api.get("/v1/export.csv", **a_day(date(2031, 1, 1))).text == ",".join(NAMES) + "\n"


def test_a_refresh_of_what_is_the_same_costs_nothing(api: Api) -> None:
    first = api.get("/v1/export.xlsx", **a_day(date(2025, 10, 26)))
    assert "Content-Encoding" not in first.headers  # a workbook is a zip archive already
    again = api.ask("/v1/export.xlsx", {"If-None-Match": first.headers["ETag"]}, **a_day(date(2025, 10, 26)))
    assert again.status_code == 304
    assert "Content-Encoding" in api.get("/v1/export.csv", **a_day(date(2025, 10, 26))).headers


def test_what_makes_no_file_is_refused_field_by_field(api: Api) -> None:
    day = date(2025, 1, 1)
    for n_days, is_refused in ((366, False), (367, True)):
        query = {"start": str(day), "end": str(day + timedelta(days=n_days))}
        assert (
            ("end" in api.refusal("/v1/export.csv", **query))
            if is_refused
            else api.get("/v1/export.parquet", **query).ok
        )
    assert "366 days" in api.refusal("/v1/export.csv", range="400d")["range"]
    assert "92 days" in api.refusal("/v1/export.csv", resolution="15min", range="93d")["range"]
    assert set(api.refusal("/v1/export.csv", format="de", begin="2025-01-01")) == {"format", "begin"}
    unknown = api.get("/v1/export.ods")
    assert unknown.status_code == 404
    assert "export.xlsx" in unknown.json()["detail"]
    assert api.get("/v1/export.csv", issue="noon").status_code == 404


def test_the_key_guards_files_too(filled: str, serve: Serve) -> None:
    api = serve(filled, elec_api_key="secret")
    assert api.get("/v1/export.csv").status_code == 401
    assert api.ask("/v1/export.csv", {"X-API-Key": "secret"}, range="3d").status_code == 200
