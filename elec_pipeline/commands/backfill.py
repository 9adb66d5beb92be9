"""`elec backfill`: runs of the whole path over a range of delivery days, in Dagster's history.

Every run covers at most a month and is complete in itself: stopped at any moment and started again, the
backfill goes on with the month it was in. Months that lack nothing are not run again, nor asked of any source.
It shares quotas and tables with the daily schedules, which may run meanwhile. Where a quota is used up it waits:
a forecast of the past that was made without temperature would not be made again. Where the database goes away it
waits too, and repeats the month whose run was cut off: what was written stays, and is not written again.

`--weather` runs the weather alone, in the same way: it brings what former versions did not fetch.

Here: the order of the months, and what each is waited for. Not here: one run (`backfill_run`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import dagster as dg
from rich.console import Console
from sqlalchemy import Engine

from elec_pipeline.commands.backfill_run import Run, close_lost_runs
from elec_pipeline.commands.dagster_home import open_instance
from elec_pipeline.commands.progress import progress_bar
from elec_pipeline.commands.stopping import StopRequest, stoppable
from elec_pipeline.domain.completeness import is_complete
from elec_pipeline.domain.delivery_day import days, delivery_day, spans
from elec_pipeline.errors import ConfigurationError, SourceQuotaError
from elec_pipeline.settings import Settings, settings
from elec_pipeline.steps.issuing import due_issues
from elec_pipeline.steps.weather import is_whole
from elec_pipeline.store import queries
from elec_pipeline.store.database import opened
from elec_pipeline.store.patience import MOST_REPEATS, Patience, patience

DAYS_A_RUN = 31
ACTUALS = ("raw_consumption", "hourly_consumption")
FORECAST_INPUTS = ("raw_rte_forecasts", "rte_forecasts", "weather_forecasts")
FORECASTS = (*FORECAST_INPUTS, "chronos_predictions", "quarter_hourly_predictions", "week_ahead_predictions")
WITHIN_DAY = ("intraday_predictions",)
"""Of today alone: of days gone by, what was said within them is no longer waited for."""
EVERYTHING = (*ACTUALS, *FORECASTS, "forecast_accuracy")
WEATHER = ("weather_forecasts",)

QUOTA_WAIT_S = 3600.0
"""Sources count by the hour and by the day: after each such wait the month is tried again."""
STOPPED = "What is loaded stays: the same command goes on from there."

IsDone = Callable[[date, date], bool]
"""Tells whether a range of days, both ends included, lacks nothing."""


def backfill(here: Settings, first: date, last: date, *, again: bool = False) -> None:
    """Do what `elec backfill` does: load, forecast and score a range of delivery days.

    Args:
        here: Settings of the platform.
        first: First delivery day.
        last: Last delivery day, included.
        again: Whether months that lack nothing are read again too.

    Raises:
        StoreUnavailableError: The database does not answer at the start, or later for longer than is waited.
        StoppedError: Ctrl-C or SIGTERM.
        ElecError: The run of a month failed; the months before it are done.
    """
    with stoppable(STOPPED) as stop, opened(here) as engine, open_instance(here) as instance:
        is_done = None if again else lacks_nothing(engine, here, datetime.now(UTC))
        run_backfill(instance, EVERYTHING, first, last, is_done=is_done, stop=stop)


def backfill_weather(here: Settings, first: date, last: date, *, again: bool = False) -> None:
    """Do what `elec backfill --weather` does: complete the weather forecasts of a range of delivery days.

    Days of which the temperature alone is there, as earlier versions stored them, get the other inputs, and days
    without the temperature of longer leads get that. What was known stays, and so do the forecasts that were
    issued with it.

    Args:
        here: Settings of the platform.
        first: First delivery day.
        last: Last delivery day, included.
        again: Whether months that lack nothing are looked at by a run too.

    Raises:
        ConfigurationError: Weather is switched off.
        StoreUnavailableError: The database does not answer at the start, or later for longer than is waited.
        StoppedError: Ctrl-C or SIGTERM.
        ElecError: The run of a month failed; the months before it are done.
    """
    if here.weather is None:
        raise ConfigurationError("Weather is switched off: OPEN_METEO_URL is off.")
    with stoppable(STOPPED) as stop, opened(here) as engine, open_instance(here) as instance:
        is_done = None if again else partial(is_whole, engine)
        run_backfill(instance, WEATHER, first, last, is_done=is_done, stop=stop)


def run_range(instance: dg.DagsterInstance, assets: Iterable[str], first: date, last: date) -> None:
    """Materialise assets for a range of delivery days in one run of this process.

    Raises:
        SourceQuotaError: A quota is used up.
        ElecError: The run failed otherwise, with the reason of the step that failed.
    """
    Run(instance, tuple(assets), first, last).execute()


def run_backfill(
    instance: dg.DagsterInstance,
    assets: Iterable[str],
    first: date,
    last: date,
    *,
    is_done: IsDone | None = None,
    sleep: Callable[[float], None] = time.sleep,
    stop: StopRequest | None = None,
) -> None:
    """Materialise assets month by month with a progress bar, waiting for quotas and for the database.

    Args:
        instance: Of Dagster.
        assets: Names of what to materialise.
        first: First delivery day.
        last: Last delivery day, included.
        is_done: Tells which months to leave out; None: none.
        sleep: Waits for some seconds for a quota.
        stop: Knows whether the user wants to stop.

    Raises:
        StoreUnavailableError: The database is away for longer than is waited.
        ElecError: The run of a month failed; the months before it are done.
    """
    names = tuple(assets)
    stop = stop or StopRequest()
    with (
        progress_bar(unit="days") as bar,
        patience(settings(), lambda line: say(bar.console, line), check=stop.check) as waiting,
    ):
        waiting.repeat(partial(close_lost_runs, instance), "the look at former runs")
        task = bar.add_task(f"{first} to {last}", total=len(days(first, last)))
        for begin, end in spans(first, last, DAYS_A_RUN):
            bar.update(task, description=f"{begin} to {end}")
            while is_done is None or not waiting.repeat(
                partial(is_done, begin, end), f"the look at {begin} to {end}"
            ):
                try:
                    run_patiently(waiting, stop, partial(Run, instance, names, begin, end))
                    break
                except SourceQuotaError as error:
                    say(bar.console, f"{error} The backfill waits for it, and may be stopped meanwhile.")
                    sleep(QUOTA_WAIT_S)
            bar.advance(task, len(days(begin, end)))


def run_patiently(waiting: Patience, stop: StopRequest, new_run: Callable[[], Run]) -> None:
    """Execute a run, and another like it where the database went away in the middle of it.

    Args:
        waiting: Waits for the database.
        stop: Knows whether the user wants to stop.
        new_run: Makes a run, anew each time.

    Raises:
        KeyboardInterrupt: The user stopped it.
        ElecError: The run failed.
    """
    for repeats_left in range(MOST_REPEATS, -1, -1):
        run = new_run()
        try:
            if _is_done_once(run, waiting, stop, may_repeat=repeats_left > 0):
                return
        except KeyboardInterrupt:
            run.close_stopped()
            raise


def _is_done_once(run: Run, waiting: Patience, stop: StopRequest, *, may_repeat: bool) -> bool:
    """Execute a run; False where the database went away in its middle and the run is closed."""
    try:
        run.execute()
    except Exception as error:
        stop.check()  # Dagster makes a failure of a signal
        if waiting.has_given_up:
            run.abandon()
        if not may_repeat or waiting.has_given_up or not run.was_cut_off(error):
            raise
        waiting.say_cut_off(error, f"the run of {run.first} to {run.last}")
        run.close(error)
        return False
    stop.check()
    return True


def lacks_nothing(engine: Engine, settings: Settings, now: datetime) -> IsDone:
    """Return what tells whether the store has everything of a range of days."""
    with_weather = settings.weather is not None

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
    run_backfill(instance, (*ACTUALS, *FORECASTS, *WITHIN_DAY), today, today)
    # Before its first issue is due, tomorrow has no forecast to make: it must not be shown as made.
    known = FORECASTS if due_issues(tomorrow, tomorrow, now) else FORECAST_INPUTS
    run_backfill(instance, known, tomorrow, tomorrow)


def say(console: Console, line: str) -> None:
    """Print one line above a progress bar, however long, and as it is."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)
