"""What every page shares: language, moment, data version; the watch for new data; sentences for faults.

Here: the frame round the pages. Not here: any page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import psycopg
import streamlit as st
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from dashboard import address, clock, span, store
from dashboard.language import plotly_config
from dashboard.span import Span
from dashboard.texts import Texts
from elec_pipeline.domain.delivery_day import FIRST_DAY
from elec_pipeline.errors import ConfigurationError, ElecError, StoreError

LOOK_EVERY_S = 15.0
"""How often an open page asks whether the data changed."""
_VERSION = "frame.version"
_GONE = "gone"


@dataclass(frozen=True)
class Frame:
    """What a page is given.

    Attributes:
        texts: The sentences of the language chosen.
        now: The moment of this run, UTC.
        version: Of the data.
    """

    texts: Texts
    now: datetime
    version: str


def current() -> Frame:
    """Return the frame of this run, and remember which data it shows."""
    version = store.version()
    st.session_state[_VERSION] = version
    return Frame(Texts(address.language()), clock.now(), version)


def guarded(page: Callable[[Frame], None]) -> Callable[[], None]:
    """Return a page that, where something is missing, says what and what to do."""

    def show() -> None:
        texts = Texts(address.language())
        try:
            page(current())
        except (ElecError, SQLAlchemyError) as error:
            st.session_state[_VERSION] = _GONE
            st.title(texts("title"))
            st.error(texts(_fault(error)), icon=":material/error:")

    show.__name__ = page.__module__.rpartition(".")[2]
    return show


def _fault(error: Exception) -> str:
    """Return which sentence tells of an error."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.errors.QueryCanceled):
        return "database_slow"
    if isinstance(cause, psycopg.errors.UndefinedTable):
        return "database_bare"
    if isinstance(cause, (psycopg.OperationalError, StoreError)):
        return "database_gone"
    return "misconfigured" if isinstance(cause, ConfigurationError) else "database_refuses"


def watch() -> None:
    """Run the app again when the data changed, or the database went or came back; and only then."""

    @st.fragment(run_every=LOOK_EVERY_S)
    def look() -> None:
        try:
            version = store.version()
        except (ElecError, SQLAlchemyError):
            version = _GONE
        if version != st.session_state.get(_VERSION, version):
            st.rerun()

    look()


def chart(figure: object, texts: Texts, key: str, alt: str) -> None:
    """Show a figure in the language of the page."""
    st.plotly_chart(figure, key=key, config=plotly_config(texts.language), alt=alt)


def choose_span(frame: Frame, key: str, last: date, *, shortest: str = span.DEFAULT) -> Span:
    """Let the reader choose a period; it lives in the address, and all pages share it.

    Args:
        frame: Of the page.
        key: Of the widgets, unlike another page's.
        last: Last day of the presets.
        shortest: The first preset that the page offers; it stands in for a shorter one.
    """
    texts = frame.texts
    offered = [name for name, n_days in span.PRESETS.items() if n_days >= span.PRESETS[shortest]]
    chosen = address.get("range") or shortest
    if chosen in span.PRESETS and chosen not in offered:
        chosen = shortest
    preset = chosen if chosen in span.PRESETS else "custom"
    names = {name: f"days_{span.PRESETS[name]}" for name in offered} | {"custom": "custom"}

    def take() -> None:
        picked = st.session_state[f"{key}.range"]
        if picked in span.PRESETS:
            address.put("range", picked)
        else:
            address.put("range", span.written(shown.first, shown.last))

    def take_dates() -> None:
        picked = st.session_state[f"{key}.dates"]
        if len(picked) == 2:  # noqa: PLR2004 - while only one end is picked there is no period
            address.put("range", span.written(*picked))

    shown = span.span(chosen, last)
    address.hold(f"{key}.range", preset)
    st.segmented_control(
        texts("range"), list(names), format_func=lambda name: texts(names[name]), key=f"{key}.range",
        on_change=take, required=True,
    )  # fmt: skip
    if preset == "custom":
        address.hold(f"{key}.dates", (shown.first, shown.last))
        st.date_input(
            texts("from_to"), key=f"{key}.dates", min_value=FIRST_DAY, max_value=max(last, shown.last) +
            timedelta(days=1), format="DD/MM/YYYY", on_change=take_dates, width=230,
        )  # fmt: skip
    return shown


def choose(label: str, name: str, options: list[str], show: Callable[[str], str], key: str) -> str:
    """Let the reader choose one of a few; it lives in the address."""

    def take() -> None:
        address.put(name, str(st.session_state[key]))

    asked = address.get(name)
    chosen = asked if asked in options else options[0]
    address.hold(key, chosen)
    st.segmented_control(label, options, format_func=show, key=key, on_change=take, required=True)
    return chosen
