"""Real servers for tests: started as users start them, on free ports, over a tiny workspace in SQLite."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from elec_pipeline.serving import dagster_ui
from elec_pipeline.serving.password import login
from elec_pipeline_tests.ports import free_port

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "dashboard" / "app.py"
TINY = Path(__file__).with_name("tiny.py")
SELECTOR = '{repositoryLocationName: "tiny", repositoryName: "__repository__", scheduleName: "yearly"}'
START = f"mutation {{ startSchedule(scheduleSelector: {SELECTOR}) {{ __typename }} }}"
STATE = (
    f"{{ scheduleOrError(scheduleSelector: {SELECTOR}) {{ ... on Schedule {{ scheduleState {{ status }} }} }} }}"
)
NO_DATABASE = "postgresql://nobody:nothing@127.0.0.1:9/nowhere"


@dataclass(frozen=True)
class DagsterUi:
    """A running web server of Dagster's, and how to ask it as a client that is no browser does."""

    url: str
    password: str = ""

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def post(self, query: str, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()} | login(self.password)
        return requests.post(f"{self.url}/graphql", json={"query": query}, headers=named, timeout=20)

    def schedule_status(self) -> str:
        """Return whether the schedule of the workspace is RUNNING or STOPPED."""
        answer: dict[str, Any] = self.post(STATE).json()
        status: str = answer["data"]["scheduleOrError"]["scheduleState"]["status"]
        return status

    def stop_schedule(self) -> None:
        reset = f"mutation {{ resetSchedule(scheduleSelector: {SELECTOR}) {{ __typename }} }}"
        assert "ScheduleStateResult" in self.post(reset).text


def instance(folder: Path) -> Path:
    """Make a home with a workspace in a folder; returns the workspace's file."""
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\nnux: {enabled: false}\n")
    workspace = folder / "workspace.yaml"
    workspace.write_text(f"load_from: [{{python_file: {{relative_path: {TINY}, location_name: tiny}}}}]\n")
    return workspace


@contextmanager
def dagster(
    folder: Path, host: str = "127.0.0.1", *, is_bare: bool = False, prefix: str = "", **settings: str
) -> Iterator[DagsterUi]:
    """Serve Dagster's UI with our entry; bare: with Dagster's own program, without our layers.

    The prefix is the path that it is expected under.
    """
    workspace, port = instance(folder), free_port()
    command = dagster_ui.command(str(workspace), host, port)
    if is_bare:
        command = [str(Path(sys.executable).with_name("dagster-webserver")), *command[3:]]
    url = f"http://127.0.0.1:{port}{prefix}"
    with started(command, f"{url}/server_info", folder, DAGSTER_HOME=str(folder), **settings):
        yield DagsterUi(url, settings.get("ELEC_UI_PASSWORD", ""))


@contextmanager
def dashboard_alone(folder: Path, **settings: str) -> Iterator[str]:
    """Serve the dashboard over a database that does not answer, asked for no address; yields the one it has."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", str(DASHBOARD), "--server.port", str(port)]
    with started(command, f"{url}/_stcore/health", folder, **settings):
        yield url


@contextmanager
def api_alone(folder: Path, **settings: str) -> Iterator[str]:
    """Serve the JSON API over a database that does not answer; yields its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).with_name("elec")), "api", "--port", str(port)]
    with started(command, f"{url}/openapi.json", folder, ELEC_READONLY_DATABASE_URL=NO_DATABASE, **settings):
        yield url


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    unset = {"ELEC_UI_PASSWORD", "ELEC_ALLOWED_HOSTS", "ELEC_API_KEY"}
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return {**kept, "DATABASE_URL": NO_DATABASE, "ELEC_HOME": str(folder), "PYTHONPATH": str(ROOT), **settings}


@contextmanager
def started(command: Sequence[str], probe: str, folder: Path, **settings: str) -> Iterator[None]:
    """Run a server for as long as the block lasts, which begins once it answers; its output is in `server.log`."""
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command, cwd=folder, env=environment(folder, settings), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + 60
        while not _answers(probe):
            if time.monotonic() > deadline or process.poll() is not None:
                pytest.fail(f"{command} did not start: {log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield
    finally:
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        _, left = psutil.wait_procs(children, timeout=5)
        for each in left:
            each.kill()
        process.kill()
        process.wait()
    assert not left, f"{command} left processes behind"


def _answers(url: str) -> bool:
    with suppress(requests.RequestException):
        return requests.get(url, timeout=2).ok
    return False
