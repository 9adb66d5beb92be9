"""A year of days, coloured by how much of each is there."""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dashboard.language import long_day, month_name, number, weekday_name
from dashboard.texts import Texts
from elec_pipeline.domain.delivery_day import QUARTER, day_end, day_start, days

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MOST = 0.9


class Level(IntEnum):
    """How much of a day is there."""

    OUTSIDE = 0
    NONE = 1
    SOME = 2
    MOST = 3
    REVISED = 4
    ALL = 5


COLOURS = {
    Level.OUTSIDE: "rgba(128,140,155,0.12)", Level.NONE: "#C43C39", Level.SOME: "#EE9B3A", Level.MOST: "#F2D16B",
    Level.REVISED: "#7FB2E5", Level.ALL: "#1F6FB5",
}  # fmt: skip
NAMES = {
    Level.ALL: "level_all", Level.REVISED: "level_revised", Level.MOST: "level_most", Level.SOME: "level_some",
    Level.NONE: "level_none", Level.OUTSIDE: "level_outside",
}  # fmt: skip


def due_quarters(day: date) -> int:
    """Return how many quarter-hours a delivery day has.

    Example:
        >>> [due_quarters(date(2025, *day)) for day in [(3, 30), (3, 31), (10, 26)]]
        [92, 96, 100]
    """
    return (day_end(day) - day_start(day)) // QUARTER


def level(day: date, quarters: int, revisions: int, since: date, today: date) -> Level:
    """Return how much of a day is there.

    Args:
        day: Which.
        quarters: How many are there.
        revisions: How many values were replaced.
        since: First day of the history; of days before it nothing was ever asked for.
        today: From here on nothing can be missing.

    Example:
        >>> since, day, today = date(2025, 10, 1), date(2025, 10, 26), date(2025, 10, 27)
        >>> [level(day, n, 0, since, today).name for n in (0, 50, 96, 100)]
        ['NONE', 'SOME', 'MOST', 'ALL']
        >>> level(day, 100, 2, since, today).name, level(date(2025, 9, 30), 0, 0, since, today).name
        ('REVISED', 'OUTSIDE')
    """
    due = due_quarters(day)
    if not quarters:
        return Level.NONE if since <= day < today else Level.OUTSIDE
    if quarters < due:
        return Level.MOST if quarters >= MOST * due else Level.SOME
    return Level.REVISED if revisions else Level.ALL


def calendar_figure(
    year: int, quarters: dict[date, int], revisions: dict[date, int], history: tuple[date, date], texts: Texts
) -> Figure:
    """Return the year's calendar: a column a week, a row a weekday.

    Args:
        year: Which.
        quarters: How many are there, by day.
        revisions: How many values were replaced, by day.
        history: Its first day, and today, from which on nothing can be missing.
        texts: Of the language.
    """
    from plotly.graph_objects import Figure, Heatmap, Scatter

    first = date(year, 1, 1)
    offset = first.weekday()
    every = days(first, date(year, 12, 31))
    n_weeks = (offset + len(every) - 1) // 7 + 1
    z = np.full((7, n_weeks), np.nan)
    text = np.full((7, n_weeks), "", dtype=object)
    starts = {}
    for n, day in enumerate(every):
        week, weekday = (offset + n) // 7, day.weekday()
        z[weekday, week] = level(day, quarters.get(day, 0), revisions.get(day, 0), *history)
        text[weekday, week] = _cell(day, quarters.get(day, 0), revisions.get(day, 0), texts)
        if day.day == 1:
            starts[week] = month_name(day.month, texts.language)
    edges = len(Level)
    scale = [[(each + step) / edges, COLOURS[each]] for each in Level for step in (0, 1)]
    figure = Figure(
        Heatmap(
            z=z, text=text, hovertemplate="%{text}<extra></extra>", colorscale=scale, zmin=-0.5, zmax=edges - 0.5,
            xgap=2, ygap=2, showscale=False,
        )
    )  # fmt: skip
    for each, name in NAMES.items():
        figure.add_trace(
            Scatter(
                x=[None],
                y=[None],
                mode="markers",
                name=texts(name),
                marker={"symbol": "square", "size": 11, "color": COLOURS[each]},
            )
        )
    figure.update_layout(
        height=260, margin={"l": 8, "r": 8, "t": 48, "b": 8}, hovermode="closest", plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "y": 1.04, "yanchor": "bottom", "x": 0},
    )  # fmt: skip
    figure.update_xaxes(
        tickmode="array", tickvals=list(starts), ticktext=list(starts.values()), showgrid=False, zeroline=False,
        tickangle=0, tickfont={"size": 10}, fixedrange=True,
    )  # fmt: skip
    figure.update_yaxes(
        tickmode="array", tickvals=[0, 2, 4, 6], ticktext=[weekday_name(n, texts.language) for n in (0, 2, 4, 6)],
        autorange="reversed", showgrid=False, zeroline=False, fixedrange=True,
    )  # fmt: skip
    return figure


def counts(frame: pd.DataFrame, column: str) -> dict[date, int]:
    """Return a column of a frame by its `delivery_day`."""
    return {day: int(value) for day, value in zip(frame["delivery_day"], frame[column], strict=True)}


def _cell(day: date, quarters: int, revisions: int, texts: Texts) -> str:
    text = texts("cell", day=long_day(day, texts.language), n=quarters, of=due_quarters(day))
    return texts("cell_revised", cell=text, n=number(revisions, texts.language)) if revisions else text
