"""A page of another origin, in a real browser on the operator's machine, tries to use what runs there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from elec_pipeline_tests.serving.servers import START, DagsterUi, api_alone, dagster, dashboard_alone

pytestmark = pytest.mark.timeout(120)
PATIENCE_MS = 30_000
EVIL = "evil.example"
RUNNING = "RUNNING"
TRIES = """
const settle = (promise, ms) => Promise.race([promise, new Promise(done => setTimeout(() => done('nothing'), ms))]);
const image = url => settle(new Promise(done => {
    const each = new Image(); each.onload = () => done('loaded'); each.onerror = () => done('error'); each.src = url;
}), 5000);
const fetched = (url, options) => settle(
    fetch(url, options).then(reply => reply.ok || reply.type === 'opaque' ? reply.text() : '').catch(() => ''), 5000);
const socket = (url, protocol) => settle(new Promise(done => {
    const each = new WebSocket(url, protocol); each.onopen = () => { each.close(); done('open'); };
    each.onerror = () => done('refused');
}), 5000);
const form = (url, type, fields) => settle(new Promise(done => {
    const frame = document.createElement('iframe'), each = document.createElement('form');
    frame.name = 'target' + Math.random(); each.target = frame.name; each.method = 'POST'; each.action = url;
    each.enctype = type;
    for (const [name, value] of Object.entries(fields)) {
        const input = document.createElement('input'); input.name = name; input.value = value; each.append(input);
    }
    document.body.append(frame, each);
    frame.onload = () => setTimeout(() => done('sent'), 500);
    each.submit();
}), 5000);
"""


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterUi]:
    with dagster(tmp_path_factory.mktemp("dagster")) as served:
        yield served


@pytest.fixture(scope="module")
def hostile_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "index.html").write_text("<!doctype html><title>Hello</title><body>Nothing to see here.")
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder))) as server:  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def page(rebound_browser: Browser) -> Iterator[Page]:
    with rebound_browser.new_context() as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()


def tried(page: Page, script: str) -> object:
    return page.evaluate(f"async () => {{ {TRIES} return {script}; }}")


def attack_dagster(page: Page, url: str) -> dict[str, object]:
    """Try all that a page can do to Dagster's UI; returns what each try brought."""
    address = f"{url}/graphql?query={quote(START)}"
    body = f"JSON.stringify({{query: {START!r}}})"
    version = f"{url}/graphql?query={quote('{ version }')}"
    return {
        "image": tried(page, f"await image({address!r})"),
        "blind post": tried(
            page, f"await fetched({url + '/graphql'!r}, {{method: 'POST', mode: 'no-cors', body: {body}}})"
        ),
        "blind post of an address": tried(
            page, f"await fetched({address!r}, {{method: 'POST', mode: 'no-cors'}})"
        ),
        "post": tried(
            page,
            f"await fetched({url + '/graphql'!r}, {{method: 'POST', body: {body}, headers: {{'Content-Type': 'application/json'}}}})",
        ),
        "form": tried(page, f"await form({address!r}, 'application/x-www-form-urlencoded', {{}})"),
        "form as text": tried(
            page, f"await form({url + '/graphql'!r}, 'text/plain', {{'{{\"query\": 1, \"x': '\"}}'}})"
        ),
        "read": tried(page, f"await fetched({version!r})"),
        "websocket": tried(page, f"await socket({url.replace('http', 'ws') + '/graphql'!r}, 'graphql-ws')"),
    }


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", EVIL])
def test_a_page_of_another_origin_can_do_nothing_to_dagster(
    ui: DagsterUi, hostile_port: int, page: Page, name: str
) -> None:
    ui.stop_schedule()
    page.goto(f"http://{name}:{hostile_port}/")
    brought = attack_dagster(page, ui.url)
    assert ui.schedule_status() == "STOPPED"
    assert brought["image"] == "error"
    assert brought["websocket"] == "refused"
    assert not any("data" in str(each) or "version" in str(each) for each in brought.values())


def test_dagsters_own_server_would_let_it(hostile_port: int, page: Page, tmp_path: Path) -> None:
    with dagster(tmp_path, is_bare=True) as bare:
        page.goto(f"http://{EVIL}:{hostile_port}/")
        brought = attack_dagster(page, bare.url)
        assert bare.schedule_status() == RUNNING
        assert brought["websocket"] == "open"


def test_a_page_that_rebinds_its_name_can_do_nothing(ui: DagsterUi, page: Page) -> None:
    ui.stop_schedule()
    rebound = ui.url.replace("127.0.0.1", EVIL)
    reply = page.goto(rebound)
    assert reply is not None
    assert reply.status == 403
    brought = attack_dagster(page, rebound)  # of its own origin now, as the browser sees it
    assert ui.schedule_status() == "STOPPED"
    assert brought["websocket"] == "refused"
    assert not any("data" in str(each) for each in brought.values())


def test_no_page_shows_it_in_a_frame_to_have_it_clicked(ui: DagsterUi, hostile_port: int, page: Page) -> None:
    page.goto(f"http://127.0.0.1:{hostile_port}/")
    with page.expect_response(f"{ui.url}/"):
        page.evaluate(f"document.body.innerHTML = '<iframe src=\"{ui.url}/\"></iframe>'")
    page.wait_for_timeout(500)
    assert "Dagster" not in page.frames[-1].content()


def test_the_operators_own_page_works(ui: DagsterUi, page: Page) -> None:
    ui.stop_schedule()
    failed: list[str] = []
    page.on("response", lambda reply: failed.append(reply.url) if reply.status >= 400 else None)  # noqa: PLR2004
    with page.expect_websocket(lambda socket: socket.url.endswith("/graphql")) as opened:
        page.goto(f"{ui.url}/locations/tiny/schedules/yearly")
    expect(page.get_by_text("yearly").first).to_be_visible()
    switch = page.get_by_role("switch").first
    expect(page.locator("input[type=checkbox], [role=switch], button[role=checkbox]").first).to_be_attached()
    switch.click()
    expect(switch).to_be_checked()
    assert ui.schedule_status() == RUNNING
    assert not opened.value.is_closed()
    assert not failed


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", EVIL])
def test_a_page_of_another_origin_reads_nothing_of_dashboard_and_api(
    hostile_port: int, page: Page, tmp_path: Path, name: str
) -> None:
    (tmp_path / "api").mkdir()
    with dashboard_alone(tmp_path) as board, api_alone(tmp_path / "api") as api:
        page.goto(f"http://{name}:{hostile_port}/")
        stream = board.replace("http", "ws") + "/_stcore/stream"
        assert tried(page, f"await socket({stream!r}, 'streamlit')") == "refused"
        assert not tried(page, f"await fetched({board + '/_stcore/health'!r})")
        is_same_host = name == "127.0.0.1"  # the API is open to the other ports of its host
        assert bool(tried(page, f"await fetched({api + '/openapi.json'!r})")) == is_same_host
        for url in (board, api):
            rebound = url.replace("127.0.0.1", EVIL)
            reply = page.goto(f"{rebound}/")
            assert reply is not None
            assert reply.status == 403
            assert not tried(page, f"await fetched({rebound + '/openapi.json'!r})")
        stream = stream.replace("127.0.0.1", EVIL)
        page.goto(board.replace("127.0.0.1", EVIL))
        assert tried(page, f"await socket({stream!r}, 'streamlit')") == "refused"
