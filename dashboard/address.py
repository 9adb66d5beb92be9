"""What is chosen - language, period, issue, day and others - kept in the address, so that a link can be shared.

Here: the one way in which pages read and change it. Not here: what a text means (`span`, `language`).

Streamlit drops the query when the page changes, and a widget's state when the widget is not shown; so the
choice lives in the session, and every run writes it back into the address. What stands in the address wins
where it is not what we wrote last: somebody followed a link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import streamlit as st

from dashboard import span
from dashboard.difference import Against
from dashboard.language import Language, of_browser
from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.exports.resolution import Resolution
from elec_pipeline.exports.styles import Kind, Style

NEWEST = "newest"
ISSUES = (NEWEST, *(str(issue) for issue in Issue))
VALID: Mapping[str, Callable[[str], bool]] = {
    "lang": lambda text: text in set(Language),
    "range": span.is_range,
    "issue": lambda text: text in ISSUES,
    "resolution": lambda text: text in set(Resolution),
    "file_resolution": lambda text: text in set(Resolution),
    "against": lambda text: text in set(Against),
    "day": lambda text: span.a_day(text) is not None,
    "beside": lambda text: span.a_day(text) is not None,
    "file": lambda text: text in set(Kind),
    "format": lambda text: text in set(Style),
    "year": lambda text: text.isdigit() and span.a_day(f"{text}-12-31") is not None,
}
_CHOSEN, _WRITTEN, _PAGE = "address.chosen", "address.written", "address.page"


def settle() -> None:
    """Take over what the address says, once a run, before anything reads it."""
    chosen: dict[str, str] = st.session_state.setdefault(_CHOSEN, {"range": span.DEFAULT, "issue": NEWEST})
    written: dict[str, str] = st.session_state.setdefault(_WRITTEN, {})
    for name, is_valid in VALID.items():
        text = st.query_params.get(name)
        if text is not None and text != written.get(name) and is_valid(text):
            chosen[name] = text
    chosen.setdefault("lang", str(of_browser(st.context.locale)))


def write() -> None:
    """Write the choice into the address."""
    chosen: dict[str, str] = st.session_state[_CHOSEN]
    if st.query_params.to_dict() != chosen:
        st.query_params.from_dict(chosen)
    st.session_state[_WRITTEN] = dict(chosen)


def get(name: str) -> str | None:
    """Return what is chosen; None where nothing is."""
    text: str | None = st.session_state[_CHOSEN].get(name)
    return text


def put(name: str, text: str) -> None:
    """Choose something; it shows from the next run on."""
    st.session_state[_CHOSEN][name] = text


def drop(name: str) -> None:
    """Choose nothing any more; it shows from the next run on."""
    st.session_state[_CHOSEN].pop(name, None)


def be_on(page: str) -> None:
    """Say which page is drawn in this run."""
    st.session_state[_PAGE] = page


def hold(key: str, value: object) -> None:
    """Let a widget show what is chosen.

    Its state is written only where it is another, or where the widget is one of another page or language: a value
    that is written goes to the browser, and would take the place of what the reader has clicked meanwhile.
    """
    widget, drawn = f"{key}.widget", (st.session_state[_PAGE], language())
    held = key in st.session_state and st.session_state[key] == value
    if not held or st.session_state.get(widget) != drawn:
        st.session_state[key] = value
        st.session_state[widget] = drawn


def language() -> Language:
    """Return the language that is chosen, or that the browser asks for."""
    return Language(get("lang") or of_browser(st.context.locale))


def issue() -> Issue | None:
    """Return the issue that is chosen; None for the newest of each hour."""
    text = get("issue")
    return None if text in (None, NEWEST) else Issue(text)


def against() -> Against:
    """Return what our forecast is held against under its curve."""
    return Against(get("against") or Against.RTE)


def day() -> date | None:
    """Return the delivery day that is chosen."""
    text = get("day")
    return None if text is None else span.a_day(text)


def beside() -> date | None:
    """Return the day that is shown beside the delivery day that is chosen."""
    text = get("beside")
    return None if text is None else span.a_day(text)


def query(**changes: str) -> dict[str, str]:
    """Return the query of a link to what is chosen, with some of it changed."""
    return {**st.session_state[_CHOSEN], **changes}
