"""Entry of the dashboard: `elec dashboard`, or `streamlit run dashboard/app.py`.

Here: the frame of the app: navigation, language, look. Not here: pages (`views`).
"""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from dashboard import address
from dashboard.frame import guarded, watch
from dashboard.language import Language
from dashboard.texts import Texts
from dashboard.views import accuracy, data, day, forecast
from elec_pipeline.guard import guard_messages, guard_process
from elec_pipeline.serving.dashboard import DashboardLayers
from elec_pipeline.settings import settings

_LOOK = """<style>
.st-key-tiles, .st-key-states { display: grid !important; gap: 0.75rem; }
.st-key-tiles { grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); }
.st-key-states { grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); }
.st-key-tiles > div, .st-key-states > div { width: 100% !important; min-width: 0; }
[data-testid=stMainBlockContainer] { padding-top: 3rem; padding-bottom: 3rem; }
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
            guarded(accuracy.show),
            title=texts("page_accuracy"),
            icon=":material/leaderboard:",
            url_path="accuracy",
        ),
        st.Page(guarded(day.show), title=texts("page_day"), icon=":material/today:", url_path="day"),
        st.Page(guarded(data.show), title=texts("page_data"), icon=":material/database:", url_path="data"),
    ]
    st.session_state["frame.day_page"] = pages[2]
    page = st.navigation(pages)
    with st.sidebar:
        _choose_language(texts)
        st.caption(texts("about"))
    page.run()
    address.write()
    watch()


def _choose_language(texts: Texts) -> None:
    def take() -> None:
        address.put("lang", st.session_state["language"])

    st.session_state["language"] = str(texts.language)
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
