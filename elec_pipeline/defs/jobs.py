"""The jobs: which assets run together."""

from __future__ import annotations

import dagster as dg

from elec_pipeline.defs.assets import (
    chronos_predictions,
    daily_assets,
    fine_tuned_chronos,
    forecast_accuracy,
    hourly_consumption,
    intraday_predictions,
    quarter_hourly_predictions,
    raw_consumption,
    raw_rte_forecasts,
    rte_forecasts,
    rte_weekly_forecasts,
    weather_forecasts,
    week_ahead_predictions,
)
from elec_pipeline.domain.timetable import EVENING_ISSUE, MORNING_ISSUE, RETRAIN, written

TRAINING_TAG = "elec/training"
"""`dagster.yaml` lets one run with this tag out of the queue at a time."""

forecast_inputs = [raw_consumption, hourly_consumption, raw_rte_forecasts, rte_forecasts, weather_forecasts]

actuals = dg.define_asset_job(
    "actuals",
    selection=[raw_consumption, hourly_consumption, forecast_accuracy],
    description="Actual consumption with its revisions, its hours, and the scores of those days.",
)
reconcile = dg.define_asset_job(
    "reconcile",
    selection=[raw_consumption, hourly_consumption, raw_rte_forecasts, rte_forecasts, forecast_accuracy],
    description="Days whose values are provisional, read again, with their revisions and scores.",
)
morning_forecast = dg.define_asset_job(
    "morning_forecast",
    selection=[*forecast_inputs, chronos_predictions, quarter_hourly_predictions, week_ahead_predictions],
    description=f"What is known at {written(MORNING_ISSUE)}, then tomorrow's morning issue, before gate closure, "
    "and the week ahead.",
)
rte_forecast = dg.define_asset_job(
    "rte_forecast",
    selection=[raw_rte_forecasts, rte_forecasts],
    description="RTE's forecasts for tomorrow, as they come and by the hour.",
)
rte_weekly = dg.define_asset_job(
    "rte_weekly",
    selection=[rte_weekly_forecasts],
    description="RTE's forecasts of three to nine days ahead.",
)
evening_forecast = dg.define_asset_job(
    "evening_forecast",
    selection=[*forecast_inputs, chronos_predictions, quarter_hourly_predictions],
    description=f"What is known at {written(EVENING_ISSUE)}, RTE's D-1 included, then tomorrow's evening issue.",
)
intraday_forecast = dg.define_asset_job(
    "intraday_forecast",
    selection=[raw_consumption, hourly_consumption, intraday_predictions],
    description="The last hour's consumption, then the hours ahead again, to the end of tomorrow.",
)
backfill = dg.define_asset_job(
    "backfill", selection=daily_assets, description="The whole path, for any range of delivery days."
)
retrain = dg.define_asset_job(
    "retrain",
    selection=[fine_tuned_chronos],
    description="A model trained on what the database holds, promoted if it is better than the one in use.",
    # One at a time, after everything else that waits, and stopped before the morning issue.
    tags={
        TRAINING_TAG: "retrain",
        "dagster/priority": "-1",
        "dagster/max_runtime": str((MORNING_ISSUE.hour - RETRAIN.hour - 1) * 3600),
        "dagster/max_retries": "1",
    },
)

all_jobs = [
    actuals,
    reconcile,
    morning_forecast,
    rte_forecast,
    rte_weekly,
    evening_forecast,
    intraday_forecast,
    backfill,
    retrain,
]
