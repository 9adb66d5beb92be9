"""A page of another origin, in a real browser on the operator's machine, tries to use what runs there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from elec_pipeline_tests.browser.conftest import PATIENCE_MS
from elec_pipeline_tests.serving.servers import START, DagsterUi, api_alone, dagster, dashboard_alone

pytestmark = pytest.mark.timeout(600)
EVIL = "evil.example"
NAMES = ["127.0.0.1", "localhost", EVIL]
"""Of the hostile page: another port of the same host, another name of this machine, another site."""
OWN_WAYS = """
const settle = each => Promise.race([each, new Promise(done => setTimeout(() => done('nothing'), 5000))]);
const image = url => settle(new Promise(done => {
    const each = new Image();
    each.onload = () => done('loaded'); each.onerror = () => done('error'); each.src = url;
}));
const read = reply => reply.ok ? reply.text() : '';
const fetched = (url, options) => settle(fetch(url, options).then(read).catch(() => ''));
const posted = (url, options) => fetched(url, {method: 'POST', ...options});
const asJson = {'Content-Type': 'application/json'};
const socket = (url, protocol) => settle(new Promise(done => {
    const each = new WebSocket(url, protocol);
    each.onopen = () => { each.close(); done('open'); }; each.onerror = () => done('refused');
}));
const form = url => settle(new Promise(done => {
    const frame = document.createElement('iframe'), each = document.createElement('form');
    frame.name = each.target = 'hidden'; each.method = 'POST'; each.action = url;
    frame.onload = () => setTimeout(() => { frame.remove(); each.remove(); done('sent'); }, 300);
    document.body.append(frame, each);
    each.submit();
}));
"""
BY_ADDRESS = {
    "image": "image(address)",
    "blind post": "posted(address, {mode: 'no-cors'})",
    "form": "form(address)",
}
"""What needs no permission of the server, and changes something where addresses can."""
BY_BODY = {
    "blind body": "posted(url, {mode: 'no-cors', body})",
    "blind body as nothing": "posted(url, {mode: 'no-cors', body: new Blob([body])})",
    "body": "posted(url, {body, headers: asJson})",
}


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterUi]:
    with dagster(tmp_path_factory.mktemp("dagster")) as served:
        yield served


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Addresses of a dashboard and of a JSON API."""
    with (
        dashboard_alone(tmp_path_factory.mktemp("dashboard")) as board,
        api_alone(tmp_path_factory.mktemp("api")) as api,
    ):
        yield board, api


@pytest.fixture(scope="module")
def hostile_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "index.html").write_text("<!doctype html><title>Hello</title><body>Nothing to see here.")
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder))) as server:
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


def tried(page: Page, way: str, url: str = "") -> object:
    """Return what a way to use Dagster's GraphQL at a URL brought, as far as the page can tell."""
    address, body = f"{url}?query={quote(START)}", f"JSON.stringify({{query: {START!r}}})"
    known = f"const url = {url!r}, address = {address!r}, body = {body};"
    return page.evaluate(f"async () => {{ {OWN_WAYS} {known} return await {way}; }}")


def try_all(page: Page, url: str) -> list[str]:
    """Try all that a page can do to Dagster's UI; returns what could be read, and what opened."""
    graphql = f"{url}/graphql"
    brought = [tried(page, way, graphql) for way in (*BY_ADDRESS.values(), *BY_BODY.values())]
    brought.append(tried(page, f"fetched(url + '?query={quote('{ version }')}')", graphql))
    brought.append(tried(page, f"fetched({url + '/server_info'!r})"))
    brought.append(tried(page, f"socket({graphql.replace('http', 'ws')!r}, 'graphql-ws')"))
    return [str(each) for each in brought if each not in {"error", "sent", "refused", ""}]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_another_origin_can_do_nothing_to_dagster(
    ui: DagsterUi, hostile_port: int, page: Page, name: str
) -> None:
    ui.stop_schedule()
    page.goto(f"http://{name}:{hostile_port}/")
    assert try_all(page, ui.url) == []
    assert ui.schedule_status() == "STOPPED"


def test_a_page_that_rebinds_its_name_can_do_nothing(ui: DagsterUi, page: Page) -> None:
    ui.stop_schedule()
    rebound = ui.url.replace("127.0.0.1", EVIL)
    assert _status(page.goto(rebound)) == 403
    assert try_all(page, rebound) == []  # to the browser they are of one origin now
    assert ui.schedule_status() == "STOPPED"


def test_without_the_layers_the_same_page_would_operate_dagster(
    hostile_port: int, page: Page, tmp_path: Path
) -> None:
    with dagster(tmp_path, is_bare=True) as bare:
        page.goto(f"http://{EVIL}:{hostile_port}/")
        for way in BY_ADDRESS.values():
            bare.stop_schedule()
            tried(page, way, f"{bare.url}/graphql")
            assert bare.schedule_status() == "RUNNING", way
        assert "open" in try_all(page, bare.url)
        rebound = bare.url.replace("127.0.0.1", EVIL)
        page.goto(rebound)
        bare.stop_schedule()
        tried(page, BY_BODY["body"], f"{rebound}/graphql")
        assert bare.schedule_status() == "RUNNING"


def test_no_page_shows_it_in_a_frame_to_have_it_clicked(ui: DagsterUi, hostile_port: int, page: Page) -> None:
    page.goto(f"http://127.0.0.1:{hostile_port}/")
    with page.expect_response(f"{ui.url}/"):
        page.evaluate("url => { document.body.innerHTML = `<iframe src='${url}/'></iframe>`; }", ui.url)
    page.wait_for_timeout(300)
    assert page.frames[-1].url.startswith("chrome-error:")


def test_the_operators_own_page_works(ui: DagsterUi, page: Page) -> None:
    ui.stop_schedule()
    refused: list[str] = []
    page.on("response", lambda reply: refused.append(reply.url) if reply.status in {401, 403, 405, 415} else None)
    with page.expect_websocket(lambda socket: socket.url.endswith("/graphql")) as opened:
        page.goto(f"{ui.url}/locations/tiny/schedules/yearly")
    switch = page.locator("input[type=checkbox]").first
    expect(switch).to_be_attached()
    with page.expect_response(lambda reply: "mutation" in (reply.request.post_data or "")):
        switch.dispatch_event("click")
    assert ui.schedule_status() == "RUNNING"
    assert not opened.value.is_closed()
    assert not refused


def test_a_link_from_another_page_leads_to_it(ui: DagsterUi, hostile_port: int, page: Page) -> None:
    page.goto(f"http://{EVIL}:{hostile_port}/")
    page.evaluate("url => { document.body.innerHTML = `<a href='${url}/overview'>Runs</a>`; }", ui.url)
    page.get_by_text("Runs").click()
    expect(page.get_by_text("Overview").first).to_be_visible()


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_another_origin_reads_nothing_of_dashboard_and_api(
    others: tuple[str, str], hostile_port: int, page: Page, name: str
) -> None:
    board, api = others
    stream = f"{board.replace('http', 'ws')}/_stcore/stream"
    page.goto(f"http://{name}:{hostile_port}/")
    assert tried(page, f"socket({stream!r}, 'streamlit')") == "refused"
    assert tried(page, f"fetched({board + '/_stcore/health'!r})") == ""
    is_same_host = name == "127.0.0.1"  # the API is open to the other ports of its host
    assert bool(tried(page, f"fetched({api + '/openapi.json'!r})")) == is_same_host


def test_a_page_that_rebinds_its_name_reads_nothing_of_dashboard_and_api(
    others: tuple[str, str], page: Page
) -> None:
    for url in others:
        rebound = url.replace("127.0.0.1", EVIL)
        assert _status(page.goto(f"{rebound}/docs")) == 403
        for path in ("openapi.json", "health", "_stcore/health"):
            assert tried(page, f"fetched('/{path}')") == ""
        stream = f"{rebound.replace('http', 'ws')}/_stcore/stream"
        assert tried(page, f"socket({stream!r}, 'streamlit')") == "refused"


def test_whoever_gives_the_password_sees_the_dashboard(rebound_browser: Browser, tmp_path: Path) -> None:
    known = {"username": "me", "password": "sésame"}
    with (
        dashboard_alone(tmp_path, ELEC_UI_PASSWORD="sésame") as board,
        rebound_browser.new_context(http_credentials=known) as context,  # type: ignore[arg-type]
    ):
        page = context.new_page()
        page.goto(board)
        # What the page shows comes over the websocket, for which the browser sends the password by itself.
        expect(page.get_by_text("Licence Ouverte")).to_be_visible(timeout=PATIENCE_MS)


def _status(reply: Response | None) -> int:
    return reply.status if reply else 0
