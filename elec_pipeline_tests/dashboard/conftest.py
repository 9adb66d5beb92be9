"""Streamlit's own test of the app, in this process, against a copy of the filled database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.dashboard.world import NOW, copy_of, pointed_at

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
Open = Callable[..., AppTest]


@pytest.fixture
def data(server: EmbeddedServer, filled: str) -> Iterator[str]:
    with copy_of(server, filled) as url:
        yield url


@pytest.fixture
def open_app(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    from dashboard import clock, store
    from dashboard.views import forecast

    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(forecast, "DRAWING_S", 0.0)
    monkeypatch.setenv("ELEC_DAGSTER_URL", "http://127.0.0.1:9")
    contexts: list[AbstractContextManager[pytest.MonkeyPatch]] = []

    def forget() -> None:
        store.engine.clear()
        for cached in (
            store.series, store.issues, store.scored, store.compared, store.scores, store.vintages,
            store.completeness, store.why, store.quarters, store.quarter_issues, store.newest_day, store.day_ahead,
            store.standings, store.newest_within_day, store.newest_week,
        ):  # fmt: skip
            cached.clear()

    def start(database: str, page: str = "", locale: str = "en-GB", **query: str) -> AppTest:
        if contexts:
            store.engine().dispose()  # of the app opened before
        context = pointed_at(database, home)
        context.__enter__()
        contexts.append(context)
        forget()
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.context["locale"] = locale
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        if page:
            # Its own `switch_page` finds pages that are files, and ours are functions.
            pages = {info.get("url_pathname"): key for key, info in app._registered_pages.items()}  # noqa: SLF001
            app._page_hash = pages[page]  # noqa: SLF001
            app.run()
        return app

    yield start
    store.engine().dispose()
    forget()
    for context in reversed(contexts):
        context.__exit__(None, None, None)
