"""Figures of a back-test: skill against RTE by kind of hour, reliability, the curves of the worst days.

Here: Plotly figures from tables of `scores` and a back-test's frame. Not here: the tables, and the page that
holds the figures (`report`). Plotly is imported when a figure is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.forecasting.backtest.contestants import RTE
from elec_pipeline.forecasting.experts.naive import SEASONAL_NAIVE

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's, told apart by everyone."""
RTE_COLOUR, ACTUAL_COLOUR = "#555555", "#000000"
AXIS_TITLES = {
    "local_hour": "hour of the day, Paris time",
    "weekday": "weekday",
    "month": "month",
    "kind_of_day": "kind of day",
    "lead_hours": "hours from the issue to the delivery hour",
}
LINES = ("local_hour", "lead_hours", "month")
"""Groups with an order worth a line; the others are bars."""
PANEL_HEIGHT = 300
MOST_SHOWN = 2
"""With more forecasters than RTE and the naive one, the naive one is hidden at first."""
CURVE_COLUMNS = 2
CURVE_HEIGHT = 230


def colours(forecasters: Sequence[str]) -> dict[str, str]:
    """Return a colour for each forecaster, the same in every figure."""
    others = [name for name in forecasters if name != RTE]
    return {RTE: RTE_COLOUR} | {name: COLOURS[n % len(COLOURS)] for n, name in enumerate(others)}


def skill_figure(tables: pd.DataFrame, group: str, palette: dict[str, str]) -> Figure:
    """Return the ratio of each forecaster's MAPE to RTE's, a panel for each issue; below 1 beats RTE.

    Args:
        tables: As `scores.every_table` returns it.
        group: A name of `AXIS_TITLES`.
        palette: As `colours` returns it.
    """
    from plotly.graph_objects import Bar, Scatter

    of_group = tables[tables["grouped_by"] == group]
    issues = [str(issue) for issue in of_group["issue"].unique()]
    figure = _panels(issues, AXIS_TITLES[group])
    for row, issue in enumerate(issues, start=1):
        of_issue = of_group[of_group["issue"] == issue]
        for name, colour in palette.items():
            part = of_issue[of_issue["forecaster"] == name]
            if name == RTE or part.empty:
                continue
            shared: dict[str, Any] = {
                "x": part["group"].tolist(),
                "y": part["ratio_to_rte"].tolist(),
                "name": name,
                "legendgroup": name,
                "showlegend": row == 1,
                "customdata": part[["mape", "hours"]].to_numpy().tolist(),
                # So far off the others that it would flatten them: a click on its name brings it in.
                "visible": "legendonly" if name == SEASONAL_NAIVE and len(palette) > MOST_SHOWN else True,
                "hovertemplate": "%{x}: %{y:.2f} of RTE's<br>MAPE %{customdata[0]:.2f} %, "
                "%{customdata[1]:,.0f} hours",
            }
            trace = (
                Scatter(mode="lines+markers", line={"color": colour}, **shared)
                if group in LINES
                else Bar(marker={"color": colour}, **shared)
            )
            figure.add_trace(trace, row=row, col=1)
        figure.add_hline(y=1, line={"color": RTE_COLOUR, "dash": "dash"}, row=row, col=1)
    figure.update_yaxes(title_text="MAPE / RTE's", rangemode="tozero")
    return figure


def reliability_figure(observed: pd.DataFrame, palette: dict[str, str]) -> Figure:
    """Return how often the load stayed below each quantile against its level; the diagonal is reliable.

    Args:
        observed: As `scores.reliability` returns it.
        palette: As `colours` returns it.
    """
    from plotly.graph_objects import Scatter
    from plotly.subplots import make_subplots

    issues = [str(issue) for issue in observed["issue"].unique()]
    figure = make_subplots(rows=1, cols=len(issues), subplot_titles=[f"{issue} issue" for issue in issues])
    for column, issue in enumerate(issues, start=1):
        diagonal = Scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": RTE_COLOUR, "dash": "dash"},
                           showlegend=False, hoverinfo="skip")  # fmt: skip
        figure.add_trace(diagonal, row=1, col=column)
        for name, colour in palette.items():
            part = observed[(observed["issue"] == issue) & (observed["forecaster"] == name)]
            if part.empty:
                continue
            trace = Scatter(
                x=part["level"].tolist(), y=part["observed"].tolist(), name=name, legendgroup=name,
                showlegend=column == 1, mode="lines+markers", line={"color": colour},
                hovertemplate="%{x:.0%} quantile: %{y:.1%} below",
            )  # fmt: skip
            figure.add_trace(trace, row=1, col=column)
    figure.update_xaxes(title_text="quantile level", tickformat=".0%", range=[0, 1])
    figure.update_yaxes(tickformat=".0%", range=[0, 1])
    figure.update_yaxes(title_text="share of hours below it", col=1)
    return _styled(figure, height=460)


def curves_figure(frame: pd.DataFrame, issue: str, forecaster: str, worst: Sequence[date], colour: str) -> Figure:
    """Return the curves of some delivery days: load, RTE's forecast, a forecaster's median and 80 % band.

    Args:
        frame: Of a `BackTest`.
        issue: Issue of the forecasts.
        forecaster: Whose.
        worst: Delivery days, a panel each.
        colour: Of the forecaster.
    """
    from plotly.graph_objects import Scatter
    from plotly.subplots import make_subplots

    rows = -(-len(worst) // CURVE_COLUMNS)
    figure = make_subplots(
        rows=rows,
        cols=CURVE_COLUMNS,
        subplot_titles=[f"{day:%A} {day.day} {day:%B %Y}" for day in worst],
        vertical_spacing=0.28 / rows,
        horizontal_spacing=0.06,
    )
    shown = frame[(frame["issue"] == issue) & frame["forecaster"].isin([RTE, forecaster])]
    for number, day in enumerate(worst):
        of_day = shown[shown["delivery_day"] == day]
        own = of_day[of_day["forecaster"] == forecaster]
        bar = of_day[of_day["forecaster"] == RTE]
        axis = list(range(len(own)))
        paris = own["hour_start"].dt.tz_convert(PARIS)
        hover = {"text": paris.dt.strftime("%H:%M %Z").tolist(), "hovertemplate": "%{text} %{y:,.0f} MW"}
        band = [*own["q90"], *own["q10"][::-1]]
        traces = [
            Scatter(x=[*axis, *axis[::-1]], y=band, fill="toself", mode="none", fillcolor=_faded(colour),
                    name="80 % band", hoverinfo="skip"),
            Scatter(x=axis, y=bar["load_mw"].tolist(), name=RTE, line={"color": RTE_COLOUR, "dash": "dash"},
                    **hover),
            Scatter(x=axis, y=own["load_mw"].tolist(), name=forecaster, line={"color": colour}, **hover),
            Scatter(x=axis, y=own["actual_mw"].tolist(), name="load", line={"color": ACTUAL_COLOUR}, **hover),
        ]  # fmt: skip
        place = {"row": number // CURVE_COLUMNS + 1, "col": number % CURVE_COLUMNS + 1}
        for trace in traces:
            trace.legendgroup, trace.showlegend = trace.name, number == 0
            figure.add_trace(trace, **place)
        # Ticks at the hours of the clock: a day of 25 hours shows one of them twice.
        ticks = [at for at, hour in enumerate(paris.dt.hour) if hour % 6 == 0]
        figure.update_xaxes(tickvals=ticks, ticktext=[f"{paris.iloc[at]:%H:%M}" for at in ticks], **place)
    figure.update_yaxes(tickformat=",.0f")
    figure.update_yaxes(title_text="MW", col=1)
    return _styled(figure, height=90 + CURVE_HEIGHT * rows)


def _panels(issues: Sequence[str], title: str) -> Figure:
    from plotly.subplots import make_subplots

    figure = make_subplots(
        rows=len(issues),
        cols=1,
        subplot_titles=[f"{issue} issue" for issue in issues],
        vertical_spacing=0.22 / len(issues),
    )
    # Categories in the order they come in: numbers would be spread out, names sorted.
    figure.update_xaxes(type="category")
    figure.update_xaxes(title_text=title, row=len(issues))
    return _styled(figure, height=110 + PANEL_HEIGHT * len(issues))


def _styled(figure: Figure, height: int) -> Figure:
    return figure.update_layout(
        template="plotly_white",
        height=height,
        margin={"l": 70, "r": 20, "t": 60, "b": 50},
        legend={"orientation": "h", "y": 1, "yref": "container", "yanchor": "top", "x": 0},
        font={"family": "system-ui, sans-serif", "size": 13},
        hoverlabel={"namelength": -1},
    )


def _faded(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"
