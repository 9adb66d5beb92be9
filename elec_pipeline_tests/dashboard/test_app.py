"""The pages' logic through Streamlit's AppTest, against a database that the pipeline filled."""

from __future__ import annotations

import html
import json
import re
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from elec_pipeline.domain.delivery_day import day_start
from elec_pipeline_tests.dashboard.conftest import Open
from elec_pipeline_tests.dashboard.world import EVENING_BEFORE, PLANTED, TODAY, plant


def words(app: AppTest) -> str:
    assert not app.exception
    shown = [*app.title, *app.header, *app.markdown, *app.caption, *app.info, *app.error]
    return "\n".join(str(each.value) for each in shown)


def tiles(app: AppTest) -> dict[str, tuple[str, str]]:
    """Return what the tiles show: the figure and the line below it, by label."""
    [shown] = [each.proto.body for each in app.get("html") if '<dl class="elec-tiles"' in each.proto.body]
    found = re.findall(r"<dt>(.*?)</dt><dd><b>(.*?)</b></dd><dd>(.*?)</dd>", shown)
    return {label: (value, note) for label, value, note in found}


def line(app: AppTest) -> str:
    """Return when the forecast was issued and what is waited for."""
    [shown] = [each.proto.body for each in app.get("html") if '<div class="elec-line"' in each.proto.body]
    return html.unescape(re.sub(r"<.*?>", "", shown)).replace("\u00a0", " ")


def in_address(app: AppTest, name: str) -> str:
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def test_the_forecast_of_tomorrow_is_in_view(data: str, open_app: Open) -> None:
    app = open_app(data)
    assert "Tomorrow, Tuesday 28 October 2025" in words(app)
    shown = tiles(app)
    assert list(shown) == [
        "Peak", "Morning peak", "Evening peak", "Steepest ramp", "Energy", "Largest gap to RTE D-2", "Vs today",
        "Vs yesterday", "Vs a week before", "Error, today", "Error, 7 days",
    ]  # fmt: skip
    assert shown["Peak"][0].endswith(" MW")
    assert re.fullmatch(r"\d+–\d+ h · 80%: [\d,]+–[\d,]+ · RTE [\d,]+", shown["Peak"][1])
    assert shown["Energy"][0].endswith(" GWh")
    assert line(app) == "Issued Mon 27 Oct 10:00 · Gate closure (12:00) in 1 h 55 min"
    assert len(app.dataframe[0].value) == 24
    assert words(app).count("fresh") == 3


def test_what_was_forecast_within_the_day_is_drawn_and_told(data: str, open_app: Open) -> None:
    app = open_app(data)
    assert re.search(r"«Ours, 09:10»: load known until 09:00; [+−][\d,]+ MW .* next 6 hours", words(app))
    [figure] = [each for each in app.get("plotly_chart") if "Ours, 09:10" in each.proto.spec]
    lines = {trace.get("name"): trace for trace in json.loads(figure.proto.spec)["data"]}
    assert lines["Ours, 09:10"]["line"]["dash"] == "dot"


def test_french_is_chosen_by_the_browser_and_can_be_switched(data: str, open_app: Open) -> None:
    app = open_app(data, locale="fr-FR")
    assert "Demain, mardi 28 octobre 2025" in words(app)
    assert "\u202f" in tiles(app)["Pointe"][0]
    assert "Clôture de l'enchère (12:00) dans 1 h 55 min" in line(app)
    assert in_address(app, "lang") == "fr"
    app.segmented_control(key="language").set_value("en").run()
    assert "Tomorrow, Tuesday 28 October 2025" in words(app)
    assert in_address(app, "lang") == "en"


def test_a_link_carries_range_and_language_and_wins_over_the_browser(data: str, open_app: Open) -> None:
    app = open_app(data, locale="en-GB", lang="fr", range="2025-10-20..2025-10-26", issue="evening")
    assert "Demain" in words(app)
    assert app.date_input(key="forecast.dates").value == (date(2025, 10, 20), date(2025, 10, 26))
    app.segmented_control(key="forecast.range").set_value("30d").run()
    assert in_address(app, "range") == "30d"
    assert in_address(app, "issue") == "evening"


@pytest.mark.parametrize("query", [{"range": "x..y"}, {"lang": "de"}, {"day": "2025-02-30"}, {"issue": "noon"}])
def test_nonsense_in_the_address_is_ignored(data: str, open_app: Open, query: dict[str, str]) -> None:
    assert "Tomorrow" in words(open_app(data, **query))


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_state_shows(data: str, open_app: Open, planted: str) -> None:
    plant(data, PLANTED[planted], at=EVENING_BEFORE)
    app = open_app(data)
    assert f" {planted}" in words(app)
    assert words(app).count("fresh") == 2


def test_a_forecast_made_after_the_fact_is_marked_and_not_scored(data: str, open_app: Open) -> None:
    app = open_app(data, range="7d")
    assert "Made after the fact" not in words(app)
    assert tiles(app)["Error, 7 days"][0].endswith("%")
    plant(data, "DELETE FROM elec.chronos_predictions WHERE hour_start < %(at)s", at=day_start(TODAY))
    plant(
        data,
        "INSERT INTO elec.chronos_predictions (hour_start, issued_at, model_version, load_mw)"
        " SELECT hour_start, hour_start + interval '9 days', 'older', load_mw * 2 FROM elec.hourly_consumption",
    )
    app.run()
    assert "Made after the fact" in words(app)
    assert tiles(app)["Error, 7 days"] == ("–", "nothing to compare yet")


@pytest.mark.parametrize(("lang", "said"), [("en", "implausible"), ("fr", "invraisemblable")])
def test_a_forecast_that_was_held_back_is_marked_with_the_reason(
    data: str, open_app: Open, lang: str, said: str
) -> None:
    app = open_app(data, lang=lang)
    assert not app.warning
    plant(data, "UPDATE elec.chronos_predictions SET held_back = 'ridge speaks instead.'")
    app.run()
    [warning] = [each.value for each in app.warning]
    assert said in warning
    assert "ridge speaks instead." in warning


def test_an_empty_database_says_what_to_do(database: str, open_app: Open) -> None:
    app = open_app(database)
    assert "elec backfill" in words(app)
    assert not [each for each in app.get("html") if '<dl class="elec-tiles"' in each.proto.body]


def test_a_server_that_is_gone_says_what_to_do(open_app: Open) -> None:
    app = open_app("postgresql://nobody@127.0.0.1:9/elec")
    assert "does not answer" in words(app)
    assert "elec up" in words(app)


def test_a_database_without_tables_says_what_to_do(server: object, open_app: Open) -> None:
    from elec_pipeline.store.embedded import EmbeddedServer

    assert isinstance(server, EmbeddedServer)
    assert "no tables yet" in words(open_app(server.url("postgres")))


def test_no_forecast_yet_says_when_it_comes(data: str, open_app: Open) -> None:
    plant(data, "DELETE FROM elec.chronos_predictions")
    text = words(open_app(data))
    assert "No forecast of Tuesday 28 October 2025 yet" in text
    assert "10:00" in text


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "is made Mon 27 Oct 20:30"), ("fr", "est faite lun. 27 oct. 20:30")]
)
def test_asking_for_an_issue_that_is_to_come_shows_the_newest_and_says_when(
    data: str, open_app: Open, lang: str, said: str
) -> None:
    app = open_app(data, lang=lang)
    newest = tiles(app)
    app.segmented_control(key="forecast.issue").set_value("evening").run()
    assert said in words(app)
    first = next(iter(newest))
    assert tiles(app)[first] == newest[first]
    assert len(app.dataframe[0].value) == 24
    assert in_address(app, "issue") == "evening"


@pytest.mark.parametrize(("days", "n_choices"), [("2d", 4), ("30d", 4), ("90d", 3)])
def test_ours_is_held_against_what_the_reader_chooses(
    data: str, open_app: Open, days: str, n_choices: int
) -> None:
    app = open_app(data, range=days)
    choices = app.segmented_control(key="forecast.against").options
    assert len(choices) == n_choices  # of means of days there is no previous issue
    app.segmented_control(key="forecast.against").set_value("week").run()
    assert in_address(app, "against") == "week"
    assert ("Dotted: the actual" in words(app)) == (days == "90d")  # today has only begun
    assert ("the differences are means of days" in words(app)) == (days == "30d")
    if n_choices > 3:
        app.segmented_control(key="forecast.against").set_value("issue").run()
        assert in_address(app, "against") == "issue"
    assert not app.exception
