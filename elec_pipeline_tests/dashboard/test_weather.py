"""What the data page says of the weather to come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from streamlit.testing.v1 import AppTest

from elec_pipeline.domain.inputs import CLOUD_COVER, TEMPERATURE, WEATHER
from elec_pipeline_tests.dashboard.world import NOW

_PLANTED = """
INSERT INTO elec.weather_forecasts (hour_start, issued_at, temperature_c, cloud_cover_pct, source)
SELECT h, :at, 9, CASE WHEN h < :until THEN 50 END, 'x'
FROM generate_series(CAST(:until AS timestamptz) - interval '2 days', :until, '1 hour') h
"""


def shown(monkeypatch: pytest.MonkeyPatch, engine: Engine, locale: str) -> str:
    """Return the texts of the part of the page that tells of the weather."""
    from dashboard import store

    monkeypatch.setattr(store, "engine", lambda: engine)

    def page(language: str) -> None:
        from types import SimpleNamespace

        from dashboard.language import Language
        from dashboard.texts import Texts
        from dashboard.views.data import _weather
        from elec_pipeline_tests.dashboard.world import NOW

        _weather(SimpleNamespace(now=NOW, texts=Texts(Language(language))))  # type: ignore[arg-type] # what it reads

    app = AppTest.from_function(page, args=(locale,), default_timeout=30).run()
    assert not app.exception
    return "\n".join(str(each.value) for each in [*app.subheader, *app.caption, *app.info])


def test_it_says_how_old_the_weather_is_and_which_inputs_are_known(
    monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    from dashboard import reads

    assert "No weather forecast reaches beyond now" in shown(monkeypatch, engine, "en")
    issued, until = NOW - timedelta(hours=3), NOW.replace(minute=0) + timedelta(hours=30)
    with engine.begin() as connection:
        connection.execute(text(_PLANTED), {"at": issued, "until": until})
        known = {TEMPERATURE: until, CLOUD_COVER: until - timedelta(hours=1)}
        assert reads.weather(connection, NOW) == (issued, known)
    said = shown(monkeypatch, engine, "en")
    assert "3 h ago" in said
    assert "temperature, cloud cover." in said
    assert "Not known: wind, humidity, radiation." in said
    assert "Non connu : vent, humidité, rayonnement." in shown(monkeypatch, engine, "fr")


def test_every_input_has_a_name_in_both_languages() -> None:
    from dashboard.language import Language
    from dashboard.texts import Texts

    for language in Language:
        assert len({Texts(language)(name) for name in WEATHER}) == len(WEATHER)
