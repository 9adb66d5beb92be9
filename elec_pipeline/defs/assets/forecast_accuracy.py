"""`forecast_accuracy`: the daily score of our forecast, of each of its experts, of RTE's and of the references."""

import dagster as dg

from elec_pipeline.defs import by_day, metadata
from elec_pipeline.defs.assets.chronos_predictions import chronos_predictions
from elec_pipeline.defs.assets.hourly_consumption import hourly_consumption
from elec_pipeline.defs.assets.intraday_predictions import intraday_predictions
from elec_pipeline.defs.assets.quarter_hourly_predictions import quarter_hourly_predictions
from elec_pipeline.defs.assets.rte_forecasts import rte_forecasts
from elec_pipeline.defs.assets.week_ahead_predictions import week_ahead_predictions
from elec_pipeline.defs.faults import typed_faults
from elec_pipeline.defs.partitions import asked_days, delivery_days, one_run
from elec_pipeline.defs.resources import StoreResource


@dg.asset(
    partitions_def=delivery_days,
    backfill_policy=one_run,
    deps=[
        hourly_consumption,
        rte_forecasts,
        chronos_predictions,
        quarter_hourly_predictions,
        intraday_predictions,
        week_ahead_predictions,
    ],
    kinds={"postgres"},
    group_name="forecasts",
)
def forecast_accuracy(context: dg.AssetExecutionContext, store: StoreResource) -> dg.MaterializeResult:
    """MAPE, MAE, bias, pinball loss and coverage of each forecaster on each delivery day."""
    from elec_pipeline.steps.scoring import score_days

    with typed_faults(context):
        scores, written = score_days(store.engine(), *asked_days(context))
    by_day.tell_of_scores(context, scores)
    return dg.MaterializeResult(metadata=metadata.of_run(context, written))
