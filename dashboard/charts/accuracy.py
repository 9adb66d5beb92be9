"""Figures of who was right: error by day, and by kind of hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dashboard import axis
from dashboard.charts.load import on_axis
from dashboard.charts.style import COLOURS, DASHES, HIDDEN_FIRST, styled
from dashboard.language import Language, month_name, short_day, weekday_name
from dashboard.texts import Texts
from elec_pipeline.domain.delivery_day import day_start

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 340
_NOON = np.timedelta64(12, "h")
"""A day stands in the middle of its column."""


def daily_figure(days: pd.DataFrame, names: list[str], texts: Texts) -> Figure:
    """Return the MAPE of each forecaster by day, as `comparison.by_day` has it."""
    from plotly.graph_objects import Figure, Scatter

    every = pd.date_range(days.index[0], days.index[-1], freq="D").date
    table = days.reindex(every)
    x = np.array([np.datetime64(axis.position(day_start(day)), "us") + _NOON for day in every])
    labels = [short_day(day, texts.language, year=True) for day in every]
    figure = Figure(
        Scatter(
            x=x, y=table[names].bfill(axis=1).iloc[:, 0], text=labels, mode="lines", line={"width": 0}, opacity=0,
            showlegend=False, hovertemplate="<b>%{text}</b><extra></extra>", name="",
        )
    )  # fmt: skip
    for name in names:
        figure.add_trace(
            Scatter(
                x=x, y=table[name], name=texts(name), mode="lines+markers" if len(every) <= 45 else "lines",  # noqa: PLR2004 - more markers would touch
                line={"color": COLOURS[name], "dash": DASHES[name], "width": 2}, marker={"size": 5},
                hovertemplate="%{y:.2f} %", visible=_visible(name),
            )
        )  # fmt: skip
    styled(figure, HEIGHT, title=f"{texts('mape')} (%)")
    on_axis(figure, every[0], every[-1], texts)
    return figure.update_yaxes(tickformat=",.1~f", rangemode="tozero")


def grouped_figure(table: pd.DataFrame, names: list[str], group: str, texts: Texts) -> Figure:
    """Return the MAPE of each forecaster by a kind of hour, as `comparison.grouped` has it."""
    from plotly.graph_objects import Bar, Figure, Scatter

    labels = [_label(key, group, texts.language) for key in table.index]
    figure = Figure()
    for name in names:
        shared = {"x": labels, "y": table[name], "name": texts(name), "hovertemplate": "%{y:.2f} %"}
        shared["visible"] = _visible(name)
        if group == "by_hour":
            line = {"color": COLOURS[name], "dash": DASHES[name], "width": 2}
            figure.add_trace(Scatter(mode="lines", line=line, **shared))
        else:
            figure.add_trace(Bar(marker={"color": COLOURS[name]}, **shared))
    styled(figure, HEIGHT, title=f"{texts('mape')} (%)")
    title = texts("celsius") if group == "by_temperature" else None
    figure.update_xaxes(type="category", title={"text": title}, tickangle=0, nticks=9)
    return figure.update_yaxes(tickformat=",.1~f", rangemode="tozero")


def _visible(name: str) -> bool | str:
    return "legendonly" if name in HIDDEN_FIRST else True


def _label(key: int, group: str, language: Language) -> str:
    if group == "by_hour":
        return f"{key:02d}:00"
    if group == "by_weekday":
        return weekday_name(key, language)
    if group == "by_month":
        return month_name(key, language)
    return f"{key} … {key + 5}"
