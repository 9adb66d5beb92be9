"""What users of the older project send: caches' numbers, empty fields, slashes at the end, an end alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import requests

from elec_pipeline.domain.delivery_day import day_end, day_start, hours
from elec_pipeline_tests.api.conftest import Api, Serve, raw
from elec_pipeline_tests.api.test_front_end import a_day, z
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.dashboard.world import plant

SERIES = ["/api/data", "/api/data/real", "/api/data/predictions", "/api/data/rte-forecasts"]
ALL = [*SERIES, "/api/status", "/api/health", "/health"]


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("query", ["?_=1732665600000", "?nocache", "?range=7d&t=abc"])
def test_an_unknown_parameter_changes_nothing(api: Api, path: str, query: str) -> None:
    known = "?range=7d" if "range" in query else ""
    assert api.json(path + query) == api.json(path + known)
    assert raw(api, path + query, method="HEAD").status == 200


@pytest.mark.parametrize("path", [*ALL, "/v1/actuals", "/v1/predictions", "/docs", "/openapi.json"])
def test_a_slash_at_the_end_is_answered_at_once(api: Api, path: str) -> None:
    with_slash, without = (
        requests.get(f"{api.url}{each}?limit=3", timeout=9, allow_redirects=False) for each in (f"{path}/", path)
    )
    assert with_slash.status_code == without.status_code == 200
    assert with_slash.content == without.content
    assert raw(api, f"{path}/", method="HEAD").status == 200


def test_a_slash_at_the_end_makes_no_other_route(api: Api) -> None:
    body = {"context": [50_000.0 + hour % 24 for hour in range(48)]}
    posted = requests.post(f"{api.url}/predict/", json=body, timeout=60, allow_redirects=False)
    assert posted.status_code == 200
    for path in ("/", "/nowhere/", "/api/data//", "//"):
        assert raw(api, path).status == 404, path


def test_a_slash_at_the_end_opens_nothing_without_the_key(filled: str, serve: Serve) -> None:
    api = serve(filled, elec_api_key="secret")
    assert api.get("/api/data/").status_code == api.get("/api/data").status_code == 401
    assert api.get("/api/health/").status_code == 200


@every_day_length
@pytest.mark.parametrize("path", SERIES)
def test_an_end_alone_means_the_days_before_it(api: Api, path: str, day: date, n_hours: int) -> None:
    until = str(day + timedelta(days=1))
    assert api.json(path, end=until) == api.json(path, start=z(day_end(day) - timedelta(days=90)), end=until)
    [*_, last] = api.json(path, end=until, range="")
    assert last["date"] == z(hours(day)[-1])
    one_day = api.json(path, end=until, range="1d")
    assert len(one_day) == 24
    assert one_day[0]["date"] == z(day_start(day) + timedelta(hours=n_hours - 24))


@every_day_length
def test_an_hour_of_which_a_quarter_is_lacking_has_no_true_value(
    copied: str, serve: Serve, day: date, n_hours: int
) -> None:
    at = hours(day)[n_hours // 2].to_pydatetime()
    plant(copied, "UPDATE elec.hourly_consumption SET quarters = 3 WHERE hour_start = %(at)s", at=at)
    api = serve(copied)
    for path in ("/api/data", "/api/data/real"):
        entries = {entry["date"]: entry for entry in api.json(path, **a_day(day))}
        assert len(entries) == n_hours
        assert [date_ for date_, entry in entries.items() if entry["true value"] is None] == [z(at)]
    assert api.json("/api/data", **a_day(day))[n_hours // 2]["our forecast"] is not None
