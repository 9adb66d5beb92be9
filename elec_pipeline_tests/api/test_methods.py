"""HEAD on every route that has GET, and queries that give a parameter twice."""

from __future__ import annotations

import pytest
import requests

from elec_pipeline_tests.api.conftest import Api, raw

DATA = ["/api/data", "/api/data/real", "/api/data/predictions", "/api/data/rte-forecasts"]
V1 = [
    f"/v1/{name}"
    for name in (
        "actuals",
        "predictions",
        "peaks",
        "prediction-changes",
        "rte-forecasts",
        "raw-rte-forecasts",
        "revisions",
        "accuracy",
    )
]
OTHERS = ["/api/status", "/api/health", "/health", "/docs", "/openapi.json"]
FAULTY = ["/nowhere", "/api/data?range=week", "/api/data?zone=DE", "/predict", "/v1/actuals?limit=1"]


@pytest.mark.parametrize("path", [*DATA, *V1, *OTHERS, *FAULTY])
def test_head_answers_as_get_without_the_body(api: Api, path: str) -> None:
    asked = [("Accept-Encoding", "gzip"), ("Origin", "http://127.0.0.1:3000")]
    get, head = (raw(api, path, asked, method=method) for method in ("GET", "HEAD"))
    assert head.status == get.status
    assert {**dict(head.getheaders()), "date": ""} == {**dict(get.getheaders()), "date": ""}
    assert int(head.headers["content-length"]) > 0


def test_head_tells_a_caller_that_what_he_has_still_holds(api: Api) -> None:
    etag = raw(api, "/api/data", method="HEAD").headers["etag"]
    assert raw(api, "/api/data", [("If-None-Match", etag)], method="HEAD").status == 304


def test_several_heads_go_over_one_connection(api: Api) -> None:
    with requests.Session() as session:
        for path in ("/api/data", "/docs", "/nowhere") * 3:
            assert session.head(api.url + path, timeout=9).content == b""
        assert session.get(f"{api.url}/health", timeout=9).json()["status"] == "ok"


@pytest.mark.parametrize("path", ["/api/data", "/v1/actuals", "/health", "/docs"])
def test_a_refused_method_names_head_among_the_allowed(api: Api, path: str) -> None:
    reply = raw(api, path, method="DELETE")
    assert reply.status == 405
    assert {each.strip() for each in reply.headers["allow"].split(",")} == {"GET", "HEAD"}


def test_pages_may_ask_with_head_and_a_key(api: Api) -> None:
    asked = {
        "Origin": "http://127.0.0.1:3000",
        "Access-Control-Request-Method": "HEAD",
        "Access-Control-Request-Headers": "X-API-Key",
    }
    assert requests.options(f"{api.url}/api/data", headers=asked, timeout=9).status_code == 200


@pytest.mark.parametrize("path", [*DATA, *V1])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("range=7d&range=30d", "range"),
        ("range=7d&range=7d", "range"),
        ("start=2025-01-01&start=2025-01-02&end=2025-02-01", "start"),
        ("zone=FR&range=7d&zone=FR", "zone"),
        ("limit=&x=1&x=2", "x"),
    ],
)
def test_a_parameter_given_twice_is_refused_by_its_name(api: Api, path: str, query: str, field: str) -> None:
    assert "given 2 times" in api.refusal(f"{path}?{query}")[field]


def test_every_parameter_given_twice_is_named(api: Api) -> None:
    refused = api.refusal("/v1/predictions?limit=1&limit=2&issue=morning&issue=evening&range=7d")
    assert set(refused) == {"limit", "issue"}
    assert set(api.refusal("/api/status?x=1&x=2&x=3")) == {"x"}
