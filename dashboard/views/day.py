"""One delivery day: every vintage of every forecast as it was issued, the actuals, their revisions."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st

from dashboard import address, store
from dashboard.charts.day import KINDS, day_figure
from dashboard.frame import Frame, chart
from dashboard.language import capitalised, clock, long_day, moment_label, number, written
from dashboard.texts import Texts
from dashboard.tiles import after_the_fact
from elec_pipeline.domain.delivery_day import FIRST_DAY, hours

LIVE_WITHIN = timedelta(hours=2)
"""A forecast that was written later than that after its issue time was made up for afterwards."""


def show(frame: Frame) -> None:
    """Show the page."""
    texts, language = frame.texts, frame.texts.language
    newest = store.newest_day()
    if newest is None:
        st.title(texts("page_day"))
        st.info(texts("database_empty"), icon=":material/info:")
        return
    day = address.day() or store.day_ahead(frame.now) or newest
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
    st.header(texts("vintages"))
    table = _vintages(frame, vintages, issues)
    st.dataframe(table.style.format(written(language), subset=[texts("mean")]), hide_index=True)
    st.header(texts("revisions"))
    if revisions.empty:
        st.caption(texts("no_revisions"))
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
        st.session_state["day.day"] = day
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


def _vintages(frame: Frame, vintages: pd.DataFrame, issues: pd.DataFrame) -> pd.DataFrame:
    texts, language = frame.texts, frame.texts.language
    rows: list[tuple[datetime, str, str, pd.DataFrame]] = []
    for _, part in vintages.groupby(["forecast_type", "published_at"]):
        first = part.iloc[0]
        rows.append((first["published_at"], texts(KINDS[first["forecast_type"]][0]), "", part))
    for _, part in issues.groupby(["issued_at", "model_version"]):
        first = part.iloc[0]
        name = f"{texts('ours')} ({how_made(part, texts)})"
        rows.append((first["issued_at"], name, first["model_version"], part))
    return pd.DataFrame(
        {
            texts("vintage"): [name for _, name, _, _ in rows],
            texts("said_at"): [moment_label(moment, language) for moment, _, _, _ in rows],
            texts("hours_there"): [len(part) for *_, part in rows],
            texts("mean"): [float(part["load_mw"].mean()) for *_, part in rows],
            texts("model"): [model for _, _, model, _ in rows],
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
