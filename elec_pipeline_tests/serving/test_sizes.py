"""How large and how many headers may be, however they arrive."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from elec_pipeline_tests.serving.small_server import Running, Start, running
from elec_pipeline_tests.serving.test_time_outs import CHUNKED, GET, answered

START = GET[:-2]
LIMITS = {"header_bytes": 8000, "header_count": 50}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("server") / "server.log", LIMITS) as started:
        yield started


def answer(server: Running, sent: bytes, *, piece: int = 10**9) -> bytes:
    """Send something in pieces for as long as the server listens; returns what it says."""
    with server.connect() as connection:
        try:
            for at in range(0, len(sent), piece):
                connection.sendall(sent[at : at + piece])
                if piece < len(sent):
                    time.sleep(0.001)
        except OSError:
            pass  # it has closed; what it said is still to be read
        said = b""
        try:
            while not is_whole(said) and (part := connection.recv(65536)):
                said += part
        except OSError:
            pass
        return said


def is_whole(said: bytes) -> bool:
    """Tell whether an answer has come with all of its body; the two come in pieces."""
    head, _, body = said.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    return length is not None and len(body) >= int(length[1])


@pytest.mark.parametrize("piece", [10**9, 500], ids=["at once", "in pieces"])
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (START + b"a: " + b"b" * 7000 + b"\r\n\r\n", b"200"),
        (START + b"a: " + b"b" * 9000 + b"\r\n\r\n", b"431"),
        (START + b"a" * 9000 + b": b\r\n\r\n", b"431"),
        (START + b"a: b\r\n" * 49 + b"\r\n", b"200"),
        (START + b"a: b\r\n" * 50 + b"\r\n", b"431"),
        (START + b"a: bbbb\r\n" * 1000 + b"\r\n", b"431"),
        (GET.replace(b"/health", b"/health?" + b"a" * 7000), b"200"),
        (GET.replace(b"/health", b"/health?" + b"a" * 9000), b"414"),
        (GET[:8] * 30 + b"\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00" * 1000, b"400"),
    ],
)
def test_headers_and_request_lines_have_a_size(server: Running, sent: bytes, status: bytes, piece: int) -> None:
    assert answer(server, sent, piece=piece)[9:12] == status


def test_a_later_request_has_the_same_limits(server: Running) -> None:
    with server.connect() as connection:
        for _ in range(3):
            assert answered(connection) == b"200"
        connection.sendall(START + b"a: " + b"b" * 9000 + b"\r\n\r\n")
        assert connection.recv(65536)[9:12] == b"431"


def test_a_request_that_follows_another_in_one_piece_has_the_same_limits(server: Running) -> None:
    late = START + b"a: " + b"b" * 9000
    body = b"POST /predict HTTP/1.1\r\nHost: a.example\r\nContent-Length: 20000\r\n\r\n" + b"x" * 20000
    for sent, status in (
        (GET + late + b"\r\n\r\n", b""),  # the first has no answer yet: there is no room for a word between
        (body + START, b"200"),
    ):
        with server.connect() as connection:
            connection.sendall(sent)
            time.sleep(0.2)
            if status:
                connection.sendall(b"a: b\r\n\r\n")
            assert connection.recv(65536)[9:12] == status


@pytest.mark.parametrize(
    "endless",
    [START + b"a: ", START + b"a", b"GET /", b"\r\n", CHUNKED + b"0\r\na: ", CHUNKED + b"1;a="],
    ids=["value", "name", "address", "blank lines", "trailer", "chunk extension"],
)
def test_what_has_no_end_takes_no_memory(start: Start, endless: bytes) -> None:
    server = start()
    before = server.process.memory_info().rss
    assert answer(server, endless + (endless[-2:] if endless == b"\r\n" else b"x") * 50_000_000, piece=10**6)[
        9:12
    ] in {b"431", b"414", b"400", b""}
    assert server.process.memory_info().rss - before < 20 * 2**20
    assert answer(server, GET)[9:12] == b"200"


def test_faulty_requests_are_noted_once_in_a_while_alone(start: Start) -> None:
    server = start()
    for _ in range(20):
        assert answer(server, b"nonsense\r\n\r\n")[9:12] == b"400"
    assert server.log.read_text().count("Invalid HTTP request") == 1


def test_a_body_larger_than_headers_may_be_is_read(server: Running) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (size, b"x" * size) for size in [1] * 3000 + [90_000])
    assert b'{"received":93000}' in answer(server, CHUNKED + chunks + b"0\r\na: b\r\n\r\n", piece=50_000)
