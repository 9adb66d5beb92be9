"""The dashboard over ten years: `python -m benchmarks.dashboard`. Needs Chromium.

Ten years of hours, RTE's D-1 and two issues a day go into a scratch database. Then, in headless Chromium against
a real server: from opening the address to the first chart (budget 1 s), from a click on another period to its
chart (budget 0.3 s), and the server's memory after many visits and periods.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import psutil
import requests
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Connection, Engine, text

from benchmarks.scratch import scratch_engine
from elec_pipeline.domain.delivery_day import Issue, day_start, days, delivery_day, hours, issue_time
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.store.bulk import copy
from elec_pipeline.store.tables import chronos_predictions, hourly_consumption, rte_forecasts

YEARS = 10
VISITS = 9
_DRAWN = "document.querySelector('.js-plotly-plot .scatterlayer .trace') !== null"
_WATCH = """() => {
    const hours = () => {
        const chart = document.querySelector('.js-plotly-plot');
        return chart?.querySelector('.scatterlayer .trace') && chart._fullData?.[0]?.x.length;
    };
    const before = hours();
    delete window.taken;
    document.addEventListener('click', () => {
        const clicked = performance.now();
        const look = () => {
            const now = hours();
            if (now && now !== before) requestAnimationFrame(() => window.taken = performance.now() - clicked);
            else requestAnimationFrame(look);
        };
        look();
    }, {capture: true, once: true});
}"""
"""In the browser, from a click to the frame after another number of hours was drawn, ms."""


def fill(engine: Engine) -> int:
    """Write ten years up to tomorrow; returns the number of predicted hours."""
    last = delivery_day(datetime.now(UTC)) + timedelta(days=1)
    first = last - timedelta(days=int(365.25 * YEARS))
    axis = hours(first, last)
    clock = np.arange(len(axis))
    load = 53_000 + 9_000 * np.cos(2 * np.pi * clock / 8766) + 6_000 * np.sin(2 * np.pi * (clock - 8) / 24)
    is_past = np.asarray(axis < pd.Timestamp(datetime.now(UTC)))
    actual = pd.DataFrame({"hour_start": axis[is_past], "load_mw": load[is_past], "quarters": 4})
    day = pd.Series(axis.tz_convert("Europe/Paris").date)
    published = day.map({each: day_start(each) - timedelta(hours=4) for each in days(first, last)})
    rte = pd.DataFrame(
        {
            "hour_start": axis,
            "forecast_type": "D-1",
            "published_at": published,
            "load_mw": load * 1.01,
            "source": "benchmark",
        }
    )
    with engine.begin() as connection:
        copy(connection, hourly_consumption, str(hourly_consumption), actual)
        copy(connection, rte_forecasts, str(rte_forecasts), rte)
        for issue in Issue:
            issued = day.map({each: issue_time(each, issue) for each in days(first, last)})
            quantiles = {name: load + 400 * (n - 3) for n, name in enumerate(COLUMNS)}
            made = pd.DataFrame(
                {"hour_start": axis, "issued_at": issued, "model_version": "benchmark"} | quantiles
            )
            copy(connection, chronos_predictions, str(chronos_predictions), made)
        connection.execute(text("INSERT INTO elec.changes (table_name) VALUES ('chronos_predictions')"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _analyse(connection)
    return 2 * len(axis)


def _analyse(connection: Connection) -> None:
    connection.execute(text("ANALYZE"))


def first_chart(page: Page, url: str) -> float:
    """Return seconds from opening the address to the first lines."""
    started = time.perf_counter()
    page.goto(url)
    page.wait_for_function(_DRAWN, polling=20)
    return time.perf_counter() - started


def change(page: Page, name: str) -> float:
    """Return seconds from a click on a period to its chart, by the browser's clock."""
    page.evaluate(_WATCH)
    page.get_by_role("radio", name=name).click()
    return float(page.wait_for_function("window.taken").json_value()) / 1000


def measure(url: str, server: psutil.Process) -> None:
    """Print the figures."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = (
            playwright.chromium.launch(executable_path=chromium) if chromium else playwright.chromium.launch()
        )
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        cold = first_chart(page, url)
        warm = [first_chart(page, url) for _ in range(VISITS)]
        print(f"first chart: {statistics.median(warm):.2f} s (budget 1 s); cold server and browser {cold:.2f} s")
        page.wait_for_timeout(1500)
        first = {name: change(page, name) for name in ("30 days", "90 days", "7 days")}
        page.wait_for_timeout(1000)
        again = [change(page, name) for _ in range(3) for name in ("30 days", "90 days", "7 days")]
        shown = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in first.items())
        print(f"change of range: {statistics.median(again):.2f} s, at first {shown} (budget 0.3 s)")
        last = delivery_day(datetime.now(UTC))
        begin = last - timedelta(days=int(365.25 * YEARS) - 2)
        everything = first_chart(page, f"{url}/?range={begin}..{last}")
        again_all = first_chart(page, f"{url}/?range={begin}..{last}")
        print(f"all ten years, opened by a link: {everything:.2f} s, again {again_all:.2f} s")
        before = server.memory_info().rss / 1e6
        for n in range(30):
            first_chart(
                page, f"{url}/?range={begin + timedelta(days=40 * n)}..{begin + timedelta(days=40 * n + 90)}"
            )
        print(f"server memory: {before:.0f} MB, after 30 more periods {server.memory_info().rss / 1e6:.0f} MB")
        browser.close()


def main() -> None:
    """Fill, serve, measure."""
    from elec_pipeline.commands.dashboard import command

    with scratch_engine() as engine:
        print(f"{YEARS} years: {fill(engine):,} predicted hours")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False).replace("+", "%20")
        process = subprocess.Popen(  # noqa: S603 - our own command
            command("127.0.0.1", port), env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.DEVNULL
        )
        try:
            for _ in range(300):
                with suppress(requests.RequestException):
                    if requests.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).ok:
                        break
                time.sleep(0.1)
            measure(f"http://127.0.0.1:{port}", psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
