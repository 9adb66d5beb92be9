"""The part of the accuracy page on leads: how the error grows from an hour ahead to a week ahead."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import leads, store
from dashboard.charts.leads import lead_figure
from dashboard.charts.style import ALARM
from dashboard.comparison import least_coverage
from dashboard.frame import Frame, chart
from dashboard.language import NO_VALUE, written
from dashboard.span import Span
from dashboard.texts import Texts
from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.forecasters import SCORED_LEADS, days_ahead, ours, within_day
from elec_pipeline.domain.week_ahead import LEADS


def show(frame: Frame, span: Span) -> None:
    """Show the chart and the table."""
    texts, language = frame.texts, frame.texts.language
    st.header(texts("by_lead"))
    table = leads.by_lead(store.scores(frame.version, span.first, span.last))
    if table.empty:
        st.info(texts("by_lead_none"), icon=":material/info:")
        return
    names = _names(texts)
    labels = [names[str(each)] for each in table.index]
    chart(lead_figure(table, labels, texts), texts, "accuracy.leads", texts("by_lead"))
    least = table["days"].map(least_coverage).to_numpy()
    table.index = pd.Index(labels, name=texts("lead"))
    columns = {"mape": "mape", "naive_mape": "seasonal_naive", "coverage_80": "coverage", "days": "days_scored"}
    shown = table.rename(columns={name: texts(key) for name, key in columns.items()})
    style = shown.style.format(written(language))
    style = style.format(written(language, 2, unit="%"), subset=[texts("mape"), texts("seasonal_naive")])
    coverage = texts("coverage")
    style = style.format(written(language, unit="%"), subset=[coverage])
    fails = pd.Index(labels)[(table["coverage_80"] < least).to_numpy()]
    if len(fails):
        place = pd.IndexSlice[fails, [coverage]]
        write = written(language, unit="%")
        style = style.format(lambda value: f"▼ {write(value)}", subset=place)
        style = style.map(lambda _: f"color: {ALARM}", subset=place)
    st.dataframe(style, height="content", placeholder=NO_VALUE, alt=texts("by_lead"))
    st.caption(texts("by_lead_note") + (f" {texts('by_lead_fails')}" if len(fails) else ""))


def _names(texts: Texts) -> dict[str, str]:
    """Return how the lead of each forecaster is called."""
    return (
        {within_day(lead): f"{lead} h" for lead in SCORED_LEADS}
        | {ours(issue): texts(f"issue_{issue}") for issue in Issue}
        | {days_ahead(lead): texts("lead_days", n=lead) for lead in LEADS}
    )
