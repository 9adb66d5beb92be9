"""The page of a back-test: one HTML file that opens anywhere, without a network.

Here: what stands on the page, and its tables. Not here: its words and looks (`report.html.jinja`), figures
(`plots`), scores (`scores`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from elec_pipeline.domain.delivery_day import PARIS, Issue
from elec_pipeline.forecasting.backtest import plots
from elec_pipeline.forecasting.backtest import scores as skill
from elec_pipeline.forecasting.backtest.run import BackTest, Tally

FIGURES = {
    "local_hour": "By hour of the day",
    "lead_hours": "By lead time",
    "weekday": "By weekday",
    "month": "By month",
    "kind_of_day": "By kind of day",
}
TABLES = {
    "kind_of_day": "By kind of day",
    "hours_of_day": "By length of day: 23 and 25 hours are the clock changes",
    "season": "By season",
    "year": "By year",
}
_HEADINGS = {
    "issue": "issue", "forecaster": "forecaster", "group": "", "hours": "hours", "mape": "MAPE %",
    "ratio_to_rte": "of RTE's", "mae_mw": "MAE MW", "bias_mw": "bias MW", "pinball_mw": "pinball MW",
    "crps_mw": "CRPS MW", "coverage_50": "50 % band", "coverage_80": "80 % band",
    "coverage_90": "90 % band", "delivery_day": "delivery day", "kind_of_day": "kind of day",
    "rte_mape": "RTE's MAPE %",
}  # fmt: skip
_FORMATS = {
    "hours": "{:,.0f}", "mape": "{:.2f}", "rte_mape": "{:.2f}", "ratio_to_rte": "{:.3f}", "mae_mw": "{:,.0f}",
    "bias_mw": "{:+,.0f}", "pinball_mw": "{:,.1f}", "crps_mw": "{:,.1f}", "coverage_50": "{:.1%}",
    "coverage_80": "{:.1%}", "coverage_90": "{:.1%}",
}  # fmt: skip


@dataclass(frozen=True)
class About:
    """What a reader must know to judge the figures.

    Attributes:
        first: First delivery day.
        last: Last delivery day.
        issues: Issues that were made.
        knew: For each forecaster, what it is and what it knew.
        warnings: What the figures do not show, such as that they are in-sample.
        command: Repeats the back-test.
        made_at: UTC.
    """

    first: date
    last: date
    issues: Sequence[Issue]
    knew: Mapping[str, str]
    warnings: Sequence[str]
    command: str
    made_at: datetime


def told(tally: Tally) -> str:
    """Say how much could be scored, and why the rest could not.

    Example:
        >>> told(Tally(issues=62, too_thin=1, hours=1464, without_actual=2,
        ...     without_forecast={"rte_d1": 24, "seasonal_naive": 0}, scored=1438))
        '62 issues, of which 1 left out: less than half of the week before was known. Of the 1,464 hours of the \
others 1,438 are scored; 2 have no known load; of those with one, rte_d1 has no forecast for 24.'
    """
    left_out = f"{tally.too_thin:,} left out: less than half of the week before was known"
    said = f"{tally.issues:,} issues, of which {left_out if tally.too_thin else 'none had to be left out'}."
    whose = f"the {tally.hours:,} hours of the others" if tally.too_thin else f"their {tally.hours:,} hours"
    hours = f" Of {whose} {tally.scored:,} are scored"
    if tally.without_actual:
        hours += f"; {tally.without_actual:,} have no known load"
    lacking = [f"{name} has no forecast for {n:,}" for name, n in tally.without_forecast.items() if n]
    if lacking:
        hours += f"; of those with one, {', '.join(lacking)}"
    return f"{said}{hours}."


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and whether it holds names rather than numbers."""

    heading: str
    is_text: bool


@dataclass(frozen=True)
class Table:
    """A table as the template takes it, every cell a text."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


def report(outcome: BackTest, tables: pd.DataFrame, about: About) -> str:
    """Return the page.

    Args:
        outcome: With at least one scored hour.
        tables: Its scores, as `scores.every_table` returns them.
        about: What a reader must know.
    """
    from plotly.offline import get_plotlyjs

    palette = plots.colours(list(outcome.frame["forecaster"].cat.categories))
    observed = skill.reliability(outcome.frame)
    by_group = {name: rows.drop(columns="grouped_by") for name, rows in tables.groupby("grouped_by")}
    pages = Environment(
        loader=PackageLoader(__package__, "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return pages.get_template("report.html.jinja").render(
        title=f"Back-test, {about.first} to {about.last}",
        about=about,
        issues=" and ".join(f"{issue} ({issue.wall_clock:%H:%M})" for issue in about.issues),
        made_at=f"{about.made_at.astimezone(PARIS):%Y-%m-%d %H:%M %Z}",
        tally=told(outcome.tally),
        plotly_js=Markup(get_plotlyjs()),  # noqa: S704 - plotly's own file
        scores=_table(by_group[skill.EVERYTHING].drop(columns="group")),
        skill_figures=[
            (heading, _figure(plots.skill_figure(tables, group, palette))) for group, heading in FIGURES.items()
        ],
        skill_tables=[(heading, _table(_side_by_side(by_group[group]))) for group, heading in TABLES.items()],
        reliability=None if observed.empty else _figure(plots.reliability_figure(observed, palette)),
        worst_days=list(_worst_days(outcome, palette, frozenset(observed["forecaster"]))),
    )


def _worst_days(
    outcome: BackTest, palette: Mapping[str, str], with_quantiles: frozenset[str]
) -> Iterator[tuple[str, Table, Markup | None]]:
    """Yield heading, table and curves of each forecaster's worst days; no curves of one without quantiles."""
    worst = skill.worst_days(outcome.frame)
    for (issue, name), rows in worst.groupby(["issue", "forecaster"], observed=True):
        curves = None
        if name in with_quantiles:
            days = rows["delivery_day"].tolist()
            curves = _figure(plots.curves_figure(outcome.frame, str(issue), str(name), days, palette[str(name)]))
        yield f"{name}, {issue} issue", _table(rows.drop(columns=["issue", "forecaster"])), curves


def _side_by_side(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the forecasters of an issue and group next to each other."""
    groups = list(dict.fromkeys(table["group"]))
    order = table.assign(
        group=table["group"].map(groups.index), issue=table["issue"].map(list(Issue).index), at=range(len(table))
    )
    return table.iloc[order.sort_values(["issue", "group", "at"])["at"].tolist()]


def _figure(figure: object) -> Markup:
    from plotly.io import to_html

    config = {"displaylogo": False, "responsive": True}
    # Plotly escapes what it is given.
    return Markup(to_html(figure, full_html=False, include_plotlyjs=False, config=config))  # noqa: S704


def _table(table: pd.DataFrame) -> Table:
    """Return a table for the page: names to the left, numbers to the right, a dash where there is no score."""
    shown = table.loc[:, table.notna().any()]
    columns = [Column(_HEADINGS.get(name, name), name not in _FORMATS) for name in shown.columns]
    rows = [[_cell(name, row[name]) for name in shown.columns] for row in shown.to_dict("records")]
    return Table(columns, rows)


def _cell(column: str, value: object) -> str:
    if column not in _FORMATS:
        return str(value)
    return "-" if pd.isna(value) else _FORMATS[column].format(value)  # type: ignore[call-overload]
