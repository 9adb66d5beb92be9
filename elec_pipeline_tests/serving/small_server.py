"""A really started server with limits of the test's own, around a small application."""

from __future__ import annotations

import http.client
import json
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import psutil

from elec_pipeline_tests.ports import free_port

APP = Path(__file__).with_name("app.py")


class Running:
    """A server in a process of its own.

    Attributes:
        port: Where it listens on 127.0.0.1.
        process: The process.
        log: Where its output goes.
    """

    def __init__(self, port: int, process: psutil.Process, log: Path) -> None:
        self.port, self.process, self.log = port, process, log

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        """Open a connection."""
        return socket.create_connection(("127.0.0.1", self.port), 10, (source, 0))

    def sockets(self) -> int:
        """Return how many connections it holds."""
        return sum(each.status == psutil.CONN_ESTABLISHED for each in self.process.net_connections("tcp"))


@contextmanager
def running(log: Path, limits: Mapping[str, float], *, files: int | None = None) -> Iterator[Running]:
    """Run a server; it may open so many files."""

    def restrict() -> None:
        if files is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    port = free_port()
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, str(APP), str(port), json.dumps(dict(limits))],
            stdout=output, stderr=output, preexec_fn=restrict,  # noqa: PLW1509 - no threads of ours hold locks
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", port, 5)) as connection:
                    connection.request("GET", "/health")
                    connection.getresponse().read()
                break
            except OSError:
                assert child.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
        yield Running(port, psutil.Process(child.pid), log)
        assert child.poll() is None, log.read_text()
    finally:
        child.terminate()
        child.wait(20)
    assert "Traceback" not in log.read_text()


class Start(Protocol):
    """Starts a server with limits; it may open so many files."""

    def __call__(self, limits: Mapping[str, float] | None = None, /, *, files: int | None = None) -> Running: ...
