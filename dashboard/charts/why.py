"""The figures of the section «why»: what drove the change of each hour, and the weather against a week before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from dashboard import axis
from dashboard.charts.load import add_line, hover_title, on_axis
from dashboard.charts.style import ACTUAL, ALARM, GRID, MORNING, NAIVE, OURS, RTE, faded, styled
from dashboard.language import short_day
from dashboard.texts import Texts
from dashboard.why import BEFORE, OTHERS
from elec_pipeline.domain.delivery_day import PARIS, WEEK
from elec_pipeline.domain.inputs import CLOUD_COVER, TEMPERATURE
from elec_pipeline.domain.knowledge import Knowledge

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 330
UNITS = {TEMPERATURE: "°C", CLOUD_COVER: "%"}
_COLOURS = {Knowledge.LOAD: ACTUAL, Knowledge.RTE: RTE, Knowledge.WEATHER: MORNING, OTHERS: NAIVE}
_PANELS = {TEMPERATURE: (ALARM, "y"), CLOUD_COVER: (OURS, "y2")}
_PART_OF_HOUR_MS = 0.85 * 3_600_000


def change_figure(table: pd.DataFrame, change: pd.Series, names: Mapping[str, str], texts: Texts) -> Figure:
    """Return what drove the change of each hour, as bars on each other, and the change in all as a line.

    Args:
        table: Of `why.by_driver`; a driver that did nothing, or of which nothing is known, is left out.
        change: In all, MW, with the same index.
        names: What each driver is called.
        texts: Of the language.
    """
    from plotly.graph_objects import Bar, Figure

    instants = pd.DatetimeIndex(table.index)
    x = axis.positions(instants)
    figure = Figure(hover_title(x, change.to_frame("load_mw"), axis.labels(instants, texts.language)))
    signed = "%{y:+,.0f} MW"
    for name, colour in _COLOURS.items():
        heights = table[name]
        if heights.fillna(0).any():
            bars = Bar(x=x, y=heights.to_numpy(), name=names[name], width=_PART_OF_HOUR_MS, hovertemplate=signed)
            figure.add_trace(bars.update(marker={"color": faded(colour, 0.75)}))
    add_line(figure, x, change, texts("why_change"), OURS, hovertemplate=signed)
    styled(figure, HEIGHT)
    figure.update_layout(barmode="relative", yaxis={"zerolinecolor": GRID, "zerolinewidth": 2})
    day = instants[0].tz_convert(PARIS).date()
    on_axis(figure, day, day, texts)
    return figure


def weather_figure(table: pd.DataFrame, day: date, texts: Texts) -> Figure:
    """Return the temperature, and below it the cloud cover, of a day and (dotted) of the weekday before.

    Args:
        table: Of `why.weather`.
        day: The day.
        texts: Of the language.
    """
    from plotly.graph_objects import Figure

    instants = pd.DatetimeIndex(table.index)
    x = axis.positions(instants)
    known = table[list(_PANELS)].bfill(axis=1).iloc[:, 0].to_frame("load_mw")
    figure = Figure(hover_title(x, known, axis.labels(instants, texts.language)))
    before = short_day((pd.Timestamp(day) - pd.Timedelta(days=WEEK)).date(), texts.language)
    for name, (colour, panel) in _PANELS.items():
        hover = f"%{{y:.1f}} {UNITS[name]}"
        for column, dash, label in (
            (name, "solid", texts(f"why_{name}")),
            (f"{name}.{BEFORE}", "dot", f"{texts(f'why_{name}')}, {before}"),
        ):
            if table[column].notna().any():
                add_line(figure, x, table[column], label, colour, dash=dash, yaxis=panel, hovertemplate=hover)
    styled(figure, HEIGHT, title=UNITS[TEMPERATURE])
    figure.update_layout(
        hoversubplots="axis",
        xaxis={"anchor": "y2"},
        yaxis={"domain": [0.45, 1.0]},
        yaxis2={
            "domain": [0.0, 0.36], "anchor": "x", "gridcolor": GRID, "automargin": True, "range": [0, 100],
            "title": {"text": UNITS[CLOUD_COVER], "standoff": 6},
        },
    )  # fmt: skip
    on_axis(figure, day, day, texts)
    return figure
