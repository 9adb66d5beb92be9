"""The main figure: consumption, RTE's forecast, ours with its bands, by hour or by day."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard import axis
from dashboard.charts.style import ACTUAL, OURS, RTE, SHADE, faded, styled
from dashboard.language import short_day
from dashboard.texts import Texts
from dashboard.ticking import NOW
from dashboard.tiles import after_the_fact
from dashboard.within_day import WithinDay
from elec_pipeline.domain.delivery_day import PARIS, days
from elec_pipeline.domain.kinds_of_day import share_off
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR

if TYPE_CHECKING:
    from plotly.graph_objects import Figure, Scatter

BANDS = (("band_80", "q10", "q90", 0.28), ("band_50", "q25", "q75", 0.42))
HEIGHT = 470
_SHADED_DAYS = 130
Instants = npt.NDArray[np.datetime64]


def load_figure(
    frame: pd.DataFrame,
    texts: Texts,
    now: datetime | None,
    *,
    by_hour: bool = True,
    within: WithinDay | None = None,
) -> Figure:
    """Return consumption and forecasts over time.

    Args:
        frame: As `reads.hourly` or `reads.daily` returns it.
        texts: Of the language.
        now: Where the now-line stands; None for none.
        by_hour: Whether its rows are hours, or else days.
        within: The newest issue made within the day, where it is to be drawn.
    """
    from plotly.graph_objects import Figure

    instants = pd.DatetimeIndex(frame.index)
    x = axis.positions(instants)
    local = instants.tz_convert(PARIS)
    first, last = local[0].date(), local[-1].date()
    figure = Figure()
    labels = (
        axis.labels(instants, texts.language)
        if by_hour
        else [short_day(each.date(), texts.language, year=True) for each in local]
    )
    figure.add_trace(hover_title(x, frame, labels))
    for name, low, high, opacity in BANDS:
        add_band(figure, x, frame[low].to_numpy(), frame[high].to_numpy(), texts(name), faded(OURS, opacity))
    add_line(figure, x, frame["rte_d1_mw"], texts("rte_d1"), RTE, dash="dash")
    only_d2 = frame["rte_d2_mw"].where(frame["rte_d1_mw"].isna())
    if only_d2.notna().any():
        add_line(figure, x, only_d2, texts("rte_d2"), RTE, dash="dot")
    band = frame[["q10", "q90"]].to_numpy()
    hover = f"%{{y:,.0f}} MW ({texts('band_80')} %{{customdata[0]:,.0f}} – %{{customdata[1]:,.0f}})"
    late = after_the_fact(frame)
    add_line(figure, x, frame["load_mw"].mask(late), texts("ours"), OURS, customdata=band, hovertemplate=hover)
    if late.any():  # a line of its own, so that the legend and the tooltip say what it is
        name = f"{texts('ours')} ({texts('after_the_fact')})"
        add_line(figure, x, frame["load_mw"].where(late), name, OURS, dash="dot")
    if within is not None:
        name = texts("within_day", clock=f"{within.issued_at.astimezone(PARIS):%H:%M}")
        add_line(figure, x, within.load_mw.reindex(instants), name, OURS, dash="dot", width=1.6)
    partial = is_partial(frame)
    add_line(figure, x, frame["actual_mw"].mask(partial), texts("actual"), ACTUAL, width=2.6)
    if partial.any():
        _add_partial(figure, x, frame["actual_mw"], partial, texts)
    styled(figure, HEIGHT)
    on_axis(figure, first, last, texts)
    if now is not None and by_hour:
        _now_line(figure, now, texts)
    return figure


def is_partial(frame: pd.DataFrame) -> pd.Series:
    """Return which rows hold the actual of an hour, or a day, that lacks quarters."""
    return frame["actual_mw"].notna() & (frame["quarters"] < QUARTERS_AN_HOUR)


def _add_partial(figure: Figure, x: Instants, actual: pd.Series, partial: pd.Series, texts: Texts) -> None:
    """Add what is incomplete, dotted, and joined to their neighbours: one alone would be no line."""
    joined = partial | partial.shift(1, fill_value=False) | partial.shift(-1, fill_value=False)
    templates = np.where(partial, "%{y:,.0f} MW", "")
    add_line(
        figure, x, actual.where(joined), f"{texts('actual')} ({texts('partial_hours')})", ACTUAL, width=2.6,
        dash="dot", hovertemplate=templates, hoverinfo=np.where(partial, "all", "skip"),
    )  # fmt: skip


def on_axis(figure: Figure, first: date, last: date, texts: Texts) -> None:
    """Give a figure the time axis of a range of days, with weekends and holidays shaded."""
    ticks = axis.ticks(first, last, texts.language)
    begin, end = axis.bounds(first, last)
    figure.update_xaxes(
        range=[begin, end],
        tickmode="array",
        tickvals=ticks.positions,
        ticktext=ticks.text,
        unifiedhovertitle_text=" ",
    )
    if first == last or (last - first).days >= _SHADED_DAYS:
        return
    shaded = [day for day in days(first, last) if share_off(day)]
    figure.update_layout(shapes=[_shade(day) for day in shaded])  # at once: one by one takes Plotly long


def _shade(day: date) -> dict[str, Any]:
    low, high = axis.bounds(day, day)
    place = {"x0": low, "x1": high, "y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
    return {"type": "rect", "fillcolor": SHADE, "line": {"width": 0}, **place}


def hover_title(x: Instants, frame: pd.DataFrame, labels: list[str]) -> Scatter:
    """Return an invisible trace whose hover row is the Paris time: Plotly's own title would be UTC."""
    from plotly.graph_objects import Scatter

    columns = [name for name in ("load_mw", "actual_mw", "rte_d1_mw", "rte_d2_mw") if name in frame]
    return Scatter(
        x=x, y=frame[columns].bfill(axis=1).iloc[:, 0].to_numpy(), text=labels, mode="lines", line={"width": 0},
        opacity=0, showlegend=False, hovertemplate="<b>%{text}</b><extra></extra>", name="",
    )  # fmt: skip


def add_line(
    figure: Figure, x: Instants, y: pd.Series, name: str, colour: str, *, width: float = 2.0, **more: Any
) -> None:
    """Add a line that is broken where a value is missing."""
    from plotly.graph_objects import Scatter

    line = {"color": colour, "width": width, "dash": more.pop("dash", "solid")}
    more.setdefault("hovertemplate", "%{y:,.0f} MW")
    figure.add_trace(Scatter(x=x, y=y.to_numpy(), name=name, mode="lines", line=line, connectgaps=False, **more))


def add_band(
    figure: Figure, x: Instants, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], name: str, fill: str
) -> None:
    """Add a band: a closed outline for each unbroken stretch, so that nothing is filled across a gap."""
    from plotly.graph_objects import Scatter

    there = ~np.isnan(low) & ~np.isnan(high)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(int)))
    if not len(edges):
        return
    xs: list[Instants] = []
    ys: list[npt.NDArray[np.float64]] = []
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        part = slice(begin, end)
        xs += [x[part], x[part][::-1], np.array(["NaT"], dtype=x.dtype)]
        ys += [low[part], high[part][::-1], np.array([np.nan])]
    figure.add_trace(
        Scatter(
            x=np.concatenate(xs[:-1]),
            y=np.concatenate(ys[:-1]),
            fill="toself",
            fillcolor=fill,
            mode="lines",
            line={"width": 0},
            name=name,
            hoverinfo="skip",
        )
    )


def _now_line(figure: Figure, now: datetime, texts: Texts) -> None:
    at = axis.position(now)
    begin, end = figure.layout.xaxis.range
    if not begin <= at <= end:
        return
    figure.add_shape(type="line", name=NOW, x0=at, x1=at, y0=0, y1=1, yref="paper",
                     line={"color": ACTUAL, "width": 1.2, "dash": "dot"})  # fmt: skip
    figure.add_annotation(
        name=NOW, x=at, y=0, yref="paper", yanchor="bottom", xanchor="right", showarrow=False,
        font={"size": 11, "color": ACTUAL},
        text=texts("now", clock=f"{now.astimezone(PARIS):%H:%M}"),
    )  # fmt: skip
