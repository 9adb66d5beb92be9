"""The schedules, in Paris time, running by default; each tick of a daily one names its delivery days.

A forecast takes two runs: today's actuals so far, then tomorrow's forecast. Both carry the tag `elec/issue`
with the same value, of which `dagster.yaml` lets one run at a time out of the queue, in the order they were
asked for. So the second follows the first, and is made with what is known even where the first failed.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from inspect import getdoc
from typing import Any

import dagster as dg

from elec_pipeline.defs import jobs
from elec_pipeline.defs.assets import (
    chronos_predictions,
    hourly_consumption,
    quarter_hourly_predictions,
    raw_consumption,
    raw_rte_forecasts,
    rte_forecasts,
    weather_forecasts,
    week_ahead_predictions,
)
from elec_pipeline.defs.backups import backup as backup_job
from elec_pipeline.defs.housekeeping import housekeeping as housekeeping_job
from elec_pipeline.defs.partitions import RANGE_END_TAG, RANGE_START_TAG, key
from elec_pipeline.defs.resources import StoreResource
from elec_pipeline.domain import timetable
from elec_pipeline.domain.delivery_day import FIRST_DAY, PARIS, delivery_day
from elec_pipeline.domain.rte_weekly import days_ahead
from elec_pipeline.domain.timetable import cron

ISSUE_TAG = "elec/issue"
ISSUE_PRIORITY = "10"
"""An issue goes before whatever else waits."""
REREAD_DAYS = 3
"""The last days are read again for revisions."""
RECONCILE_REACH_DAYS = 14
CONSOLIDATION_REACH_DAYS = 300
CONSOLIDATION_DAY = 5
"""How far back days with provisional values are read again, and when in the month the open data's are."""

_Tick = Callable[..., dg.RunRequest | dg.SkipReason | Iterator[dg.RunRequest]]
_ONE_DAY = timedelta(days=1)


def _schedule(**options: Any) -> Callable[[_Tick], dg.ScheduleDefinition]:
    """Return a decorator: a schedule in Paris time, running by default, described by its docstring."""

    def made(tick: _Tick) -> dg.ScheduleDefinition:
        running = dg.DefaultScheduleStatus.RUNNING
        described = dg.schedule(
            description=getdoc(tick), execution_timezone=PARIS.key, default_status=running, **options
        )
        return described(tick)

    return made


def _today(context: dg.ScheduleEvaluationContext) -> date:
    return delivery_day(context.scheduled_execution_time)


@_schedule(job=jobs.actuals, cron_schedule=cron(timetable.ACTUALS))
def actuals(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Yesterday's consumption, the two days before it again, and their scores."""
    yesterday = _today(context) - _ONE_DAY
    first = yesterday - (REREAD_DAYS - 1) * _ONE_DAY
    return dg.RunRequest(
        run_key=f"actuals {key(yesterday)}",
        tags={RANGE_START_TAG: key(first), RANGE_END_TAG: key(yesterday)},
    )


@_schedule(job=jobs.reconcile, cron_schedule=cron(timetable.RECONCILE))
def reconcile(context: dg.ScheduleEvaluationContext, store: StoreResource) -> dg.RunRequest | dg.SkipReason:
    """Days that hold provisional values are read again, for what RTE or the consolidated data say.

    Of RTE's API that is the last fortnight, where another source had to stand in. The open data consolidates
    months later: on the fifth of the month all that it may have by now.
    """
    from elec_pipeline.settings import settings
    from elec_pipeline.settings_source import Source
    from elec_pipeline.store.queries import provisional_days

    today = _today(context)
    is_open_data = settings().source is Source.ODRE
    if is_open_data and today.day != CONSOLIDATION_DAY:
        return dg.SkipReason(f"The open data is read again on the {CONSOLIDATION_DAY}th of the month.")
    reach = CONSOLIDATION_REACH_DAYS if is_open_data else RECONCILE_REACH_DAYS
    with store.engine().connect() as connection:
        found = provisional_days(connection, today - reach * _ONE_DAY, today - _ONE_DAY)
    if not found:
        return dg.SkipReason(f"No day of the last {reach} holds provisional values.")
    return dg.RunRequest(
        run_key=f"reconcile {key(today)}",
        tags={RANGE_START_TAG: key(found[0]), RANGE_END_TAG: key(found[-1])},
    )


@_schedule(job=jobs.morning_forecast, cron_schedule=cron(timetable.MORNING_ISSUE))
def morning_forecast(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """Today's consumption so far and RTE's newest forecasts, then tomorrow's morning issue and the week ahead."""
    yield from _issue("morning", _today(context), week_ahead_predictions)


@_schedule(job=jobs.rte_forecast, cron_schedule=cron(timetable.RTE_FORECAST))
def rte_forecast(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """RTE's forecasts for tomorrow."""
    tomorrow = key(_today(context) + _ONE_DAY)
    return dg.RunRequest(run_key=f"rte {tomorrow}", partition_key=tomorrow)


@_schedule(job=jobs.rte_forecast, name="rte_revisions", cron_schedule="15 7-23 * * *")
def rte_revisions(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Each hour by day: RTE's forecasts of today and tomorrow; what was revised becomes a vintage.

    RTE serves the last revision only: one that is not fetched before the next is lost.
    """
    today = _today(context)
    return dg.RunRequest(
        run_key=f"revisions {context.scheduled_execution_time.isoformat()}",
        tags={RANGE_START_TAG: key(today), RANGE_END_TAG: key(today + _ONE_DAY)},
    )


@_schedule(job=jobs.rte_weekly, cron_schedule=cron(timetable.RTE_WEEKLY))
def rte_weekly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """RTE's forecasts of three to nine days ahead, before the morning issue.

    They are not asked for again afterwards: a morning without is a vintage less, and nothing else lacks it.
    """
    from elec_pipeline.settings import settings
    from elec_pipeline.settings_source import Source

    if settings().source is Source.ODRE:
        return dg.SkipReason("The open data has no weekly forecasts.")
    first, last = days_ahead(context.scheduled_execution_time)
    return dg.RunRequest(
        run_key=f"weekly {key(_today(context))}", tags={RANGE_START_TAG: key(first), RANGE_END_TAG: key(last)}
    )


@_schedule(job=jobs.evening_forecast, cron_schedule=cron(timetable.EVENING_ISSUE))
def evening_forecast(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """Today's consumption so far and RTE's newest forecasts, then tomorrow's evening issue."""
    yield from _issue("evening", _today(context))


def _issue(issue: str, today: date, *more: dg.AssetsDefinition) -> Iterator[dg.RunRequest]:
    tomorrow = key(today + _ONE_DAY)
    steps: Sequence[tuple[str, str, list[dg.AssetsDefinition]]] = [
        ("knowns", key(today), [raw_consumption, hourly_consumption, raw_rte_forecasts, rte_forecasts]),
        (
            "forecast",
            tomorrow,
            [
                raw_rte_forecasts,
                rte_forecasts,
                weather_forecasts,
                chronos_predictions,
                quarter_hourly_predictions,
                *more,
            ],
        ),
    ]
    for name, partition, assets in steps:
        yield dg.RunRequest(
            run_key=f"{issue} {name} {tomorrow}",
            partition_key=partition,
            asset_selection=[asset.key for asset in assets],
            tags={ISSUE_TAG: f"{issue} {tomorrow}", "dagster/priority": ISSUE_PRIORITY},
        )


@_schedule(job=jobs.intraday_forecast, cron_schedule=f"{timetable.INTRADAY_MINUTE} * * * *")
def intraday_forecast(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Each hour: today's consumption so far, then the rest of today and tomorrow once more."""
    return dg.RunRequest(
        run_key=f"intraday {context.scheduled_execution_time.isoformat()}", partition_key=key(_today(context))
    )


@_schedule(job=jobs.retrain, cron_schedule=cron(timetable.RETRAIN, day_of_month=3))
def retrain(context: dg.ScheduleEvaluationContext, store: StoreResource) -> dg.RunRequest | dg.SkipReason:
    """A training on what the database holds, once it holds enough."""
    from elec_pipeline.forecasting.lifecycle.retraining import LEAST_DAYS
    from elec_pipeline.store.queries import scored_days

    today = _today(context)
    with store.engine().connect() as connection:
        scored = len(scored_days(connection, FIRST_DAY, today))
    if scored < LEAST_DAYS:
        return dg.SkipReason(f"{scored} days are there and scored; a training needs {LEAST_DAYS}.")
    return dg.RunRequest(run_key=f"retrain {today:%Y-%m}")


@_schedule(job=housekeeping_job, cron_schedule=cron(timetable.HOUSEKEEPING))
def housekeeping(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Dagster's records of old runs go."""
    return dg.RunRequest(run_key=f"housekeeping {key(_today(context))}")


@_schedule(job=backup_job, cron_schedule=cron(timetable.BACKUP))
def backup(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """A backup, restored and compared; then the oldest ones go."""
    from elec_pipeline.settings import settings

    if not settings().elec_backups:
        return dg.SkipReason("ELEC_BACKUPS is 0: no backup is made.")
    return dg.RunRequest(run_key=f"backup {key(_today(context))}")


all_schedules = [
    actuals, reconcile, housekeeping, backup, morning_forecast, rte_forecast, rte_revisions, rte_weekly,
    evening_forecast, intraday_forecast, retrain,
]  # fmt: skip
