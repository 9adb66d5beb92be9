"""The real web server of Dagster behind our layers, asked over real HTTP."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from dashboard import runs
from elec_pipeline.serving import dagster_ui
from elec_pipeline.serving.password import login
from elec_pipeline_tests.ports import free_port
from elec_pipeline_tests.serving.servers import START, DagsterUi, dagster, environment, instance

FOREIGN = [
    "http://evil.example",
    "null",
    "http://127.0.0.1:9",
    "http://[",
    "https://127.0.0.1",
    "http://localhost",
]
PROTOCOL = Subprotocol("graphql-ws")
SECRET = "correct: horse é"


def test_a_client_without_origin_and_the_own_page_operate_it(ui: DagsterUi) -> None:
    assert "ScheduleStateResult" in ui.post(START).text
    assert ui.schedule_status() == "RUNNING"
    ui.stop_schedule()
    assert "ScheduleStateResult" in ui.post(START, Origin=ui.url, Sec_Fetch_Site="same-origin").text
    assert ui.schedule_status() == "RUNNING"


@pytest.mark.parametrize("path", ["graphql", "graphql%0A", "graphql/", "/graphql"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_an_address_changes_nothing(ui: DagsterUi, method: str, path: str) -> None:
    for query in (START, f"query Harmless {{ version }} {START.replace('mutation', 'mutation Harmful')}"):
        for named in ({}, {"operationName": "Harmful"}):
            given = {"query": query, **named}
            reply = requests.request(method, f"{ui.url}/{path}", params=given, timeout=20)
            assert reply.status_code == 405
    assert ui.schedule_status() == "STOPPED"


def test_the_last_of_several_operations_in_an_address_counts_too(ui: DagsterUi) -> None:
    several = [("query", "{ version }"), ("query", START), ("query", "{ version }")]
    assert requests.get(f"{ui.url}/graphql", params=several, timeout=20).status_code == 405
    assert ui.schedule_status() == "STOPPED"


def test_a_question_in_an_address_is_answered(ui: DagsterUi) -> None:
    reply = requests.get(f"{ui.url}/graphql", params={"query": "{ version }"}, timeout=20)
    assert reply.json()["data"]["version"]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_page_of_another_origin_neither_writes_nor_reads(ui: DagsterUi, origin: str) -> None:
    assert ui.post(START, Origin=origin).status_code == 403
    assert ui.post("{ version }", Origin=origin).status_code == 403
    reported = requests.post(
        f"{ui.url}/report_asset_materialization/thing", headers={"Origin": origin}, timeout=20
    )
    assert reported.status_code == 403
    assert "version" not in requests.get(f"{ui.url}/server_info", headers={"Origin": origin}, timeout=20).text
    assert ui.schedule_status() == "STOPPED"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:3000", "192.0.2.1", "localhost.evil.example", "a@localhost"]
)
def test_a_foreign_name_is_refused_even_where_the_page_bears_it_too(ui: DagsterUi, host: str) -> None:
    for page in ({}, {"Origin": f"http://{host}"}, {"Sec-Fetch-Site": "same-origin"}):
        asked = {"Host": host, **page}
        reply = requests.post(f"{ui.url}/graphql", json={"query": START}, headers=asked, timeout=20)
        assert reply.status_code == 403
        assert requests.get(ui.url, headers=asked, timeout=20).status_code == 403
    assert ui.schedule_status() == "STOPPED"


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; application/json", "multipart/form-data; boundary=x"])
def test_what_a_form_can_send_is_not_taken(ui: DagsterUi, kind: str) -> None:
    body = f'{{"query": {START!r}}}'.replace("'", '"')
    reply = requests.post(f"{ui.url}/graphql", data=body, headers={"Content-Type": kind}, timeout=20)
    assert reply.status_code == 415
    assert ui.schedule_status() == "STOPPED"


@pytest.mark.parametrize("origin", [None, "own", *FOREIGN])
def test_a_websocket_opens_for_the_own_page_and_for_no_other(ui: DagsterUi, origin: str | None) -> None:
    page = Origin(ui.url if origin == "own" else origin) if origin else None
    address = f"ws://{ui.host}/graphql"
    if origin in {None, "own"}:
        with connect(address, origin=page, subprotocols=[PROTOCOL]) as opened:
            opened.send('{"type": "connection_init"}')
            assert "connection_ack" in str(opened.recv(20))
    else:
        with pytest.raises(InvalidStatus, match="403"):
            connect(address, origin=page, subprotocols=[PROTOCOL])


def test_no_other_page_shows_it_in_a_frame(ui: DagsterUi) -> None:
    headers = requests.get(ui.url, timeout=20).headers
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert "script-src" in headers["Content-Security-Policy"]  # Dagster's own rules stand beside it


@pytest.mark.parametrize("program", ["Dagster's UI", "elec up"])
def test_without_a_password_it_listens_on_loopback_only(folder: Path, program: str) -> None:
    command = dagster_ui.command(str(instance(folder)), "0.0.0.0", free_port())  # noqa: S104
    if program == "elec up":
        command = [str(Path(sys.executable).with_name("elec")), "up", "--host", "0.0.0.0"]  # noqa: S104
    here = environment(folder, {"DAGSTER_HOME": str(folder)})
    ended = subprocess.run(command, cwd=folder, env=here, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "ELEC_UI_PASSWORD" in ended.stderr


def test_with_a_password_it_listens_everywhere_warns_and_asks(folder: Path) -> None:
    with dagster(folder, "0.0.0.0", ELEC_UI_PASSWORD=SECRET, ELEC_ALLOWED_HOSTS="elec.example") as ui:  # noqa: S104
        log = (folder / "server.log").read_text()
        assert "Warning" in log
        assert SECRET not in log
        for user in (None, ("elec", "wrong"), ("elec", "")):
            refused = requests.post(f"{ui.url}/graphql", json={"query": START}, auth=user, timeout=20)
            assert refused.status_code == 401
            assert refused.headers["WWW-Authenticate"].startswith("Basic")
            assert requests.get(ui.url, auth=user, timeout=20).status_code == 401
        with pytest.raises(InvalidStatus):
            connect(f"ws://{ui.host}/graphql", subprotocols=[PROTOCOL])
        assert ui.schedule_status() == "STOPPED"
        # The password is what browsers send by themselves: another page is refused all the same.
        assert ui.post(START, Origin="http://evil.example").status_code == 403
        assert ui.post(START, Host="elec.example", Origin="https://elec.example").ok
        assert ui.schedule_status() == "RUNNING"
        assert runs.ask(ui.url, SECRET) is not None
        assert runs.ask(ui.url) is None


def test_behind_a_proxy_it_lies_under_the_path_of_its_address_and_can_be_read_only(folder: Path) -> None:
    url = "https://elec.example/dagster/"
    with dagster(
        folder, prefix="/dagster", ELEC_UI_PASSWORD=SECRET, ELEC_DAGSTER_URL=url, ELEC_DAGSTER_READ_ONLY="true"
    ) as ui:
        assert requests.get(f"{ui.url}/runs", timeout=20).status_code == 401
        assert requests.get(ui.url.removesuffix("/dagster"), timeout=20).status_code == 401
        page = requests.get(f"{ui.url}/runs", headers=login(SECRET), timeout=20)
        assert page.ok
        assert '"/dagster"' in page.text
        refused = ui.post(START)
        assert "UnauthorizedError" in refused.text
        assert ui.schedule_status() == "STOPPED"
        address = f"ws://{ui.host}/graphql"
        with connect(address, additional_headers=login(SECRET), subprotocols=[PROTOCOL]) as opened:
            opened.send('{"type": "connection_init"}')
            assert "connection_ack" in str(opened.recv(20))
