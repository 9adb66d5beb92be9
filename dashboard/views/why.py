"""Why the forecast is what it is: what moved since the issue before, the weather that it knew, its experts.

Here: the section under the curve, and the line of the first screen. Not here: figures (`why`), charts
(`charts.why`).
"""

from __future__ import annotations

import html
from datetime import date

import pandas as pd
import streamlit as st

from dashboard import store, why
from dashboard.charts.why import change_figure, weather_figure
from dashboard.frame import Frame, chart
from dashboard.language import NO_VALUE, capitalised, moment_label, number, written
from dashboard.reads_why import Why
from elec_pipeline.domain.day_summary import interval_name
from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.information_set import Situation
from elec_pipeline.domain.inputs import CLOUD_COVER, TEMPERATURE
from elec_pipeline.domain.knowledge import Knowledge


def line(frame: Frame, day: date, issue: Issue | None) -> None:
    """Show in one line how the issue that is shown differs from the one before it, and what drove that most.

    Args:
        frame: Of the page.
        day: The delivery day.
        issue: Morning or evening; None for the newest.
    """
    texts, language = frame.texts, frame.texts.language
    found = store.why(frame.version, day, issue)
    if found is None:
        return
    moved = why.moved(found.changes)
    if moved is None:
        said = texts("first_issue") if found.is_first else ""
    else:
        mean, most = (number(each, language, sign=True) for each in (moved.mean_mw, moved.most_mw))
        since, hour = moment_label(moved.since, language), interval_name(moved.hour)
        said = texts("since", since=since, mean=mean, most=most, hour=hour)
        if moved.driver is None:
            said += "."
        else:
            share = number(moved.driver_mw, language, sign=True)
            said += texts("since_driver", driver=_drivers(frame, found)[moved.driver], share=share)
    if said:
        st.html(f'<div class="elec-since">{html.escape(said)}</div>')


def show(frame: Frame, day: date, issue: Issue | None) -> None:
    """Show the section.

    Args:
        frame: Of the page.
        day: The delivery day.
        issue: Morning or evening; None for the newest.
    """
    found = store.why(frame.version, day, issue)
    if found is None:
        return
    st.header(frame.texts("why"))
    if found.changes.empty:
        st.caption(frame.texts("why_first" if found.is_first else "why_unkept"))
        _weather(frame, found, day)
    else:
        left, right = st.columns(2, gap="medium")
        with left:
            _changes(frame, found)
        with right:
            _weather(frame, found, day)
    _experts(frame, found)


def _drivers(frame: Frame, found: Why) -> dict[str, str]:
    """Return what each driver is called; RTE's forecast may have appeared, or been revised."""
    texts = frame.texts
    names = {name: texts(f"driver_{name}") for name in why.DRIVERS}
    now, before = found.known, found.known_before
    had_none = before is not None and before.situation is Situation.ALONE
    if had_none and now is not None and now.situation is not Situation.ALONE:
        names[Knowledge.RTE] = texts("driver_rte_first")
    return names


def _changes(frame: Frame, found: Why) -> None:
    texts, language = frame.texts, frame.texts.language
    since = moment_label(found.changes["previous_issued_at"].max().to_pydatetime(), language)
    title = texts("why_changed", since=since)
    st.markdown(f"**{title}**")
    table = why.by_driver(found.changes)
    change = found.changes.set_index("hour_start")["load_change_mw"]
    names = {name: capitalised(each) for name, each in _drivers(frame, found).items()}
    chart(change_figure(table, change, names, texts), texts, "why.change", title)
    st.caption(texts("why_no_shares" if table.isna().any(axis=None) else "why_change_note"))


def _weather(frame: Frame, found: Why, day: date) -> None:
    texts, language = frame.texts, frame.texts.language
    if found.known is None:
        st.caption(texts("why_weather_elsewhere"))
        return
    table = why.weather(found.known, day)
    if table[list(why.SHOWN_INPUTS)].isna().all(axis=None):
        st.caption(texts("why_weather_none"))
        return
    st.markdown(f"**{texts('why_weather')}**")
    chart(weather_figure(table, day, texts), texts, "why.weather", texts("why_weather"))
    sentences = []
    for name, decimals in ((TEMPERATURE, 1), (CLOUD_COVER, 0)):
        mean, change = why.means(table, name)
        written_mean, moved = number(mean, language, decimals), number(change, language, decimals, sign=True)
        sentences.append(texts(f"why_mean_{name}", mean=written_mean, change=moved))
    st.caption(" ".join(sentences))


def _experts(frame: Frame, found: Why) -> None:
    texts, language = frame.texts, frame.texts.language
    if found.experts.empty:
        st.caption(texts("why_experts_none"))
        return
    known = found.known
    blend = (
        None
        if known is None
        else why.weights_of(store.card(frame.version, found.model_version), found.model_version, known)
    )
    table = why.experts(found.experts, found.ours, blend)
    st.markdown(f"**{texts('why_experts')}**")
    table.index = pd.Index(
        [texts.expert(str(name)) if name else texts("ours") for name in table.index], name=texts("expert")
    )
    table["peak_hour"] = [interval_name(each).replace(" ", "\u00a0") for each in table["peak_hour"]]
    labels = {"weight": "weight", "mean_mw": "day_mean", "peak_mw": "day_peak", "peak_hour": "peak_at"}
    table = table.rename(columns={name: texts(label) for name, label in labels.items()})
    style = table.style.format(written(language), subset=[texts("day_mean"), texts("day_peak")])
    st.table(style.format(written(language, unit="%"), subset=[texts("weight")], na_rep=NO_VALUE))
    stands_on = NO_VALUE if known is None else texts.stands_on(known.situation, sorted(known.usable_inputs))
    st.caption(texts("why_experts_note", stands_on=stands_on, version=found.model_version))
