"""What a trader does before the auction closes, from the first screen to the file, in each look of the pages.

Here: that a reader finds the figures that the database holds. Not here: that each page renders (`test_pages`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, create_engine, text

from elec_pipeline.domain.delivery_day import PARIS, day_end, day_start
from elec_pipeline.store import queries, urls
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.browser.conftest import Visit, every_look, served
from elec_pipeline_tests.browser.test_pages import chart
from elec_pipeline_tests.dashboard.world import AUTUMN, TODAY, copy_of

pytestmark = pytest.mark.timeout(600)
EVENING = datetime(2025, 10, 26, 19, 35, tzinfo=UTC)
"""20:35 in Paris, on the day of 25 hours: of the day after it there are both issues and RTE's D-1."""
DAYS_LATER = datetime(2025, 10, 31, 9, 5, tzinfo=UTC)
NO_WORD_IS_CUT = """() => [...document.querySelectorAll('.elec-tiles dt, .elec-tiles dd')]
    .filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent)"""
BARS = """() => document.querySelector('.js-plotly-plot')._fullData
    .filter(each => each.type === 'bar').flatMap(each => Array.from(each.y)).filter(Number.isFinite)"""
Walk = tuple[str, Engine]


@pytest.fixture(scope="module")
def evening(server: EmbeddedServer, filled: str, home: Path) -> Iterator[Walk]:
    """The dashboard of that evening, and its database."""
    with copy_of(server, filled) as database, served(database, home, EVENING) as url:
        engine = create_engine(urls.for_sqlalchemy(database))
        yield url, engine
        engine.dispose()


def figures(words: str) -> str:
    """Return a text with its numbers as both languages would write them: without separators, a plain minus."""
    return re.sub(r"(?<=\d)[,\u202f](?=\d{3})", "", words).replace("\u2212", "-")


def tile(page: Page, label: str) -> Locator:
    return page.locator(".elec-tiles > div").filter(has=page.get_by_text(label, exact=True))


def hour_of(moment: pd.Timestamp) -> str:
    start = moment.tz_convert(PARIS).hour
    return f"{start}–{start + 1} h"


def forecasts(engine: Engine, day: date) -> pd.DataFrame:
    """Return our newest forecast of each hour of a day, and RTE's D-1 beside it."""
    with engine.connect() as connection:
        made = queries.newest_predictions(connection, day_start(day), day_end(day)).set_index("hour_start")
        rte = queries.newest_vintages(connection, "D-1", day_start(day), day_end(day)).set_index("hour_start")
    return made.assign(rte=rte["load_mw"], gap=made["load_mw"] - rte["load_mw"]).reset_index()


@every_look
def test_the_first_screen_tells_the_peak_the_gap_to_rte_and_what_changed(
    evening: Walk, visit: Visit, locale: str, theme: str, width: int
) -> None:
    url, engine = evening
    is_french = locale == "fr-FR"
    page = chart(visit(url, locale=locale, theme=theme, width=width))
    hours = forecasts(engine, TODAY)

    peak = hours.iloc[int(hours["load_mw"].to_numpy().argmax())]
    shown = tile(page, "Pointe" if is_french else "Peak")
    expect(shown).to_be_in_viewport(ratio=1)
    told = figures(shown.inner_text())
    assert f"{peak['load_mw']:.0f} MW" in told
    assert hour_of(peak["hour_start"]) in told
    assert f"{peak['q10']:.0f}–{peak['q90']:.0f} · RTE {peak['rte']:.0f}" in told

    widest = hours.iloc[int(hours["gap"].abs().to_numpy().argmax())]
    shown = tile(page, "Écart max. à RTE J-1" if is_french else "Largest gap to RTE D-1")
    expect(shown).to_be_in_viewport(ratio=1)
    told = figures(shown.inner_text())
    assert f"{widest['gap']:+.0f} MW" in told
    assert hour_of(widest["hour_start"]) in told
    assert any(abs(height - widest["gap"]) < 1 for height in page.evaluate(BARS))

    with engine.connect() as connection:
        moved = pd.read_sql(
            text("SELECT * FROM elec.prediction_changes WHERE hour_start >= :first AND issued_at <= :now"),
            connection, params={"first": day_start(TODAY), "now": EVENING},
        ).query("issued_at == issued_at.max()")  # fmt: skip
    most = moved.iloc[int(moved["load_change_mw"].abs().to_numpy().argmax())]
    shown = page.locator(".elec-since")
    expect(shown).to_be_in_viewport(ratio=1)
    told = figures(shown.inner_text())
    assert f"{moved['load_change_mw'].mean():+.0f} MW" in told
    assert f"{most['load_change_mw']:+.0f} MW" in told
    assert hour_of(most["hour_start"]) in told

    assert page.evaluate(NO_WORD_IS_CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(
    ("locale", "theme", "width", "before", "download"),
    [
        ("fr-FR", "dark", 390, "La veille", "Télécharger : CSV"),
        ("en-GB", "light", 1440, "Day before", "Download CSV"),
    ],
)
def test_two_days_are_compared_and_one_of_25_hours_is_taken_along(
    evening: Walk, visit: Visit, locale: str, theme: str, width: int, before: str, download: str
) -> None:
    url, engine = evening
    page = chart(visit(f"{url}/day?day={AUTUMN}", locale=locale, theme=theme, width=width))
    page.get_by_role("button", name=before, exact=True).click()
    page.wait_for_url(f"**beside={AUTUMN - timedelta(days=1)}**")
    page.wait_for_function("document.querySelectorAll('.js-plotly-plot')[1]?._fullData?.length >= 2")
    with engine.connect() as connection:
        start = day_start(AUTUMN - timedelta(days=1))
        actual = queries.hours_between(connection, start, day_end(AUTUMN)).set_index("hour_start")["load_mw"]
    both = [actual[actual.index < pd.Timestamp(day_start(AUTUMN))], actual[actual.index >= day_start(AUTUMN)]]
    assert [len(day) for day in both] == [24, 25]
    told = figures(
        page.locator("[data-testid=stMarkdown]").filter(has_text=re.compile(r"(less|moins) .* MW")).inner_text()
    )
    assert f"{both[1].max() - both[0].max():+.0f} MW" in told
    same = np.delete(both[1].to_numpy(), 3) - both[0].to_numpy()  # the first of the two hours at 2 is compared
    assert f"{same.mean():+.0f} MW" in told

    with page.expect_download() as downloaded:
        page.get_by_role("button", name=download).click()
    style = {"sep": ";", "decimal": ","} if locale == "fr-FR" else {}
    rows = pd.read_csv(Path(downloaded.value.path()), encoding="utf-8-sig", **style)  # type: ignore[call-overload]
    starts = pd.date_range(day_start(AUTUMN), periods=25, freq="h")
    assert rows["hour_number"].tolist() == list(range(1, 26))
    assert pd.to_datetime(rows["start_utc"], utc=True).tolist() == starts.tolist()
    assert pd.to_datetime(rows["start_paris"], utc=True).tolist() == starts.tolist()  # each with its offset
    np.testing.assert_array_equal(rows["actual_mw"], both[1])
    hours = forecasts(engine, AUTUMN)
    np.testing.assert_array_equal(rows["forecast_mw"], hours["load_mw"])
    np.testing.assert_array_equal(rows["rte_d1_mw"], hours["rte"])


def test_data_that_stopped_days_ago_are_not_taken_for_todays(
    server: EmbeddedServer, filled: str, home: Path, visit: Visit
) -> None:
    with copy_of(server, filled) as database, served(database, home, DAYS_LATER) as url:
        for locale, theme, width, newest, missing, behind in (
            ("en-GB", "light", 390, "Newest forecast", "No forecast of Saturday 1 November", "days behind"),
            ("fr-FR", "dark", 1440, "Dernière prévision", "Pas encore de prévision", "jours de retard"),
        ):
            page = visit(url, locale=locale, theme=theme, width=width)
            expect(page.locator("h1").first).to_contain_text(newest)
            expect(page.locator("[data-testid=stAlert]").first).to_contain_text(missing)
            expect(page.locator(".st-key-states")).to_contain_text(behind)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
