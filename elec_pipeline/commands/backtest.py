"""`elec backtest`: contestants over a range of past delivery days, into files and a page.

Here: histories out of the database month by month, the files. Not here: who takes part (`backtest_field`),
the contest (`forecasting.backtest.run`), its scores (`forecasting.backtest.scores`) and its page
(`forecasting.backtest.report`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from elec_pipeline.commands.backtest_field import Request, entered
from elec_pipeline.commands.progress import progress_bar
from elec_pipeline.domain.delivery_day import day_end, day_start, days, spans
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.errors import BackTestError
from elec_pipeline.forecasting.backtest import scores as skill
from elec_pipeline.forecasting.backtest.report import About, report, told
from elec_pipeline.forecasting.backtest.run import MONTH_DAYS, BackTest, back_test
from elec_pipeline.forecasting.experts.expert import Contestant
from elec_pipeline.store import queries

FORECASTS_CSV, FORECASTS_PARQUET, SCORES_CSV = "forecasts.csv", "forecasts.parquet", "scores.csv"
REPORT = "report.html"
LEAD_DAYS = 2
"""Between the end of the context and the delivery day: what of the two days before is not known yet."""


def run_backtest(engine: Engine, request: Request, console: Console) -> BackTest:
    """Make a back-test of what the database holds, write its files and print its scores.

    Args:
        engine: Of the store.
        request: What is asked for.
        console: Where progress and scores go.

    Raises:
        BackTestError: The folder cannot be written to, no model holds an expert that is asked for, or no hour
            can be scored.
        ModelUnavailableError: A model is missing or broken.
        ChallengerUnavailableError: Gradient boosting is asked for and cannot be fitted.
    """
    folder = _folder(request.output)
    with progress_bar(console, unit="") as bar:
        who = entered(engine, request, bar)
        task = bar.add_task("days back-tested", total=len(days(request.first, request.last)))

        def advance(n_days: int) -> None:
            bar.advance(task, n_days)

        outcome = _contest(engine, request, who.contestants, advance)
    if outcome.frame.empty:
        raise BackTestError(
            f"No hour of {request.first} to {request.last} can be scored. {told(outcome.tally)} Load the missing "
            "days first: `elec backfill`."
        )
    about = About(
        first=request.first,
        last=request.last,
        issues=request.issues.chosen,
        knew=who.knew,
        warnings=who.warnings,
        command=request.command,
        made_at=datetime.now(UTC),
    )
    write(outcome, about, folder)
    _show(outcome, about, folder, console)
    return outcome


def write(outcome: BackTest, about: About, folder: Path) -> None:
    """Write forecasts, scores and the page of a back-test into a folder that is there."""
    outcome.frame.to_csv(folder / FORECASTS_CSV, index=False)
    outcome.frame.to_parquet(folder / FORECASTS_PARQUET, index=False)
    tables = skill.every_table(outcome.frame)
    tables.to_csv(folder / SCORES_CSV, index=False)
    (folder / REPORT).write_text(report(outcome, tables, about), encoding="utf-8")


def _folder(output: Path) -> Path:
    """Return the folder for the files, before hours are spent on them."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        (output / REPORT).touch()
    except OSError as error:
        raise BackTestError(
            f"The files cannot go to {output} ({error}): name another folder, --output."
        ) from error
    return output


def _contest(
    engine: Engine,
    request: Request,
    contestants: Mapping[str, Contestant],
    advance: Callable[[int], None],
) -> BackTest:
    context = timedelta(hours=max(each.context_hours for each in contestants.values()))
    parts = []
    for begin, end in spans(request.first, request.last, MONTH_DAYS):
        history = queries.history(engine, day_start(begin - timedelta(days=LEAD_DAYS)) - context, day_end(end))
        parts.append(
            back_test(
                history,
                begin,
                end,
                contestants=contestants,
                issues=request.issues.chosen,
                truth=_complete_hours(engine, begin, end),
            )
        )
        advance(len(days(begin, end)))
    return BackTest.joined(parts)


def _complete_hours(engine: Engine, first: date, last: date) -> pd.Series:
    with engine.connect() as connection:
        hours = queries.hours_between(connection, day_start(first), day_end(last))
    return hours[hours["quarters"] == QUARTERS_AN_HOUR].set_index("hour_start")["load_mw"]


def _show(outcome: BackTest, about: About, folder: Path, console: Console) -> None:
    table = Table()
    for heading in ("issue", "forecaster", "hours", "MAPE %", "of RTE's", "pinball MW", "in 80 % band"):
        table.add_column(heading, justify="left" if heading in {"issue", "forecaster"} else "right")
    for row in skill.scores(outcome.frame).to_dict("records"):
        has_band = pd.notna(row["pinball_mw"])
        table.add_row(
            row["issue"], row["forecaster"], f"{row['hours']:,}", f"{row['mape']:.2f}",
            f"{row['ratio_to_rte']:.3f}", f"{row['pinball_mw']:,.1f}" if has_band else "-",
            f"{row['coverage_80']:.1%}" if has_band else "-",
        )  # fmt: skip
    console.print(table)
    for line in (told(outcome.tally), *about.warnings, f"The report is {folder / REPORT}"):
        console.print(line, markup=False, style="yellow" if line in about.warnings else "")
