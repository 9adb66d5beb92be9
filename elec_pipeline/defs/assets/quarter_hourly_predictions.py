"""`quarter_hourly_predictions`: the quarter-hours of our forecasts; 92, 96 or 100 a delivery day and issue."""

import dagster as dg

from elec_pipeline.defs import by_day, metadata
from elec_pipeline.defs.assets.chronos_predictions import chronos_predictions
from elec_pipeline.defs.assets.raw_consumption import raw_consumption
from elec_pipeline.defs.faults import typed_faults
from elec_pipeline.defs.partitions import asked_days, delivery_days, one_run
from elec_pipeline.defs.resources import StoreResource

REACH_DAYS = 30
"""How far back the days lie whose quarter-hours are looked at; for the lineage only."""

days_before = dg.TimeWindowPartitionMapping(
    start_offset=-REACH_DAYS, end_offset=-1, allow_nonexistent_upstream_partitions=True
)


@dg.asset(
    partitions_def=delivery_days,
    backfill_policy=one_run,
    deps=[chronos_predictions, dg.AssetDep(raw_consumption, partition_mapping=days_before)],
    kinds={"postgres"},
    group_name="forecasts",
)
def quarter_hourly_predictions(context: dg.AssetExecutionContext, store: StoreResource) -> dg.MaterializeResult:
    """Quantiles of the quarter-hours of every issue that has none; those of an hour have its forecast as mean."""
    from elec_pipeline.steps import day_figures
    from elec_pipeline.steps.quarter_hours import add_quarter_hours
    from elec_pipeline.store import queries

    with typed_faults(context):
        report = add_quarter_hours(store.engine(), *asked_days(context))
        by_day.tell_of_table(
            context, store, queries.quarter_hours_between, day_figures.of_quarters, instant="interval_start"
        )
    for name in report.partial:
        context.log.warning(f"The forecast of {name} has not all hours of its day: it gets no quarter-hours.")
    return dg.MaterializeResult(
        metadata={
            **metadata.of_run(context, report.written, issues=report.issues),
            "issues without a past day known by quarter-hours": ", ".join(report.on_the_curve_alone) or "none",
        }
    )
