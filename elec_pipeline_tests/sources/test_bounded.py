"""A source that drips, sends a bomb or leads elsewhere ends in a typed error, in time and in little memory."""

from __future__ import annotations

import gzip
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import requests

from elec_pipeline.errors import SourceRefusedError, SourceRequestError, SourceUnavailableError
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.sources import bounded
from elec_pipeline.sources.odre import OdreClient
from elec_pipeline.sources.open_meteo import OpenMeteoClient
from elec_pipeline.sources.retries import RetryPlan, retry_after_seconds
from elec_pipeline.sources.rte import RteClient
from elec_pipeline_tests.conftest import NOW
from elec_pipeline_tests.raw_server import listening

DAY = date(2025, 6, 2)
ONCE = RetryPlan(attempts=1)
WITHIN_S = 0.6


def ask_rte(url: str) -> object:
    return RteClient(url, "simulator", "simulator", retries=ONCE).short_term(["REALISED"], DAY, DAY)


def ask_odre(url: str) -> object:
    return OdreClient(url, retries=ONCE).short_term(["REALISED"], DAY, DAY)


def ask_weather(url: str) -> object:
    return OpenMeteoClient(url, url, retries=ONCE).previous_runs(DAY, DAY, now=NOW)


CLIENTS = {"": ask_rte, "token-": ask_rte, "odre-": ask_odre, "weather-": ask_weather}
every_route = pytest.mark.parametrize(("route", "ask"), CLIENTS.items(), ids=[name or "api" for name in CLIENTS])


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short deadline for the whole of a reply; the time-out of each read stays at a minute."""
    monkeypatch.setattr(bounded.BoundedAdapter.__init__, "__defaults__", (WITHIN_S, 16 * 1024**2))
    monkeypatch.setattr(bounded.bound, "__defaults__", (WITHIN_S, 16 * 1024**2))


@contextmanager
def answering(say: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads a request and lets `say` answer it; yields its URL."""

    def answer(caller: socket.socket) -> None:
        caller.recv(65536)
        say(caller)

    with listening(answer) as port:
        yield f"http://127.0.0.1:{port}"


def drip(text: bytes) -> Callable[[socket.socket], None]:
    def say(caller: socket.socket) -> None:
        for byte in text:
            caller.sendall(bytes([byte]))
            time.sleep(0.05)

    return say


def send(*parts: bytes) -> Callable[[socket.socket], None]:
    return lambda caller: caller.sendall(b"".join(parts))


@every_route
@pytest.mark.usefixtures("hasty")
def test_a_body_that_drips_ends_by_the_deadline(
    simulator: SimulatorHandle, route: str, ask: Callable[[str], object]
) -> None:
    simulator.set_faults([f"{route}drip=0.05"])
    began = time.monotonic()
    with pytest.raises(SourceUnavailableError, match=r"did not send its whole reply within 0\.6 s"):
        ask(simulator.url)
    assert time.monotonic() - began < 4 * WITHIN_S


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: "], ids=["status line", "header"])
@pytest.mark.parametrize("ask", [ask_rte, ask_odre, ask_weather])
@pytest.mark.usefixtures("hasty")
def test_headers_that_drip_end_by_the_deadline(begin: bytes, ask: Callable[[str], object]) -> None:
    def say(caller: socket.socket) -> None:
        caller.sendall(begin)
        drip(b"HTTP/1.1 200 OK and so on, byte by byte" * 10)(caller)

    began = time.monotonic()
    with answering(say) as url, pytest.raises(SourceUnavailableError, match=r"within 0\.6 s"):
        ask(url)
    assert time.monotonic() - began < 4 * WITHIN_S


@pytest.mark.usefixtures("hasty")
def test_silence_ends_by_the_deadline_too() -> None:
    with answering(lambda _: time.sleep(2)) as url, pytest.raises(SourceUnavailableError, match=r"within 0\.6 s"):
        ask_odre(url)


@every_route
def test_a_bomb_is_defused_in_little_memory(
    simulator: SimulatorHandle, route: str, ask: Callable[[str], object]
) -> None:
    simulator.set_faults([f"{route}bomb=200"])
    tracemalloc.start()
    with pytest.raises(SourceUnavailableError, match="sent more than 16 MB"):
        ask(simulator.url)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60 * 1024**2


def test_a_bomb_in_a_bomb_is_not_unpacked_at_all() -> None:
    nested = gzip.compress(gzip.compress(bytes(4 * 1024**2)))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: %d\r\n\r\n" % len(nested)
    with answering(send(head, nested)) as url, pytest.raises(SourceUnavailableError, match="was not asked for"):
        ask_odre(url)


def test_a_large_body_that_is_not_packed_ends_too() -> None:
    def say(caller: socket.socket) -> None:
        caller.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _ in range(40):
            caller.sendall(bytes(1024**2))

    with answering(say) as url, pytest.raises(SourceUnavailableError, match="sent more than 16 MB"):
        ask_odre(url)


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"[" * 200_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\xff\xfe\xfd[]",
        b"nonsense\r\n\r\n",
        b"",
    ],
    ids=["not gzip", "cut off", "nested deeply", "not UTF-8", "no HTTP", "nothing"],
)
@pytest.mark.parametrize("ask", [ask_rte, ask_odre, ask_weather])
def test_a_broken_reply_is_a_passing_fault(reply: bytes, ask: Callable[[str], object]) -> None:
    with answering(send(reply)) as url, pytest.raises(SourceUnavailableError):
        ask(url)


@pytest.mark.parametrize(
    "token",
    [
        "[]", "7", '"text"', "null", "{}", '{"access_token": null}', '{"access_token": 7, "expires_in": 60}',
        '{"access_token": "a\\r\\nb", "expires_in": 60}', '{"access_token": "é", "expires_in": 60}',
        '{"access_token": "abc", "expires_in": "soon"}', '{"access_token": "abc", "token_type": "mac"}',
        '{"access_token": "abc", "token_type": 7, "scope": 7}', '{"error": ["invalid"], "error_description": {}}',
    ],
)  # fmt: skip
def test_a_token_reply_of_a_wrong_shape_is_a_typed_error(token: str) -> None:
    body = token.encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    with answering(send(head, body)) as url, pytest.raises(SourceUnavailableError):
        ask_rte(url)


def test_invalid_client_is_a_refusal_with_400_too() -> None:
    body = b'{"error": "invalid_client"}'
    head = b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n" % len(body)
    with answering(send(head, body)) as url, pytest.raises(SourceRefusedError, match="RTE_CLIENT_ID"):
        ask_rte(url)


@every_route
def test_a_redirect_to_another_host_is_not_followed(
    simulator: SimulatorHandle, route: str, ask: Callable[[str], object]
) -> None:
    simulator.set_faults([f"{route}echo=302"])
    with pytest.raises(SourceRequestError, match=r"leads to another host \(localhost\)"):
        ask(simulator.url)


def test_another_port_or_scheme_is_another_host_and_the_same_is_followed() -> None:
    followed: list[bytes] = []

    def say(caller: socket.socket) -> None:
        followed.append(b"")
        target = targets.pop(0)
        body = b"[]"
        caller.sendall(
            b"HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n" % target
            if target
            else b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )

    session = requests.Session()
    bounded.bound(session)
    with answering(say) as url:
        targets = [b"/elsewhere", b""]
        assert session.get(url, timeout=5).json() == []
        for target in (
            b"http://127.0.0.1:9/",
            b"https://127.0.0.1/",
            b"//localhost/",
            b"ftp://127.0.0.1/",
            b"http://127.0.0.1:x/",
            b"http://[x/",
        ):
            targets = [target]
            with pytest.raises(SourceRequestError, match="leads to another host"):
                session.get(url, timeout=5)


def test_a_connection_is_kept_for_the_next_request(simulator: SimulatorHandle) -> None:
    client = OdreClient(simulator.url, retries=ONCE)
    for _ in range(3):
        client.short_term(["REALISED"], DAY, DAY)
    pools = client._session.get_adapter(simulator.url).poolmanager.pools  # type: ignore[attr-defined]  # noqa: SLF001
    [pool] = [pools[key] for key in pools.keys()]  # noqa: SIM118 - no dictionary
    assert pool.num_connections == 1


@pytest.mark.parametrize("header", ["²", "9" * 400, "Wed, 01 Jan 2025 00:01:00 -0000", "", "Basic abc"])
def test_any_retry_after_can_be_read(header: str) -> None:
    asked = retry_after_seconds(header)
    assert asked is None or asked >= 0
