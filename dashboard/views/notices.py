"""What people are told: notices about tomorrow in a line each, and every alert that is open.

Here: how they are shown. Not here: which there are (`elec_pipeline.alerts`).
"""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboard import store
from dashboard.frame import Frame
from dashboard.language import capitalised, moment_label
from elec_pipeline.alerts.facts import NOTICES, Kind
from elec_pipeline.alerts.ledger import Entry
from elec_pipeline.alerts.texts import began_at, in_line, in_short
from elec_pipeline.settings_alerts import Language as AlertsLanguage

ICONS = {
    Kind.RTE_OUTSIDE: ":material/compare_arrows:",
    Kind.CHANGED: ":material/update:",
    Kind.COLD: ":material/ac_unit:",
    Kind.PEAK: ":material/trending_up:",
}


def lines(frame: Frame, day: date) -> None:
    """Show the notices about a delivery day that are open, a line each; nothing without any.

    Args:
        frame: Of the page.
        day: The delivery day.
    """
    language = AlertsLanguage(str(frame.texts.language))
    of_day = [
        f"{ICONS[entry.kind]} {in_line(entry, language)}"
        for entry in store.open_alerts(frame.now)
        if entry.kind in NOTICES and entry.facts["day"] == str(day)
    ]
    if of_day:
        st.markdown("  \n".join(of_day))


def alerts(frame: Frame) -> None:
    """Show every alert that is open: what is wrong, then what is no fault; and where they are set up."""
    texts = frame.texts
    st.header(texts("alerts"))
    found = store.open_alerts(frame.now)
    faults = [entry for entry in found if entry.kind not in NOTICES]
    if not faults:
        st.success(texts("no_alert"), icon=":material/check_circle:")
    for entry in faults:
        st.error(_dated(frame, entry), icon=":material/notification_important:")
    for entry in found:
        if entry.kind in NOTICES:
            st.info(_dated(frame, entry), icon=ICONS[entry.kind])
    st.caption(texts("alerts_set_up"))


def _dated(frame: Frame, entry: Entry) -> str:
    since = frame.texts("alert_since", moment=moment_label(began_at(entry), frame.texts.language))
    return f"{capitalised(in_short(entry, AlertsLanguage(str(frame.texts.language))))} {since}"
