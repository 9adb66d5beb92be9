"""Ours beside OpenSTEF 4: `python -m benchmarks.openstef LOAD_CSV TEMPERATURE_CSV WEATHER_CSV [--split …]`.

Makes an environment for OpenSTEF (Python 3.12, once), fits it on the days before the split, lets both forecast the
split's days morning and evening, and prints one table over the hours that all of them have forecast.

The weather is an archive of short-lead forecasts, close to the truth: it flatters both. The test split is only
reported on: OpenSTEF's entries were chosen on the validation split.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.openstef import environment, inputs, scores
from benchmarks.openstef.entries import ENTRIES, MEANS
from benchmarks.openstef.scores import Seconds
from benchmarks.real_data import LAST_WEATHER, TEST, VALIDATION, Weather, read_history
from elec_pipeline.domain.delivery_day import FIRST_PREVIOUS_RUNS_DAY, PARIS, Issue, days, hours
from elec_pipeline.domain.history import History, actual_mw, rte_d1_mw
from elec_pipeline.forecasting.checkpoint import card_of, load_forecaster
from elec_pipeline.forecasting.forecast import forecast_frame
from elec_pipeline.forecasting.forecaster import Forecaster

SPLITS = {"validation": VALIDATION, "test": (TEST[0], LAST_WEATHER)}
ORDER, INPUTS, FORECASTS, SECONDS = "order.json", "inputs.parquet", "forecasts.parquet", "seconds.json"
"""What is exchanged with the other environment; the last is written last."""
OURS = "elec-pipeline"

Made = tuple[pd.DataFrame, dict[tuple[str, str], Seconds]]
"""Forecasts as `scores` takes them, and how long they took, by issue and forecaster."""


def history_of(arguments: argparse.Namespace, last: date) -> History:
    """Return what both are given, up to a delivery day, included."""
    return read_history(arguments.load, last, Weather(arguments.temperature, arguments.weather))


def of_openstef(arguments: argparse.Namespace, history: History, first: date, last: date, folder: Path) -> Made:
    """Let OpenSTEF forecast delivery days, after a fit on what was known at the issue before the first.

    Args:
        arguments: The command's arguments.
        history: What is known.
        first: First delivery day.
        last: Last delivery day.
        folder: For what is exchanged. Where it holds the forecasts of an equal order, they are taken.
    """
    inputs.table(history).to_parquet(folder / INPUTS)
    order = {
        "packages": [*environment.REQUIREMENTS, *environment.PINNED],
        "inputs_sha256": hashlib.sha256((folder / INPUTS).read_bytes()).hexdigest(),
        "code_sha256": hashlib.sha256(environment.INSIDE.read_bytes()).hexdigest(),
        "zone": str(PARIS),
        "first_day_learnt_from": str(FIRST_PREVIOUS_RUNS_DAY),
        "first_delivery_day": str(first),
        "last_delivery_day": str(last),
        "refit_days": arguments.refit_days,
        "issues": {str(issue): f"{issue.wall_clock:%H:%M}" for issue in Issue},
        "entries": [asdict(entry) for entry in ENTRIES],
    }
    text = json.dumps(order, indent=2) + "\n"
    if not (folder / SECONDS).exists() or (folder / ORDER).read_text(encoding="utf-8") != text:
        (folder / SECONDS).unlink(missing_ok=True)
        (folder / ORDER).write_text(text, encoding="utf-8")
        environment.run_inside(environment.prepare(arguments.environment, arguments.python), folder)
    forecasts = scores.of_the_next_day(pd.read_parquet(folder / FORECASTS))
    took = json.loads((folder / SECONDS).read_text(encoding="utf-8"))
    seconds = {(each["issue"], each["forecaster"]): Seconds(each["fit"], each["of_issue"]) for each in took}
    for mean in MEANS:
        of_issue = forecasts[forecasts["issue"] == mean.issue]
        forecasts = pd.concat([forecasts, scores.mean_of(of_issue, mean.of, mean.forecaster)], ignore_index=True)
        parts = [seconds[mean.issue, name] for name in mean.of]
        fit, of_issue_s = sum(each.fit or 0.0 for each in parts), sum(each.issue for each in parts)
        seconds[mean.issue, mean.forecaster] = Seconds(fit, of_issue_s)
    return forecasts, seconds


def of_ours(forecaster: Forecaster, fit_seconds: float | None, history: History, first: date, last: date) -> Made:
    """Let a checkpoint forecast delivery days, one issue after the other, as it does live."""
    frames, seconds = [], {}
    for issue in Issue:
        began = time.perf_counter()
        for day in days(first, last):
            known = history.at(day, issue, context_hours=forecaster.context_hours)
            frames.append(forecast_frame([known], forecaster.predict([known])).assign(issue=str(issue)))
        an_issue = (time.perf_counter() - began) / len(days(first, last))
        seconds[str(issue), OURS] = Seconds(fit_seconds, an_issue)
    return pd.concat(frames, ignore_index=True).assign(forecaster=OURS)[list(scores.COLUMNS)], seconds


def truth(history: History, first: date, last: date) -> pd.DataFrame:
    """Return what came true and RTE's D-1, MW, by hour; NaN where not known."""
    every = days(first, last)
    return pd.DataFrame(
        {
            "actual_mw": np.concatenate([actual_mw(history, day) for day in every]),
            "rte_d1_mw": np.concatenate([rte_d1_mw(history, day) for day in every]),
        },
        index=hours(first, last),
    )


def main() -> None:
    """Forecast with both, score on identical hours, print the table."""
    arguments = _arguments()
    first, last = SPLITS[arguments.split]
    last = min(last, arguments.last or last)
    history = history_of(arguments, last)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.exchange or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        forecasts, seconds = of_openstef(arguments, history, first, last, folder)
    print(f"# Beside OpenSTEF {environment.VERSION}, delivery days {first} to {last}\n")
    if not arguments.only_openstef:
        forecaster = load_forecaster(arguments.model)
        print(f"Ours: {forecaster.version}, through {forecaster.trained_through}; its fit is that of its card.\n")
        ours, ours_seconds = of_ours(forecaster, card_of(arguments.model).get("seconds"), history, first, last)
        forecasts, seconds = pd.concat([forecasts, ours], ignore_index=True), seconds | ours_seconds
    shared = scores.on_identical_hours(forecasts, truth(history, first, last))
    if shared.empty:
        raise SystemExit("There is no hour that all rows forecast, and of which load and RTE's D-1 are known.")
    count, most = shared["hour_start"].nunique(), len(hours(first, last))
    print(f"{count} of {most} hours: those that all rows forecast, and of which load and RTE's D-1 are known.\n")
    print(scores.table(shared, dict(sorted(seconds.items(), key=lambda each: each[0][0]))))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.openstef")
    parser.add_argument("load", type=Path, help="hourly series of load and RTE's D-1")
    parser.add_argument("temperature", type=Path, help="hourly series of temperature")
    parser.add_argument("weather", type=Path, help="hourly series of temperature, cloud, wind, humidity of cities")
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--last", type=date.fromisoformat, help="last delivery day, where not all of the split")
    parser.add_argument("--refit-days", type=int, default=0, help="refit OpenSTEF so often; 0: fit it once")
    parser.add_argument("--model", default="", help="a checkpoint's folder; the bundled one if not given")
    parser.add_argument("--only-openstef", action="store_true", help="do not run ours")
    parser.add_argument("--python", default="python3.12", help="command or path of Python 3.12 or newer")
    parser.add_argument(
        "--environment", type=Path, default=environment.default_folder(), help="folder of OpenSTEF's packages"
    )
    parser.add_argument(
        "--exchange",
        type=Path,
        help="folder that keeps OpenSTEF's forecasts, and takes them where nothing changed",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
