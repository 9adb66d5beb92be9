"""The hours of a delivery day as a table that is not cut and can be copied.

Here: the table on the page and as text. Not here: files (`taking_along`).
"""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from dashboard.frame import Frame
from dashboard.language import NO_VALUE, clock, long_day, written
from dashboard.texts import Texts
from elec_pipeline.exports.table import BANDS, export_table


def show_hours(frame: Frame, day: date, series: pd.DataFrame) -> None:
    """Show every hour of a delivery day.

    Args:
        frame: Of the page.
        day: The delivery day.
        series: Its hours, as `reads.hourly` returns them.
    """
    texts, language = frame.texts, frame.texts.language
    title = texts("hours_of", day=long_day(day, language))
    st.header(title)
    table = hours_table(series, texts)
    shown = table.style.format(written(language)).format(
        written(language, sign=True), subset=[texts("difference")]
    )
    st.dataframe(shown, height="content", placeholder=NO_VALUE, alt=title)
    _to_copy(texts, table)


@st.fragment
def _to_copy(texts: Texts, table: pd.DataFrame) -> None:
    """Offer the table as text, which is sent once it is asked for: the code that shows it takes long to load."""
    with st.popover(
        texts("copy_table"), icon=":material/content_copy:", key="hours_table.copy", on_change="rerun"
    ) as box:
        if box.open:
            st.caption(texts("copy_note"))
            st.code(as_text(table), language=None)


def hours_table(series: pd.DataFrame, texts: Texts) -> pd.DataFrame:
    """Return the hours of a day as readers see them: the columns of a file, without those that are empty.

    Args:
        series: As `reads.hourly` returns it, of one day.
        texts: Of the language.

    Returns:
        Index: Paris times with their offset. MW.
    """
    hours = export_table(series)
    rte = hours["rte_d1_mw"].fillna(hours["rte_d2_mw"])
    columns = {
        texts("ours"): hours["forecast_mw"],
        texts("rte_d1"): hours["rte_d1_mw"],
        texts("rte_d2"): hours["rte_d2_mw"],
        texts("difference"): hours["forecast_mw"] - rte,
        **{f"{int(name[1:3])} %": hours[name] for name in BANDS},
        texts("actual"): hours["actual_mw"],
    }
    table = pd.DataFrame(columns)
    table.index = pd.Index([clock(each) for each in hours["start_utc"]], name=texts("hour"))
    may_lack = [texts("rte_d1"), texts("rte_d2"), texts("actual")]
    return table.drop(columns=[name for name in may_lack if table[name].isna().all()])


def as_text(table: pd.DataFrame) -> str:
    r"""Return a table as spreadsheets paste it: tabs between cells, whole figures that every language reads.

    Example:
        >>> as_text(pd.DataFrame({"MW": [50000.4, None]}, index=pd.Index(["00:00", "01:00"], name="Hour")))
        'Hour\tMW\n00:00\t50000\n01:00\t'
    """
    lines = ["\t".join([str(table.index.name), *(str(name) for name in table.columns)])]
    for label, *values in table.itertuples():
        lines.append("\t".join([str(label), *("" if pd.isna(each) else f"{each:.0f}" for each in values)]))
    return "\n".join(lines)
