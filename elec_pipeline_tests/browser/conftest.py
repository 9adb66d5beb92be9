"""A real headless Chromium, a real server of the dashboard, a real database that the pipeline filled."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Error, Page, Playwright, expect, sync_playwright
from sqlalchemy import create_engine

from elec_pipeline.store import urls
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.dashboard.world import NOW, TODAY, copy_of
from elec_pipeline_tests.issues_of_weeks import plant_weeks
from elec_pipeline_tests.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE_MS = 90_000
"""On two cores that three other tests keep busy; a page takes a few seconds of both."""
expect.set_options(timeout=PATIENCE_MS)
INSTALL_S = 240
LOOKS = (("en-GB", "light", 1440), ("fr-FR", "dark", 1440), ("fr-FR", "light", 390), ("en-GB", "dark", 390))
"""Locale, theme, width: each with each of another, once."""
every_look = pytest.mark.parametrize(
    ("locale", "theme", "width"),
    [pytest.param(*look, marks=[] if look[0] == "fr-FR" else [pytest.mark.long]) for look in LOOKS],
)
"""French, dark and light, wide and narrow, at every check; most other tests are English."""
Visit = Callable[..., Page]


@pytest.fixture(scope="module")  # its event loop would bar every other one of this thread
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = _chromium(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def rebound_browser() -> Iterator[Browser]:
    """A browser for which `evil.example` leads to this machine, as after DNS rebinding."""
    with sync_playwright() as playwright:
        chromium = _chromium(playwright, "--host-resolver-rules=MAP evil.example 127.0.0.1")
        yield chromium
        chromium.close()


def _chromium(playwright: Playwright, *arguments: str) -> Browser:
    """Return the system's Chromium, else Playwright's own, fetched where it is missing; skips without any."""
    system = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if system:
        return playwright.chromium.launch(executable_path=system, args=arguments)
    with suppress(Error):
        return playwright.chromium.launch(args=arguments)
    with suppress(subprocess.SubprocessError):
        fetch = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(fetch, check=True, capture_output=True, timeout=INSTALL_S)  # noqa: S603 - our own command
    try:
        return playwright.chromium.launch(args=arguments)
    except Error as error:
        reason = str(error).splitlines()[0]
        pytest.skip(f"no Chromium here, and `playwright install chromium` did not bring one that starts: {reason}")


@pytest.fixture(scope="module")
def shared_url(server: EmbeddedServer, filled: str, home: Path) -> Iterator[tuple[str, str]]:
    """Address of a dashboard and its database, for tests that change nothing."""
    with copy_of(server, filled) as database:
        engine = create_engine(urls.for_sqlalchemy(database))
        plant_weeks(engine, TODAY)
        engine.dispose()
        with served(database, home) as url:
            yield url, database


@pytest.fixture
def own_data(server: EmbeddedServer, filled: str) -> Iterator[str]:
    with copy_of(server, filled) as database:
        yield database


@contextmanager
def served(database: str, home: Path, now: datetime = NOW) -> Iterator[str]:
    """Serve the dashboard over a database for as long as the block lasts; yields its address."""
    port = free_port()
    environment = {
        **os.environ, "DATABASE_URL": database, "ELEC_HOME": str(home), "ELEC_DAGSTER_URL": "http://127.0.0.1:9",
    }  # fmt: skip
    command = [sys.executable, "-m", "elec_pipeline_tests.browser.serve", str(port), now.isoformat()]
    log = home / f"dashboard-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(requests.RequestException):
            if requests.get(f"{url}/_stcore/health", timeout=2).ok:
                return
        time.sleep(0.1)
    pytest.fail(f"the dashboard did not start: {log.read_text()[-2000:]}")


Look = tuple[str, str, int]


@pytest.fixture(scope="module")
def idle_pages() -> dict[Look, list[Page]]:
    """Pages that earlier tests have left, empty and without a cookie.

    A renderer that has compiled the page's megabytes of JavaScript once opens it in a third of the time.
    """
    return {}


@pytest.fixture
def visit(browser: Browser, idle_pages: dict[Look, list[Page]]) -> Iterator[Visit]:
    """Opens an address as somebody who was never there; at the end no page may have shown a stack trace."""
    pages: list[tuple[Look, Page]] = []

    def open_page(url: str, *, locale: str = "en-GB", theme: str = "light", width: int = 1440) -> Page:
        look = (locale, theme, width)
        waiting = idle_pages.setdefault(look, [])
        page = waiting.pop() if waiting else _page(browser, look)
        pages.append((look, page))
        page.goto(url)
        return page

    yield open_page
    for _, page in pages:
        text = page.locator("body").inner_text()
        assert "Traceback" not in text
        assert page.locator("[data-testid=stException]").count() == 0
    for look, page in pages:
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.goto("about:blank")
        page.context.clear_cookies()
        idle_pages[look].append(page)


def _page(browser: Browser, look: Look) -> Page:
    locale, theme, width = look
    context = browser.new_context(
        locale=locale, timezone_id="America/New_York", color_scheme=theme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 900}, accept_downloads=True, reduced_motion="reduce",
    )  # fmt: skip
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()
