"""Each page as a reader meets it: in Chromium, far from Paris, over a database that the pipeline filled."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest
import requests
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine

from elec_pipeline.domain.delivery_day import PARIS, Issue, day_end, day_start
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.store import queries, urls
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.api.conftest import app_of
from elec_pipeline_tests.api.conftest import served as served_api
from elec_pipeline_tests.browser.conftest import LOOKS, PATIENCE_MS, Visit, every_look, served
from elec_pipeline_tests.dashboard.world import (
    AUTUMN,
    EVENING_BEFORE,
    NOW,
    PLANTED,
    SPRING,
    TOMORROW,
    copy_of,
    plant,
)

pytestmark = pytest.mark.timeout(600)
Shared = tuple[str, str]


def chart(page: Page) -> Page:
    """Wait for the first chart's lines."""
    expect(page.locator(".js-plotly-plot .scatterlayer .trace").first).to_be_attached(timeout=PATIENCE_MS)
    return page


def traces(page: Page, number: int = 0) -> list[dict[str, object]]:
    """Return what Plotly drew: name, instants and values of each line."""
    script = """n => document.querySelectorAll('.js-plotly-plot')[n]._fullData
        .filter(t => t.fill !== 'toself')
        .map(t => ({name: t.name, x: Array.from(t.x), y: Array.from(t.y), text: Array.from(t.text || [])}))"""
    drawn: list[dict[str, object]] = page.evaluate(script, number)
    return drawn


def wait_for_points(page: Page, number: int) -> None:
    """Wait until the first chart's first line has so many points; while it is drawn anew there is none."""
    page.wait_for_function(
        "n => document.querySelector('.js-plotly-plot')?._fullData?.[0]?.x.length === n", arg=number
    )


@every_look
@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("", {"en": "Tomorrow, Tuesday 28 October 2025", "fr": "Demain, mardi 28 octobre 2025"}),
        ("week", {"en": "The week ahead", "fr": "La semaine à venir"}),
        ("accuracy", {"en": "Accuracy", "fr": "Fiabilité"}),
        ("day", {"en": "Tuesday 28 October 2025", "fr": "Mardi 28 octobre 2025"}),
        ("data", {"en": "Data and runs", "fr": "Données et exécutions"}),
    ],
)
def test_each_page_renders(
    shared_url: Shared, visit: Visit, path: str, heading: dict[str, str], width: int, theme: str, locale: str
) -> None:
    page = visit(f"{shared_url[0]}/{path}", locale=locale, theme=theme, width=width)
    expect(page.locator("h1").first).to_have_text(heading[locale[:2]])
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    background = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (theme == "light")


def test_range_and_language_switch_and_stand_in_the_address(shared_url: Shared, visit: Visit) -> None:
    page = chart(visit(shared_url[0]))
    assert len(traces(page)[0]["x"]) == 2 * 24  # type: ignore[arg-type] # today and tomorrow
    page.get_by_role("radio", name="7 days").click()
    wait_for_points(page, 7 * 24 + 1)
    page.get_by_role("radio", name="30 days").click()
    page.wait_for_url("**range=30d**")
    wait_for_points(page, 30 * 24 + 1)
    page.get_by_role("radio", name="Français").click()
    expect(page.locator("h1").first).to_have_text("Demain, mardi 28 octobre 2025")
    page.wait_for_url("**lang=fr**")
    assert "range=30d" in page.url
    page.get_by_role("link", name="Fiabilité").click()
    expect(page.locator("h1").first).to_have_text("Fiabilité")
    page.wait_for_url("**/accuracy?**lang=fr**")
    again = visit(page.url, locale="en-GB")
    expect(again.locator("h1").first).to_have_text("Fiabilité")
    labels = chart(again).locator(".ytick text").all_text_contents()
    assert labels
    assert not any("." in label for label in labels)


def test_quarter_hours_are_drawn_and_stand_in_the_address(shared_url: Shared, visit: Visit) -> None:
    page = chart(visit(f"{shared_url[0]}/?lang=en"))
    page.get_by_role("radio", name="15 min").first.click()  # the second is of files
    page.wait_for_url("**resolution=15min**")
    wait_for_points(page, 2 * 96)
    chart(again := visit(page.url))
    wait_for_points(again, 2 * 96)
    again.get_by_role("radio", name="7 days").click()
    expect(again.locator("[data-testid=stAlert]")).to_contain_text("at most 2 days")
    wait_for_points(again, 7 * 24 + 1)


def test_a_trader_reads_the_first_screen_without_scrolling(shared_url: Shared, visit: Visit) -> None:
    page = chart(visit(f"{shared_url[0]}/?lang=en", width=1280))
    assert page.title() == "Forecast · French electricity consumption"
    page.wait_for_function("document.documentElement.lang === 'en'")
    for label in ("Peak", "Largest gap to RTE D-2", "Vs a week before", "Error, 7 days"):
        expect(page.locator(".elec-tiles div").filter(has=page.get_by_text(label, exact=True))).to_be_in_viewport()
    expect(page.locator(".elec-line")).to_contain_text(re.compile(r"Gate closure \(12:00\) in 1\sh\s5\d\smin"))
    ends = "p => { const layout = p._fullLayout; return [layout.yaxis2.domain[1], layout.yaxis.domain[0]]; }"
    lower, upper = page.locator(".js-plotly-plot").first.evaluate(ends)
    assert lower < upper
    [bars] = [line for line in traces(page) if line["name"] == "Ours − RTE"]
    assert len(bars["x"]) == 48  # type: ignore[arg-type]


def test_an_open_page_counts_down_and_moves_its_line_of_now(shared_url: Shared, visit: Visit) -> None:
    page = chart(visit(f"{shared_url[0]}/?lang=fr"))
    told = (
        "e => { const all = JSON.parse(e.dataset.deadlines); return all.map(each => each.at - 30 * 60 * 1000); }"
    )
    halves: list[int] = page.locator("[data-deadlines]").evaluate(told)
    for moment, words in zip(halves, ["Clôture de l'enchère (12:00)", "Édition du soir (20:30)"], strict=False):
        page.locator("[data-server-now]").evaluate("(e, at) => { e.dataset.serverNow = at; }", moment)
        expect(page.locator(".elec-line")).to_contain_text(re.compile(re.escape(words) + r" dans (29|30)\smin"))
    expect(page.locator(".annotation-text")).to_contain_text("20:00")
    moved = page.locator(".shapelayer path").last.evaluate("e => parseFloat(e.style.transform.slice(11))")
    width = page.locator(".js-plotly-plot").first.evaluate("p => p._fullLayout.xaxis._length")
    assert moved == pytest.approx(width * (20 - 10 - 5 / 60) / 48, rel=0.02)


@pytest.mark.parametrize(("day", "n_hours"), [(SPRING, 23), (AUTUMN, 25)], ids=str)
def test_a_day_of_a_clock_change_is_drawn_whole(
    shared_url: Shared, visit: Visit, day: object, n_hours: int
) -> None:
    page = chart(visit(f"{shared_url[0]}/day?day={day}&lang=en"))
    drawn = traces(page)
    assert len(drawn) >= 5
    for line in drawn:
        moments = pd.to_datetime(pd.Series(line["x"]))
        assert len(moments) == n_hours
        assert set(moments.diff().dropna()) == {pd.Timedelta(hours=1)}
        assert all(value is not None for value in line["y"])  # type: ignore[attr-defined]
    labels = [str(text) for text in drawn[0]["text"]]  # type: ignore[attr-defined]
    assert len(set(labels)) == n_hours
    at_two = [label for label in labels if " 02:00 " in label]
    assert [label[-5:] for label in at_two] == ([] if n_hours == 23 else ["UTC+2", "UTC+1"])


def test_a_button_gives_the_file_of_the_database_and_the_address_beside_it_the_same_bytes(
    shared_url: Shared, visit: Visit
) -> None:
    url, database = shared_url
    page = visit(f"{url}/?lang=fr")
    files: dict[str, bytes] = {}
    with served_api(app_of(database, now=lambda: NOW)) as api:
        for name, ending in (("CSV", "csv"), ("Excel", "xlsx"), ("Parquet", "parquet")):
            page.get_by_role("radio", name=name, exact=True).click()
            shown = page.locator("code.elec-address").filter(has_text=f"/v1/export.{ending}?")
            expect(shown).to_be_visible()
            with page.expect_download() as download:
                page.get_by_role("button", name=f"Télécharger : {name}").click()
            assert download.value.suggested_filename == f"elec-{TOMORROW}.{ending}"
            files[ending] = Path(download.value.path()).read_bytes()
            address = urlsplit(shown.inner_text().strip())
            assert address.port == 8000
            assert requests.get(f"{api}{address.path}?{address.query}", timeout=60).content == files[ending]
    engine = create_engine(urls.for_sqlalchemy(database))
    with engine.connect() as connection:
        made = queries.newest_predictions(connection, day_start(TOMORROW), day_end(TOMORROW))
        rte = queries.newest_vintages(connection, "D-2", day_start(TOMORROW), day_end(TOMORROW))
    engine.dispose()
    for got in (
        pd.read_csv(BytesIO(files["csv"]), sep=";", decimal=",", encoding="utf-8-sig"),
        pd.read_parquet(BytesIO(files["parquet"])),
    ):
        assert pd.to_datetime(got["start_utc"], utc=True).tolist() == made["hour_start"].tolist()
        assert pd.to_datetime(got["issued_at_utc"], utc=True).tolist() == made["issued_at"].tolist()
        for column in COLUMNS:
            name = "forecast_mw" if column == "load_mw" else f"{column}_mw"
            np.testing.assert_array_equal(got[name].to_numpy(), made[column].to_numpy())
        np.testing.assert_array_equal(got["rte_d2_mw"].to_numpy(), rte["load_mw"].to_numpy())
        assert got[["rte_d1_mw", "actual_mw"]].isna().all(axis=None)


def test_planted_states_show_on_the_open_page(own_data: str, home: Path, visit: Visit) -> None:
    with served(own_data, home) as url:
        page = visit(f"{url}/?lang=en")
        tile = page.locator(".st-key-states > div").first
        expect(tile).to_contain_text("Actual consumption")
        expect(tile).to_contain_text("fresh")
        for planted in ("revised", "partial", "late", "missing"):  # each outweighs those before it
            plant(own_data, PLANTED[planted], at=EVENING_BEFORE)
            expect(tile).to_contain_text(planted, timeout=PATIENCE_MS)


def test_a_new_issue_redraws_the_page_and_nothing_else_does(own_data: str, home: Path, visit: Visit) -> None:
    evening = day_start(TOMORROW).astimezone(PARIS)
    with served(own_data, home) as url:
        page = chart(visit(f"{url}/?lang=fr&range=30d"))
        page.evaluate("document.querySelector('.js-plotly-plot').dataset.mark = 'old'")
        page.wait_for_timeout(2500)
        assert page.evaluate("document.querySelector('.js-plotly-plot').dataset.mark") == "old"
        plant(own_data, "UPDATE elec.forecast_accuracy SET mape = mape + 0.01")
        page.wait_for_timeout(3000)
        assert page.evaluate("document.querySelector('.js-plotly-plot').dataset.mark") == "old"
        plant(
            own_data,
            "INSERT INTO elec.chronos_predictions SELECT zone, hour_start, issued_at + interval '10.5 hours',"
            " model_version, load_mw + 1000, q05, q10, q25, q75, q90, q95, now() FROM elec.chronos_predictions"
            " WHERE hour_start >= %(start)s AND hour_start < %(start)s + interval '1 day'",
            start=evening,
        )
        page.wait_for_function("document.querySelector('.js-plotly-plot').dataset.mark !== 'old'")
        expect(page.locator(".elec-line")).to_contain_text("27 oct. 20:30")
        assert "range=30d" in page.url
        assert "lang=fr" in page.url


@pytest.mark.parametrize("day", [SPRING, AUTUMN], ids=str)
@pytest.mark.parametrize(
    ("language", "scored", "late"),
    [
        (
            "en",
            "RTE's newest D-1 known at 20:30 the day before",
            "fetched late for 2 of 2 days: it counts from 20:00",
        ),
        (
            "fr",
            "la dernière J-1 de RTE connue à 20:30 la veille",
            "lue tard pour 2 jours sur 2 : elle compte à 20:00",
        ),
    ],
)
def test_the_accuracy_page_says_which_forecast_of_rtes_is_scored(
    shared_url: Shared, visit: Visit, day: date, language: str, scored: str, late: str
) -> None:
    page = visit(f"{shared_url[0]}/accuracy?lang={language}&range={day - timedelta(days=1)}..{day}")
    expect(page.locator("[data-testid=stAlert]")).to_contain_text(late)  # all was fetched long after these days
    expect(page.locator("[data-testid=stCaptionContainer]").filter(has_text=scored)).to_have_count(1)


def test_two_days_are_enough_to_look_ahead_but_not_to_score(shared_url: Shared, visit: Visit) -> None:
    page = chart(visit(f"{shared_url[0]}/accuracy?lang=en&range=2d"))
    expect(page.get_by_role("radio", name="7 days")).to_be_checked()
    expect(page.get_by_role("radio", name="2 days", exact=True)).to_have_count(0)


def test_the_worst_day_leads_to_its_chart(shared_url: Shared, visit: Visit) -> None:
    page = chart(visit(f"{shared_url[0]}/accuracy?lang=en&range=2025-10-17..2025-10-26"))
    link = page.locator("[data-testid=stPageLink] a").first
    day = link.locator("p").inner_text().partition(":")[0]
    link.click()
    expect(page.locator("h1").first).to_have_text(day)
    page.wait_for_url("**/day?**day=2025-10-**")
    chart(page)


def test_an_empty_database_says_what_to_do(
    server: EmbeddedServer, template: str, home: Path, visit: Visit
) -> None:
    with copy_of(server, template) as database, served(database, home) as url:
        for path, (locale, theme, width) in zip(
            ("", "week", "accuracy", "day", "data"), (*LOOKS, LOOKS[0]), strict=True
        ):
            page = visit(f"{url}/{path}", locale=locale, theme=theme, width=width)
            said = "La base de données est vide" if locale == "fr-FR" else "The database is empty"
            expect(page.locator("[data-testid=stAlert]").first).to_contain_text(said)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_database_that_goes_is_named_and_one_that_comes_back_is_shown(
    server: EmbeddedServer, filled: str, home: Path, visit: Visit
) -> None:
    import psycopg

    with copy_of(server, filled) as database, served(database, home) as url:
        name = urls.database_name(database)
        page = chart(visit(f"{url}/?lang=en"))
        with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            expect(page.locator("[data-testid=stAlert]")).to_contain_text("The database does not answer")
            admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        chart(page)


def test_a_server_that_was_never_there_is_named(home: Path, visit: Visit) -> None:
    with served("postgresql://nobody@127.0.0.1:9/elec", home) as url:
        page = visit(url, locale="fr-FR", theme="dark", width=390)
        expect(page.locator("[data-testid=stAlert]")).to_contain_text("ne répond pas")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_both_issues_can_be_chosen(shared_url: Shared, visit: Visit) -> None:
    page = chart(visit(f"{shared_url[0]}/?lang=en&issue={Issue.EVENING}"))
    expect(page.locator("[data-testid=stAlert]")).to_contain_text("is made Mon 27 Oct 20:30")
    page.get_by_role("radio", name="Morning").click()
    page.wait_for_url("**issue=morning**")
    expect(page.locator("[data-testid=stAlert]")).to_have_count(0)
