"""`intraday_predictions`: every hour, the rest of today and tomorrow, as the last half hour suggests."""

import dagster as dg

from elec_pipeline.defs import by_day, metadata
from elec_pipeline.defs.assets.chronos_predictions import chronos_predictions
from elec_pipeline.defs.assets.quarter_hourly_predictions import quarter_hourly_predictions
from elec_pipeline.defs.assets.raw_consumption import raw_consumption
from elec_pipeline.defs.faults import typed_faults
from elec_pipeline.defs.partitions import asked_days, delivery_days, one_run
from elec_pipeline.defs.resources import ClockResource, StoreResource


@dg.asset(
    partitions_def=delivery_days,
    backfill_policy=one_run,
    deps=[raw_consumption, chronos_predictions, quarter_hourly_predictions],
    kinds={"postgres"},
    group_name="forecasts",
)
def intraday_predictions(
    context: dg.AssetExecutionContext, store: StoreResource, clock: ClockResource
) -> dg.MaterializeResult:
    """Quantiles of the hours ahead, every hour: the day-ahead forecast and what was off just now.

    A partition holds the issues made on that day. Makes every issue that is due and not made yet.
    """
    from elec_pipeline.steps import day_figures
    from elec_pipeline.steps.intraday import issue_within_days
    from elec_pipeline.store import queries

    with typed_faults(context):
        report = issue_within_days(store.engine(), *asked_days(context), now=clock.now())
        by_day.tell_of_table(
            context, store, queries.intraday_between, day_figures.of_predictions, instant="issued_at"
        )
    for reason in report.refused:
        context.log.info(reason)
    return dg.MaterializeResult(
        metadata={
            **metadata.of_run(
                context, report.written, issues_made=report.issues, issues_refused=len(report.refused)
            ),
        }
    )
