"""Routes, authentication, starting and stopping."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import requests
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

from elec_pipeline.errors import PortInUseError
from elec_pipeline.simulator.app import SimulatorOptions
from elec_pipeline.simulator.protocol import BOM, ByteOrderMark
from elec_pipeline.simulator.server import SimulatorHandle, running, serve
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline_tests.ports import free_port
from elec_pipeline_tests.simulator.conftest import Client

DAY = {"start_date": "2025-07-01T00:00:00+02:00", "end_date": "2025-07-02T00:00:00+02:00"}


def test_a_token_is_a_bearer_token_with_its_lifetime(client: Client) -> None:
    reply = client.token().json()
    assert reply.keys() == {"access_token", "token_type", "expires_in"}
    assert (reply["token_type"], reply["expires_in"]) == ("Bearer", 7199)


def test_the_oauth_library_gets_along_with_it(simulator: SimulatorHandle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with OAuth2Session(client=BackendApplicationClient(client_id="id")) as session:
        session.fetch_token(f"{simulator.url}/token/oauth/", client_id="id", client_secret="secret", timeout=10)
        reply = session.get(
            f"{simulator.url}/open_api/consumption/v1/short_term", params={"type": "D-1", **DAY}, timeout=10
        )
    assert reply.status_code == 200


@pytest.mark.parametrize("auth", [None, ("id", ""), ("", "secret")])
def test_a_client_without_credentials_is_refused(client: Client, auth: tuple[str, str] | None) -> None:
    reply = client.token(auth)
    assert reply.status_code == 401
    assert reply.json()["error"] == "invalid_client"


@pytest.mark.parametrize("header", ["Basic !!!", "Basic /w==", "Bearer x", "Basic"])
def test_a_garbled_authorization_is_refused(simulator: SimulatorHandle, header: str) -> None:
    headers = {"Authorization": header}
    assert requests.post(f"{simulator.url}/token/oauth/", headers=headers, timeout=10).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer 9999999999.a.b", "Basic aWQ6c2VjcmV0"])
def test_a_request_without_a_good_token_is_refused(client: Client, header: str) -> None:
    client.headers = {"Authorization": header} if header else {}
    reply = client.get(**DAY)
    assert reply.status_code == 401
    assert reply.json().keys() == {"error", "error_description", "error_uri", "error_details"}
    assert reply.json()["error_details"]["transaction_id"]


def test_named_credentials_short_tokens_and_marks(connect: Callable[[str], Client]) -> None:
    options = SimulatorOptions(("id", "secret"), token_lifetime_s=0, byte_order_mark=ByteOrderMark.ALWAYS)
    with running(SyntheticCurves(), options=options) as handle:
        client = connect(handle.url)
        assert client.token(("id", "wrong")).status_code == 401
        assert client.token().json()["expires_in"] == 0
        assert client.get(**DAY).status_code == 401  # expired as soon as it was given


def test_a_token_outlives_a_restart(client: Client, connect: Callable[[str], Client]) -> None:
    with running(SyntheticCurves()) as handle:
        other = connect(handle.url)
        other.headers = client.headers
        assert other.get(**DAY).status_code == 200


def test_a_share_of_the_replies_has_a_byte_order_mark(client: Client) -> None:
    days = [f"2025-07-{day:02}T00:00:00+02:00" for day in range(1, 12)]
    bodies = [client.get(type="D-2", start_date=start, end_date=end).content for start, end in pairwise(days)]
    assert sum(body.startswith(BOM) for body in bodies) == 5


@pytest.mark.parametrize(("mark", "marked"), [(ByteOrderMark.ALWAYS, True), (ByteOrderMark.NEVER, False)])
def test_the_share_can_be_set(connect: Callable[[str], Client], mark: ByteOrderMark, marked: bool) -> None:  # noqa: FBT001
    with running(SyntheticCurves(), options=SimulatorOptions(byte_order_mark=mark)) as handle:
        assert connect(handle.url).get(**DAY).content.startswith(BOM) is marked


def test_health(simulator: SimulatorHandle) -> None:
    reply = requests.get(f"{simulator.url}/health", timeout=10).json()
    assert reply == {"status": "ok", "now": "2026-01-15T12:00:00+00:00"}


def test_the_clock_can_be_replaced(connect: Callable[[str], Client]) -> None:
    with running(SyntheticCurves(), now=lambda: datetime(2025, 7, 2, 6, tzinfo=UTC)) as handle:
        client = connect(handle.url)
        start, end = DAY.values()
        assert client.blocks(start, end, "REALISED")["REALISED"]
        handle.set_clock(lambda: datetime(2025, 6, 30, 6, tzinfo=UTC))
        assert client.blocks(start, end, "REALISED")["REALISED"] == []
        assert requests.get(f"{handle.url}/health", timeout=10).json()["now"] == "2025-06-30T06:00:00+00:00"


def test_requests_are_counted_by_route_and_status(client: Client, simulator: SimulatorHandle) -> None:
    route = "/open_api/consumption/v1/short_term"
    before = simulator.requests().get(route, {})
    client.get(**DAY)
    client.get(type="nonsense")
    after = requests.get(f"{simulator.url}/simulator/requests", timeout=10).json()
    assert after == simulator.requests()
    assert after[route]["200"] == before.get("200", 0) + 1
    assert after[route]["400"] == before.get("400", 0) + 1
    assert after["/token/oauth/"]["200"] > 0


def test_faults_are_replaced_over_http(client: Client, simulator: SimulatorHandle) -> None:
    url = f"{simulator.url}/simulator/faults"
    assert requests.post(url, json=["403"], timeout=10).json() == {"faults": ["403"]}
    assert client.get(**DAY).status_code == 403
    assert requests.post(url, json=[], timeout=10).status_code == 200
    assert client.get(**DAY).status_code == 200


@pytest.mark.parametrize("body", ['["nonsense"]', '{"a": 1}', "[1]", "[", '"403"'])
def test_a_bad_list_of_faults_is_refused_and_changes_nothing(
    client: Client, simulator: SimulatorHandle, body: str
) -> None:
    simulator.set_faults(["500"])
    reply = requests.post(f"{simulator.url}/simulator/faults", data=body, timeout=10)
    assert reply.status_code == 400
    assert reply.json()["error"]
    assert client.get(**DAY).status_code == 500


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=str(port)), running(SyntheticCurves(), port=port):
            pass
        with pytest.raises(PortInUseError, match="another port"):
            serve(SyntheticCurves(), port=port)


def test_it_serves_until_it_is_interrupted() -> None:
    port = free_port()
    code = (
        "from elec_pipeline.simulator.server import serve\n"
        "from elec_pipeline.simulator.synthetic import SyntheticCurves\n"
        f"serve(SyntheticCurves(), port={port}, faults=['token-403'])"
    )
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stderr is not None
            assert "Started" in process.stderr.readline()
            assert requests.get(f"{url}/health", timeout=10).json()["status"] == "ok"
            assert requests.post(f"{url}/token/oauth/", auth=("id", "secret"), timeout=10).status_code == 403
            process.send_signal(signal.SIGINT)
            _, log = process.communicate(timeout=10)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "Traceback" not in log


def test_the_same_port_is_free_again_after_a_stop() -> None:
    with running(SyntheticCurves()) as first:
        port = int(first.url.rpartition(":")[2])
    with running(SyntheticCurves(), port=port) as second:
        assert requests.get(f"{second.url}/health", timeout=10).status_code == 200


def test_a_slow_answer_does_not_hold_up_the_stop(connect: Callable[[str], Client]) -> None:
    with running(SyntheticCurves(), faults=["slow=60"]) as handle:
        client = connect(handle.url)
        with pytest.raises(requests.exceptions.Timeout):
            client.session.get(
                f"{handle.url}/open_api/consumption/v1/short_term", headers=client.headers, timeout=0.1
            )
        began = time.monotonic()
    assert time.monotonic() - began < 5
