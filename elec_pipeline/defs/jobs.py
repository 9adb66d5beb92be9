"""The jobs: which assets run together."""

from __future__ import annotations

import dagster as dg

from elec_pipeline.defs.assets import (
    all_assets,
    chronos_predictions,
    forecast_accuracy,
    hourly_consumption,
    raw_consumption,
    rte_forecasts,
)

actuals = dg.define_asset_job(
    "actuals",
    selection=[raw_consumption, hourly_consumption, forecast_accuracy],
    description="Actual consumption with its revisions, its hours, and the scores of those days.",
)
morning_forecast = dg.define_asset_job(
    "morning_forecast",
    selection=[raw_consumption, hourly_consumption, rte_forecasts, chronos_predictions],
    description="What is known at 10:00, then tomorrow's morning issue, two hours before gate closure.",
)
rte_forecast = dg.define_asset_job(
    "rte_forecast", selection=[rte_forecasts], description="RTE's forecasts for tomorrow."
)
evening_forecast = dg.define_asset_job(
    "evening_forecast",
    selection=[raw_consumption, hourly_consumption, rte_forecasts, chronos_predictions],
    description="What is known at 20:30, RTE's D-1 included, then tomorrow's evening issue.",
)
backfill = dg.define_asset_job(
    "backfill", selection=all_assets, description="The whole path, for any range of delivery days."
)

all_jobs = [actuals, morning_forecast, rte_forecast, evening_forecast, backfill]
