"""`rte_weekly_forecasts`: RTE's forecasts of three to nine days ahead, every vintage by hour."""

from typing import TYPE_CHECKING

import dagster as dg

from elec_pipeline.defs import by_day, metadata
from elec_pipeline.defs.faults import typed_faults
from elec_pipeline.defs.partitions import asked_days, days_ahead, one_run
from elec_pipeline.defs.pools import RTE_POOL
from elec_pipeline.defs.resources import ClockResource, SourceResource, StoreResource

if TYPE_CHECKING:
    from elec_pipeline.steps.rte_weekly import WeeklyReport


@dg.asset(
    partitions_def=days_ahead,
    backfill_policy=one_run,
    pool=RTE_POOL,
    kinds={"postgres"},
    group_name="forecasts",
    check_specs=[
        dg.AssetCheckSpec(
            "complete",
            asset="rte_weekly_forecasts",
            description="Each day that RTE forecasts is there with all its hours.",
        ),
        dg.AssetCheckSpec("plausible", asset="rte_weekly_forecasts", description="No value was beyond belief."),
        dg.AssetCheckSpec("no_conflict", asset="rte_weekly_forecasts", description="No instant had two values."),
    ],
)
def rte_weekly_forecasts(
    context: dg.AssetExecutionContext, store: StoreResource, source: SourceResource, clock: ClockResource
) -> dg.MaterializeResult:
    """RTE's forecasts of D+3 to D+9: the mean of each complete hour, a vintage where it says something new.

    The week ahead does without them. Where the source has none this materialises without rows and says why: the
    open data, an application that is not subscribed to them, days that RTE does not forecast now. Where RTE
    answers otherwise than is known here, the check `complete` warns.
    """
    from elec_pipeline.steps import day_figures
    from elec_pipeline.steps.rte_weekly import WeeklyReport, ingest_weekly
    from elec_pipeline.store import queries

    first, last = asked_days(context)
    with typed_faults(context):
        client = source.weekly_client(context)
        if client is None:
            report = WeeklyReport(unavailable="RTE's open data holds no weekly forecasts.")
        else:
            report = ingest_weekly(client, store.engine(), first, last, now=clock.now())
        by_day.tell_of_table(context, store, queries.weekly_vintages, day_figures.of_weekly)
    if report.unavailable:
        tell = context.log.warning if report.is_misread else context.log.info
        tell(f"{report.unavailable} The week ahead is forecast without them.")
    return dg.MaterializeResult(
        metadata={
            **metadata.of_run(
                context, report.written, days_asked_for=report.days, days_forecast=report.days_forecast
            ),
            "source": report.unavailable or "answered",
            "left out": "nothing" if client is None else metadata.left_out(client.left_out, context.log),
        },
        check_results=[_complete(report), metadata.plausible(report), metadata.no_conflict(report)],
    )


def _complete(report: "WeeklyReport") -> dg.AssetCheckResult:
    # How far RTE is by the time of the run is not known: a day of which it says nothing yet is not missed.
    is_whole = 0 < report.expected <= report.received
    return metadata.check(
        "complete",
        expected=f"{report.expected} hours of {report.days_forecast} days",
        actual=report.unavailable or f"{report.received} hours",
        passed=not report.is_misread if report.unavailable else is_whole,
    )
