"""One module an asset; each is named like the table that it fills."""

from elec_pipeline.defs.assets.chronos_predictions import chronos_predictions
from elec_pipeline.defs.assets.fine_tuned_chronos import fine_tuned_chronos
from elec_pipeline.defs.assets.forecast_accuracy import forecast_accuracy
from elec_pipeline.defs.assets.hourly_consumption import hourly_consumption
from elec_pipeline.defs.assets.intraday_predictions import intraday_predictions
from elec_pipeline.defs.assets.quarter_hourly_predictions import quarter_hourly_predictions
from elec_pipeline.defs.assets.raw_consumption import raw_consumption
from elec_pipeline.defs.assets.raw_rte_forecasts import raw_rte_forecasts
from elec_pipeline.defs.assets.rte_forecasts import rte_forecasts
from elec_pipeline.defs.assets.rte_weekly_forecasts import rte_weekly_forecasts
from elec_pipeline.defs.assets.weather_forecasts import weather_forecasts
from elec_pipeline.defs.assets.week_ahead_predictions import week_ahead_predictions

daily_assets = [
    raw_consumption,
    hourly_consumption,
    raw_rte_forecasts,
    rte_forecasts,
    weather_forecasts,
    chronos_predictions,
    quarter_hourly_predictions,
    intraday_predictions,
    week_ahead_predictions,
    forecast_accuracy,
]
"""Those with a partition a delivery day, up to tomorrow; a backfill brings them together."""
all_assets = [*daily_assets, rte_weekly_forecasts, fine_tuned_chronos]

__all__ = [
    "all_assets",
    "chronos_predictions",
    "daily_assets",
    "fine_tuned_chronos",
    "forecast_accuracy",
    "hourly_consumption",
    "intraday_predictions",
    "quarter_hourly_predictions",
    "raw_consumption",
    "raw_rte_forecasts",
    "rte_forecasts",
    "rte_weekly_forecasts",
    "weather_forecasts",
    "week_ahead_predictions",
]
