"""Colours and layout that every figure shares.

Colours are told apart by the colour-blind, also by their dashes, and read on white and on near-black alike: a
reader who switches the theme gets no new figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

ACTUAL, OURS, RTE, MORNING, NAIVE = "#7D8794", "#1F77D0", "#D9650B", "#2A9D8F", "#B07CC6"
COLOURS = {
    "rte_d1": RTE, "rte_d1_latest": RTE, "chronos_morning": MORNING, "chronos_evening": OURS,
    "seasonal_naive": NAIVE,
}  # fmt: skip
DASHES = {
    "rte_d1": "dash", "rte_d1_latest": "dot", "chronos_morning": "solid", "chronos_evening": "solid",
    "seasonal_naive": "dot",
}  # fmt: skip
HIDDEN_FIRST = frozenset({"seasonal_naive"})
"""Shown once chosen in the legend: many times larger than the others, its errors would flatten them."""
ALARM = "#C8453B"
GRID = "rgba(128,140,155,0.22)"
SHADE = "rgba(128,140,155,0.13)"


def faded(colour: str, opacity: float) -> str:
    """Return a colour that shows what is behind it.

    Example:
        >>> faded("#1F77D0", 0.2)
        'rgba(31,119,208,0.2)'
    """
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def styled(figure: Figure, height: int, *, title: str = "MW") -> Figure:
    """Give a figure its margins, legend and grid."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 66, "b": 8},  # above: the bar of tools, then the legend
        legend={
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "xanchor": "left",
            "title": {"text": ""},
        },
        hovermode="x unified",
        hoverlabel={"namelength": -1},
        dragmode="zoom",
    )
    figure.update_xaxes(showgrid=True, gridcolor=GRID, automargin=True, tickangle=0)
    figure.update_yaxes(gridcolor=GRID, automargin=True, tickformat=",.0f", title={"text": title, "standoff": 6})
    return figure
