"""`raw_consumption`: actual consumption as the source gives it, by interval."""

import dagster as dg

from elec_pipeline.defs import by_day, metadata
from elec_pipeline.defs.faults import typed_faults
from elec_pipeline.defs.partitions import asked_days, delivery_days, one_run
from elec_pipeline.defs.pools import RTE_POOL
from elec_pipeline.defs.resources import ClockResource, SourceResource, StoreResource


@dg.asset(
    partitions_def=delivery_days,
    backfill_policy=one_run,
    pool=RTE_POOL,
    kinds={"postgres"},
    group_name="actuals",
    check_specs=[
        dg.AssetCheckSpec("complete", asset="raw_consumption", description="Every interval that is due is there."),
        dg.AssetCheckSpec("plausible", asset="raw_consumption", description="No value was beyond belief."),
        dg.AssetCheckSpec("no_conflict", asset="raw_consumption", description="No instant had two values."),
        dg.AssetCheckSpec("first_choice", asset="raw_consumption", description="No other source had to stand in."),
    ],
)
def raw_consumption(
    context: dg.AssetExecutionContext, store: StoreResource, source: SourceResource, clock: ClockResource
) -> dg.MaterializeResult:
    """French consumption by quarter-hour, as RTE publishes it.

    Reading a day again changes only values that were revised; the old ones go to
    `raw_consumption_revisions`.
    """
    from elec_pipeline.steps import day_figures
    from elec_pipeline.steps.consumption import ingest_actuals
    from elec_pipeline.store import queries

    first, last = asked_days(context)
    with typed_faults(context):
        client = source.client(context)
        report = ingest_actuals(
            client,
            store.engine(),
            first,
            last,
            source=source.name,
            now=clock.now(),
            progress=lambda day: context.log.info(f"raw consumption is stored up to {day}"),
        )
        by_day.tell_of_table(context, store, queries.raw_between, day_figures.of_raw, instant="interval_start")
    return metadata.of_reading(context, report, client, source.name, "quarter-hours")
