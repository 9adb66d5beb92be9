"""Keys, origins, sizes, time, and a database that fails."""

from __future__ import annotations

import http.client
import time
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from elec_pipeline.api.answers import Made
from elec_pipeline.api.front_end import router
from elec_pipeline.api.limits import DOCS_PARTS
from elec_pipeline.settings import Settings
from elec_pipeline.store import urls
from elec_pipeline.store.reader import open_reader
from elec_pipeline_tests.api.conftest import Api, Serve
from elec_pipeline_tests.conftest import settings_for

SECRET = "s3cr3t-that-must-not-show"
NOWHERE = f"postgresql://someone:{SECRET}@127.0.0.1:9/elec"
DATA = ["/api/data", "/api/data/real", "/api/data/predictions", "/api/data/rte-forecasts", "/api/status"]
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


@pytest.mark.parametrize("path", [*DATA, *V1])
def test_a_database_that_fails_is_a_503_without_internals(nowhere: Api, path: str) -> None:
    reply = nowhere.get(path)
    assert reply.status_code == 503
    assert reply.json() == {"detail": "The database does not answer. Try again later."}
    assert int(reply.headers["retry-after"]) > 0


def test_health_tells_of_the_database_and_the_service_goes_on(nowhere: Api) -> None:
    reply = nowhere.get("/api/health")
    assert reply.status_code == 503
    assert reply.json() == {"status": "error", "timestamp": "2025-10-27T12:20:00Z"}
    assert nowhere.get("/health").json() == {"status": "ok", "model_loaded": False}


@pytest.fixture
def nowhere(serve: Serve) -> Api:
    return serve(NOWHERE)


def test_a_database_that_comes_back_is_read_again(copied: str, serve: Serve) -> None:
    api = serve(copied)
    before = api.json("/api/status")
    name = urls.database_name(copied)
    with psycopg.connect(urls.for_psycopg(urls.with_database(copied, "postgres")), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        assert api.get("/api/status").status_code == 503
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert api.json("/api/status") == before


def test_a_reader_cannot_write(database: str) -> None:
    engine = open_reader(settings_for(database), connections=1, statement_timeout_s=0.2)
    with engine.connect() as connection, pytest.raises(DBAPIError, match="read-only"):
        connection.execute(text("DELETE FROM elec.changes"))
    with engine.connect() as connection, pytest.raises(DBAPIError, match="statement timeout"):
        connection.execute(text("SELECT pg_sleep(2)"))
    engine.dispose()


def test_a_role_that_may_only_select_is_enough(copied: str, serve: Serve) -> None:
    name = urls.database_name(copied)
    with psycopg.connect(urls.for_psycopg(copied), autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS web_login")
        admin.execute("CREATE ROLE web_login LOGIN")
        admin.execute(f"GRANT CONNECT ON DATABASE {name} TO web_login")
        admin.execute("GRANT USAGE ON SCHEMA elec TO web_login")
        admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA elec TO web_login")
        try:
            with_role = copied.replace("postgres@", "web_login@")
            api = serve(NOWHERE, elec_readonly_database_url=with_role)
            for path in [*DATA, *V1]:
                assert api.get(path).status_code == 200
        finally:
            admin.execute("DROP OWNED BY web_login")
            admin.execute("DROP ROLE web_login")


@pytest.mark.parametrize(("key", "status"), [(SECRET, 200), ("wrong", 401), ("é", 401), (None, 401)])
def test_where_a_key_is_set_only_those_who_have_it_are_answered(
    filled: str, serve: Serve, key: str | None, status: int
) -> None:
    api = serve(filled, elec_api_key=SECRET)
    headers = {} if key is None else {"X-API-Key": key}
    reply = requests.get(
        f"{api.url}/api/data?range=7d", headers={n: v.encode() for n, v in headers.items()}, timeout=9
    )
    assert reply.status_code == status
    assert SECRET not in reply.text
    for path in ("/health", "/api/health", "/docs", f"{DOCS_PARTS}/swagger-ui.css", "/openapi.json"):
        assert api.get(path).status_code == 200


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("https://app.example", True),
        ("http://127.0.0.1:3000", True),
        ("https://evil.example", False),
        ("http://[", False),
    ],
)
def test_pages_of_the_same_host_and_those_named_may_call(
    filled: str,
    serve: Serve,
    origin: str,
    is_allowed: bool,  # noqa: FBT001
) -> None:
    api = serve(filled, elec_api_cors_origins="https://app.example", elec_api_key=SECRET)
    reply = api.ask("/health", {"Origin": origin})
    assert reply.headers.get("access-control-allow-origin") == (origin if is_allowed else None)
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "X-API-Key",
    }
    preflight = requests.options(f"{api.url}/api/data", headers=asked, timeout=9)
    assert preflight.status_code == (200 if is_allowed else 400)


def test_an_origin_with_a_path_is_refused_by_the_settings() -> None:
    with pytest.raises(ValueError, match="ELEC_API_CORS_ORIGINS"):
        Settings(elec_api_cors_origins="https://app.example/page")


def test_a_body_that_is_too_large_is_refused_before_it_is_read(api: Api) -> None:
    with closing(http.client.HTTPConnection(urlsplit(api.url).netloc, timeout=20)) as connection:
        connection.putrequest("POST", "/predict")
        connection.putheader("Content-Length", "600000")
        connection.endheaders()
        reply = connection.getresponse()
        assert reply.status == 413
        assert b"512 KiB" in reply.read()


def test_a_chunked_body_is_refused_as_soon_as_it_is_too_large(api: Api) -> None:
    with closing(http.client.HTTPConnection(urlsplit(api.url).netloc, timeout=20)) as connection:
        connection.putrequest("POST", "/predict")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        for _ in range(513):
            connection.send(b"400\r\n" + b" " * 1024 + b"\r\n")
        reply = connection.getresponse()  # though the body has not ended
        assert reply.status == 413
        assert b"512 KiB" in reply.read()


def test_an_answer_that_takes_too_long_is_a_503_and_others_are_answered(
    filled: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    from elec_pipeline.api import front_end

    def slowly(connection: Connection) -> Made:
        connection.execute(text("SELECT pg_sleep(2)"))
        return Made(b"{}")

    monkeypatch.setattr(front_end, "_status", slowly)
    api = serve(filled, time_limit_s=0.4)
    started = time.monotonic()
    reply = api.get("/api/status")
    assert reply.status_code == 503
    assert "shorter range" in reply.json()["detail"]
    assert time.monotonic() - started < 1.5
    assert api.get("/api/data", range="7d").status_code == 200


def test_every_route_of_data_is_described() -> None:
    assert {route.path for route in router.routes if hasattr(route, "path")} == {*DATA, "/api/health"}
