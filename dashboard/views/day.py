"""One delivery day: every vintage of every forecast as it was issued, the actuals, their revisions."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboard import address, store
from dashboard.charts.day import KINDS, day_figure
from dashboard.frame import Frame, chart
from dashboard.hours_table import show_hours
from dashboard.language import NO_VALUE, capitalised, clock, long_day, moment_label, number, written
from dashboard.taking_along import take_along
from dashboard.texts import Texts
from dashboard.tiles import after_the_fact
from dashboard.views import two_days
from dashboard.vintage_rows import Vintage, vintage_rows
from elec_pipeline.domain.delivery_day import FIRST_DAY, PARIS, hours
from elec_pipeline.exports.table import export_table

LIVE_WITHIN = timedelta(hours=2)
"""A forecast that was written later than that after its issue time was made up for afterwards."""


def show(frame: Frame) -> None:
    """Show the page."""
    texts, language = frame.texts, frame.texts.language
    newest = store.newest_day(frame.version)
    if newest is None:
        st.title(texts("page_day"))
        st.info(texts("database_empty"), icon=":material/info:")
        return
    day = address.day() or store.day_ahead(frame.version, store.minute_of(frame.now)) or newest
    st.title(capitalised(long_day(day, language)))
    _choose(frame, day, newest)
    actual, revisions, vintages, issues = store.vintages(frame.version, day)
    if actual.empty and vintages.empty and issues.empty:
        text = texts("nothing_of_day", day=long_day(day, language), iso=day.isoformat())
        st.info(text, icon=":material/info:")
        return
    st.caption(texts("day_hours", n=len(hours(day))))
    figure = day_figure(day, actual, vintages, issues, texts)
    chart(figure, texts, "day.chart", texts("chart_day", day=long_day(day, language)))
    _show_vintages(frame, actual, vintages, issues)
    two_days.show(frame, day, newest)
    _show_revisions(frame, revisions)
    series = store.series(frame.version, day, day, None, by_hour=True)
    if not export_table(series).empty:
        show_hours(frame, day, series)
        take_along(frame, day, None, newest)


def _show_vintages(frame: Frame, actual: pd.DataFrame, vintages: pd.DataFrame, issues: pd.DataFrame) -> None:
    texts, language = frame.texts, frame.texts.language
    st.header(texts("vintages"))
    table = vintages_table(vintage_rows(actual, vintages, issues), texts)
    shown = (
        table.style.format(written(language), subset=[texts("mean")])
        .format(written(language, sign=True), subset=[texts("bias")])
        .format(written(language, 2, unit="%"), subset=[texts("mape")])
    )
    st.dataframe(shown, hide_index=True, placeholder=NO_VALUE)
    st.caption(texts("vintages_note"))


def _show_revisions(frame: Frame, revisions: pd.DataFrame) -> None:
    st.header(frame.texts("revisions"))
    if revisions.empty:
        st.caption(frame.texts("no_revisions"))
        return
    st.dataframe(_revisions(frame, revisions), hide_index=True)


def _choose(frame: Frame, day: date, newest: date) -> None:
    texts = frame.texts

    def take() -> None:
        address.put("day", st.session_state["day.day"].isoformat())

    def step(n: int) -> None:
        address.put("day", (day + timedelta(days=n)).isoformat())

    last = max(day, newest)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("◀", on_click=step, args=(-1,), help=texts("day_before"), disabled=day <= FIRST_DAY)
        address.hold("day.day", day)
        st.date_input(
            texts("day_choose"), key="day.day", on_change=take, min_value=FIRST_DAY, max_value=last,
            format="DD/MM/YYYY", width=190,
        )  # fmt: skip
        st.button("▶", on_click=step, args=(1,), help=texts("day_after"), disabled=day >= last)


def how_made(issue: pd.DataFrame, texts: Texts) -> str:
    """Return in words whether an issue was made live, for a time before, or when its hours had begun.

    Args:
        issue: Its rows, with `created_at`, `issued_at` and `after_the_fact`.
        texts: Of the language.
    """
    late = after_the_fact(issue)
    if late.all():
        return texts("after_the_fact")
    if late.any():
        return texts("partly_after_the_fact", n=int(late.sum()))
    first = issue.iloc[0]
    return texts("live" if first["created_at"] - first["issued_at"] <= LIVE_WITHIN else "backfilled")


def _basis(vintage: Vintage, texts: Texts) -> str:
    """Return in words what the time of a vintage rests on."""
    counts_from, published = (
        f"{each.astimezone(PARIS):%H:%M}" for each in (vintage.counts_from, vintage.published_at)
    )
    if vintage.forecast_type is None:
        return texts("basis_ours", clock=published, how=how_made(vintage.rows, texts))
    if vintage.is_nominal:
        return texts("basis_nominal", clock=counts_from)
    if vintage.n_nominal:
        return texts("basis_partly_nominal", clock=published, nominal=counts_from, n=vintage.n_nominal)
    if vintage.came_late:
        loaded = moment_label(vintage.loaded_at, texts.language)
        return texts("basis_published_late", clock=published, loaded=loaded)
    return texts("basis_published", clock=published)


def vintages_table(vintages: list[Vintage], texts: Texts) -> pd.DataFrame:
    """Return the vintages of a day in words and figures, in order of issue.

    Args:
        vintages: As `vintage_rows` returns them.
        texts: Of the language.
    """
    return pd.DataFrame(
        {
            texts("vintage"): [
                texts("ours" if each.forecast_type is None else KINDS[each.forecast_type][0]) for each in vintages
            ],
            texts("counts_from"): [moment_label(each.counts_from, texts.language) for each in vintages],
            texts("basis"): [_basis(each, texts) for each in vintages],
            texts("mape"): [each.mape for each in vintages],
            texts("bias"): [each.bias_mw for each in vintages],
            texts("mean"): [float(each.rows["load_mw"].mean()) for each in vintages],
            texts("hours_there"): [len(each.rows) for each in vintages],
            texts("model"): [
                "" if each.forecast_type else str(each.rows["model_version"].iloc[0]) for each in vintages
            ],
        }
    )


def _revisions(frame: Frame, revisions: pd.DataFrame) -> pd.DataFrame:
    texts, language = frame.texts, frame.texts.language
    return pd.DataFrame(
        {
            texts("interval"): [clock(each) for each in revisions["interval_start"]],
            texts("replaced"): [moment_label(each, language) for each in revisions["replaced_at"]],
            texts("old"): [
                texts("was_missing") if pd.isna(value) else number(value, language)
                for value in revisions["old_load_mw"]
            ],
            texts("new"): [number(value, language) for value in revisions["new_load_mw"]],
        }
    )
