"""Who was right: the leaderboard, the experts, the error by day and by kind of hour, the worst days."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboard import address, comparison, store
from dashboard.charts.accuracy import daily_figure, grouped_figure
from dashboard.charts.style import ALARM
from dashboard.frame import Frame, chart, choose_span
from dashboard.language import NO_VALUE, long_day, number, percent, short_day, written
from dashboard.span import Span
from dashboard.views import experts, leads
from elec_pipeline.domain.delivery_day import Issue, delivery_day
from elec_pipeline.domain.rte_bar import DAY_AHEAD, RTE_D1, RTE_D1_LATEST
from elec_pipeline.domain.vintages import NOMINAL_PUBLICATION

MOST_DAYS = 1100
"""Longer periods are cut: every hour of every forecaster is read."""


def show(frame: Frame) -> None:
    """Show the page."""
    texts, language = frame.texts, frame.texts.language
    st.title(texts("page_accuracy"))
    if store.newest_day(frame.version) is None:
        st.info(texts("database_empty"), icon=":material/info:")
        return
    span = choose_span(frame, "accuracy", delivery_day(frame.now) - timedelta(days=1), shortest="7d")
    if span.n_days > MOST_DAYS:
        span = Span(span.last - timedelta(days=MOST_DAYS - 1), span.last)
        cut = short_day(span.first, language, year=True)
        st.info(texts("range_cut", n=number(MOST_DAYS, language), first=cut), icon=":material/info:")
    hours, names = comparison.same_hours(store.compared(frame.version, span.first, span.last))
    first, last = (short_day(day, language, weekday=False, year=True) for day in (span.first, span.last))
    if hours.empty:
        st.info(texts("nothing_to_score", first=first, last=last), icon=":material/info:")
        return
    st.caption(texts("accuracy_intro", first=first, last=last, hours=number(len(hours), language)))
    if (n_days := comparison.nominal_days(hours)[1]) < span.n_days:
        st.caption(f"**{texts('accuracy_days', n=n_days, of=span.n_days)}**")
    show_leaderboard(frame, hours, names)
    _about_rte(frame, hours, names)
    leads.show(frame, span)
    experts.show(frame, span)
    names = [name for name in names if name != RTE_D1_LATEST]  # on top of the other, a curve would hide it
    days = comparison.by_day(hours, names)
    st.header(texts("daily_error"))
    chart(daily_figure(days, names, texts), texts, "accuracy.daily", texts("daily_error"))
    _groups(frame, hours, names)
    _worst(frame, days, names)


def show_leaderboard(frame: Frame, hours: pd.DataFrame, names: list[str]) -> None:
    """Show the scores of each forecaster on the same hours; a band that does not hold is marked."""
    texts, language = frame.texts, frame.texts.language
    table = comparison.leaderboard(hours, names)
    table.index = pd.Index([texts(str(name)) for name in table.index], name=texts("forecaster"))
    labels = {
        "mape": "mape", "ratio": "ratio", "mae_mw": "mae", "bias_mw": "bias", "pinball_mw": "pinball",
        "coverage_80": "coverage", "days": "days_scored",
    }  # fmt: skip
    table = table.rename(columns={name: texts(key) for name, key in labels.items()})
    style = table.style.format(written(language))
    style = style.format(written(language, 2, unit="%"), subset=[texts("mape")])
    style = style.format(written(language, 2), subset=[texts("ratio")])
    style = style.format(written(language, sign=True), subset=[texts("bias")])
    style = style.format(written(language, unit="%"), subset=[texts("coverage")])
    coverage, n_days = texts("coverage"), int(table[texts("days_scored")].iloc[0])
    least = comparison.least_coverage(n_days)
    fails = table[coverage] < least
    if fails.any():
        shown = written(language, unit="%")
        style = style.format(
            lambda value: ("▼ " if float(str(value)) < least else "") + shown(value), subset=[coverage]
        )
        style = style.map(lambda value: f"color: {ALARM}" if float(str(value)) < least else "", subset=[coverage])
    st.dataframe(style, placeholder=NO_VALUE, alt=texts("page_accuracy"))
    if fails.any():
        st.caption(f":red[{texts('band_fails', n=n_days, least=percent(least, language, 0))}]")


def _about_rte(frame: Frame, hours: pd.DataFrame, names: list[str]) -> None:
    """Say which forecast of RTE's is scored, and on how many days its time of publication is nominal."""
    texts, language = frame.texts, frame.texts.language
    if RTE_D1 not in names:
        return
    clock = f"{Issue.EVENING.wall_clock:%H:%M}"
    st.caption(texts("rte_scored", rte=texts(RTE_D1), latest=texts(RTE_D1_LATEST), clock=clock))
    nominal, of = comparison.nominal_days(hours)
    if nominal:
        counts_from = f"{NOMINAL_PUBLICATION[DAY_AHEAD][1]:%H:%M}"
        said = texts("rte_nominal", n=number(nominal, language), of=number(of, language), clock=counts_from)
        st.info(said, icon=":material/schedule:")


def _groups(frame: Frame, hours: pd.DataFrame, names: list[str]) -> None:
    texts = frame.texts
    st.header(texts("error_by"))
    group = st.segmented_control(
        texts("error_by"), list(comparison.GROUPS), format_func=texts, required=True,
        default="by_hour", key="accuracy.group", label_visibility="collapsed",
    )  # fmt: skip
    if group == "by_temperature" and hours["temperature_c"].isna().all():
        st.info(texts("no_temperature"), icon=":material/info:")
        return
    table = comparison.grouped(hours, names, str(group))
    figure = grouped_figure(table, names, str(group), texts)
    chart(figure, texts, "accuracy.grouped", f"{texts('error_by')} {texts(str(group))}")


def _worst(frame: Frame, days: pd.DataFrame, names: list[str]) -> None:
    texts, language = frame.texts, frame.texts.language
    st.header(texts("worst_days"))
    ours = [name for name in reversed(names) if name.startswith("chronos")] or names
    name = st.segmented_control(
        texts("forecaster"), ours, format_func=texts, required=True, default=ours[0],
        key="accuracy.worst", label_visibility="collapsed",
    )  # fmt: skip
    table = comparison.worst(days, str(name))
    for number_of, day in enumerate(table.index.tolist()):
        row = table.iloc[number_of]
        rte = percent(row.get(RTE_D1, float("nan")), language, 2)
        label = texts(
            "worst_line", day=long_day(day, language), mape=percent(row[str(name)], language, 2), rte=rte
        )
        st.page_link(
            st.session_state["frame.day_page"], label=label, icon=":material/search:",
            query_params=address.query(day=day.isoformat()),
        )  # fmt: skip
