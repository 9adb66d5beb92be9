"""How many connections there may be, whom a full server closes, and that nobody can silence it."""

from __future__ import annotations

import http.client
import socket
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pytest

from elec_pipeline_tests.serving.attacks import HALF_BODY, IDLE, OPENINGS, held, waits
from elec_pipeline_tests.serving.small_server import Running, Start
from elec_pipeline_tests.serving.test_time_outs import GET, POST, answered

ATTACKER, OTHER = "127.0.0.1", "127.0.0.2"


def is_prompt(found: list[float]) -> bool:
    """Tell whether nobody waited for more than a second; once, another test may have kept the machine busy."""
    *others, longest = sorted(found)
    return others[-1] < 1.0 and longest < 3.0


def settle(server: Running) -> None:
    """Wait until a crowd has come, and those of it that are refused are gone again."""
    there = -1
    deadline = time.monotonic() + 10
    while (now := server.sockets()) != there and time.monotonic() < deadline:
        there = now
        time.sleep(0.7)


def wait_for(server: Running, number: int) -> None:
    """Wait until a server holds so many connections."""
    deadline = time.monotonic() + 20
    while server.sockets() < number:
        assert time.monotonic() < deadline, "the crowd does not come"
        time.sleep(0.02)


@pytest.mark.parametrize("kind", OPENINGS)
def test_six_hundred_held_connections_keep_nobody_waiting(start: Start, kind: str) -> None:
    server = start()
    with held(kind, server.port, count=600, source=ATTACKER), ThreadPoolExecutor(2) as pool:
        wait_for(server, 500)
        asked = [pool.submit(waits, server.port, 2.0, source) for source in (ATTACKER, OTHER)]
        for each in asked:
            assert is_prompt(each.result())


@pytest.mark.parametrize("kind", [IDLE, HALF_BODY])
def test_more_than_there_may_be_keep_nobody_waiting_either(start: Start, kind: str) -> None:
    server = start({"connections": 60, "per_client": 40})
    with held(kind, server.port, count=150, source=ATTACKER), ThreadPoolExecutor(2) as pool:
        settle(server)
        asked = [pool.submit(waits, server.port, 2.0, source) for source in (ATTACKER, OTHER)]
        for each in asked:
            assert is_prompt(each.result())
    assert "Too many connections" in server.log.read_text()


def test_the_process_outlives_a_crowd_larger_than_the_files_it_may_open(start: Start) -> None:
    server = start(files=100)
    with held(IDLE, server.port, count=300, source=ATTACKER), ThreadPoolExecutor(2) as pool:
        settle(server)
        asked = [pool.submit(waits, server.port, 2.0, source) for source in (ATTACKER, OTHER)]
        for each in asked:
            assert statistics.median(each.result()) < 1.0
            assert max(each.result()) < 5.0  # so few files, so short a queue: some have to knock again after 1 s
        assert server.process.num_fds() < 100
    assert "Only 50 connections" in server.log.read_text()


def is_open(connection: socket.socket) -> bool:
    connection.settimeout(0.02)
    try:
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except ConnectionError:
        return False


def test_a_client_has_no_more_than_its_share_and_takes_none_of_others(start: Start) -> None:
    server = start({"connections": 50, "per_client": 10})
    with ExitStack() as stack:
        others = [stack.enter_context(server.connect(OTHER)) for _ in range(5)]
        for _ in range(25):
            stack.enter_context(server.connect(ATTACKER))
        time.sleep(0.3)
        assert server.sockets() == 15
        assert all(map(is_open, others))


def test_a_full_server_closes_those_who_hold_the_most(start: Start) -> None:
    server = start({"connections": 20, "per_client": 20})
    with ExitStack() as stack:
        few = [stack.enter_context(server.connect(OTHER)) for _ in range(3)]
        many = [stack.enter_context(server.connect(ATTACKER)) for _ in range(17)]
        newcomers = [stack.enter_context(server.connect("127.0.0.3")) for _ in range(6)]
        time.sleep(0.3)
        assert [is_open(each) for each in many] == [False] * 6 + [True] * 11
        assert all(map(is_open, few + newcomers))


def test_who_has_been_answered_stays_longer_than_who_asks_nothing(start: Start) -> None:
    server = start({"per_client": 10})
    with ExitStack() as stack:
        known = stack.enter_context(server.connect())
        assert answered(known) == b"200"
        silent = [stack.enter_context(server.connect()) for _ in range(9)]
        settle(server)
        newcomers = [stack.enter_context(server.connect()) for _ in range(9)]
        time.sleep(0.3)
        assert not any(map(is_open, silent))
        assert all(map(is_open, newcomers))
        assert answered(known) == b"200"


def test_a_request_in_work_is_never_given_up_and_then_newcomers_are_refused(start: Start) -> None:
    server = start({"per_client": 5})

    def ask(_: int) -> bytes:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, 60)) as connection:
            connection.request("GET", "/slow?s=4")
            return connection.getresponse().read()

    with ThreadPoolExecutor(5) as pool:
        asked = pool.map(ask, range(5))
        wait_for(server, 5)
        with server.connect() as refused:
            said = refused.recv(65536)
        assert said.startswith(b"HTTP/1.1 503")
        assert b"connection: close" in said
        assert is_prompt(waits(server.port, 0.3, OTHER))
        assert list(asked) == [b"done"] * 5


def test_callers_who_leave_in_the_middle_of_a_body_leave_no_trace(start: Start) -> None:
    server = start()
    for _ in range(50):
        with server.connect() as connection:
            connection.sendall(POST + b"{")
            time.sleep(0.005)
    time.sleep(0.3)
    assert server.sockets() == 0
    assert server.log.read_text() == ""


def test_callers_who_leave_before_their_answer_count_no_longer(start: Start) -> None:
    server = start({"per_client": 5})
    for _ in range(8):
        with server.connect() as connection:
            connection.sendall(GET.replace(b"/health", b"/slow?s=5"))
            time.sleep(0.02)
    assert is_prompt(waits(server.port, 0.5, ATTACKER))
