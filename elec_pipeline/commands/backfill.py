"""`elec backfill`: runs of the whole path over a range of delivery days, in Dagster's history.

Every run covers at most a month and is complete in itself: stopped at any moment and started again, the
backfill goes on with the month it was in. Months that lack nothing are not run again, nor asked of any source.
It shares quotas and tables with the daily schedules, which may run meanwhile. Where a quota is used up it waits:
a forecast of the past that was made without temperature would not be made again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster._core.utils import make_new_run_id
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine

from elec_pipeline.completeness import is_complete
from elec_pipeline.defs.faults import FAULT
from elec_pipeline.defs.partitions import (
    AS_FAR_AS_POSSIBLE_TAG,
    QUOTA_FAILS_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    key,
)
from elec_pipeline.defs.run_workers import working_on
from elec_pipeline.delivery_day import days, delivery_day, spans
from elec_pipeline.errors import ElecError, SourceQuotaError
from elec_pipeline.forecasting.issuing import due_issues
from elec_pipeline.settings import Settings
from elec_pipeline.store import queries

DAYS_A_RUN = 31
ACTUALS = ("raw_consumption", "hourly_consumption")
FORECASTS = ("rte_forecasts", "temperature_forecasts", "chronos_predictions")
EVERYTHING = (*ACTUALS, *FORECASTS, "forecast_accuracy")

QUOTA_WAIT_S = 3600.0
"""Sources count by the hour and by the day: after each such wait the month is tried again."""

IsDone = Callable[[date, date], bool]
"""Tells whether a range of days, both ends included, lacks nothing."""


def run_range(instance: dg.DagsterInstance, assets: Iterable[str], first: date, last: date) -> None:
    """Materialise assets for a range of delivery days in one run of this process.

    Raises:
        SourceQuotaError: A quota is used up.
        ElecError: The run failed otherwise, with the reason of the step that failed.
    """
    from elec_pipeline.definitions import defs

    job = defs.resolve_job_def("backfill")
    run_id = make_new_run_id()
    with working_on(Path(instance.root_directory), run_id):
        result = job.execute_in_process(
            instance=instance,
            run_id=run_id,
            asset_selection=[dg.AssetKey(name) for name in assets],
            tags={
                RANGE_START_TAG: key(first),
                RANGE_END_TAG: key(last),
                AS_FAR_AS_POSSIBLE_TAG: "true",
                QUOTA_FAILS_TAG: "true",
            },
            # The bar is the output here; the run's log is in the event log.
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )
    if not result.success:
        raise _failure(result)


def run_backfill(
    instance: dg.DagsterInstance,
    assets: Iterable[str],
    first: date,
    last: date,
    *,
    is_done: IsDone | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Materialise assets month by month with a progress bar, waiting where a quota is used up.

    Args:
        instance: Of Dagster.
        assets: Names of what to materialise.
        first: First delivery day.
        last: Last delivery day, included.
        is_done: Tells which months to leave out; None: none.
        sleep: Waits for some seconds.

    Raises:
        ElecError: The run of a month failed; the months before it are done.
    """
    names = tuple(assets)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("days"),
        TimeRemainingColumn(),
    ) as bar:
        task = bar.add_task(f"{first} to {last}", total=len(days(first, last)))
        for begin, end in spans(first, last, DAYS_A_RUN):
            bar.update(task, description=f"{begin} to {end}")
            while is_done is None or not is_done(begin, end):
                try:
                    run_range(instance, names, begin, end)
                    break
                except SourceQuotaError as error:
                    bar.console.print(f"{error} The backfill waits for it, and may be stopped meanwhile.")
                    sleep(QUOTA_WAIT_S)
            bar.advance(task, len(days(begin, end)))


def lacks_nothing(engine: Engine, settings: Settings, now: datetime) -> IsDone:
    """Return what tells whether the store has everything of a range of days."""
    with_weather = settings.weather_hosts is not None

    def is_done(first: date, last: date) -> bool:
        with engine.connect() as connection:
            states = queries.day_states(connection, first, last)
        return is_complete(states, now, with_weather=with_weather)

    return is_done


def catch_up(instance: dg.DagsterInstance, first: date, now: datetime) -> None:
    """Run the whole path from `first` to yesterday, then what is known of today and tomorrow at an instant."""
    today = delivery_day(now)
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    if first <= yesterday:
        run_backfill(instance, EVERYTHING, first, yesterday)
    run_range(instance, (*ACTUALS, *FORECASTS), today, today)
    # Before its first issue is due, tomorrow has no forecast to make: it must not be shown as made.
    known = FORECASTS if due_issues(tomorrow, tomorrow, now) else FORECASTS[:-1]
    run_range(instance, known, tomorrow, tomorrow)


def _failure(result: dg.ExecuteInProcessResult) -> ElecError:
    """Return why a run failed: the sentence of the step, or the error at the root of it."""
    for event in result.filter_events(lambda e: e.is_step_failure):
        failure = event.step_failure_data
        if failure.user_failure_data is not None:
            said = failure.user_failure_data
            fault = said.metadata.get(FAULT)
            is_quota = fault is not None and fault.value == SourceQuotaError.__name__
            kind = SourceQuotaError if is_quota else ElecError
            return kind(f"{event.step_key} failed: {said.description}")
        error = failure.error
        while error is not None and error.cause is not None:
            error = error.cause
        if error is not None:
            return ElecError(f"{event.step_key} failed: {error.message.strip()}")
    return ElecError(f"run {result.run_id} failed; Dagster's UI has its log")
