"""Faults of whole requests."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest
import requests

from elec_pipeline.simulator.faults import ALLOWED, FaultPlan, HttpFaultKind, Route, ValueFaultKind
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline_tests.simulator.conftest import Client

DAY = {"start_date": "2025-07-01T00:00:00+02:00", "end_date": "2025-07-02T00:00:00+02:00"}


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_fault_hits_so_many_requests_and_is_gone(
    client: Client, simulator: SimulatorHandle, status: int
) -> None:
    simulator.set_faults([f"{status}:2"])
    assert client.token().status_code == 200
    assert [client.get(**DAY).status_code for _ in range(3)] == [status, status, 200]


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_the_token_route_has_its_own_faults(client: Client, simulator: SimulatorHandle, status: int) -> None:
    simulator.set_faults([f"token-{status}:1"])
    assert client.get(**DAY).status_code == 200
    assert [client.token().status_code for _ in range(2)] == [status, 200]


def test_without_a_number_a_fault_lasts(client: Client, simulator: SimulatorHandle) -> None:
    simulator.set_faults(["500"])
    assert {client.get(**DAY).status_code for _ in range(5)} == {500}


def test_faults_hit_in_their_order(client: Client, simulator: SimulatorHandle) -> None:
    simulator.set_faults(["429:1", "503:2", "500:1"])
    assert [client.get(**DAY).status_code for _ in range(5)] == [429, 503, 503, 500, 200]


@pytest.mark.parametrize(("spec", "seconds"), [("429", "1"), ("429=30:1", "30"), ("429=0.5", "0.5")])
def test_too_many_requests_says_when_to_come_back(
    client: Client, simulator: SimulatorHandle, spec: str, seconds: str
) -> None:
    simulator.set_faults([spec])
    assert client.get(**DAY).headers["Retry-After"] == seconds


def test_the_bodies_of_errors(client: Client, simulator: SimulatorHandle) -> None:
    simulator.set_faults(["401:1", "403:1", "500:1", "503:1", "token-401:1"])
    refused, forbidden, broken, gateway = (client.get(**DAY) for _ in range(4))
    for reply in (refused, forbidden, broken):
        assert reply.json()["error_details"]["transaction_id"]
    assert len({reply.json()["error_details"]["transaction_id"] for reply in (refused, forbidden, broken)}) == 3
    assert "subscribed" in forbidden.json()["error_description"]
    assert gateway.headers["Content-Type"].startswith("text/html")
    assert gateway.text.startswith("<html>")
    assert client.token().json()["error"] == "invalid_client"


def test_cut_off_json(client: Client, simulator: SimulatorHandle) -> None:
    simulator.set_faults(["cut:1"])
    cut, sound = client.get(**DAY), client.get(**DAY)
    assert cut.status_code == 200
    assert sound.content.startswith(cut.content)
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut.content.decode("utf-8-sig"))


def test_a_slow_answer_is_right_in_the_end(client: Client, simulator: SimulatorHandle) -> None:
    simulator.set_faults(["slow=0.4:1"])
    began = time.monotonic()
    assert client.get(**DAY).status_code == 200
    between = time.monotonic()
    assert client.get(**DAY).status_code == 200
    assert between - began >= 0.4 > time.monotonic() - between


def test_a_slow_answer_times_out_an_impatient_client_and_holds_up_no_other(
    client: Client, simulator: SimulatorHandle
) -> None:
    simulator.set_faults(["slow=4:1"])
    began = time.monotonic()
    url = f"{simulator.url}/open_api/consumption/v1/short_term"
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.session.get(url, headers=client.headers, timeout=0.1)
    assert client.get(**DAY).status_code == 200
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "spec",
    [
        "", "418", "429:0", "429:x", "429:-1", "500=3", "slow=-1", "slow=fast", "missing", "teapot@2025-06-01",
        "missing@", "missing@June", "missing@2025-06-01T10:00", "missing@2025-06-31", "null=3@2025-06-01",
        "missing@2025-06-01/D-9", "missing@2025-06-02..2025-06-01", "token-missing@2025-06-01",
    ],
)  # fmt: skip
def test_a_string_that_is_no_fault_is_told_what_is(spec: str) -> None:
    with pytest.raises(ValueError, match="is no fault") as caught:
        FaultPlan.parse([spec])
    assert ALLOWED in str(caught.value)


def test_every_fault_is_in_the_list_of_what_is_allowed() -> None:
    for kind in (*HttpFaultKind, *ValueFaultKind):
        assert kind.value in ALLOWED


def test_parsed_parts() -> None:
    plan = FaultPlan.parse(["token-slow=2.5:3", "revised=-3@2025-03-30/all", " nd@2025-06-01T12:00+02:00/D-1 "])
    (slow,) = plan.of_requests
    assert (slow.route, slow.kind, slow.argument, slow.times) == (Route.TOKEN, HttpFaultKind.SLOW, 2.5, 3)
    revised, nd = plan.of_values
    assert (revised.argument, len(revised.load_types)) == (-3, 5)
    assert (revised.end - revised.start).total_seconds() == 23 * 3600
    assert nd.start == datetime(2025, 6, 1, 10, tzinfo=UTC)
    assert nd.load_types == {"D-1"}
