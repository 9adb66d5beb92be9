"""`raw_rte_forecasts`: RTE's own forecasts as the source gives them, by interval."""

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
    group_name="forecasts",
    check_specs=[
        dg.AssetCheckSpec(
            "complete",
            asset="raw_rte_forecasts",
            description="The D-1 forecast of every day that is due is there.",
        ),
        dg.AssetCheckSpec("plausible", asset="raw_rte_forecasts", description="No value was beyond belief."),
        dg.AssetCheckSpec("no_conflict", asset="raw_rte_forecasts", description="No instant had two values."),
        dg.AssetCheckSpec(
            "first_choice", asset="raw_rte_forecasts", description="No other source had to stand in."
        ),
    ],
)
def raw_rte_forecasts(
    context: dg.AssetExecutionContext, store: StoreResource, source: SourceResource, clock: ClockResource
) -> dg.MaterializeResult:
    """RTE's D-1, D-2 and intraday forecasts by quarter-hour and half-hour, as they come.

    Reading a day again adds what is new, and changes nothing.
    """
    from elec_pipeline.steps import day_figures
    from elec_pipeline.steps.rte_forecasts import ingest_rte_forecasts
    from elec_pipeline.store import queries

    first, last = asked_days(context)
    with typed_faults(context):
        client = source.client(context)
        report = ingest_rte_forecasts(
            client,
            store.engine(),
            first,
            last,
            source=source.name,
            now=clock.now(),
            progress=lambda day: context.log.info(f"RTE's forecasts are stored up to {day}"),
        )
        by_day.tell_of_table(
            context, store, queries.readings_between, day_figures.of_readings, instant="interval_start"
        )
    return metadata.of_reading(context, report, client, source.name, "quarter-hours of D-1")
