"""The figure of the week ahead: the median with its bands, the peak of each day, the week before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dashboard import axis
from dashboard.charts.load import BANDS, add_band, add_line, hover_title, on_axis
from dashboard.charts.style import ACTUAL, ALARM, OURS, faded, styled
from dashboard.texts import Texts
from dashboard.week import DayOfWeek
from elec_pipeline.domain.delivery_day import HOUR, PARIS, WEEK, same_time_days_before

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 430


def week_figure(curve: pd.DataFrame, ahead: list[DayOfWeek], before: pd.Series, texts: Texts) -> Figure:
    """Return the week ahead over time.

    Args:
        curve: As `week.week_curve` returns it.
        ahead: Its days.
        before: What is known of the days before, MW by hour (UTC).
        texts: Of the language.
    """
    from plotly.graph_objects import Figure

    instants = pd.DatetimeIndex(curve.index)
    x = axis.positions(instants)
    figure = Figure()
    figure.add_trace(hover_title(x, curve, axis.labels(instants, texts.language)))
    for name, low, high, opacity in BANDS:
        add_band(figure, x, curve[low].to_numpy(), curve[high].to_numpy(), texts(name), faded(OURS, opacity))
    week_before = before.reindex(same_time_days_before(instants, WEEK)).set_axis(instants)
    if week_before.notna().any():
        add_line(figure, x, week_before, texts("seasonal_naive"), ACTUAL, dash="dot", width=1.4)
    band = curve[["q10", "q90"]].to_numpy()
    hover = f"%{{y:,.0f}} MW ({texts('band_80')} %{{customdata[0]:,.0f}} – %{{customdata[1]:,.0f}})"
    add_line(figure, x, curve["load_mw"], texts("ours"), OURS, customdata=band, hovertemplate=hover)
    _add_peaks(figure, ahead, texts)
    styled(figure, HEIGHT)
    local = instants.tz_convert(PARIS)
    on_axis(figure, local[0].date(), local[-1].date(), texts)
    return figure


def _add_peaks(figure: Figure, ahead: list[DayOfWeek], texts: Texts) -> None:
    """Add the highest hour of each day with its 80 % interval, where that most likely lies."""
    from plotly.graph_objects import Scatter

    figure.add_trace(
        Scatter(
            x=[axis.position(each.peak_hour + HOUR / 2) for each in ahead],
            y=[each.peak_mw for each in ahead],
            mode="markers",
            name=texts("week_peaks"),
            marker={"color": ALARM, "size": 7, "symbol": "diamond"},
            error_y={
                "type": "data",
                "array": [each.high_mw - each.peak_mw for each in ahead],
                "arrayminus": [each.peak_mw - each.low_mw for each in ahead],
                "color": ALARM,
                "thickness": 1.4,
                "width": 4,
            },
            hoverinfo="skip",
        )
    )
