"""`elec up` as an operator starts it: its processes, its ports, and its runs, of which the web server tells."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg

from elec_pipeline.commands.instance_lock import LOCK, MEMBER
from elec_pipeline.defs import run_workers
from elec_pipeline.locks import is_locked
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.ports import free_port

ELEC = str(Path(sys.executable).with_name("elec"))
START_WAIT_S = 120.0
FIVE_MINUTES_S = 300.0
"""Within which the next run must succeed, whatever happened."""
T = TypeVar("T")
_RUNS = """{runsOrError(limit: 100) {... on Runs {results {
  runId status parentRunId tags {key value} stats {... on RunStatsSnapshot {startTime endTime}}
}}}}"""
_END = """query($id: ID!) {runOrError(runId: $id) {... on Run {eventConnection {events {
  __typename ... on RunFailureEvent {message error {message}}
}}}}}"""
_HELD = "{instance {concurrencyLimits {concurrencyKey activeRunIds}}}"


@dataclass(frozen=True)
class Run:
    """A run, as the web server tells of it."""

    run_id: str
    status: str
    parent: str | None
    started_at: float
    ended_at: float
    tags: dict[str, str]


@dataclass
class Platform:
    """One ELEC_HOME and the `elec up` that runs on it.

    Attributes:
        home: ELEC_HOME.
        simulator_url: Where the source answers.
        more: Further environment variables.
    """

    home: Path
    simulator_url: str
    more: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    dashboard_port: int = field(default_factory=free_port)
    api_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("RTE_", "ELEC_"))}
        return {
            **inherited,
            "ELEC_HOME": str(self.home),
            "ELEC_SOURCE": "simulator",
            "RTE_BASE_URL": self.simulator_url,
            "ELEC_API_PORT": str(self.api_port),
            "ELEC_API_PREDICT": "false",  # no start loads a model for it
            **self.more,
        }

    @property
    def log(self) -> Path:
        return self.home / "up.log"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [ELEC, "up", "--port", str(self.port), "--dashboard-port", str(self.dashboard_port)],
                env=self.environment,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        until(self.answers, START_WAIT_S, "the web server answers")

    def elec(self, *arguments: str, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
        """Run another command of ours on the same home."""
        return subprocess.run(  # noqa: S603 - our own command
            [ELEC, *arguments],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )

    def beside(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin another command of ours on the same home, and let it go on."""
        return subprocess.Popen(  # noqa: S603 - our own command
            [ELEC, *arguments],
            env=self.environment,
            cwd=self.home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def tree(self) -> list[psutil.Process]:
        """Return the parent and all its living descendants."""
        assert self.process is not None
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def signal(self, number: int) -> None:
        """Send a signal to the parent alone, and wait for its end."""
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(60)

    def kill_tree(self) -> None:
        """Kill the parent and everything below it at once, as when the memory is full or the power goes."""
        for each in self.tree():
            with suppress(psutil.NoSuchProcess):
                each.kill()
        assert self.process is not None
        self.process.wait(30)

    def left(self) -> list[str]:
        """Return what is left of a platform that should be gone: processes, ports, the lock."""
        found = []
        for each in psutil.process_iter():
            with suppress(psutil.Error):
                is_ours = each.environ().get(MEMBER) == str(self.home) or any(
                    str(self.home) in part for part in each.cmdline()
                )
                if is_ours and each.pid != os.getpid():
                    found.append(" ".join(each.cmdline()))
        for port in (self.port, self.dashboard_port, self.api_port):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    found.append(f"port {port}")
        if is_locked(self.home / LOCK):
            found.append("the lock")
        return found

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Ask the web server, as a program of this machine does."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
            answer = json.load(reply)
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def answers(self) -> bool:
        """Say whether the web server answers, and the daemon has begun."""
        assert self.process is None or self.process.poll() is None, self.log.read_text()
        try:
            health = self.ask("{instance {daemonHealth {allDaemonStatuses {daemonType healthy}}}}")
        except OSError:
            return False
        statuses = health["instance"]["daemonHealth"]["allDaemonStatuses"]
        return any(each["daemonType"] == "QUEUED_RUN_COORDINATOR" and each["healthy"] for each in statuses)

    def runs(self) -> list[Run]:
        """Return the newest runs, the newest first; none while the web server does not answer."""
        try:
            found = self.ask(_RUNS)["runsOrError"]["results"]
        except OSError:
            return []
        return [
            Run(
                run_id=each["runId"],
                status=each["status"],
                parent=each["parentRunId"],
                started_at=each["stats"].get("startTime") or 0.0,
                ended_at=each["stats"].get("endTime") or 0.0,
                tags={tag["key"]: tag["value"] for tag in each["tags"]},
            )
            for each in found
        ]

    def run(self, run_id: str) -> Run:
        return next(each for each in self.runs() if each.run_id == run_id)

    def why_failed(self, run_id: str) -> str:
        """Return what the end of a failed run says."""
        events = self.ask(_END, id=run_id)["runOrError"]["eventConnection"]["events"]
        return "\n".join(each["message"] for each in events if each["__typename"] == "RunFailureEvent")

    def slot_holder(self) -> str | None:
        """Return the run that holds the one place there is at RTE's API."""
        limits = self.ask(_HELD)["instance"]["concurrencyLimits"]
        held = [run for each in limits if each["concurrencyKey"] == "rte_api" for run in each["activeRunIds"]]
        return held[0] if held else None

    def worker(self, run_id: str) -> int:
        """Return the process that works on a run."""
        noted = re.search(r"process (\d+)", run_workers.described(self.home / "dagster", run_id))
        assert noted is not None
        return int(noted[1])

    def next_success(self, after: float) -> Run:
        """Wait for a run that began after a moment and succeeded."""

        def found() -> Run | None:
            return next((r for r in self.runs() if r.status == "SUCCESS" and r.started_at > after), None)

        return until(found, FIVE_MINUTES_S, "a later run succeeds", tell=lambda: self.log.read_text()[-2000:])

    def database(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.more.get("DATABASE_URL") or EmbeddedServer(self.home).url(), autocommit=True)


def lives(process: psutil.Process) -> bool:
    """Say whether a process lives; one that nobody reaps does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until(
    look: Callable[[], T | None], patience_s: float, what: str, tell: Callable[[], object] = lambda: ""
) -> T:
    """Wait until a look finds something."""
    deadline = time.monotonic() + patience_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {patience_s:.0f} s: {what}\n{tell()}"
        time.sleep(0.25)
    return found


@contextmanager
def stopped_after(platform: Platform) -> Iterator[Platform]:
    """Leave nothing of a platform behind, whatever a test did."""
    try:
        yield platform
    finally:
        if platform.process is not None and platform.process.poll() is None:
            platform.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                platform.process.wait(60)
        EmbeddedServer(platform.home).stop()
        shutil.rmtree(platform.home, ignore_errors=True)
