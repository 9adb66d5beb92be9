"""Notices about tomorrow on the pages: a line on the first screen, and among the open alerts."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from elec_pipeline_tests.dashboard.conftest import Open
from elec_pipeline_tests.dashboard.test_orchestration import alerts
from elec_pipeline_tests.dashboard.world import NOW, TODAY, TOMORROW, plant

LINES = {
    "en": ":material/ac_unit: Cold: −1.5 °C on average",
    "fr": ":material/ac_unit: Froid : −1,5 °C en moyenne",
}
SAID = {
    "en": "2025-10-28 will be cold. −1.5 °C on average in France are forecast.",
    "fr": "Il fera froid le 2025-10-28. −1,5 °C en moyenne en France sont prévus.",
}


def plant_cold(data: str) -> None:
    for day in (TODAY, TOMORROW):
        plant(
            data,
            "INSERT INTO elec.alerts (key, kind, opened_at, last_seen_at, facts)"
            " VALUES (%(key)s, 'cold', %(at)s, %(at)s, %(facts)s)",
            key=f"cold/{day}", at=NOW, facts=json.dumps({"day": str(day), "temperature_c": -1.5}),
        )  # fmt: skip


@pytest.mark.parametrize("lang", LINES)
def test_a_notice_about_tomorrow_is_a_line_of_the_first_screen_and_one_of_today_is_not(
    data: str, open_app: Open, lang: str
) -> None:
    plant_cold(data)
    app = open_app(data, lang=lang)
    assert [each.value for each in app.markdown if "ac_unit" in each.value] == [LINES[lang]]


@pytest.mark.parametrize("lang", SAID)
def test_open_alerts_show_notices_as_no_faults_and_say_where_they_are_set_up(
    data: str, open_app: Open, lang: str
) -> None:
    open_app(data)
    plant_cold(data)
    page = AppTest.from_function(alerts, default_timeout=30)
    page.query_params["lang"] = lang
    page.run()
    assert not page.exception
    assert (len(page.success), len(page.error)) == (1, 0)
    [shown] = page.info
    assert shown.value.startswith(SAID[lang])
    [set_up] = page.caption
    assert "`ELEC_ALERT_…`" in set_up.value
    assert "`elec alerts test`" in set_up.value
