"""What is there and what ran: open alerts, the completeness calendar, the weather, the model in use, Dagster.

Not here: how alerts are shown (`notices`), what Dagster's web server says (`orchestration`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, store
from dashboard.charts.calendar import calendar_figure, counts, due_quarters
from dashboard.frame import Frame, chart
from dashboard.language import moment_label, number, percent, short_day
from dashboard.views import notices, orchestration
from elec_pipeline.domain.delivery_day import FIRST_DAY, days, delivery_day
from elec_pipeline.domain.inputs import WEATHER
from elec_pipeline.forecasting.checkpoint import card_of
from elec_pipeline.forecasting.lifecycle.registry import Reason


def show(frame: Frame) -> None:
    """Show the page."""
    texts = frame.texts
    st.title(texts("page_data"))
    is_empty = store.newest_day(frame.version) is None
    if is_empty:
        st.info(texts("database_empty"), icon=":material/info:")
    notices.alerts(frame)
    if not is_empty:
        _calendar(frame)
        _weather(frame)
    _model(frame)
    orchestration.show(frame)


def _calendar(frame: Frame) -> None:
    texts, language = frame.texts, frame.texts.language
    today = delivery_day(frame.now)
    st.header(texts("completeness"))
    years = list(range(today.year, FIRST_DAY.year - 1, -1))

    def take() -> None:
        address.put("year", str(st.session_state["data.year"]))

    wanted = int(address.get("year") or today.year)
    year = wanted if wanted in years else today.year
    address.hold("data.year", year)
    st.selectbox(texts("year"), years, key="data.year", on_change=take, width=140)
    first, last = date(year, 1, 1), date(year, 12, 31)
    quarters, revisions = store.completeness(frame.version, first, last)
    if quarters.empty:
        st.info(texts("nothing_of_year", year=year), icon=":material/info:")
        return
    present = counts(quarters, "quarters")
    since = store.oldest_day() or today
    chart(
        calendar_figure(year, present, counts(revisions, "revisions"), (since, today), texts),
        texts, "data.calendar", f"{texts('completeness')} {year}",
    )  # fmt: skip
    past = [day for day in days(first, last) if since <= day < today]
    whole = sum(present.get(day, 0) >= due_quarters(day) for day in past)
    st.caption(texts("complete_days", n=number(whole, language), of=number(len(past), language)))


def _weather(frame: Frame) -> None:
    texts, language = frame.texts, frame.texts.language
    st.header(texts("weather"))
    found = store.weather(frame.now)
    if found is None:
        st.info(texts("weather_none"), icon=":material/info:")
        return
    issued_at, until = found
    age_h = (frame.now - issued_at).total_seconds() / 3600
    st.caption(
        texts(
            "weather_issued",
            moment=moment_label(issued_at, language),
            n=number(max(0.0, age_h), language),
            until=moment_label(min(until.values()), language),
            inputs=", ".join(texts(name) for name in until),
        )
    )
    if lacking := [name for name in WEATHER if name not in until]:
        st.caption(texts("weather_without", inputs=", ".join(texts(name) for name in lacking)))


def _model(frame: Frame) -> None:
    texts, language = frame.texts, frame.texts.language
    st.header(texts("models"))
    used, registered = store.models()
    card = card_of(used.model)
    why = {
        Reason.SETTING: texts("model_why_setting"),
        Reason.BUNDLED: texts("model_why_bundled"),
        Reason.PROMOTED: texts(
            "model_why_promoted",
            moment="" if used.promoted_at is None else moment_label(used.promoted_at, language),
        ),
    }[used.reason]
    version = used.version or card.get("version") or used.model
    st.markdown(f"**`{version}`** · {why}")
    if not card:
        st.caption(texts("no_card"))
    else:
        base = texts("from_scratch") if card["base_model"] == "from scratch" else card["base_model"]
        lines = [f"- {texts('model_from', what=base)}"]
        for key, label in (("train", "trained_on"), ("validation", "chosen_on")):
            a, b = (
                short_day(date.fromisoformat(card[key][end]), language, weekday=False, year=True)
                for end in ("first", "last")
            )
            what = texts("span_days", first=a, last=b, n=number(card[key]["days"], language))
            lines.append(f"- {texts(label, what=what)}")
        lines.append(f"- {texts('median_weights', what=_weights(card['combination'], frame))}")
        st.markdown("\n".join(lines))
        if card["metrics"]:
            st.caption(texts("validation"))
            _validation(frame, card["metrics"])
    if registered:
        st.caption(texts("registered"))
        st.dataframe(
            pd.DataFrame(
                {
                    texts("version"): [each.version for each in registered],
                    texts("trained_through"): [
                        ""
                        if each.trained_through is None
                        else short_day(each.trained_through, language, year=True)
                        for each in registered
                    ],
                    texts("promoted"): [
                        "" if each.promoted_at is None else moment_label(each.promoted_at, language)
                        for each in registered
                    ],
                }
            ),
            hide_index=True,
        )


def _weights(combination: dict[str, Any], frame: Frame) -> str:
    """Return the least and the largest weight of each expert in the median, over what a forecast can stand on."""
    texts, language = frame.texts, frame.texts.language
    medians = [blend["medians"] for blend in combination["blends"].values()] or [
        combination["otherwise"]["medians"]
    ]
    said = []
    for name in combination["experts"]:
        weights = [each.get(name, 0.0) for each in medians]
        least, largest = (number(weight, language, 1) for weight in (min(weights), max(weights)))
        said.append(texts("weight_of", name=texts.expert(name), least=least, largest=largest))
    return ", ".join(said)


def _validation(frame: Frame, metrics: dict[str, dict[str, float]]) -> None:
    texts, language = frame.texts, frame.texts.language
    shown = {issue: metrics[issue] for issue in ("morning", "evening") if issue in metrics}
    st.dataframe(
        pd.DataFrame(
            {
                texts("issue"): [texts(f"issue_{issue}") for issue in shown],
                texts("mape"): [percent(each["mape"], language, 2) for each in shown.values()],
                texts("ratio"): [number(each["ratio_to_rte"], language, 2) for each in shown.values()],
                texts("bias"): [number(each["bias_mw"], language, sign=True) for each in shown.values()],
                texts("pinball"): [number(each["pinball_mw"], language) for each in shown.values()],
                texts("coverage"): [percent(100 * each["coverage_80"], language, 0) for each in shown.values()],
            }
        ),
        hide_index=True,
    )
