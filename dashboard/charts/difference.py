"""The panel under the main figure: ours less another forecast, and both errors, on the same time axis."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from dashboard import axis
from dashboard.charts.style import ALARM, GRID, OURS, RTE, faded
from dashboard.texts import Texts

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 660
_UPPER, _LOWER = [0.37, 1.0], [0.0, 0.31]
_LEGEND = -0.13
"""Below the ticks: its rows, four on a phone, grow downwards and cover neither panel."""
_PART_OF_STEP = 0.85
_MS_A_SECOND = 1000


def add_difference(figure: Figure, table: pd.DataFrame, other: str, texts: Texts, *, step: timedelta) -> None:
    """Add the panel; a zoom of either part is one of both, and so is what the pointer shows.

    Args:
        figure: Of `load_figure`.
        table: Of `difference.differences`, or of `difference.by_day`.
        other: How the other forecast is called.
        texts: Of the language.
        step: From one of its rows to the next.
    """
    from plotly.graph_objects import Bar, Scatter

    x = axis.positions(pd.DatetimeIndex(table.index))
    in_panel = {"yaxis": "y2", "legend": "legend2", "hovertemplate": "%{y:+,.0f} MW"}
    width = _PART_OF_STEP * _MS_A_SECOND * step.total_seconds()
    for name, chosen, colour in (
        (texts("difference_to", other=other), ~table["outside"], faded(OURS, 0.45)),
        (texts("difference_outside", other=other), table["outside"], ALARM),
    ):
        if chosen.any():
            heights = table["difference_mw"].where(chosen).to_numpy()
            figure.add_trace(Bar(x=x, y=heights, name=name, width=width, marker={"color": colour}, **in_panel))
    for name, column, colour, dash in (
        (texts("our_error"), "our_error_mw", OURS, "solid"),
        (texts("other_error", other=other), "other_error_mw", RTE, "dash"),
    ):
        if table[column].notna().any():
            line = {"color": colour, "width": 1.8, "dash": dash}
            lines = Scatter(x=x, y=table[column].to_numpy(), name=name, mode="lines", line=line, **in_panel)
            figure.add_trace(lines)
    figure.update_layout(
        height=HEIGHT,
        barmode="overlay",
        hoversubplots="axis",
        legend={"bgcolor": "rgba(0,0,0,0)"},
        legend2={
            "orientation": "h", "y": _LEGEND, "yanchor": "top", "x": 0, "xanchor": "left",
            "bgcolor": "rgba(0,0,0,0)",
        },
        xaxis={"anchor": "y2"},
        yaxis={"domain": _UPPER},
        yaxis2={
            "domain": _LOWER, "anchor": "x", "gridcolor": GRID, "automargin": True, "tickformat": ",.0f",
            "zerolinecolor": GRID, "zerolinewidth": 2, "title": {"text": "MW", "standoff": 6},
        },
    )  # fmt: skip
