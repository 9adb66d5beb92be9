"""`raw_rte_forecasts`: RTE's own forecasts as the source gives them, by interval."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import dagster as dg

from elec_pipeline.defs import by_day, metadata
from elec_pipeline.defs.faults import typed_faults
from elec_pipeline.defs.partitions import asked_days, delivery_days, one_run
from elec_pipeline.defs.pools import RTE_POOL
from elec_pipeline.defs.resources import ClockResource, EntsoeResource, SourceResource, StoreResource

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from elec_pipeline.sources.entsoe import EntsoeClient


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
    context: dg.AssetExecutionContext,
    store: StoreResource,
    source: SourceResource,
    entsoe: EntsoeResource,
    clock: ClockResource,
) -> dg.MaterializeResult:
    """RTE's D-1, D-2 and intraday forecasts by quarter-hour and half-hour, as they come.

    Reading a day again adds what is new, and changes nothing. As long as RTE's API has no D-1 of tomorrow, that is
    looked for at ENTSO-E, where there is a token.
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
        early = _look_early(context, entsoe.client(), store.engine(), (first, last), clock.now())
        by_day.tell_of_table(
            context, store, queries.readings_between, day_figures.of_readings, instant="interval_start"
        )
    made = metadata.of_reading(context, report, client, source.name, "quarter-hours of D-1")
    return made if early is None else made._replace(metadata={**(made.metadata or {}), "entsoe": early})


def _look_early(
    context: dg.AssetExecutionContext,
    client: "EntsoeClient | None",
    engine: "Engine",
    asked: tuple[date, date],
    now: datetime,
) -> str | None:
    """Look for tomorrow's D-1 at ENTSO-E; what fails there fails nothing here. None without a token."""
    from elec_pipeline.errors import SourceError
    from elec_pipeline.steps.early_forecasts import read_early

    if client is None:
        return None
    try:
        early = read_early(client, engine, *asked, now=now)
    except SourceError as error:
        context.log.warning(f"ENTSO-E was asked in vain: {error}")
        return f"asked in vain: {error}"
    (context.log.warning if early.is_doubtful else context.log.info)(f"ENTSO-E: {early.said}")
    return early.said
