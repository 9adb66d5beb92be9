"""Renews the pictures of README and documentation: `python -m benchmarks.screenshots`. Needs Chromium.

A scratch database is filled from the simulator up to a morning in winter; the dashboard is served over it with its
clock stopped there, so that the same code gives the same pictures.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import text

from elec_pipeline.settings import Settings
from elec_pipeline.store.database import open_database
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.browser.conftest import served
from elec_pipeline_tests.dashboard.world import fill

NOW = datetime(2026, 1, 27, 9, 5, tzinfo=UTC)
"""10:05 in Paris, a Tuesday: the morning issue has just been made."""
FILLED = [(date(2025, 12, 28), date(2026, 1, 28))]
IMAGES = Path(__file__).parents[1] / "docs" / "en" / "images"
LARGEST_BYTES = 200_000
PATIENCE_MS = 60_000
Theme = Literal["light", "dark"]
_AS_IT_CAME = (
    "UPDATE elec.changes SET changed_at = :now",
    """UPDATE elec.rte_forecasts
    SET published_at = date_trunc('day', hour_start, 'Europe/Paris') - interval '4 hours'
    WHERE forecast_type = 'D-1'""",
    "UPDATE elec.rte_forecasts SET ingested_at = published_at + interval '1 minute'",
    "UPDATE elec.chronos_predictions SET created_at = issued_at + interval '1 minute'",
)
"""What is loaded now was loaded then, as on a machine that ran all the while."""


@dataclass(frozen=True)
class Picture:
    """One picture: its file, the page and how it looks."""

    name: str
    address: str
    theme: Theme
    width: int = 1440
    height: int = 1130


PICTURES = (
    Picture("forecast.png", "?lang=en", "light"),
    Picture("forecast-dark.png", "?lang=en", "dark"),
    Picture("accuracy.png", "accuracy?lang=fr", "dark"),
    Picture("phone.png", "?lang=fr", "light", width=390, height=1600),
)


@contextmanager
def database(home: Path) -> Iterator[str]:
    """Run a server with a database that the pipeline filled, dated as if read in time; yields its URL."""
    server = EmbeddedServer(home)
    try:
        engine = open_database(Settings(elec_home=home))
        fill(server.url(), home, NOW, FILLED)
        with engine.begin() as connection:
            for statement in _AS_IT_CAME:
                connection.execute(text(statement), {"now": NOW - timedelta(minutes=3)})
        engine.dispose()
        yield server.url()
    finally:
        server.stop()


def shoot(browser: Browser, url: str, picture: Picture) -> None:
    """Write a picture once all charts of its first screen are drawn.

    Raises:
        AssertionError: It is larger than a page of documentation should load.
    """
    context = browser.new_context(
        color_scheme=picture.theme, viewport={"width": picture.width, "height": picture.height}
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{url}/{picture.address}")
    expect(page.locator(".js-plotly-plot .scatterlayer .trace").first).to_be_attached(timeout=PATIENCE_MS)
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
    page.wait_for_timeout(1500)  # charts take their widths from the columns round them
    path = IMAGES / picture.name
    page.screenshot(path=path, animations="disabled")
    context.close()
    size = path.stat().st_size
    print(f"{path.name}: {size / 1000:.0f} kB")
    assert size <= LARGEST_BYTES, f"{path} has {size} bytes, more than {LARGEST_BYTES}"


def main() -> None:
    """Fill, serve, take the pictures."""
    with tempfile.TemporaryDirectory(prefix="elec-screenshots-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # as root the server runs under another account, which must enter
        with database(home) as url, served(url, home, NOW) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
            for picture in PICTURES:
                shoot(browser, address, picture)
            browser.close()


if __name__ == "__main__":
    main()
