"""The part of the accuracy page on the experts: their scores, and their weights in the model in use."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import experts, store
from dashboard.frame import Frame
from dashboard.language import NO_VALUE, number, percent, written
from dashboard.span import Span
from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.rte_bar import RTE_D1
from elec_pipeline.domain.rte_debiased import DAYS, RTE_DEBIASED
from elec_pipeline.forecasting.checkpoint import card_of
from elec_pipeline.forecasting.lifecycle.weights import Weights, weights


def show(frame: Frame, span: Span) -> None:
    """Show both tables."""
    st.header(frame.texts("experts"))
    _scores(frame, span)
    _weights(frame)


def _scores(frame: Frame, span: Span) -> None:
    texts, language = frame.texts, frame.texts.language
    issues = [Issue.EVENING, Issue.MORNING]
    issue = st.segmented_control(
        texts("issue"), issues, format_func=lambda each: texts(f"issue_{each}"), required=True,
        default=issues[0], key="accuracy.experts", label_visibility="collapsed",
    )  # fmt: skip
    table = experts.board(store.scores(frame.version, span.first, span.last), Issue(str(issue)))
    if table.empty:
        st.info(texts("experts_none"), icon=":material/info:")
        return
    days = number(int(table["days"].iloc[0]), language)
    rte, debiased = texts(RTE_D1), texts(RTE_DEBIASED)
    st.caption(texts("experts_intro", days=days, rte=rte, debiased=debiased, n=number(DAYS, language)))
    table = table.drop(columns="days")
    table.index = pd.Index([texts.forecaster(str(name)) for name in table.index], name=texts("forecaster"))
    labels = {"mape": "mape", "ratio": "ratio", "mae_mw": "mae", "bias_mw": "bias"}
    table = table.rename(columns={name: texts(key) for name, key in labels.items()})
    style = table.style.format(written(language))
    style = style.format(written(language, 2, unit="%"), subset=[texts("mape")])
    style = style.format(written(language, 3), subset=[texts("ratio")])
    style = style.format(written(language, sign=True), subset=[texts("bias")])
    st.dataframe(style, placeholder=NO_VALUE, alt=texts("experts"))


def _weights(frame: Frame) -> None:
    texts, language = frame.texts, frame.texts.language
    used, _ = store.models()
    card = card_of(used.model)
    found = weights(card)
    if not found:
        st.caption(texts("no_card"))
        return

    def share(of: Weights, name: str) -> str:
        return " / ".join(percent(100 * part[name], language, 0) for part in (of.medians, of.widths))

    st.caption(texts("weights_note", version=used.version or card["version"]))
    rows = {
        texts.stands_on(each.situation, each.inputs): {
            texts.expert(name): share(each, name) for name in each.medians
        }
        | {texts("late_errors"): f"{NO_VALUE} / {percent(100 * each.late, language, 0)}"}
        for each in found
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.name = texts("stands_on")
    st.dataframe(table, alt=texts("weights"))
