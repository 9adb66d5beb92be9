"""How long a connection may wait for its client, and what one is told whose time is up."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from elec_pipeline_tests.serving.small_server import Running, running

LIMITS = {"header_s": 1.0, "body_s": 1.5, "idle_s": 1.0, "send_s": 1.0}
GET = b"GET /health HTTP/1.1\r\nHost: a.example\r\n\r\n"
POST = b"POST /predict HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100\r\n\r\n"
CHUNKED = b"POST /predict HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("server") / "server.log", LIMITS) as started:
        yield started


def rest(connection: socket.socket, dripped: bytes = b"", every_s: float = 0.1) -> tuple[bytes, float]:
    """Return what the server still says until it closes, and after how many seconds it does."""
    started = time.monotonic()
    received = b""
    connection.settimeout(every_s)
    while time.monotonic() - started < 8:
        try:
            part = connection.recv(65536)
            if not part:
                return received, time.monotonic() - started
            received += part
        except TimeoutError:
            try:
                connection.send(dripped)
            except OSError:
                return received, time.monotonic() - started
        except ConnectionResetError:
            return received, time.monotonic() - started
    raise AssertionError("the server does not close the connection")


@pytest.mark.parametrize(
    ("sent", "dripped", "after_s", "status"),
    [
        (b"", b"", 1.0, b""),
        (b"\r\n", b"\r\n", 1.0, b"408"),
        (GET[:20], b"", 1.0, b"408"),
        (GET[:-2], b"x", 1.0, b"408"),
        (POST, b"", 1.5, b"408"),
        (POST, b" ", 1.5, b"408"),
        (CHUNKED, b"", 1.5, b"408"),
        (CHUNKED, b"1\r\n \r\n", 1.5, b"408"),
        (CHUNKED + b"0\r\n", b"a: b\r\n", 1.5, b"408"),
    ],
    ids=["idle", "blank lines", "half headers", "slow headers", "no body", "slow body", "no chunk", "slow chunks",
         "slow trailers"],
)  # fmt: skip
def test_a_request_has_to_be_complete_in_time(
    server: Running, sent: bytes, dripped: bytes, after_s: float, status: bytes
) -> None:
    with server.connect() as connection:
        connection.sendall(sent)
        said, seconds = rest(connection, dripped)
    assert said[9:12] == status
    assert after_s - 0.1 < seconds < after_s + 1.5


def answered(connection: socket.socket, sent: bytes = GET) -> bytes:
    """Send a request and return the status of its answer; head and body come in pieces."""
    connection.sendall(sent)
    connection.settimeout(5)
    said = b""
    while b"}" not in said.partition(b"\r\n\r\n")[2]:
        part = connection.recv(65536)
        assert part
        said += part
    return said[9:12]


@pytest.mark.parametrize("dripped", [b"", b"\r\n"], ids=["nothing", "blank lines"])
def test_an_answered_connection_does_not_stay_open_without_a_request(server: Running, dripped: bytes) -> None:
    with server.connect() as connection:
        assert answered(connection) == b"200"
        _, seconds = rest(connection, dripped)
    assert 0.7 < seconds < 3


def test_a_body_that_nobody_waits_for_keeps_no_connection_open(server: Running) -> None:
    with server.connect() as connection:
        connection.sendall(POST.replace(b"/predict", b"/nowhere"))
        said, seconds = rest(connection, b" ", 0.2)
    assert said.startswith(b"HTTP/1.1 404")
    assert seconds < 3.5


def test_an_answer_may_take_its_time_and_the_connection_is_used_again(server: Running) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, 10)) as connection:
        for _ in range(2):
            connection.request("GET", "/slow?s=2.5")
            assert connection.getresponse().read() == b"done"
            time.sleep(0.5)
        connection.request("POST", "/predict", body=b"x" * 300_000)
        assert connection.getresponse().read() == b'{"received":300000}'


def test_pipelined_requests_are_answered_in_order_and_then_the_connection_is_closed(server: Running) -> None:
    with server.connect() as connection:
        connection.sendall(GET.replace(b"/health", b"/slow?s=2") + GET + POST + b" " * 100 + GET[:20])
        said, seconds = rest(connection)
    assert [part[:3] for part in said.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"200", b"408"]
    assert said.index(b"done") < said.index(b"ok") < said.index(b"received")
    assert 2.8 < seconds < 5


def test_a_client_who_takes_nothing_of_an_answer_is_left(server: Running) -> None:
    with server.connect() as connection:
        connection.sendall(GET.replace(b"/health", b"/large?bytes=50000000"))
        time.sleep(0.3)
        assert server.sockets() == 1
        deadline = time.monotonic() + 6
        while server.sockets():
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_client_who_takes_an_answer_slowly_gets_all_of_it(server: Running) -> None:
    size = 20_000_000
    with server.connect() as connection:
        connection.sendall(GET.replace(b"/health", b"/large?bytes=%d" % size))
        received = 0
        while received < size:
            part = connection.recv(2_000_000)
            assert part, f"closed after {received} bytes"
            received += len(part)
            time.sleep(0.2)
