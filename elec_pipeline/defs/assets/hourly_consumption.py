"""`hourly_consumption`: the mean of each UTC hour; 23, 24 or 25 a delivery day."""

import dagster as dg

from elec_pipeline.defs import by_day, metadata
from elec_pipeline.defs.assets.raw_consumption import raw_consumption
from elec_pipeline.defs.faults import typed_faults
from elec_pipeline.defs.partitions import asked_days, delivery_days, one_run
from elec_pipeline.defs.resources import ClockResource, StoreResource


@dg.asset(
    partitions_def=delivery_days,
    backfill_policy=one_run,
    deps=[raw_consumption],
    kinds={"postgres", "pandas"},
    group_name="actuals",
    check_specs=[
        dg.AssetCheckSpec(
            "complete",
            asset="hourly_consumption",
            description="Every hour that is due has its four quarters.",
        ),
    ],
)
def hourly_consumption(
    context: dg.AssetExecutionContext, store: StoreResource, clock: ClockResource
) -> dg.MaterializeResult:
    """French consumption by hour: the mean of the quarters that are there, and how many they are."""
    from elec_pipeline.steps import day_figures
    from elec_pipeline.steps.consumption import average_hours
    from elec_pipeline.store import queries

    first, last = asked_days(context)
    with typed_faults(context):
        report = average_hours(store.engine(), first, last, now=clock.now())
        by_day.tell_of_table(context, store, queries.hours_between, day_figures.of_hours)
    return dg.MaterializeResult(
        metadata=metadata.of_run(context, report.written),
        check_results=[metadata.complete(report, "complete hours")],
    )
