"""Web sockets go through the same server: they are counted, and nothing times them out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from elec_pipeline.serving.connections import LimitedHttp
from elec_pipeline.serving.server import build
from elec_pipeline_tests.serving.app import ROUTES
from elec_pipeline_tests.serving.attacks import waits
from elec_pipeline_tests.serving.small_server import Running, Start
from elec_pipeline_tests.serving.test_limits import is_prompt

LIMITS = {"header_s": 0.5, "body_s": 0.5, "idle_s": 0.5, "send_s": 0.5}


def opened(stack: ExitStack, server: Running) -> ClientConnection:
    return stack.enter_context(connect(f"ws://127.0.0.1:{server.port}/echo"))


def said_back(web_socket: ClientConnection, text: str) -> bool:
    web_socket.send(text)
    return web_socket.recv(5) == text


def test_a_web_socket_stays_open_and_says_what_was_said(start: Start) -> None:
    server = start(LIMITS)
    with ExitStack() as stack:
        web_socket = opened(stack, server)
        for n in range(3):
            assert said_back(web_socket, f"{n}" * 100_000)
            time.sleep(0.8)
    time.sleep(0.3)
    assert server.sockets() == 0


def test_web_sockets_count_until_they_are_closed(start: Start) -> None:
    server = start({"per_client": 5})
    for _ in range(8):  # a count that only rises would refuse the last ones
        with ExitStack() as stack:
            assert said_back(opened(stack, server), "a")
    with ExitStack() as stack:
        web_sockets = [opened(stack, server) for _ in range(8)]
        assert said_back(web_sockets[-1], "a")
        assert server.sockets() == 5
        with pytest.raises(ConnectionClosed):
            web_sockets[0].recv(5)


def test_held_web_sockets_lock_nobody_out(start: Start) -> None:
    server = start({"per_client": 5})
    with ExitStack() as stack:
        for _ in range(5):
            opened(stack, server)
        assert is_prompt(waits(server.port, 1.0, "127.0.0.1"))


def test_a_closed_web_socket_is_forgotten() -> None:
    server = build(Starlette(routes=ROUTES), host="127.0.0.1", port=0, log_level="critical", websockets=True)
    assert isinstance(server.config.http, type)
    assert issubclass(server.config.http, LimitedHttp)
    registry = server.config.http.registry
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    with connect(f"ws://127.0.0.1:{port}/echo") as web_socket:
        assert said_back(web_socket, "a")
        assert len(registry) == 1
    waits(port, 0.1, "127.0.0.1")
    until(lambda: len(registry) == 0)
    server.should_exit = True
    thread.join(20)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
