"""What hourly issues are worth: `python -m benchmarks.intraday QUARTERS_CSV LOAD_CSV TEMPERATURE_CSV CITIES_CSV`.

The issues of days that the checkpoint (`--model`) has not seen, brought up to date every hour as the product does:
from the newest day-ahead issue that there is then, for tomorrow the morning's from 10:00 and the evening's from
20:30, before that none. The error by lead, next to that of the evening issue on the same hours, and of RTE's
intraday forecast (`rte_d_mw`). When that was published nobody says: it runs on to the hour itself. The files are
those of `benchmarks.quarter_hours`.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.quarter_hours import FIRST, LAST, read_quarters
from benchmarks.real_data import LAST_WEATHER, Weather, read_history
from elec_pipeline.domain import intraday
from elec_pipeline.domain.delivery_day import QUARTER, Issue, day_start, days, hours, issue_time
from elec_pipeline.domain.inputs import INPUTS
from elec_pipeline.domain.instants import instant
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.quantiles import BANDS, LEVELS, MEDIAN, Floats
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.degraded import with_only
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.forecasting.intraday import brought_up_to_date
from elec_pipeline.forecasting.quarter_hours import PAST_DAYS, quarter_hours
from elec_pipeline.markdown import markdown_table

LEADS = (1, 2, 3, 4, 6, 9, 12, 18, 24, 30)
"""1: the hour that runs when the issue is made, three quarters of an hour from the newest half hour known."""


@dataclass(frozen=True)
class Span:
    """What was forecast and came true on the hours of a span of days.

    Attributes:
        start: Of each hour, UTC, shape (n,).
        issued: When each issue of the hour's day was made, by issue, UTC, shape (n,).
        hourly: The quantiles of each issue, MW, shape (n, 7).
        error: Of the evening issue in the second half of the hour, relative, shape (n,).
        actual_mw: Shape (n,).
        rte_mw: RTE's intraday forecast, shape (n,).
    """

    start: npt.NDArray[np.datetime64]
    issued: dict[Issue, npt.NDArray[np.datetime64]]
    hourly: dict[Issue, Floats]
    error: Floats
    actual_mw: Floats
    rte_mw: Floats


def main() -> None:
    """Forecast, bring up to date, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("quarters", "load", "temperature", "cities"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--model", required=True, help="checkpoint that has not seen the days")
    asked = parser.parse_args()
    forecaster = load_forecaster(asked.model)
    if forecaster.trained_through is None or forecaster.trained_through >= FIRST:
        raise SystemExit(f"{forecaster.version} has seen days up to {forecaster.trained_through}.")
    for knows, inputs, last in (("no weather", (), LAST), ("weather", INPUTS, LAST_WEATHER)):
        print(f"\nIssues of {forecaster.version}, {knows}, {FIRST} to {last}; MAPE in percent.\n")
        print(_table(_read(asked, forecaster, inputs, last)))


def _read(asked: argparse.Namespace, forecaster: Forecaster, inputs: tuple[str, ...], last: date) -> Span:
    known, of_rte = read_quarters(asked.quarters)
    history = read_history(asked.load, last, Weather(asked.temperature, asked.cities))
    span = days(FIRST, last)
    made = {}
    for issue in Issue:
        sets = [history.at(day, issue, context_hours=forecaster.context_hours) for day in span]
        made[issue] = forecaster.predict([with_only(each, inputs) for each in sets])
    evening = np.concatenate(
        [
            quarter_hours(day, hourly, known.days_known_at(issue_time(day, Issue.EVENING), PAST_DAYS))[:, MEDIAN]
            for day, hourly in zip(span, made[Issue.EVENING], strict=True)
        ]
    )
    first = (day_start(span[0]) - known.start) // QUARTER
    actual, rte = (
        each[first : first + len(evening)].reshape(-1, QUARTERS_AN_HOUR)
        for each in (known.load_mw, of_rte["rte_d_mw"].to_numpy())
    )
    off = actual / evening.reshape(-1, QUARTERS_AN_HOUR) - 1
    return Span(
        start=hours(FIRST, last).tz_localize(None).to_numpy(dtype="datetime64[us]"),
        issued={
            issue: np.repeat([instant(issue_time(day, issue)) for day in span], [len(hours(day)) for day in span])
            for issue in Issue
        },
        hourly={issue: np.concatenate(each) for issue, each in made.items()},
        error=off[:, -2:].mean(axis=1),
        actual_mw=actual.mean(axis=1),
        rte_mw=rte.mean(axis=1),
    )


def _table(span: Span) -> str:
    """Return the scores by lead."""
    rows = []
    for lead in LEADS:
        ahead, off = slice(lead, None), span.error[:-lead]
        now = span.start[ahead] - np.timedelta64(lead - 1, "h") + np.timedelta64(intraday.DELAY, "us")
        base = np.full((len(now), len(LEVELS)), np.nan)
        for issue in Issue:  # the later one last
            is_there = (span.issued[issue][ahead] <= now)[:, None]
            base = np.where(is_there, span.hourly[issue][ahead], base)
        true, rte, evening = (
            each[ahead] for each in (span.actual_mw, span.rte_mw, span.hourly[Issue.EVENING][:, MEDIAN])
        )
        usable = ~np.isnan(off + true + rte + base[:, MEDIAN])
        made = np.vstack(
            [
                brought_up_to_date(row[None], each, [lead - 0.25])
                for row, each in zip(base[usable], off[usable], strict=True)
            ]
        )
        ours, before, theirs = (
            _mape(true[usable], each) for each in (made[:, MEDIAN], evening[usable], rte[usable])
        )
        held = " / ".join(f"{100 * _held(true[usable], made, band):.1f}" for band in BANDS)
        rows.append(
            (lead, f"{ours:.3f}", f"{ours / before:.3f}", f"{ours / theirs:.3f}", held, np.count_nonzero(usable))
        )
    heads = [
        "lead, hours", "MAPE", "of the evening issue's", "of RTE's intraday forecast's", "50 / 80 / 90 % bands",
        "hours",
    ]  # fmt: skip
    return markdown_table(heads, np.array(rows, dtype=object))


def _mape(actual: Floats, forecast: Floats) -> float:
    return float(100 * np.mean(np.abs(forecast - actual) / actual))


def _held(actual: Floats, made: Floats, band: float) -> float:
    low, high = (made[:, LEVELS.index(level)] for level in BANDS[band])
    return float(np.mean((low <= actual) & (actual <= high)))


if __name__ == "__main__":
    main()
