"""Of the day page: a second delivery day beside the one that is shown.

Here: what is chosen and shown. Not here: which hours stand beside each other (`dashboard.two_days`).
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboard import address, store
from dashboard.charts.two_days import two_days_figure
from dashboard.frame import Frame, chart
from dashboard.language import NO_VALUE, long_day, number, short_day, written
from dashboard.two_days import TwoDays, two_days
from elec_pipeline.domain.delivery_day import FIRST_DAY, WEEK

_WIDGET = "day.beside"


def show(frame: Frame, day: date, newest: date) -> None:
    """Let the reader choose a second day; show both.

    Args:
        frame: Of the page.
        day: The day that the page shows.
        newest: The last day that can be chosen.
    """
    texts, language = frame.texts, frame.texts.language
    st.header(texts("two_days"))
    _choose(frame, day, newest)
    other = address.beside()
    if other is None:
        return
    if other == day:
        st.info(texts("beside_same"), icon=":material/info:")
        return
    series = {each: store.series(frame.version, each, each, None, by_hour=True) for each in (day, other)}
    for each, hours in series.items():
        if hours[["actual_mw", "load_mw"]].isna().all(axis=None):
            st.info(texts("beside_nothing", day=long_day(each, language)), icon=":material/info:")
            return
    both = two_days(day, series[day], other, series[other])
    names = short_day(day, language, year=True), short_day(other, language, year=True)
    figure = two_days_figure(both, names, texts)
    chart(figure, texts, "day.two", texts("chart_two_days", first=names[0], second=names[1]))
    _say(frame, both, names)
    table = _table(frame, both, names)
    shown = table.style.format(written(language)).format(
        written(language, sign=True), subset=[texts("difference_of_days")]
    )
    st.dataframe(
        shown, height="content", placeholder=NO_VALUE,
        alt=texts("chart_two_days", first=names[0], second=names[1]),
    )  # fmt: skip


def _choose(frame: Frame, day: date, newest: date) -> None:
    texts = frame.texts

    def take() -> None:
        picked: date | None = st.session_state[_WIDGET]
        if picked is None:
            address.drop("beside")
        else:
            address.put("beside", picked.isoformat())

    def take_before(n_days: int) -> None:
        address.put("beside", (day - timedelta(days=n_days)).isoformat())

    chosen = address.beside()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        address.hold(_WIDGET, chosen)
        st.date_input(
            texts("beside_choose"), key=_WIDGET, on_change=take, min_value=FIRST_DAY,
            max_value=max(day, newest, chosen or day), format="DD/MM/YYYY", width=190,
        )  # fmt: skip
        for name, n_days in (("beside_day", 1), ("beside_week", WEEK)):
            st.button(
                texts(name), on_click=take_before, args=(n_days,),
                disabled=day - timedelta(days=n_days) < FIRST_DAY,
            )  # fmt: skip


def _say(frame: Frame, both: TwoDays, names: tuple[str, str]) -> None:
    texts, language = frame.texts, frame.texts.language
    mean, peak = (number(each, language, sign=True) for each in (both.mean_mw, both.peak_mw))
    st.markdown(texts("beside_change", first=names[0], second=names[1], mean=mean, peak=peak, n=both.hours))
    st.caption(texts("beside_note", extra=texts("beside_hours") if both.has_lone_hours else "").strip())


def _table(frame: Frame, both: TwoDays, names: tuple[str, str]) -> pd.DataFrame:
    texts = frame.texts
    return pd.DataFrame(
        {
            f"{names[0]} (MW)": both.table["first_mw"],
            f"{names[1]} (MW)": both.table["second_mw"],
            texts("difference_of_days"): both.table["difference_mw"],
        }
    ).rename_axis(texts("hour"))
