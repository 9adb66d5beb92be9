"""Two delivery days by Paris hour, on one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dashboard.charts.style import OURS, RTE, styled
from dashboard.texts import Texts
from dashboard.two_days import TwoDays

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 380
EVERY_HOURS = 3


def two_days_figure(days: TwoDays, names: tuple[str, str], texts: Texts) -> Figure:
    """Return the curves of two days; where a curve is a forecast it is dotted.

    Args:
        days: The two.
        names: What they are called.
        texts: Of the language.
    """
    from plotly.graph_objects import Figure, Scatter

    figure = Figure()
    labels = [str(each) for each in days.table.index]
    for side, name, colour in zip(("first", "second"), names, (OURS, RTE), strict=True):
        own = days.table[days.table[f"{side}_is_there"]]  # an hour that a day lacks is no hole in its line
        curve, is_forecast = own[f"{side}_mw"], own[f"{side}_is_forecast"]
        for part, called, dash in (
            (curve.mask(is_forecast), name, "solid"),
            (_joined(curve, is_forecast), texts("forecast_of", day=name), "dot"),
        ):
            if part.notna().any():
                line = {"color": colour, "width": 2.2, "dash": dash}
                figure.add_trace(
                    Scatter(x=list(part.index), y=part.to_numpy(), name=called, mode="lines", line=line,
                            connectgaps=False, hovertemplate="%{y:,.0f} MW")
                )  # fmt: skip
    styled(figure, HEIGHT)
    ticks = [label for label in labels if int(label[:2]) % EVERY_HOURS == 0]
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=labels, tickvals=ticks)
    return figure


def _joined(curve: pd.Series, is_forecast: pd.Series) -> pd.Series:
    """Return a forecast with the last actual before it, so that the line has no hole."""
    before = is_forecast.shift(-1, fill_value=False)
    return curve.where(is_forecast | before) if is_forecast.any() else curve.where(is_forecast)
