"""The command line as a user starts it: real processes, a real server, the real web page."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from elec_pipeline.commands.up import refuse_mixture
from elec_pipeline.domain.delivery_day import delivery_day, quarters
from elec_pipeline.errors import ConfigurationError
from elec_pipeline.settings import Settings
from elec_pipeline.store.actuals import write_raw
from elec_pipeline.store.database import open_database
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.conftest import DST_DAYS
from elec_pipeline_tests.ports import free_port
from elec_pipeline_tests.store.test_actuals import a_curve

ELEC = str(Path(sys.executable).with_name("elec"))
SECRET = "s3cr3t-that-must-not-show"


def elec(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("RTE_", "ELEC_"))}
    return subprocess.run(  # noqa: S603 - our own command
        [ELEC, *arguments],
        env={**inherited, "ELEC_HOME": str(home), "COLUMNS": "200", **environment},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def own_home(home: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    folder = home / request.node.name
    folder.mkdir(mode=0o755)
    yield folder
    EmbeddedServer(folder).stop()


def test_the_database_starts_says_where_it_is_and_stops(own_home: Path) -> None:
    started = elec(own_home, "db", "start")
    assert started.returncode == 0, started.stderr
    url = elec(own_home, "db", "url").stdout.strip()
    assert url == started.stdout.strip()
    engine = open_database(Settings(database_url=SecretStr(url)))
    engine.dispose()
    assert "is stopped" in elec(own_home, "db", "stop").stdout
    assert "was not running" in elec(own_home, "db", "stop").stdout


def test_without_credentials_up_says_which_variables_to_set(own_home: Path) -> None:
    done = elec(own_home, "up", "--port", str(free_port()), ELEC_SOURCE="rte")
    assert done.returncode == 1
    assert "RTE_CLIENT_ID" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_a_sentence(own_home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = elec(own_home, "demo", "--port", str(listener.getsockname()[1]))
    assert done.returncode == 1
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_finds_what_is_wrong_and_prints_no_secret(own_home: Path) -> None:
    found = elec(
        own_home, "doctor",
        RTE_BASE_URL="http://127.0.0.1:9", RTE_CLIENT_ID="an-id", RTE_CLIENT_SECRET=SECRET,
    )  # fmt: skip
    assert found.returncode == 1
    assert "FAIL access" in found.stdout
    assert "FAIL database" in found.stdout
    assert "not there yet" in found.stdout
    assert not EmbeddedServer(own_home).root.exists()
    assert SECRET not in found.stdout + found.stderr


def test_simulated_and_real_values_are_not_mixed(database: str) -> None:
    engine = open_database(Settings(database_url=SecretStr(database)))
    day = next(iter(DST_DAYS))
    refuse_mixture(engine, simulated=True)
    write_raw(engine, a_curve(day), source="rte", due=quarters(day))
    refuse_mixture(engine, simulated=False)
    with pytest.raises(ConfigurationError, match="holds real values"):
        refuse_mixture(engine, simulated=True)
    engine.dispose()


def test_the_demo_fills_the_tables_serves_the_page_and_stops_cleanly(own_home: Path) -> None:
    port, api_port = free_port(), free_port()
    command = [ELEC, "demo", "--days", "4", "--port", str(port), "--simulator-port", str(free_port())]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RTE_", "ELEC_"))}
    log = own_home / "demo.log"
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - our own command
            command,
            env={**environment, "ELEC_HOME": str(own_home), "ELEC_API_PORT": str(api_port)},
            cwd=own_home,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        assert "dagster_version" in _page(f"http://127.0.0.1:{port}/server_info", child, log)
        assert _page(f"http://127.0.0.1:{api_port}/api/health", child, log)["status"] == "ok"
        today = delivery_day(datetime.now(UTC))
        engine = open_database(Settings(elec_home=own_home))
        with engine.connect() as connection:
            by_day: dict[date, int] = dict(
                tuple(row)
                for row in connection.execute(
                    text(
                        "SELECT (interval_start AT TIME ZONE 'Europe/Paris')::date, count(*)"
                        " FROM elec.raw_consumption GROUP BY 1"
                    )
                )
            )
            accuracy = connection.scalar(text("SELECT count(*) FROM elec.forecast_accuracy"))
        engine.dispose()
        EmbeddedServer(own_home).leave()  # or the demo would leave the server to this process
        whole = {day: n for day, n in by_day.items() if day < today}
        assert whole == {day: len(quarters(day)) for day in (today - timedelta(days=n) for n in range(4, 0, -1))}
        assert accuracy >= 8
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(60)
    assert child.returncode == 0, log.read_text()
    assert not EmbeddedServer(own_home).is_running()


def _page(url: str, child: subprocess.Popen[bytes], log: Path) -> dict[str, str]:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and child.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310 - this machine
                answer: dict[str, str] = json.load(reply)
                return answer
        except OSError:
            time.sleep(0.5)
    raise AssertionError(log.read_text())
