"""The week ahead: tomorrow and the days two to seven ahead, as a curve and as a tile for each day."""

from __future__ import annotations

import html
import math
from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st

from dashboard import store
from dashboard.charts.week import week_figure
from dashboard.frame import Frame, chart
from dashboard.language import capitalised, moment_label, number, percent, short_day
from dashboard.texts import Texts
from dashboard.week import DayOfWeek, days_of_week, week_curve
from elec_pipeline.domain.day_summary import as_known, interval_name
from elec_pipeline.domain.delivery_day import WEEK, day_start, delivery_day


def show(frame: Frame) -> None:
    """Show the page."""
    texts = frame.texts
    st.title(texts("week_title"))
    if store.newest_day(frame.version) is None:
        st.info(texts("database_empty"), icon=":material/info:")
        return
    today = delivery_day(frame.now)
    tomorrow = today + timedelta(days=1)
    known = store.series(frame.version, today - timedelta(days=WEEK), tomorrow, None, by_hour=True)
    day_ahead = known[known.index >= pd.Timestamp(day_start(tomorrow))]
    issue, peaks = store.newest_week(frame.version, store.minute_of(frame.now))
    curve = week_curve(tomorrow, day_ahead, issue)
    before = as_known(known[known.index < pd.Timestamp(day_start(tomorrow))])
    ahead = days_of_week(curve, peaks, before)
    of_issue = [each.day for each in ahead if each.is_of_issue]
    _issued(frame, tomorrow, day_ahead, of_issue, issue)
    if not of_issue:
        st.info(texts("no_week"), icon=":material/info:")
    elif (made := delivery_day(issue["issued_at"].iloc[0])) < today:
        st.info(texts("older_week", day=short_day(made, texts.language)), icon=":material/schedule:")
    if not ahead:
        return
    if ahead[0].day != tomorrow:
        st.info(texts("no_tomorrow"), icon=":material/info:")
    st.html(f'<dl class="elec-tiles">{"".join(_tile(texts, each) for each in ahead)}</dl>')
    first, last = (short_day(each.day, texts.language) for each in (ahead[0], ahead[-1]))
    alt = texts("chart_week", first=first, last=last)
    chart(week_figure(curve, ahead, before, texts), texts, "week.chart", alt)
    st.caption(f"{texts('week_note')} {texts('shading')}")


def _issued(
    frame: Frame, tomorrow: date, day_ahead: pd.DataFrame, of_issue: list[date], issue: pd.DataFrame
) -> None:
    """Show when what is shown was issued: tomorrow's forecast, and the one of the days after it."""
    texts, language = frame.texts, frame.texts.language
    parts = []
    made = day_ahead["issued_at"].dropna()
    if len(made):
        day, moment = short_day(tomorrow, language), moment_label(max(made).to_pydatetime(), language)
        parts.append(texts("tomorrow_issued", day=capitalised(day), moment=moment))
    if of_issue:
        moment = moment_label(issue["issued_at"].iloc[0].to_pydatetime(), language)
        span = {"first": short_day(of_issue[0], language), "last": short_day(of_issue[-1], language)}
        parts.append(texts("week_issued", **span, moment=moment))
    st.html(f'<div class="elec-line">{" · ".join(map(html.escape, parts))}</div>')


def _tile(texts: Texts, ahead: DayOfWeek) -> str:
    """Return the tile of a day."""
    language = texts.language
    low, high = (number(each, language) for each in (ahead.low_mw, ahead.high_mw))
    lines = [
        texts("week_peak_range", low=low, high=high),
        *(_hour(texts, at, chance) for at, chance in ahead.likely),
        texts(
            "week_energy" if ahead.hours == ahead.hours_due else "week_energy_part",
            energy=number(ahead.energy_gwh, language), n=ahead.hours, of=ahead.hours_due,
        ),
    ]  # fmt: skip
    if ahead.change is not None:
        day = short_day(ahead.day - timedelta(days=WEEK), language, weekday=False)
        lines.append(texts("week_change", load=number(ahead.change.mean_mw, language, sign=True), day=day))
    label = html.escape(capitalised(short_day(ahead.day, language)))
    notes = "".join(f"<dd>{html.escape(each)}</dd>" for each in lines)
    return f"<div><dt>{label}</dt><dd><b>{number(ahead.peak_mw, language)} MW</b></dd>{notes}</div>"


def _hour(texts: Texts, at: datetime, chance: float) -> str:
    name = interval_name(at)
    if math.isnan(chance):
        return name
    return texts("week_peak_hour", hour=name, chance=percent(100 * chance, texts.language, 0))
