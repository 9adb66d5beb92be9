"""Token replies of every kind, over HTTP: a token, a refusal that names the variables, or the one typed error."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from elec_pipeline.errors import SourceRefusedError, SourceReplyError, SourceRequestError
from elec_pipeline.sources.rte_token import signed_in
from elec_pipeline_tests.raw_server import listening

NO_LIFETIMES: list[object] = [-1, "soon", True, [], float("nan"), float("inf")]
SECRET = "s3cr3t-that-must-not-show"


@contextmanager
def answering(status: int, body: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers each request with the same; yields its URL, and what it was sent."""
    heard: list[bytes] = []

    def answer(caller: socket.socket) -> None:
        heard.append(caller.recv(65536))
        head = f"HTTP/1.1 {status} Such\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        caller.sendall(head.encode() + body)

    with listening(answer) as port:
        yield f"http://127.0.0.1:{port}", heard


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def token_of(body: object, status: int = 200, credentials: tuple[str, str] = ("id", SECRET)) -> dict[str, object]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with answering(status, raw) as (url, _):
        return dict(signed_in(url, credentials, timeout_s=(2.0, 5.0)).token)


@pytest.mark.parametrize(
    ("more", "lifetime_s"),
    [
        ({}, None),
        ({"expires_in": None}, None),
        ({"expires_in": 7199}, 7139),
        ({"expires_in": 7199.5}, 7139.5),
        ({"expires_in": "7199"}, 7139),
        ({"expires_in": 0}, 0),
        ({"expires_in": 10**400}, 86340),
        ({"expires_in": 1e300, "expires_at": "never"}, 86340),
    ],
)
def test_a_token_is_good_for_as_long_as_it_says_or_until_it_is_refused(
    more: dict[str, object], lifetime_s: float | None
) -> None:
    token = token_of({"access_token": "abc", "token_type": "Bearer"} | more)
    assert token["access_token"] == "abc"
    if lifetime_s is None:
        assert "expires_at" not in token
    else:
        assert token["expires_at"] == pytest.approx(time.time() + lifetime_s, abs=5)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>maintenance</html>",
        b"access_token=abc&token_type=Bearer",
        b"[]",
        {"token_type": "Bearer", "expires_in": 7199},
        {"access_token": None},
        {"access_token": ["abc"]},
        {"access_token": "a b\nc"},
        {"access_token": "abc", "token_type": "mac"},
        {"access_token": "abc", "token_type": ["Bearer"]},
        *({"access_token": "abc", "expires_in": each} for each in NO_LIFETIMES),
    ],
)
def test_anything_else_is_the_one_error_and_shows_no_secret(body: object) -> None:
    with pytest.raises(SourceReplyError, match="gave no token") as caught:
        token_of(body)
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize("status", [200, 400, 401, 403])
@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client"])
def test_a_refused_application_names_the_variables_whatever_the_status(status: int, error: str) -> None:
    with pytest.raises(SourceRefusedError, match="RTE_CLIENT_ID and RTE_CLIENT_SECRET"):
        token_of({"error": error, "error_description": "Client authentication failed"}, status)


@pytest.mark.parametrize("body", [{"error": "invalid_request"}, b"", b"<html>Bad request</html>"])
def test_a_request_that_is_called_wrong_names_them_too(body: object) -> None:
    with pytest.raises(SourceRequestError, match=r"400.*RTE_CLIENT_ID and RTE_CLIENT_SECRET and RTE_BASE_URL"):
        token_of(body, 400)


@pytest.mark.parametrize("secret", ["é-secret", "secret\u200b", "secret\nmore"])
def test_any_character_of_a_secret_can_be_sent(secret: str) -> None:
    assert token_of({"access_token": "abc"}, credentials=("id", secret))["access_token"] == "abc"
