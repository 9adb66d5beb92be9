"""`rte_forecasts`: every vintage of RTE's own forecasts, by hour."""

import dagster as dg

from elec_pipeline.defs import by_day, metadata
from elec_pipeline.defs.assets.raw_rte_forecasts import raw_rte_forecasts
from elec_pipeline.defs.faults import typed_faults
from elec_pipeline.defs.partitions import asked_days, delivery_days, one_run
from elec_pipeline.defs.resources import ClockResource, StoreResource


@dg.asset(
    partitions_def=delivery_days,
    backfill_policy=one_run,
    deps=[raw_rte_forecasts],
    kinds={"postgres", "pandas"},
    group_name="forecasts",
    check_specs=[
        dg.AssetCheckSpec(
            "complete",
            asset="rte_forecasts",
            description="The D-1 forecast of every day that is due is there.",
        ),
    ],
)
def rte_forecasts(
    context: dg.AssetExecutionContext, store: StoreResource, clock: ClockResource
) -> dg.MaterializeResult:
    """RTE's D-1, D-2 and intraday forecasts: the mean of each complete hour.

    A vintage is added when RTE publishes one, and never changed.
    """
    from elec_pipeline.steps import day_figures
    from elec_pipeline.steps.rte_forecasts import average_rte_forecasts
    from elec_pipeline.store import queries

    first, last = asked_days(context)
    with typed_faults(context):
        report = average_rte_forecasts(store.engine(), first, last, now=clock.now())
        by_day.tell_of_table(context, store, queries.vintages_between, day_figures.of_vintages)
    return dg.MaterializeResult(
        metadata=metadata.of_run(context, report.written),
        check_results=[metadata.complete(report, "hours of D-1")],
    )
