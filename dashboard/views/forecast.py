"""The page a trader opens: tomorrow's figures and curve, RTE's next to it, states, hours, files."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Literal

import pandas as pd
import streamlit as st

from dashboard import address, store, tiles
from dashboard.charts.difference import add_difference
from dashboard.charts.load import is_partial, load_figure
from dashboard.curves import QUARTER_DAYS, Step, read_curves, read_other, read_within_day
from dashboard.difference import MOST_DAYS_BY_HOUR, Against, by_day, differences
from dashboard.frame import Frame, chart, choose, choose_span
from dashboard.hours_table import show_hours
from dashboard.language import long_day, moment_label, number, short_day
from dashboard.reads import Standing
from dashboard.span import HOURLY_DAYS, Span
from dashboard.states import State
from dashboard.taking_along import take_along
from dashboard.views import before_noon, notices, why
from dashboard.within_day import WithinDay
from elec_pipeline.domain.day_summary import summarize
from elec_pipeline.domain.delivery_day import (
    HOUR,
    PARIS,
    QUARTER,
    WEEK,
    Issue,
    day_start,
    delivery_day,
    issue_time,
)
from elec_pipeline.exports.resolution import Resolution

Colour = Literal["green", "orange", "blue", "red"]
LOOKS: dict[State, tuple[Colour, str]] = {
    State.FRESH: ("green", ":material/check_circle:"), State.LATE: ("orange", ":material/schedule:"),
    State.PARTIAL: ("orange", ":material/contrast:"), State.REVISED: ("blue", ":material/history:"),
    State.MISSING: ("red", ":material/cancel:"),
}  # fmt: skip
DRAWING_S = 0.3
"""With it the first chart is there after 0.83 of the time that it takes without."""
_DRAWN = "forecast.drawn"
_SHOWN, _ISSUE = "forecast.shown", "forecast.issue_of_tiles"
_STEPS = {Step.QUARTER: QUARTER, Step.HOUR: HOUR, Step.DAY: timedelta(days=1)}


def show(frame: Frame) -> None:
    """Show the page."""
    texts, language = frame.texts, frame.texts.language
    newest = store.newest_day(frame.version)
    if newest is None:
        st.title(texts("page_forecast"))
        st.info(texts("database_empty"), icon=":material/info:")
        return
    today = delivery_day(frame.now)
    tomorrow = today + timedelta(days=1)
    minute = store.minute_of(frame.now)
    ahead = store.day_ahead(frame.version, minute)
    named = {tomorrow: texts("tomorrow"), today: texts("today")}
    day = ahead or tomorrow
    st.title(f"{named.get(day, texts('the_day'))}, {long_day(day, language)}")
    issue = address.issue()
    week = _week(frame, day, issue)
    hours = week[week.index >= pd.Timestamp(day_start(day))]
    stands_in = issue is not None and hours["load_mw"].isna().all()
    if stands_in:
        week = _week(frame, day, None)
        hours = week[week.index >= pd.Timestamp(day_start(day))]
    summary = summarize(day, hours)
    before_noon.line(frame, hours)
    why.line(frame, day, None if stands_in else issue)
    notices.lines(frame, tomorrow)
    if day != tomorrow or summary is None:
        st.info(texts("no_forecast", day=long_day(tomorrow, language)), icon=":material/info:")
    elif issue is not None and stands_in:
        made = moment_label(issue_time(day, issue), language)
        text = texts("issue_to_come", issue=texts(f"of_{issue}"), day=short_day(day, language), moment=made)
        st.info(text, icon=":material/schedule:")
    for reason in hours["held_back"].dropna().unique():
        st.warning(texts("held_back", reason=reason), icon=":material/report:")
    before_noon.show_tiles(frame, summary, week, issue)
    with st.container(key="states"):
        for name, standing in store.standings(frame.version, minute).items():
            _state(frame, name, standing)
    _curves(frame, max(day, today), hours if stands_in else None)
    _let_it_be_drawn()
    why.show(frame, day, None if stands_in else issue)
    if summary is not None:
        show_hours(frame, day, hours)
    take_along(frame, newest if summary is None else day, None if stands_in else issue, max(day, newest))


def _let_it_be_drawn() -> None:
    """Wait a moment on the first run of a visit: a browser that has all of a page at once draws its chart last."""
    if not st.session_state.get(_DRAWN):
        st.session_state[_DRAWN] = True
        time.sleep(DRAWING_S)


def _week(frame: Frame, day: date, issue: Issue | None) -> pd.DataFrame:
    return store.series(frame.version, day - timedelta(days=WEEK), day, issue, by_hour=True)


@st.fragment
def _curves(frame: Frame, last: date, stand_in: pd.DataFrame | None) -> None:
    """Show the chart and what it shows of: a change of period runs this alone, not the page.

    Args:
        frame: Of the page.
        last: Last day of the presets.
        stand_in: The hours of another issue, for a day that the issue chosen does not forecast.
    """
    texts, issue = frame.texts, address.issue()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        span = choose_span(frame, "forecast", last)
        choose(
            texts("resolution"), "resolution", [*Resolution], lambda name: texts(f"resolution_{name}"),
            "forecast.resolution",
        )  # fmt: skip
        choose(
            texts("issue"), "issue", list(address.ISSUES), lambda name: texts(f"issue_{name}"), "forecast.issue"
        )
        choose(
            texts("against"), "against", [str(each) for each in Against if span.is_hourly or each.is_of_days],
            lambda name: texts(f"minus_{name}"), "forecast.against",
        )  # fmt: skip
    if st.session_state.setdefault(_ISSUE, issue) != issue:
        st.session_state[_ISSUE] = issue
        st.rerun()  # the tiles are of the issue too
    _chart(frame, span, stand_in)
    address.write()


def _state(frame: Frame, name: str, standing: Standing) -> None:
    texts, language = frame.texts, frame.texts.language
    verdict = standing.verdict
    colour, icon = LOOKS[verdict.state]
    behind = standing.days_behind
    if behind:
        colour = "red"
    n = verdict.revisions if verdict.state is State.REVISED else verdict.lacking
    detail = texts(f"state_detail_{verdict.state}", n=number(n, language), of=verdict.due)
    with st.container(border=True, gap="xxsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{texts(name)}**", width="content")
            st.badge(texts(f"state_{verdict.state}"), icon=icon, color=colour, help=detail)
        until = standing.until
        ends = "" if until is None else texts("until", moment=moment_label(until + timedelta(hours=1), language))
        updated = (
            texts("never_updated")
            if standing.updated is None
            else texts("updated", moment=moment_label(standing.updated, language))
        )
        late = f":red[**{texts('days_behind' if behind > 1 else 'day_behind', n=behind)}**]" if behind else ""
        st.caption(" · ".join(part for part in (late, ends, updated) if part))


def _chart(frame: Frame, span: Span, stand_in: pd.DataFrame | None) -> None:
    texts, language = frame.texts, frame.texts.language
    against = address.against() if span.is_hourly or address.against().is_of_days else Against.RTE
    curves = read_curves(frame, span, stand_in)
    data, of_days = curves.data, curves.step is Step.DAY
    if curves.why:
        st.info(texts(curves.why, n=QUARTER_DAYS), icon=":material/info:")
    within = read_within_day(frame, curves)
    first, last = (short_day(day, language, weekday=False, year=True) for day in (span.first, span.last))
    if data[["actual_mw", "rte_d1_mw", "rte_d2_mw", "load_mw"]].isna().all(axis=None):
        st.info(texts("nothing_in_range", first=first, last=last), icon=":material/info:")
        return
    table = differences(data, read_other(frame, span, curves, against))
    if not against.is_forecast:
        table["outside"] = False
    each_row = not of_days and span.n_days <= MOST_DAYS_BY_HOUR
    # A figure that did not change keeps its zoom; its line of now is moved in the page.
    ahead = pd.Series(dtype="float64") if within is None else within.load_mw
    hashed = [int(pd.util.hash_pandas_object(part).sum()) for part in (data, table, ahead)]
    print_of = *hashed, language, span, against
    shown = st.session_state.get(_SHOWN)
    if shown is None or shown[0] != print_of:
        figure = load_figure(data, texts, frame.now, by_hour=not of_days, within=within)
        add_difference(
            figure, table if each_row or of_days else by_day(table), texts(f"other_{against}"), texts,
            step=_STEPS[curves.step if each_row else Step.DAY],
        )  # fmt: skip
        shown = st.session_state[_SHOWN] = (print_of, figure)
    chart(shown[1], texts, "forecast.chart", texts("chart_forecast", first=first, last=last))
    notes = [
        texts("daily_note", n=HOURLY_DAYS) if of_days else texts("shading"),
        "" if each_row or of_days else texts("difference_by_day", n=MOST_DAYS_BY_HOUR),
        texts("quarters_note") if curves.step is Step.QUARTER else "",
        _within_day_note(frame, within),
        texts("rte_curve"),
        texts("partial_note") if is_partial(data).any() else "",
        texts("after_the_fact_note") if tiles.after_the_fact(data).any() else "",
    ]
    st.caption(" ".join(note for note in notes if note))


def _within_day_note(frame: Frame, within: WithinDay | None) -> str:
    if within is None or not within.n_hours:
        return ""
    issued, until = (f"{each.astimezone(PARIS):%H:%M}" for each in (within.issued_at, within.known_until))
    mean = number(within.mean_mw, frame.texts.language, sign=True)
    return frame.texts("within_day_note", clock=issued, until=until, mean=mean, n=within.n_hours)
