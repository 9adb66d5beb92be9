"""Clients that hold connections without ever completing a request, and an honest one that is timed meanwhile.

Run as a program, it holds connections until its standard input ends: a process of its own, so that the honest
client's times are the server's and not the test's.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

IDLE, HALF_HEADERS, SLOWLORIS, HALF_BODY, SLOW_BODY = "idle", "half headers", "slowloris", "half body", "slow body"
HEAD = b"POST /predict HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json\r\n"
BODY = HEAD + b"Content-Length: 100000\r\n\r\n"
OPENINGS = {IDLE: b"", HALF_HEADERS: HEAD, SLOWLORIS: HEAD, HALF_BODY: BODY + b"{", SLOW_BODY: BODY + b"{"}
DRIPPED = {SLOWLORIS: b"x", SLOW_BODY: b" "}
DRIP_S = 1.0


class _Held(asyncio.Protocol):
    """A connection that is opened again as soon as the server closes it."""

    def __init__(self, crowd: _Crowd) -> None:
        self._crowd = crowd

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._crowd.opened += 1
        self._crowd.held.add(transport)
        self._transport = transport
        transport.write(OPENINGS[self._crowd.kind])

    def connection_lost(self, _: Exception | None) -> None:
        self._crowd.held.discard(self._transport)
        self._crowd.lost.set()


class _Crowd:
    def __init__(self, kind: str, port: int, count: int, source: str) -> None:
        self.kind, self.port, self.count, self.source = kind, port, count, source
        self.opened = 0
        self.held: set[asyncio.Transport] = set()
        self.lost = asyncio.Event()

    async def hold(self) -> None:
        """Keep the number of connections up."""
        while True:
            self.lost.clear()
            missing = self.count - len(self.held)
            await asyncio.gather(*(self._open() for _ in range(missing)))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.lost.wait(), 1)

    async def drip(self) -> None:
        while True:
            await asyncio.sleep(DRIP_S)
            for transport in list(self.held):
                transport.write(DRIPPED.get(self.kind, b""))

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            await loop.create_connection(lambda: _Held(self), "127.0.0.1", self.port, local_addr=(self.source, 0))


async def _hold(crowd: _Crowd) -> None:
    loop = asyncio.get_running_loop()
    tasks = [asyncio.create_task(crowd.hold()), asyncio.create_task(crowd.drip())]
    await loop.run_in_executor(None, sys.stdin.read)
    for task in tasks:
        task.cancel()
    sys.stdout.write(json.dumps(crowd.opened))


@contextmanager
def held(kind: str, port: int, *, count: int = 600, source: str = "127.0.0.1") -> Iterator[list[int]]:
    """Hold connections for as long as the block lasts; afterwards the list has how many were opened in all."""
    child = subprocess.Popen(  # noqa: S603 - this file
        [sys.executable, str(Path(__file__)), kind, str(port), str(count), source],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    opened: list[int] = []
    try:
        yield opened
    finally:
        output, _ = child.communicate(timeout=20)
        opened.append(json.loads(output))


def waits(port: int, seconds: float, source: str, *, path: str = "/health", pause_s: float = 0.02) -> list[float]:
    """Ask again and again, each time over a new connection; returns how long each answer took, seconds."""
    found = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        started = time.perf_counter()
        with closing(http.client.HTTPConnection("127.0.0.1", port, 20, (source, 0))) as connection:
            connection.request("GET", path)
            reply = connection.getresponse()
            body = reply.read()
            assert reply.status == http.client.OK, body
        found.append(time.perf_counter() - started)
        time.sleep(pause_s)
    return found


if __name__ == "__main__":
    asyncio.run(_hold(_Crowd(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])))
