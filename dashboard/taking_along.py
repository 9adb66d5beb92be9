"""Files of any day or period: a button, and the address that gives the same file.

Here: what is chosen. Not here: the file (`elec_pipeline.exports`), its address (`file_address`).
"""

from __future__ import annotations

from datetime import date
from functools import partial
from html import escape

import streamlit as st

from dashboard import address, store
from dashboard.file_address import file_address
from dashboard.frame import Frame, choose
from dashboard.language import Language
from elec_pipeline.domain.delivery_day import FIRST_DAY, Issue
from elec_pipeline.exports.making import file_name, make_file
from elec_pipeline.exports.resolution import Resolution
from elec_pipeline.exports.styles import Kind, Style
from elec_pipeline.settings import settings

_WIDGET, _CHOSEN = "take_along.days", "take_along.chosen"
Chosen = tuple[date, date, date]
"""The day that the page showed when the days of the file were chosen, and those: first and last."""


@st.fragment
def take_along(frame: Frame, day: date, issue: Issue | None, newest: date) -> None:
    """Let the reader take the hours, or quarter-hours, of some days along. A choice runs this alone, not the page.

    Args:
        frame: Of the page.
        day: The day that the page shows: what the file is of until others are chosen.
        issue: Which of our issues; None for the newest of each hour.
        newest: The last day that can be chosen.
    """
    texts = frame.texts
    st.subheader(texts("take_along"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first, last = _choose_days(frame, day, max(day, newest))
        resolution = Resolution(
            choose(
                texts("resolution"), "file_resolution", [*Resolution], lambda name: texts(f"resolution_{name}"),
                "take_along.resolution",
            )
        )  # fmt: skip
        kind = Kind(
            choose(texts("file_kind"), "file", [*Kind], lambda name: texts(f"file_{name}"), "take_along.file")
        )
        style = usual = Style.FRENCH if texts.language is Language.FRENCH else Style.INTERNATIONAL
        if kind is not Kind.PARQUET:
            styles = sorted(Style, key=lambda each: each is not usual)
            style = Style(
                choose(
                    texts("file_style"), "format", [*styles], lambda name: texts(f"style_{name}"),
                    "take_along.format",
                )
            )  # fmt: skip
    address.write()
    if (last - first).days >= resolution.most_days:
        st.warning(texts("file_too_long", n=resolution.most_days), icon=":material/warning:")
        return
    st.download_button(
        texts("download", kind=texts(f"file_{kind}")),
        # Made when it is clicked, of what the store holds then, as the API does.
        partial(store.ask, make_file, first, last, issue, kind=kind, style=style, resolution=resolution),
        file_name(first, last, issue, kind, resolution), kind.media_type, on_click="ignore",
        icon=":material/download:",
    )  # fmt: skip
    st.caption(texts("file_address"))
    port = settings().elec_api_port
    where = file_address(st.context.url, port, first, last, issue, kind=kind, style=style, resolution=resolution)
    # Not `st.code`: that loads a megabyte of colours for programs before the first chart is drawn.
    st.html(f'<code class="elec-address">{escape(where)}</code>')
    if kind is Kind.CSV:
        st.caption(texts("style_help"))
    has_key = bool(settings().elec_api_key.get_secret_value())
    st.caption(" ".join([texts(f"file_note_{resolution}"), *([texts("file_key")] if has_key else [])]))


def _choose_days(frame: Frame, day: date, newest: date) -> tuple[date, date]:
    """Let the reader choose the days of the file; another day of the page chooses that one anew."""
    chosen: Chosen | None = st.session_state.get(_CHOSEN)
    if chosen is None or chosen[0] != day:
        chosen = st.session_state[_CHOSEN] = (day, day, day)

    def take() -> None:
        picked = st.session_state[_WIDGET]
        if len(picked) == 2:  # noqa: PLR2004 - while only one end is picked there is no period
            st.session_state[_CHOSEN] = (day, *picked)

    _, first, last = chosen
    address.hold(_WIDGET, (first, last))
    st.date_input(
        frame.texts("file_days"), key=_WIDGET, min_value=FIRST_DAY, max_value=max(newest, last),
        format="DD/MM/YYYY", on_change=take, width=230,
    )  # fmt: skip
    return first, last
