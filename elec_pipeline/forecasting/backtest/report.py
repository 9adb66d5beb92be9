"""The page of a back-test: one HTML file that opens anywhere, without a network.

Here: what the page says, and its tables. Not here: figures (`plots`), scores (`scores`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS, Issue
from elec_pipeline.forecasting.backtest import plots as backtest_plots
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
_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 1280px;
       margin: 2rem auto; padding: 0 1.2rem; }
h1 { margin-bottom: .2rem; } h2 { margin-top: 2.6rem; border-bottom: 1px solid #ddd; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; margin: .6rem 0; }
th, td { padding: .2rem .5rem; border-bottom: 1px solid #e5e5e5; text-align: right; white-space: nowrap; }
th { font-weight: 600; border-bottom: 2px solid #999; }
.text { text-align: left; }
dt { font-weight: 600; margin-top: .5rem; } dd { margin-left: 1.2rem; }
code, pre { font: 13px/1.5 ui-monospace, monospace; background: #f5f5f5; }
pre { padding: .7rem; overflow-x: auto; }
.warning { background: #fff3cd; border-left: 4px solid #b8860b; padding: .6rem 1rem; margin: .6rem 0; }
"""


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


def report(outcome: BackTest, tables: pd.DataFrame, about: About) -> str:
    """Return the page.

    Args:
        outcome: With at least one scored hour.
        tables: Its scores, as `scores.every_table` returns them.
        about: What a reader must know.
    """
    from plotly.offline import get_plotlyjs

    title = f"Back-test, {about.first} to {about.last}"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n<script>{get_plotlyjs()}</script>\n</head>\n<body>\n"
        + "\n".join((*_header(title, outcome, about), *_skill(outcome, tables), *_days(outcome)))
        + "\n</body>\n</html>\n"
    )


def _header(title: str, outcome: BackTest, about: About) -> Iterator[str]:
    issues = " and ".join(f"{issue} ({issue.wall_clock:%H:%M})" for issue in about.issues)
    yield f"<h1>{title}</h1>"
    yield (
        f"<p>French consumption by the hour, day-ahead: {issues} issues of the day before, Paris time, both days "
        f"included. Made {about.made_at.astimezone(PARIS):%Y-%m-%d %H:%M %Z}.</p>"
    )
    yield from (f'<p class="warning">{escape(text)}</p>' for text in about.warnings)
    yield "<h2>Who took part, and what each knew</h2>\n<dl>"
    yield from (f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in about.knew.items())
    yield "</dl>"
    yield f"<p>Within an issue all are scored on identical hours. {escape(told(outcome.tally))}</p>"
    yield f"<p>The same again:</p>\n<pre>{escape(about.command)}</pre>"


def _skill(outcome: BackTest, tables: pd.DataFrame) -> Iterator[str]:
    palette = backtest_plots.colours(list(outcome.frame["forecaster"].cat.categories))
    yield "<h2>Scores</h2>"
    yield _table(tables[tables["grouped_by"] == skill.EVERYTHING].drop(columns=["grouped_by", "group"]))
    yield (
        "<p>Pinball loss: mean over the quantile levels. CRPS: from the quantiles; of a point forecast it is the "
        "mean absolute error. Bias: positive where too much was forecast. Bands: the share of hours inside.</p>"
    )
    yield "<h2>Skill against RTE</h2>"
    yield (
        "<p>MAPE divided by RTE's on the same hours; below the dashed line beats RTE. A click on a name in the "
        "legend shows or hides it.</p>"
    )
    for group, heading in FIGURES.items():
        yield f"<h3>{heading}</h3>"
        yield _figure(backtest_plots.skill_figure(tables, group, palette))
    for group, heading in TABLES.items():
        yield f"<h3>{heading}</h3>"
        of_group = tables[tables["grouped_by"] == group].drop(columns="grouped_by")
        yield _table(of_group.iloc[_side_by_side(of_group)])
    yield "<h2>Reliability</h2>"
    observed = skill.reliability(outcome.frame)
    if observed.empty:
        yield "<p>None of them gives quantiles.</p>"
    else:
        yield "<p>A reliable forecast lies on the dashed line; flatter than that, its bands are too narrow.</p>"
        yield _figure(backtest_plots.reliability_figure(observed, palette))


def _days(outcome: BackTest) -> Iterator[str]:
    worst = skill.worst_days(outcome.frame)
    palette = backtest_plots.colours(list(outcome.frame["forecaster"].cat.categories))
    with_quantiles = set(skill.reliability(outcome.frame)["forecaster"])
    yield "<h2>Worst days</h2>"
    for (issue, name), rows in worst.groupby(["issue", "forecaster"], observed=True):
        yield f"<h3>{escape(str(name))}, {issue} issue</h3>"
        yield _table(rows.drop(columns=["issue", "forecaster"]))
        if name in with_quantiles:
            days = rows["delivery_day"].tolist()
            yield _figure(
                backtest_plots.curves_figure(outcome.frame, str(issue), str(name), days, palette[str(name)])
            )


def _side_by_side(table: pd.DataFrame) -> list[int]:
    """Return the rows of a table, the forecasters of an issue and group next to each other."""
    groups = list(dict.fromkeys(table["group"]))
    order = table.assign(
        group=table["group"].map(groups.index), issue=table["issue"].map(list(Issue).index), at=range(len(table))
    )
    return order.sort_values(["issue", "group", "at"])["at"].tolist()


def _figure(figure: object) -> str:
    from plotly.io import to_html

    return str(
        to_html(figure, full_html=False, include_plotlyjs=False, config={"displaylogo": False, "responsive": True})
    )


def _table(table: pd.DataFrame) -> str:
    """Return a table as HTML: names to the left, numbers to the right, a dash where there is no score."""
    shown = table.loc[:, table.notna().any()]
    head = "".join(f"<th{_side(name)}>{escape(_HEADINGS.get(name, name))}</th>" for name in shown.columns)
    body = "".join(
        "<tr>" + "".join(f"<td{_side(name)}>{_cell(name, row[name])}</td>" for name in shown.columns) + "</tr>"
        for row in shown.to_dict("records")
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _side(column: str) -> str:
    return "" if column in _FORMATS else ' class="text"'


def _cell(column: str, value: object) -> str:
    if column not in _FORMATS:
        return escape(str(value))
    return "-" if pd.isna(value) else _FORMATS[column].format(value)  # type: ignore[call-overload]
