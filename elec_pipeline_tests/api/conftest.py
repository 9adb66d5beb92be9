"""A database that the pipeline filled once, and services that read it over real HTTP."""

from __future__ import annotations

import http.client
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import dagster as dg
import psycopg
import pytest
import requests
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import Engine

from elec_pipeline.api.app import create_app
from elec_pipeline.serving.server import build
from elec_pipeline.settings import Settings, settings
from elec_pipeline.simulator.server import running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.store import urls
from elec_pipeline.store.database import open_database
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.conftest import NOW, settings_for
from elec_pipeline_tests.issues_of_weeks import plant_weeks
from elec_pipeline_tests.ports import free_port

SPRING, AUTUMN = (date(2025, 3, 20), date(2025, 3, 31)), (date(2025, 10, 17), date(2025, 10, 27))
"""What the pipeline filled: both clock changes, with the week before that a forecast needs."""
SHOWN_NOW = datetime(2025, 10, 27, 12, 20, tzinfo=UTC)
"""What the services take for now."""
FILLED = "elec_api_filled"
_numbers = itertools.count()


@pytest.fixture(scope="session")
def filled(server: EmbeddedServer, template: str, home: Path) -> Iterator[str]:
    """The URL of a database that the whole pipeline filled from the simulator; only to be read."""
    from elec_pipeline.definitions import build_defs
    from elec_pipeline.defs import resources
    from elec_pipeline.defs.partitions import RANGE_END_TAG, RANGE_START_TAG
    from elec_pipeline.defs.resources import ClockResource

    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {FILLED} TEMPLATE {template}")
    url = server.url(FILLED)
    assets = ["raw_consumption", "hourly_consumption", "raw_rte_forecasts", "rte_forecasts"]
    assets += ["chronos_predictions", "quarter_hourly_predictions", "intraday_predictions", "forecast_accuracy"]
    with pytest.MonkeyPatch.context() as patch, running(SyntheticCurves(), now=lambda: NOW) as simulator:
        patch.setenv("ELEC_HOME", str(home))
        patch.setenv("ELEC_SOURCE", "simulator")
        patch.setenv("DATABASE_URL", url)
        patch.setenv("RTE_BASE_URL", simulator.url)
        settings.cache_clear()
        resources.open_engine.cache_clear()
        job = build_defs(clock=ClockResource(fixed=NOW.isoformat())).resolve_job_def("backfill")
        for first, last in (SPRING, AUTUMN):
            for begin, chosen in ((first, assets[:4]), (first + timedelta(days=7), assets)):
                result = job.execute_in_process(
                    asset_selection=[dg.AssetKey(name) for name in chosen],
                    tags={RANGE_START_TAG: str(begin), RANGE_END_TAG: str(last)},
                    run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                )
                assert result.success
        # A few values are revised, so that there are revisions.
        simulator.set_faults([f"revised=3@{AUTUMN[1]}/all"])
        job.execute_in_process(
            asset_selection=[dg.AssetKey(name) for name in assets[:2]],
            tags={RANGE_START_TAG: str(AUTUMN[1]), RANGE_END_TAG: str(AUTUMN[1])},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        plant_weeks(resources.open_engine(), *(AUTUMN[1] - timedelta(days=n) for n in (2, 1, 0)))
        resources.open_engine().dispose()
    settings.cache_clear()
    resources.open_engine.cache_clear()
    yield url
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {FILLED} WITH (FORCE)")


@pytest.fixture(scope="session")
def stored(filled: str) -> Iterator[Engine]:
    """An engine on the filled database, to compare with."""
    engine = open_database(settings_for(filled))
    yield engine
    engine.dispose()


@pytest.fixture
def copied(server: EmbeddedServer, filled: str) -> Iterator[str]:
    """The URL of a copy of the filled database, to be changed."""
    assert filled
    name = f"elec_api_{next(_numbers)}"
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [FILLED])
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {FILLED}")
        yield server.url(name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Serve(Protocol):
    """Starts a service."""

    def __call__(self, url: str, /, **options: Any) -> Api: ...


class Api:
    """A service over HTTP, called as by anyone.

    Attributes:
        url: Where it listens.
        app: What runs there.
    """

    def __init__(self, url: str, app: FastAPI) -> None:
        self.url = url
        self.app = app

    def get(self, path: str, **query: str) -> requests.Response:
        """Call a route."""
        return self.ask(path, {}, **query)

    def ask(self, path: str, headers: Mapping[str, str], **query: str) -> requests.Response:
        """Call a route with headers."""
        return requests.get(self.url + path, params=query, headers=headers, timeout=60)

    def predict(self, body: object, **headers: str) -> requests.Response:
        """Ask for a forecast."""
        return requests.post(f"{self.url}/predict", json=body, headers=headers, timeout=120)

    def json(self, path: str, **query: str) -> Any:
        """Return what a route answers, which must be well."""
        reply = self.get(path, **query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def refusal(self, path: str, **query: str) -> dict[str, str]:
        """Return what is said about each field of bad input."""
        reply = self.get(path, **query)
        assert reply.status_code == 422, reply.text
        return {str(each["loc"][-1]): each["msg"] for each in reply.json()["detail"]}


def raw(
    api: Api, path: str, headers: Sequence[tuple[str, str]] = (), *, method: str = "GET"
) -> http.client.HTTPResponse:
    """Call a route with headers as they stand, also several of a name; the body is read."""
    with closing(http.client.HTTPConnection(urlsplit(api.url).netloc, timeout=20)) as connection:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        reply = connection.getresponse()
        body = reply.read()
        assert not (body and method == "HEAD")
        return reply


@contextmanager
def started(database: str, home: Path) -> Iterator[str]:
    """Run `elec api` on a database in a process of its own; it listens, and its model may not be loaded yet."""
    port, log = free_port(), home / "api.log"
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - our own command
            [str(Path(sys.executable).with_name("elec")), "api", "--port", str(port)],
            env={**os.environ, "ELEC_HOME": str(home), "DATABASE_URL": database}, cwd=home,
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 120
    while True:
        try:
            assert requests.get(f"{url}/api/health", timeout=9).json()["status"] == "ok"
            break
        except requests.ConnectionError:
            assert child.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
    yield url
    child.send_signal(signal.SIGINT)
    assert child.wait(60) in (0, 130, -signal.SIGINT), log.read_text()
    assert "Traceback" not in log.read_text()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Run an app on a free port in a thread, for as long as the block lasts."""
    server = build(app, host="127.0.0.1", port=0, log_level="critical")
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


def app_of(url: str, *, now: Callable[[], datetime] = lambda: SHOWN_NOW, **options: Any) -> FastAPI:
    """Return a service over a database; `holds_s` and `time_limit_s` go to the app, the rest are settings."""
    of_app = {name: options.pop(name) for name in ("holds_s", "time_limit_s", "metrics_hold_s") if name in options}
    return create_app(Settings(database_url=SecretStr(url), **options), now=now, **{"holds_s": 0.0, **of_app})


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start services that end with the test."""
    with ExitStack() as stack:

        def start(url: str, /, **options: Any) -> Api:
            app = app_of(url, **options)
            return Api(stack.enter_context(served(app)), app)

        yield start


@pytest.fixture(scope="session")
def api(filled: str) -> Iterator[Api]:
    """A service over the filled database."""
    app = app_of(filled)
    with served(app) as url:
        yield Api(url, app)
