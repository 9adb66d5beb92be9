"""How good the quarter-hours are: `python -m benchmarks.quarter_hours QUARTERS_CSV LOAD_CSV TEMPERATURE_CSV …`.

Two tables: the quarter-hours made of perfect hourly means, beside other ways to make them; and those of the
forecasts of a checkpoint beside their hours, each against RTE's D-1 at the same resolution. The checkpoint must
not have seen the days. The first file has the columns `ts_utc` (start of the quarter), `load_mw`, `rte_d1_mw`; the
other three are those of `benchmarks.accuracy`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.real_data import LAST_WEATHER, Weather, read_history
from elec_pipeline.domain.delivery_day import PARIS, QUARTER, Issue, day_end, day_start, days, issue_time, quarters
from elec_pipeline.domain.inputs import INPUTS
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.quantiles import BANDS, LEVELS, MEDIAN, Floats
from elec_pipeline.domain.quarter_history import QuarterHistory, quarter_history
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.degraded import with_only
from elec_pipeline.forecasting.forecast import point_forecast
from elec_pipeline.forecasting.quarter_hours import PAST_DAYS, quarter_hours
from elec_pipeline.markdown import markdown_table

FIRST, LAST = date(2025, 1, 15), date(2025, 7, 26)


def main() -> None:
    """Read, forecast, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("quarters", "load", "temperature", "cities"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--model", required=True, help="checkpoint that has not seen the days")
    asked = parser.parse_args()
    known, of_rte = read_quarters(asked.quarters)
    rte = of_rte["rte_d1_mw"].to_numpy()
    days_ = [day for day in days(FIRST, LAST) if not np.isnan(_of(known.load_mw, known, day)).any()]
    print(f"Quarter-hours of {len(days_)} days, {FIRST} to {LAST}, from perfect hourly means; MAPE in percent.\n")
    print(_ways(days_, known, rte), "\n")
    print(_forecasts(asked, days_, known, rte))


def read_quarters(csv: Path) -> tuple[QuarterHistory, pd.DataFrame]:
    """Return the load as a history, and RTE's forecasts on the same grid."""
    table = pd.read_csv(csv)
    table["interval_start"] = pd.to_datetime(table["ts_utc"], utc=True).astype("datetime64[us, UTC]")
    table = table.drop_duplicates("interval_start").assign(resolution_minutes=15)
    first, last = (table["interval_start"].iloc[row].tz_convert(PARIS).date() for row in (0, -1))
    none = table.iloc[:0]
    revised = none.assign(replaced_at=none["interval_start"], old_load_mw=none["load_mw"])
    known = quarter_history(day_start(first), day_end(last), table.dropna(subset="load_mw"), revised)
    of_rte = table.set_index("interval_start")[["rte_d1_mw", "rte_d_mw"]].reindex(quarters(first, last))
    return known, of_rte


def _of(values: Floats, known: QuarterHistory, day: date) -> Floats:
    low, high = ((edge - known.start) // QUARTER for edge in (day_start(day), day_end(day)))
    return values[low:high]


def _mape(actual: Floats, forecast: Floats) -> float:
    return float(100 * np.mean(np.abs(forecast - actual) / actual))


def _hourly(values: Floats) -> Floats:
    return np.asarray(values.reshape(-1, QUARTERS_AN_HOUR).mean(axis=1))


def _ways(days_: list[date], known: QuarterHistory, rte: Floats) -> str:
    def made(day: date, past: Mapping[date, Floats]) -> Floats:
        return quarter_hours(day, point_forecast(_hourly(_of(known.load_mw, known, day))), past)[:, MEDIAN]

    def steps(day: date) -> Floats:
        return np.repeat(_hourly(_of(known.load_mw, known, day)), QUARTERS_AN_HOUR)

    def as_rte(day: date) -> Floats:
        shape = _of(rte, known, day)
        return steps(day) + shape - np.repeat(_hourly(shape), QUARTERS_AN_HOUR)

    ways: dict[str, Callable[[date], Floats]] = {
        "a step": steps,
        "RTE's D-1 within the hour": as_rte,
        "the curve alone": lambda day: made(day, {}),
        "the curve and what it missed lately": lambda day: made(day, _past(known, day, Issue.EVENING)),
    }
    rows = [
        (name, f"{np.mean([_mape(_of(known.load_mw, known, day), way(day)) for day in days_]):.3f}")
        for name, way in ways.items()
    ]
    return markdown_table(["way", "MAPE"], np.array(rows, dtype=object))


def _past(known: QuarterHistory, day: date, issue: Issue) -> dict[date, Floats]:
    return known.days_known_at(issue_time(day, issue), PAST_DAYS)


def _forecasts(asked: argparse.Namespace, days_: list[date], known: QuarterHistory, rte: Floats) -> str:
    forecaster = load_forecaster(asked.model)
    if forecaster.trained_through is None or forecaster.trained_through >= FIRST:
        raise SystemExit(f"{forecaster.version} has seen days up to {forecaster.trained_through}.")
    history = read_history(asked.load, LAST, Weather(asked.temperature, asked.cities))
    rows = []
    for issue in (Issue.EVENING, Issue.MORNING):
        for knows, inputs in (("no weather", ()), ("weather", INPUTS)):
            chosen = [day for day in days_ if not inputs or day <= LAST_WEATHER]
            sets = [history.at(day, issue, context_hours=forecaster.context_hours) for day in chosen]
            made = forecaster.predict([with_only(each, inputs) for each in sets])
            found = [
                _scores(
                    day, hourly, _past(known, day, issue), _of(known.load_mw, known, day), _of(rte, known, day)
                )
                for day, hourly in zip(chosen, made, strict=True)
            ]
            hour, rte_hour, quarter, rte_quarter, *held = np.mean(found, axis=0)
            off = max(each[-1] for each in found)
            rows.append(
                (
                    f"{issue.value}, {knows}", len(chosen),
                    f"{hour:.3f} / {rte_hour:.3f}", f"{hour / rte_hour:.3f}",
                    f"{quarter:.3f} / {rte_quarter:.3f}", f"{quarter / rte_quarter:.3f}",
                    " / ".join(f"{100 * each:.1f}" for each in held[:-1]), f"{off:.3f}",
                )
            )  # fmt: skip
    heads = [
        "line", "days", "hours: ours / RTE", "ratio", "quarter-hours: ours / RTE", "ratio", "50 / 80 / 90 % bands",
        "hourly means differ by, MW",
    ]  # fmt: skip
    return f"The forecasts of {forecaster.version}:\n\n{markdown_table(heads, np.array(rows, dtype=object))}"


def _scores(day: date, hourly: Floats, past: Mapping[date, Floats], actual: Floats, rte: Floats) -> list[float]:
    made = quarter_hours(day, hourly, past)
    ends = [(made[:, LEVELS.index(low)], made[:, LEVELS.index(high)]) for low, high in BANDS.values()]
    return [
        _mape(_hourly(actual), hourly[:, MEDIAN]), _mape(_hourly(actual), _hourly(rte)),
        _mape(actual, made[:, MEDIAN]), _mape(actual, rte),
        *(float(np.mean((low <= actual) & (actual <= high))) for low, high in ends),
        float(np.abs(_hourly(made[:, MEDIAN]) - hourly[:, MEDIAN]).max()),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
