"""The dashboard and the JSON API behind the same layer, over real HTTP and websockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from elec_pipeline.simulator.server import running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline_tests.serving.servers import ROOT, api_alone, dashboard_alone

STREAM = "_stcore/stream"
READABLE = ["", "_stcore/health", "_stcore/host-config", "media/x", STREAM]


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with dashboard_alone(tmp_path_factory.mktemp("dashboard")) as url:
        yield url


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with api_alone(tmp_path_factory.mktemp("api")) as url:
        yield url


def opens(url: str, page: str | None, **headers: str) -> bool:
    """Tell whether the dashboard's websocket opens for a page."""
    address = f"ws://{url.removeprefix('http://')}/{STREAM}"
    try:
        with connect(address, origin=Origin(page) if page else None, additional_headers=headers):
            return True
    except InvalidStatus as refused:
        assert refused.response.status_code in {401, 403}  # noqa: PT017
        return False


def test_the_dashboard_opens_for_its_own_page(board: str) -> None:
    assert requests.get(board, headers={"Sec-Fetch-Site": "none"}, timeout=9).ok
    assert opens(board, board)
    assert opens(board, None)


def test_the_dashboard_listens_on_loopback_unasked(board: str) -> None:
    port = int(board.rpartition(":")[2])
    listening = [each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN]
    assert {each.laddr[0] for each in listening if each.laddr and each.laddr[1] == port} == {"127.0.0.1"}


def test_the_image_listens_on_loopback_unasked() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith(("CMD", "ENTRYPOINT"))] == ['CMD ["elec", "up"]']


@pytest.mark.parametrize("page", ["http://evil.example", "null", "http://localhost:3000", "http://127.0.0.1:3000"])
def test_the_dashboard_is_closed_to_other_pages(board: str, page: str) -> None:
    assert not opens(board, page)
    for path in READABLE:
        assert requests.get(f"{board}/{path}", headers={"Origin": page}, timeout=9).status_code == 403


def test_the_dashboard_is_closed_under_a_foreign_name(board: str) -> None:
    port = board.rpartition(":")[2]
    name = f"evil.example:{port}"
    for path in READABLE:
        assert requests.get(f"{board}/{path}", headers={"Host": name}, timeout=9).status_code == 403
    with (
        socket.create_connection(("127.0.0.1", int(port))) as rebound,
        pytest.raises(InvalidStatus, match="403"),
    ):
        connect(f"ws://{name}/{STREAM}", sock=rebound, origin=Origin(f"http://{name}"))


def test_the_dashboard_asks_for_the_password_where_one_is_set(tmp_path: Path) -> None:
    with dashboard_alone(tmp_path, ELEC_UI_PASSWORD="open") as url:
        assert requests.get(url, timeout=9).status_code == 401
        assert requests.get(url, auth=("any", "wrong"), timeout=9).status_code == 401
        assert requests.get(url, auth=("any", "open"), timeout=9).ok
        assert not opens(url, url)
        assert opens(url, url, Authorization="Basic YW55Om9wZW4=")
        assert requests.get(f"{url}/_stcore/health", timeout=9).ok


@pytest.mark.parametrize("path", ["openapi.json", "docs", "health"])
def test_the_api_is_closed_under_a_foreign_name_and_to_pages_of_other_hosts(api: str, path: str) -> None:
    assert requests.get(f"{api}/{path}", headers={"Host": "evil.example"}, timeout=9).status_code == 403
    for page in ("http://evil.example", "null", "http://localhost:3000"):
        assert requests.get(f"{api}/{path}", headers={"Origin": page}, timeout=9).status_code == 403
    embedded = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert requests.get(f"{api}/{path}", headers=embedded, timeout=9).status_code == 403


def test_the_api_computes_nothing_for_pages_of_other_hosts(api: str) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
        assert requests.post(f"{api}/predict", json={}, headers=headers, timeout=9).status_code == 403


def test_the_api_is_open_to_pages_on_other_ports_of_its_host(api: str) -> None:
    reply = requests.get(f"{api}/openapi.json", headers={"Origin": "http://127.0.0.1:3000"}, timeout=9)
    assert reply.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:3000"


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_no_page_plans_faults_of_the_simulator(headers: dict[str, str]) -> None:
    with running(SyntheticCurves()) as simulator:
        faults = f"{simulator.url}/simulator/faults"
        assert requests.post(faults, json=["429:2"], headers=headers, timeout=9).status_code == 403
        assert requests.get(f"{simulator.url}/health", timeout=9).ok
