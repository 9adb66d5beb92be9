"""Entry of the dashboard: `elec dashboard`, or `streamlit run dashboard/app.py`.

Here: the frame of the app: navigation, language, look. Not here: pages (`views`).
"""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from dashboard import address, clock, ticking
from dashboard.frame import guarded, watch
from dashboard.language import Language
from dashboard.texts import Texts
from dashboard.views import accuracy, data, day, forecast, week
from elec_pipeline.guard import guard_messages, guard_process
from elec_pipeline.serving.dashboard import DashboardLayers
from elec_pipeline.settings import settings

_LOOK = """<style>
.st-key-states { display: grid !important; gap: 0.5rem; }
.st-key-states { grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); }
.st-key-states > div { width: 100% !important; min-width: 0; }
.st-key-states > div > [data-testid=stVerticalBlock] { padding: 0.45rem 0.7rem; }
.elec-tiles { display: grid; gap: 0.5rem; margin: 0 !important; padding: 0 !important; }
.elec-tiles { grid-template-columns: repeat(auto-fit, minmax(8.9rem, 1fr)); }
.elec-tiles > div { border: 1px solid rgba(128,140,155,0.35); border-radius: 0.5rem; padding: 0.4rem 0.7rem; }
.elec-tiles > .elec-peak { grid-column: span 2; border-color: rgba(31,119,208,0.75); }
.elec-tiles dt, .elec-tiles dd { margin: 0; font-size: 0.83rem; font-weight: 400; line-height: 1.35; }
.elec-tiles dt, .elec-tiles dd { opacity: 0.85; }
.elec-tiles b { font-size: 1.2rem; font-weight: 600; white-space: nowrap; font-variant-numeric: tabular-nums; }
.elec-tiles dd:has(b) { opacity: 1; }
.elec-address { user-select: all; overflow-wrap: anywhere; }
.elec-line, .elec-since { opacity: 0.85; font-variant-numeric: tabular-nums; }
.elec-line, .elec-since { margin-top: -0.7rem; }
[data-testid=stCaptionContainer] { color: inherit; opacity: 0.82; }
[data-testid=stCaptionContainer] p { color: inherit; opacity: 1; }
.js-plotly-plot :is(.xtick, .ytick, .y2tick, .g-xtitle, .g-ytitle, .g-y2title, .legend, .legend2) text {
  fill: currentColor !important; fill-opacity: 0.82 !important; }
@media (max-width: 640px) { .js-plotly-plot .modebar-container { display: none !important; } }
[data-testid=stMainBlockContainer] { padding: 2.5rem clamp(1rem, 3vw, 3rem) 3rem; }
</style>"""


def main() -> None:
    """Run the app once."""
    guard_process()
    address.settle()
    texts = Texts(address.language())
    st.set_page_config(page_title=texts("title"), page_icon="⚡", layout="wide")
    st.html(_LOOK)
    pages = [
        st.Page(guarded(forecast.show), title=texts("page_forecast"), icon=":material/show_chart:", default=True),
        st.Page(
            guarded(week.show), title=texts("page_week"), icon=":material/calendar_view_week:", url_path="week"
        ),
        st.Page(
            guarded(accuracy.show),
            title=texts("page_accuracy"),
            icon=":material/leaderboard:",
            url_path="accuracy",
        ),
        st.Page(guarded(day.show), title=texts("page_day"), icon=":material/today:", url_path="day"),
        st.Page(guarded(data.show), title=texts("page_data"), icon=":material/database:", url_path="data"),
    ]
    st.session_state["frame.day_page"] = pages[3]
    page = st.navigation(pages)
    address.be_on(page.url_path)
    st.set_page_config(page_title=f"{page.title} · {texts('title')}")
    with st.sidebar:
        _choose_language(texts)
        st.caption(texts("about"))
    page.run()
    ticking.start(texts, clock.now())
    address.write()
    watch()


def _choose_language(texts: Texts) -> None:
    def take() -> None:
        address.put("lang", st.session_state["language"])

    address.hold("language", str(texts.language))
    names = {str(Language.FRENCH): "Français", str(Language.ENGLISH): "English"}
    st.segmented_control(
        texts("language"), list(names), format_func=lambda each: names[each], key="language", on_change=take,
        required=True, label_visibility="collapsed",
    )  # fmt: skip


if __name__ == "__main__":  # as Streamlit runs it for each visit
    main()
else:  # as Streamlit's server imports it: `streamlit run` sees `st.App` in this file and serves that
    guard_messages()
    settings()  # what makes no sense is said now, and not to each visitor
    app = st.App(__file__, middleware=[Middleware(DashboardLayers)])
