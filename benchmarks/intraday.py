"""What hourly issues are worth: `python -m benchmarks.intraday QUARTERS_CSV LOAD_CSV TEMPERATURE_CSV CITIES_CSV`.

The evening issues of days that the checkpoint (`--model`) has not seen, by the quarter-hour, brought up to date
every hour: the error by lead, next to that of the evening issue on the same hours, and of RTE's intraday forecast
(`rte_d_mw`). When that was published nobody says: it runs on to the hour itself. The files are those of
`benchmarks.quarter_hours`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.quarter_hours import FIRST, LAST, read_quarters
from benchmarks.real_data import LAST_WEATHER, Weather, read_history
from elec_pipeline.domain.delivery_day import QUARTER, Issue, day_start, days, issue_time
from elec_pipeline.domain.inputs import INPUTS
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.quantiles import BANDS, LEVELS, MEDIAN, Floats
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.degraded import with_only
from elec_pipeline.forecasting.intraday import brought_up_to_date
from elec_pipeline.forecasting.quarter_hours import PAST_DAYS, quarter_hours
from elec_pipeline.markdown import markdown_table

LEADS = (1, 2, 3, 4, 6, 9, 12, 18, 24, 36)
"""1: the hour that runs when the issue is made, three quarters of an hour from the newest half hour known."""


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
    known, of_rte = read_quarters(asked.quarters)
    history = read_history(asked.load, LAST, Weather(asked.temperature, asked.cities))
    for knows, inputs, last in (("no weather", (), LAST), ("weather", INPUTS, LAST_WEATHER)):
        span = days(FIRST, last)
        sets = [history.at(day, Issue.EVENING, context_hours=forecaster.context_hours) for day in span]
        hourly = forecaster.predict([with_only(each, inputs) for each in sets])
        quarters = np.concatenate(
            [
                quarter_hours(day, made, known.days_known_at(issue_time(day, Issue.EVENING), PAST_DAYS))[:, MEDIAN]
                for day, made in zip(span, hourly, strict=True)
            ]
        )
        first = (day_start(span[0]) - known.start) // QUARTER
        of_span = slice(first, first + len(quarters))
        print(f"\nEvening issues of {forecaster.version}, {knows}, {FIRST} to {last}; MAPE in percent.\n")
        intraday = of_rte["rte_d_mw"].to_numpy()[of_span]
        print(_table(known.load_mw[of_span], quarters, np.concatenate(hourly), intraday))


def _table(actual: Floats, quarters: Floats, hourly: Floats, of_rte: Floats) -> str:
    """Return the scores by lead, of a span's quarters."""
    of_hours = (-1, QUARTERS_AN_HOUR)
    error = (actual / quarters - 1).reshape(of_hours)[:, -2:].mean(axis=1)
    truth, theirs = actual.reshape(of_hours).mean(axis=1), of_rte.reshape(of_hours).mean(axis=1)
    rows = []
    for lead in LEADS:
        off, ahead = error[:-lead], slice(lead, None)
        usable = ~np.isnan(off + truth[ahead] + theirs[ahead])
        made = np.vstack(
            [
                brought_up_to_date(row[None], each, [lead - 0.25])
                for row, each in zip(hourly[ahead][usable], off[usable], strict=True)
            ]
        )
        true = truth[ahead][usable]
        ours, before, rte = (
            _mape(true, each) for each in (made[:, MEDIAN], hourly[ahead][usable, MEDIAN], theirs[ahead][usable])
        )
        held = " / ".join(f"{100 * _held(true, made, band):.1f}" for band in BANDS)
        rows.append((lead, f"{ours:.3f}", f"{ours / before:.3f}", f"{ours / rte:.3f}", held, usable.sum()))
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
