"""What the forecast page says of what changed since the issue before, of the weather and of the experts."""

from __future__ import annotations

import html
import itertools
import re
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from dashboard import why
from dashboard.language import MINUS
from elec_pipeline.domain.day_summary import interval_name
from elec_pipeline.domain.delivery_day import Issue, hours, issue_time
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.inputs import CLOUD_COVER, TEMPERATURE
from elec_pipeline.domain.knowledge import Knowledge
from elec_pipeline.forecasting.checkpoint import card_of
from elec_pipeline.forecasting.lifecycle.weights import Weights
from elec_pipeline.store.forecasts import write_predictions, write_weather
from elec_pipeline_tests.conftest import every_day_length

UTC_US = "datetime64[us, UTC]"
WEEK = timedelta(days=7)
_TOKENS = itertools.count()


def changes(day: date, *, load: float = 10.0, rte: float = -40.0, weather: float = 5.0) -> pd.DataFrame:
    """Return rows of an evening that is 100 MW lower than the morning in each hour, and 400 MW in the fourth."""
    change = pd.Series(-100.0, index=range(len(hours(day))))
    change[3] = -400.0
    return pd.DataFrame(
        {
            "hour_start": hours(day), "issued_at": issue_time(day, Issue.EVENING), "model_version": "m",
            "previous_issued_at": issue_time(day, Issue.MORNING), "load_change_mw": change,
            Knowledge.LOAD.column: load, Knowledge.RTE.column: rte, Knowledge.WEATHER.column: weather,
        }
    ).astype({"issued_at": UTC_US, "previous_issued_at": UTC_US})  # fmt: skip


@every_day_length
def test_the_drivers_add_up_to_the_change_and_the_largest_is_named(day: date, n_hours: int) -> None:
    rows = changes(day)
    table = why.by_driver(rows)
    assert list(table) == ["load", "rte", "weather", "others"]
    np.testing.assert_allclose(table.sum(axis=1), rows["load_change_mw"])
    found = why.moved(rows)
    assert found is not None
    assert found.mean_mw == pytest.approx(-100 - 300 / n_hours)
    assert (found.most_mw, found.hour) == (-400, hours(day)[3])
    assert (found.driver, round(found.driver_mw)) == ("others", round(-75 - 300 / n_hours))
    swing = np.where(np.arange(n_hours) % 2, 900.0, -900.0)
    swinging = rows.assign(from_rte_mw=swing, load_change_mw=rows["load_change_mw"] + swing)
    assert getattr(why.moved(swinging), "driver", None) == "rte"  # by its size, though its mean is near 0
    unknown = why.moved(rows.assign(from_rte_mw=np.nan))
    assert unknown is not None
    assert unknown.driver is None
    assert why.moved(rows.iloc[:0]) is None


@every_day_length
def test_the_weather_of_the_week_before_is_of_the_same_hours_of_paris(day: date, n_hours: int) -> None:
    axis = hours(day - timedelta(days=8), day)
    local = axis.tz_convert("Europe/Paris")
    values = local.hour.to_numpy(dtype=float) + 100.0 * (local.date == day)
    nothing = np.full(len(axis), np.nan)
    known = InformationSet(
        day, Issue.EVENING, issue_time(day, Issue.EVENING), 0, axis.tz_localize(None).to_numpy(), nothing, nothing,
        {TEMPERATURE: values}, nominal_vintages=False,
    )  # fmt: skip
    table = why.weather(known, day)
    assert len(table) == n_hours
    np.testing.assert_array_equal(table[TEMPERATURE] - table[f"{TEMPERATURE}.before"], np.full(n_hours, 100.0))
    assert table[[CLOUD_COVER, f"{CLOUD_COVER}.before"]].isna().all(axis=None)
    assert why.means(table, TEMPERATURE)[1] == pytest.approx(100)
    assert np.isnan(why.means(table, CLOUD_COVER)).all()


def test_experts_stand_by_their_weight_and_ours_first() -> None:
    day = date(2025, 3, 30)
    medians = pd.concat(
        pd.DataFrame({"hour_start": hours(day), "expert": name, "load_mw": level + np.arange(23.0)})
        for name, level in (("b", 10.0), ("a", 20.0), ("c", 30.0))
    )
    ours = pd.Series(15.0, index=hours(day))
    blend = Weights("evening", (), {"a": 0.2, "b": 0.8}, {})
    table = why.experts(medians, ours, blend)
    assert table.index.tolist() == ["", "b", "a", "c"]
    assert table["weight"].tolist()[1:3] == [80, 20]
    assert table["mean_mw"].tolist() == [15, 21, 31, 41]
    assert table["peak_mw"].tolist() == [15, 32, 42, 52]
    assert table["peak_hour"].tolist()[1:] == [hours(day)[-1]] * 3
    assert why.experts(medians, ours, None)["weight"].isna().all()


def fill(engine: Engine, day: date) -> None:
    """Store a morning and an evening issue of the bundled model, what moved, the experts, and the weather."""
    version, axis = card_of("")["version"], hours(day)
    for issue, level in ((Issue.MORNING, 50_100.0), (Issue.EVENING, 50_000.0)):
        rows = pd.DataFrame({"hour_start": axis, "issued_at": issue_time(day, issue), "model_version": version})
        rows = rows.astype({"issued_at": UTC_US})
        experts = pd.concat([rows.assign(expert=name, load_mw=level) for name in ("ridge", "mlp")])
        moved = changes(day).assign(model_version=version) if issue is Issue.EVENING else None
        write_predictions(engine, rows.assign(load_mw=level, q10=np.nan), experts, moved)
    for each, warmth in ((day - WEEK, 5.0), (day, 8.0)):
        slight = np.arange(len(hours(each))) % 2 / 100  # a value that never moves would not be believed
        weather = pd.DataFrame({"hour_start": hours(each), "issued_at": issue_time(each, Issue.MORNING)})
        weather = weather.astype({"issued_at": UTC_US})
        write_weather(engine, weather.assign(temperature_c=warmth + slight), source="simulator")


def page(monkeypatch: pytest.MonkeyPatch, engine: Engine, language: str, day: date, issue: str) -> AppTest:
    """Run the line and the section."""
    from dashboard import store

    monkeypatch.setattr(store, "engine", lambda: engine)

    def shown(language: str, token: str, at: str, issue: str) -> None:
        from datetime import date
        from types import SimpleNamespace

        from dashboard.language import Language
        from dashboard.texts import Texts
        from dashboard.views import why
        from elec_pipeline.domain.delivery_day import Issue

        frame = SimpleNamespace(version=token, texts=Texts(Language(language)))
        day, chosen = date.fromisoformat(at), Issue(issue) if issue else None
        why.line(frame, day, chosen)  # type: ignore[arg-type] # what it reads
        why.show(frame, day, chosen)  # type: ignore[arg-type]

    token = f"why {next(_TOKENS)}"
    app = AppTest.from_function(shown, args=(language, token, str(day), issue), default_timeout=30).run()
    assert not app.exception
    return app


def line(app: AppTest) -> str:
    [shown] = [each.proto.body for each in app.get("html")]
    return html.unescape(re.sub(r"<.*?>", "", shown))


@every_day_length
def test_the_page_says_what_changed_and_what_drove_it(
    monkeypatch: pytest.MonkeyPatch, engine: Engine, day: date, n_hours: int
) -> None:
    fill(engine, day)
    app = page(monkeypatch, engine, "en", day, "")
    mean, others = round(-100 - 300 / n_hours), round(-75 - 300 / n_hours)
    hour = interval_name(hours(day)[3])
    assert (
        line(app)
        .replace(MINUS, "-")
        .endswith(f" 10:00: {mean} MW on average, most -400 MW at {hour}, mainly other experts ({others} MW).")
    )
    assert len(app.get("plotly_chart")) == 2
    table = app.table[0].value
    assert table.index.tolist() == ["Our forecast", "Dense network", "Ridge regression"]  # without RTE's forecast
    said = "\n".join(str(each.value) for each in app.caption)
    assert "Temperature: mean " in said
    assert "+3.0 °C against a week before" in said
    assert card_of("")["version"] in said

    morning = page(monkeypatch, engine, "fr", day, "morning")
    assert line(morning) == "Première édition pour ce jour."
    assert len(morning.get("plotly_chart")) == 1


def test_a_day_without_a_forecast_has_no_such_section(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    app = page(monkeypatch, engine, "fr", date(2025, 3, 31), "")
    assert not app.header
    assert not app.get("html")
