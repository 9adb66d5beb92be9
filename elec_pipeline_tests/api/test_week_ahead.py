"""The week ahead over HTTP: the newest issue or those of a period, and the peaks of its days."""

from __future__ import annotations

import io
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd
import pytest

from elec_pipeline.api import schemas
from elec_pipeline.domain.delivery_day import PARIS, hours
from elec_pipeline.domain.week_ahead import LEADS, issued_on
from elec_pipeline.store.database import open_database
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.api.conftest import SHOWN_NOW, Api, app_of, served
from elec_pipeline_tests.api.test_vintages import a_day, all_pages
from elec_pipeline_tests.conftest import DST_DAYS, every_day_length, settings_for
from elec_pipeline_tests.dashboard.world import copy_of
from elec_pipeline_tests.issues_of_weeks import CHANCES, MADE_UP, PEAK_HOUR, plant_weeks

TODAY = SHOWN_NOW.date()
MORNINGS = [TODAY, TODAY - timedelta(days=1), *(day - timedelta(days=lead) for day in DST_DAYS for lead in LEADS)]


@pytest.fixture(scope="module")
def weeks(server: EmbeddedServer, template: str) -> Iterator[Api]:
    """A service over a database that holds issues of the week ahead alone."""
    with copy_of(server, template) as url:
        engine = open_database(settings_for(url))
        plant_weeks(engine, *sorted(set(MORNINGS)))
        app = app_of(url)
        with served(app) as address:
            yield Api(address, app)
        engine.dispose()


def test_without_a_period_it_is_the_newest_issue_in_pages_too(weeks: Api) -> None:
    for route, query, n_rows in (("predictions", {"horizon": "week"}, 6 * 24), ("peaks", {}, 6)):
        rows = weeks.json(f"/v1/{route}", **query)["data"]
        assert {row["issued_at"] for row in rows} == {issued_on(TODAY).isoformat().replace("+00:00", "Z")}
        assert len(rows) == n_rows
        assert sorted({row["lead_days"] for row in rows}) == list(LEADS)
        assert all_pages(weeks, route, limit="4" if route == "peaks" else "100", **query) == rows
        assert all(row["q05"] < row["q10"] < row["load_mw"] < row["q90"] < row["q95"] for row in rows)


@every_day_length
def test_of_a_day_there_are_all_issues_with_their_leads(weeks: Api, day: date, n_hours: int) -> None:
    rows = pd.DataFrame(weeks.json("/v1/predictions", horizon="week", **a_day(day))["data"])
    assert rows.groupby("lead_days").size().to_dict() == dict.fromkeys(LEADS, n_hours)
    start, issued = (pd.to_datetime(rows[name]) for name in ("hour_start", "issued_at"))
    assert set(start) == set(hours(day))
    assert (rows["lead_hours"] == (start - issued).dt.total_seconds() / 3600).all()
    assert (rows["lead_days"] == [(day - each.date()).days for each in issued.dt.tz_convert(PARIS)]).all()


@every_day_length
def test_a_peak_has_its_most_likely_hour_in_paris_time(weeks: Api, day: date, n_hours: int) -> None:
    assert n_hours
    rows = weeks.json("/v1/peaks", **a_day(day))["data"]
    assert [row["lead_days"] for row in rows] == list(reversed(LEADS))
    for row in rows:
        at = pd.Timestamp(row["peak_hour"])
        assert (at.hour, at.date()) == (PEAK_HOUR, day)
        assert row["peak_hour"] == pd.Timestamp(row["peak_hour_start"]).tz_convert(PARIS).isoformat()
        assert row["peak_hour_probability"] == CHANCES[PEAK_HOUR]
        assert row["model_version"] == MADE_UP


def test_rows_have_what_is_described_in_every_format(weeks: Api) -> None:
    for route, query, described in (
        ("predictions", {"horizon": "week"}, schemas.WeekAheadRow),
        ("peaks", {}, schemas.PeakRow),
    ):
        rows = weeks.json(f"/v1/{route}", **query)["data"]
        assert set(rows[0]) == set(described.model_fields)
        text = pd.read_csv(io.StringIO(weeks.get(f"/v1/{route}", format="csv", **query).text))
        assert text.to_dict("records") == rows
        parquet = pd.read_parquet(io.BytesIO(weeks.get(f"/v1/{route}", format="parquet", **query).content))
        assert parquet["load_mw"].tolist() == [row["load_mw"] for row in rows]
        empty = {"start": "2020-01-01", "end": "2020-02-01", **query}
        assert weeks.json(f"/v1/{route}", **empty) == {"data": [], "next": None}
        assert weeks.get(f"/v1/{route}", format="csv", **empty).text.count("\n") == 1


def test_what_the_week_ahead_does_not_have_is_refused(weeks: Api) -> None:
    for also in ({"issue": "evening"}, {"resolution": "15min"}):
        assert "day-ahead" in weeks.refusal("/v1/predictions", horizon="week", **also)["horizon"]
    assert weeks.refusal("/v1/peaks", horizon="week")["horizon"]
    for at in ("9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"):
        key = ["week_ahead_predictions", at, at, "x"]
        cursor = urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")
        assert "cursor" in weeks.refusal("/v1/predictions", horizon="week", cursor=cursor)
    assert weeks.json("/v1/peaks", model="another")["data"] == []
    assert weeks.json("/v1/accuracy", forecaster="week_ahead_d7") == {"data": [], "next": None}
