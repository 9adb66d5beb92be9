"""`week_ahead_predictions`: each morning, the days from the second to the seventh ahead, and their peaks."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from elec_pipeline.defs import by_day, metadata
from elec_pipeline.defs.assets.chronos_predictions import days_before
from elec_pipeline.defs.assets.fine_tuned_chronos import fine_tuned_chronos
from elec_pipeline.defs.assets.hourly_consumption import hourly_consumption
from elec_pipeline.defs.assets.rte_forecasts import rte_forecasts
from elec_pipeline.defs.assets.rte_weekly_forecasts import rte_weekly_forecasts
from elec_pipeline.defs.assets.weather_forecasts import weather_forecasts
from elec_pipeline.defs.faults import typed_faults
from elec_pipeline.defs.partitions import asked_days, delivery_days, one_run
from elec_pipeline.defs.resources import ChronosResource, ClockResource, StoreResource
from elec_pipeline.domain.rte_weekly import FIRST_LEAD_DAYS
from elec_pipeline.domain.week_ahead import LEADS

if TYPE_CHECKING:
    import pandas as pd


days_after = dg.TimeWindowPartitionMapping(
    start_offset=FIRST_LEAD_DAYS - 1, end_offset=LEADS[-1] - 1, allow_nonexistent_upstream_partitions=True
)
"""Those of an issue that RTE's weekly forecast speaks of; a partition bears the name of the first day after it."""


@dg.asset(
    partitions_def=delivery_days,
    backfill_policy=one_run,
    deps=[
        dg.AssetDep(hourly_consumption, partition_mapping=days_before),
        rte_forecasts,
        weather_forecasts,
        dg.AssetDep(rte_weekly_forecasts, partition_mapping=days_after),
        fine_tuned_chronos,
    ],
    kinds={"postgres", "pytorch"},
    group_name="forecasts",
)
def week_ahead_predictions(
    context: dg.AssetExecutionContext, store: StoreResource, chronos: ChronosResource, clock: ClockResource
) -> dg.MaterializeResult:
    """Hourly quantiles of the days two to seven ahead, and of their peaks, as known on the morning.

    A partition holds the issue that goes on from the morning issue of its day, made on the day before. Makes every
    issue that is due and that the model has not made yet.
    """
    from elec_pipeline.steps.week_ahead import issue_weeks

    first, last = asked_days(context)
    with typed_faults(context):
        forecaster = chronos.forecaster(chronos.in_use())
        report = issue_weeks(store.engine(), forecaster, first, last, now=clock.now())
        by_day.tell(context, _of_days(store, max(first, last - timedelta(days=by_day.MOST_DAYS - 1)), last))
    for reason in report.refused:
        context.log.warning(reason)
    return dg.MaterializeResult(
        metadata=metadata.of_run(
            context, report.written, issues_made=report.issues, issues_refused=len(report.refused)
        )
    )


def _of_days(
    store: StoreResource, first: date, last: date
) -> "Iterator[tuple[date, dict[str, float], pd.DataFrame]]":
    """Yield each partition with the figures and the rows of its issue."""
    from elec_pipeline.steps.day_figures import by_day as rows_by_day
    from elec_pipeline.steps.day_figures import of_week
    from elec_pipeline.store.queries import week_ahead_issued_between

    one_day = timedelta(days=1)
    issued = rows_by_day(
        store.engine(), week_ahead_issued_between, first - one_day, last - one_day, instant="issued_at"
    )
    for day, rows in issued:
        yield day + one_day, of_week(rows), rows
