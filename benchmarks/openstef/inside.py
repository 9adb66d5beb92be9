"""Runs in OpenSTEF's own environment: fits each entry, and lets OpenSTEF's back-test make every issue.

Here: OpenSTEF's data sets and configuration. Not here: who takes part, scores, and anything of this project, for
it is not installed there. `python -P inside.py FOLDER` reads `order.json` and `inputs.parquet` in the folder, and
writes `forecasts.parquet` and `seconds.json`.

Every value carries `available_at`, and the back-test (BEAM) withholds what is not known at an issue. The index is
in the zone of the order, so that calendar features follow its clock; lags are of elapsed hours all the same.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from openstef_beam.backtesting import BacktestConfig, BacktestPipeline
from openstef_beam.backtesting.backtest_forecaster import BacktestForecasterConfig
from openstef_beam.benchmarking.baselines.openstef4 import OpenSTEF4BacktestForecaster
from openstef_core.datasets import TimeSeriesDataset, VersionedTimeSeriesDataset
from openstef_core.types import LeadTime, Q
from openstef_models.presets import ForecastingWorkflowConfig, create_forecasting_workflow
from openstef_models.presets.forecasting_workflow import LocationConfig

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Quantiles that are fitted."""
QUANTILES = {"quantile_P10": "q10", "quantile_P50": "load_mw", "quantile_P90": "q90"}
HORIZON = LeadTime.from_string("PT48H")
"""The presets' default, with which they take lags of the target of 2 to 14 whole days."""
REACH = timedelta(hours=40)
"""From the morning issue to the end of a delivery day of 25 hours, and an hour more."""
CONTEXT = timedelta(days=15)
"""Before an issue, for the lags."""
NEVER = 36_500
"""Days."""
CENTRE = {"latitude": "46.6", "longitude": "2.4"}
"""Of France, for sunrise and sunset."""


class Timed:
    """OpenSTEF's forecaster as its back-test sees it, with the seconds that fits and issues take."""

    def __init__(self, forecaster: Any) -> None:
        self.forecaster = forecaster
        self.config = forecaster.config
        self.fits: list[float] = []
        self.issues: list[float] = []

    def fit(self, data: Any) -> None:
        """Fit on what was known."""
        began = time.perf_counter()
        self.forecaster.fit(data)
        self.fits.append(time.perf_counter() - began)

    def predict_versioned(self, data: Any) -> Any:
        """Return the forecast of one issue."""
        began = time.perf_counter()
        made = self.forecaster.predict_versioned(data)
        self.issues.append(time.perf_counter() - began)
        return made


def lagged(table: pd.DataFrame, series: str, lag_hours: int) -> pd.DataFrame:
    """Return a series that lies back by some hours, with the time from which each value is known."""
    known = f"{series}_available_at"
    columns = table[[series, known if known in table else "weather_available_at"]]
    moved = columns.shift(freq=lag_hours * HOUR).reindex(table.index)
    return moved.set_axis([f"{series}_lag_{lag_hours}h" if lag_hours else series, "available_at"], axis=1)


def versioned(parts: list[pd.DataFrame]) -> Any:
    """Return OpenSTEF's data set of columns that become known at times of their own."""
    return VersionedTimeSeriesDataset([TimeSeriesDataset(part.dropna(), sample_interval=HOUR) for part in parts])


def forecaster(model: str, training: timedelta) -> Any:
    """Return a preset of OpenSTEF's for its back-test."""
    workflow = ForecastingWorkflowConfig(
        model_id=model,
        model=model,
        quantiles=[Q(level) for level in LEVELS],
        sample_interval=HOUR,
        horizons=[HORIZON],
        location=LocationConfig(name="France", country_code="FR", coordinate=CENTRE),
        mlflow_storage=None,
    )
    config = BacktestForecasterConfig(
        requires_training=True,
        predict_sample_interval=HOUR,
        predict_length=REACH,
        predict_min_length=timedelta(0),
        predict_context_length=CONTEXT,
        predict_context_min_coverage=0.0,
        training_context_length=training,
        training_context_min_coverage=0.0,
    )
    template = create_forecasting_workflow(workflow)
    return OpenSTEF4BacktestForecaster(config=config, workflow_template=template, cache_dir=Path("unused"))


def run(order: dict[str, Any], entry: dict[str, Any], table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Fit an entry at its first issue, and again where the order says so, and forecast every issue.

    Returns:
        Forecasts by hour and issue, and how long a fit and an issue took, seconds.
    """
    clock = datetime.strptime(order["issues"][entry["issue"]], "%H:%M").time()  # noqa: DTZ007 - a time of day
    zone = ZoneInfo(order["zone"])

    def issued(delivery_day: str) -> datetime:
        # Python adds days to a time of a zone by the wall clock: a daily issue follows it over clock changes.
        return datetime.combine(date.fromisoformat(delivery_day) - DAY, clock, tzinfo=zone)

    first, last = issued(order["first_delivery_day"]), issued(order["last_delivery_day"])
    learnt_from = datetime.combine(date.fromisoformat(order["first_day_learnt_from"]), clock.min, tzinfo=zone)
    target = table[["load", "load_available_at"]].set_axis(["load", "available_at"], axis=1)
    base = None
    if entry["base"]:
        base = lagged(table, *entry["base"]).set_axis(["base", "known_from"], axis=1)
        target["load"] -= base["base"]
    timed = Timed(forecaster(entry["model"], first - learnt_from))
    back_test = BacktestPipeline(
        BacktestConfig(
            prediction_sample_interval=HOUR,
            predict_interval=DAY,
            train_interval=(order["refit_days"] or NEVER) * DAY,
            align_time=clock,
        ),
        timed,
    )
    predictors = versioned([lagged(table, *each) for each in entry["inputs"]])
    made = back_test.run(versioned([target]), predictors, first, last, show_progress=False).data
    made = made[[*QUANTILES, "available_at"]].rename(columns={**QUANTILES, "available_at": "issued_at"})
    if base is not None:
        of_hour = base.reindex(made.index)
        known = of_hour["known_from"] <= made["issued_at"]
        made[list(QUANTILES.values())] = made[list(QUANTILES.values())].add(of_hour["base"].where(known), axis=0)
    n_days = (last.date() - first.date()).days + 1
    n_fits = 1 + (n_days - 1) // (order["refit_days"] or NEVER)
    if (len(timed.fits), len(timed.issues)) != (n_fits, n_days):
        raise RuntimeError(f"{entry}: {len(timed.fits)} fits and {len(timed.issues)} issues")
    took = {"fit": sum(timed.fits) / n_fits, "of_issue": sum(timed.issues) / n_days}
    names = {"issue": entry["issue"], "forecaster": entry["forecaster"]}
    return made.rename_axis("hour_start").reset_index().assign(**names), names | took


def main(folder: Path) -> None:
    """Read the order, run all entries, write what they made."""
    warnings.filterwarnings("ignore")  # of the libraries, at every issue
    order = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    table = pd.read_parquet(folder / "inputs.parquet").tz_convert(order["zone"])
    frames, seconds = [], []
    for entry in order["entries"]:
        frame, took = run(order, entry, table)
        print(f"{took['issue']}: {took['forecaster']}, fit {took['fit']:.0f} s", file=sys.stderr)
        frames.append(frame)
        seconds.append(took)
    forecasts = pd.concat(frames, ignore_index=True)
    for name in ("hour_start", "issued_at"):
        forecasts[name] = pd.to_datetime(forecasts[name], utc=True).dt.as_unit("us")
    forecasts.to_parquet(folder / "forecasts.parquet")
    (folder / "seconds.json").write_text(json.dumps(seconds, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
