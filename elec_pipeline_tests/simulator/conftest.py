"""One simulator over real HTTP for all tests of this folder, with a clock that tests can set."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from elec_pipeline.simulator.server import SimulatorHandle, running
from elec_pipeline.simulator.synthetic import SyntheticCurves

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
API = "/open_api/consumption/v1/short_term"


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def set(self, iso: str) -> None:
        self.now = datetime.fromisoformat(iso)


@dataclass
class Client:
    """A client that knows the protocol by itself."""

    url: str
    session: requests.Session
    headers: dict[str, str] = field(default_factory=dict)

    def token(self, auth: tuple[str, str] | None = ("id", "secret")) -> requests.Response:
        return self.session.post(f"{self.url}/token/oauth/", auth=auth, timeout=10)

    def get(self, **query: str) -> requests.Response:
        return self.session.get(self.url + API, params=query, headers=self.headers, timeout=10)

    def blocks(self, start: str, end: str, types: str = "") -> dict[str, list[dict[str, Any]]]:
        query = {"start_date": start, "end_date": end} | ({"type": types} if types else {})
        reply = self.get(**query)
        assert reply.status_code == 200, reply.text
        body = json.loads(reply.content.decode("utf-8-sig"))
        return {block["type"]: block["values"] for block in body["short_term"]}


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def shared_simulator(clock: Clock) -> Iterator[SimulatorHandle]:
    with running(SyntheticCurves(seed=1), now=clock) as handle:
        yield handle


@pytest.fixture
def simulator(shared_simulator: SimulatorHandle, clock: Clock) -> Iterator[SimulatorHandle]:
    clock.now = NOW
    yield shared_simulator
    shared_simulator.set_faults([])


@pytest.fixture
def connect() -> Iterator[Callable[[str], Client]]:
    with requests.Session() as session:

        def connected(url: str) -> Client:
            client = Client(url, session)
            client.headers["Authorization"] = f"Bearer {client.token().json()['access_token']}"
            return client

        yield connected


@pytest.fixture
def client(simulator: SimulatorHandle, connect: Callable[[str], Client]) -> Client:
    return connect(simulator.url)
