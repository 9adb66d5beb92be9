"""The figure of accuracy by lead: the MAPE of each, and that of the naive forecast on the same days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dashboard.charts.style import NAIVE, OURS, styled
from dashboard.texts import Texts

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 320


def lead_figure(table: pd.DataFrame, labels: list[str], texts: Texts) -> Figure:
    """Return the MAPE by lead.

    Args:
        table: As `leads.by_lead` returns it.
        labels: How its rows are called.
        texts: Of the language.
    """
    from plotly.graph_objects import Figure, Scatter

    figure = Figure()
    for column, name, colour, dash in (
        ("mape", texts("ours"), OURS, "solid"),
        ("naive_mape", texts("seasonal_naive"), NAIVE, "dot"),
    ):
        figure.add_trace(
            Scatter(
                x=labels, y=table[column].to_numpy(), name=name, mode="lines+markers", hovertemplate="%{y:.2f} %",
                line={"color": colour, "dash": dash, "width": 2}, marker={"size": 6},
            )
        )  # fmt: skip
    styled(figure, HEIGHT, title=f"{texts('mape')} (%)")
    figure.update_xaxes(type="category", tickangle=-45, tickmode="linear")
    return figure.update_yaxes(tickformat=",.1~f", rangemode="tozero")
