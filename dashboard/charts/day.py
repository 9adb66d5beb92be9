"""One delivery day: every vintage of every forecast, the actuals."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from dashboard import axis
from dashboard.charts.load import BANDS, add_band, add_line, hover_title, on_axis
from dashboard.charts.style import ACTUAL, MORNING, OURS, RTE, faded, styled
from dashboard.language import moment_label
from dashboard.texts import Texts
from dashboard.tiles import after_the_fact
from elec_pipeline.domain.delivery_day import Issue, hours, issue_time

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

KINDS = {
    "D-1": ("rte_d1", RTE, "dash"),
    "D-2": ("rte_d2", "#B8860B", "dot"),
    "ID": ("rte_id", "#8C564B", "dashdot"),
}
HEIGHT = 500
MOST_VINTAGES = 6


def day_figure(
    day: date, actual: pd.DataFrame, vintages: pd.DataFrame, issues: pd.DataFrame, texts: Texts
) -> Figure:
    """Return the curves of a delivery day.

    Args:
        day: The delivery day.
        actual: `hour_start`, `load_mw`.
        vintages: Of RTE's forecasts, with `forecast_type` and `published_at`. A vintage that is newer than the
            first of its type is thinner.
        issues: Of our forecasts, with `issued_at` and the quantiles; the newest has its bands drawn.
        texts: Of the language.
    """
    from plotly.graph_objects import Figure

    grid = hours(day)
    x = axis.positions(grid)
    figure = Figure()
    everything = pd.concat([part.set_index("hour_start")["load_mw"] for part in (actual, vintages, issues)])
    first = everything[~everything.index.duplicated()].reindex(grid)
    figure.add_trace(hover_title(x, first.to_frame("load_mw"), axis.labels(grid, texts.language)))
    made = list(issues.groupby("issued_at"))
    for number, (_, rows) in enumerate(made):
        issued = rows["issued_at"].iloc[0]
        said = rows.set_index("hour_start").reindex(grid)
        colour = MORNING if issued == pd.Timestamp(issue_time(day, Issue.MORNING)) else OURS
        if number == len(made) - 1:
            for name, low, high, opacity in BANDS:
                add_band(
                    figure, x, said[low].to_numpy(), said[high].to_numpy(), texts(name), faded(colour, opacity)
                )
        name = f"{texts('ours')} {moment_label(issued, texts.language)}"
        late = after_the_fact(rows.set_index("hour_start")).reindex(grid, fill_value=False)
        add_line(figure, x, said["load_mw"].mask(late), name, colour)
        if late.any():
            add_line(
                figure, x, said["load_mw"].where(late), f"{name} ({texts('after_the_fact')})", colour, dash="dot"
            )
    for kind, (name, colour, dash) in KINDS.items():
        of_kind = vintages[vintages["forecast_type"] == kind]
        for number, rows in enumerate(_newest_vintages(of_kind)):
            published = rows["published_at"].iloc[0]
            curve = rows.set_index("hour_start")["load_mw"].reindex(grid)
            label = f"{texts(name)} {moment_label(published, texts.language)}"
            add_line(figure, x, curve, label, colour, dash=dash, width=2.0 if number == 0 else 1.2)
    if actual.empty:
        return _finished(figure, day, texts)
    curve = actual.set_index("hour_start")["load_mw"].reindex(grid)
    add_line(figure, x, curve, texts("actual"), ACTUAL, width=2.8)
    return _finished(figure, day, texts)


def _finished(figure: Figure, day: date, texts: Texts) -> Figure:
    styled(figure, HEIGHT)
    on_axis(figure, day, day, texts)
    return figure


def _newest_vintages(of_kind: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the vintages of one type in order; an intraday forecast has so many that the newest must do."""
    return [rows for _, rows in of_kind.groupby("published_at")][-MOST_VINTAGES:]
