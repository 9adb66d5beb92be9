"""Files, two days and the API's summary, on the pages of the app over a database that the pipeline filled."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import requests
from streamlit.testing.v1 import AppTest

from elec_pipeline.domain.delivery_day import hours
from elec_pipeline_tests.api.conftest import app_of, served
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.dashboard.conftest import Open
from elec_pipeline_tests.dashboard.test_app import in_address, tiles, words
from elec_pipeline_tests.dashboard.world import AUTUMN, NOW, TOMORROW


def addresses(app: AppTest) -> list[str]:
    shown = [each.proto.body for each in app.get("html")]
    return [unescape(found[1]) for each in shown if (found := re.search("<code[^>]*>(.*)</code>", each))]


def button(app: AppTest) -> str:
    [found] = app.get("download_button")
    label: str = found.proto.label
    return label


def of_day(open_app: Open, data: str, day: date, **query: str) -> AppTest:
    """Open the page of a day."""
    return open_app(data, page="day", lang="en", day=str(day), **query)


def test_the_page_gives_the_file_of_its_day_until_others_are_chosen(data: str, open_app: Open) -> None:
    app = open_app(data, locale="fr-FR")
    address = f"http://localhost:8000/v1/export.csv?start={TOMORROW}&end={TOMORROW + timedelta(days=1)}"
    assert addresses(app) == [f"{address}&format=fr"]
    assert button(app) == "Télécharger : CSV"
    app.segmented_control(key="take_along.format").set_value("international").run()
    assert addresses(app) == [f"{address}&format=international"]
    app.date_input(key="take_along.days").set_value((AUTUMN, TOMORROW)).run()
    app.segmented_control(key="take_along.file").set_value("parquet").run()
    assert addresses(app) == [address.replace("csv?", "parquet?").replace(str(TOMORROW), str(AUTUMN))]
    assert in_address(app, "file") == "parquet"
    app.segmented_control(key="take_along.resolution").set_value("15min").run()
    assert addresses(app)[0].endswith("&resolution=15min")
    assert "A row for each quarter-hour" in words(app) or "Une ligne par quart d'heure" in words(app)
    app.date_input(key="take_along.days").set_value((AUTUMN - timedelta(days=400), AUTUMN)).run()
    assert addresses(app) == []
    assert "92" in app.warning[0].value
    app.segmented_control(key="take_along.resolution").set_value("1h").run()
    assert "366" in app.warning[0].value


def test_the_issue_shown_is_the_one_in_the_file(data: str, open_app: Open) -> None:
    assert "issue=morning" in addresses(open_app(data, issue="morning"))[0]
    assert "issue=" not in addresses(open_app(data, issue="evening"))[0]  # it is to come: shown is the newest


@every_day_length
def test_the_day_page_has_every_hour_and_a_second_day(data: str, open_app: Open, day: date, n_hours: int) -> None:
    other = day - timedelta(days=1)
    app = of_day(open_app, data, day)
    assert len(app.dataframe[-1].value) == n_hours
    assert f"start={day}" in addresses(app)[0]
    [before, _week] = [each for each in app.button if each.label in ("Day before", "Week before")]
    before.click().run()
    assert in_address(app, "beside") == str(other)
    table = app.dataframe[1].value
    n_lone = table["Difference (MW)"].isna().sum()
    both = n_hours, len(hours(other))
    assert (len(table), n_lone) == (max(both), max(both) - min(both))
    assert ("A clock change" in words(app)) == (n_lone > 0)
    app.date_input(key="day.beside").set_value(None).run()
    assert "beside" not in app.query_params
    app.date_input(key="day.beside").set_value(day).run()
    assert "Choose another day" in words(app)


def test_a_link_carries_the_second_day_and_one_without_data_is_named(data: str, open_app: Open) -> None:
    app = of_day(open_app, data, AUTUMN, beside="2025-10-25")
    assert "Sun 26 Oct 2025 less Sat 25 Oct 2025: mean" in words(app)
    app = of_day(open_app, data, AUTUMN, beside="2024-01-01")
    assert "Nothing is known of Monday 1 January 2024." in words(app)


def test_the_api_says_what_the_first_screen_says(data: str, open_app: Open) -> None:
    shown = tiles(open_app(data, lang="en"))
    with served(app_of(data, now=lambda: NOW)) as url:
        found = requests.get(f"{url}/v1/summary", timeout=30).json()
    assert found["day"] == str(TOMORROW)

    def mw(value: float, *, sign: str = "") -> str:
        return f"{value:{sign},.0f}".replace("-", "\u2212")

    peak, gap, ramp = found["peak"], found["gap_to_rte"], found["ramp"]
    assert shown["Peak"] == (
        f"{mw(peak['load_mw'])} MW",
        f"{peak['paris_hour']} · 80%: {mw(peak['q10'])}–{mw(peak['q90'])} · RTE {mw(peak['rte_mw'])}",
    )
    for label, name in (("Morning peak", "morning_peak"), ("Evening peak", "evening_peak")):
        assert shown[label] == (f"{mw(found[name]['load_mw'])} MW", found[name]["paris_hour"])
    assert shown["Steepest ramp"][0] == f"{mw(ramp['change_mw'], sign='+')} MW"
    assert shown["Energy"] == (f"{mw(found['energy_gwh'])} GWh", f"mean {mw(found['mean_mw'])} MW")
    assert gap["forecast_type"] == "D-2"
    assert shown["Largest gap to RTE D-2"][0] == f"{mw(gap['difference_mw'], sign='+')} MW"
    for label, change in zip(("Vs today", "Vs yesterday", "Vs a week before"), found["changes"], strict=True):
        assert shown[label][0] == f"{mw(change['mean_mw'], sign='+')} MW"
