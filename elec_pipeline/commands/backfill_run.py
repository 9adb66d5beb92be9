"""One run of `elec backfill`, in this process and in Dagster's history.

Here: executing it, telling why it failed, and closing the runs that ended without saying so. Not here: which days
are run, and what is waited for (`backfill`).
"""

from __future__ import annotations

import io
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, redirect_stderr, suppress
from datetime import date
from pathlib import Path
from typing import TextIO

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventType
from dagster._core.storage.dagster_run import IN_PROGRESS_RUN_STATUSES
from dagster._core.storage.tags import MAX_RETRIES_TAG
from dagster._core.utils import make_new_run_id
from dagster_shared.error import SerializableErrorInfo
from sqlalchemy.exc import SQLAlchemyError

from elec_pipeline.commands.run_of_job import LAUNCHED_BY_TAG, execute
from elec_pipeline.commands.upkeep import tended
from elec_pipeline.defs.faults import FAULT
from elec_pipeline.defs.partitions import (
    AS_FAR_AS_POSSIBLE_TAG,
    QUOTA_FAILS_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    key,
)
from elec_pipeline.defs.run_workers import Worker, described, lock_file, worker_of, working_on
from elec_pipeline.errors import ElecError, SourceQuotaError, StoreError, StoreUnavailableError
from elec_pipeline.settings import settings
from elec_pipeline.store import outage

JOB = "backfill"
LOOK_S = 10.0
"""Between two looks for runs whose process is gone."""


class _WithoutEcho(io.TextIOBase):
    """Standard error without the statements that Dagster prints of an error that it raises as well."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str, /) -> int:
        if not text.startswith("Exception while writing logger call to event log"):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream.isatty()


class Run:
    """A run of some assets over a range of delivery days.

    Args:
        instance: Of Dagster.
        assets: Names of what to materialise.
        first: First delivery day.
        last: Last delivery day, included.
    """

    def __init__(self, instance: dg.DagsterInstance, assets: tuple[str, ...], first: date, last: date) -> None:
        self.first = first
        self.last = last
        self._instance = instance
        self._assets = assets
        self._id = make_new_run_id()

    def execute(self) -> None:
        """Execute it in this process.

        Raises:
            SourceQuotaError: A quota is used up.
            StoreUnavailableError: A step did not reach the database.
            ElecError: The run failed otherwise, with the reason of the step that failed.
        """
        from elec_pipeline.definitions import defs

        job = defs.resolve_job_def(JOB)
        home = Path(self._instance.root_directory)
        with (
            working_on(home, self._id),
            lost_runs_closed(self._instance),
            redirect_stderr(_WithoutEcho(sys.stderr)),
        ):
            events = execute(
                self._instance,
                job,
                self._assets,
                run_id=self._id,
                tags={
                    LAUNCHED_BY_TAG: "elec backfill",
                    RANGE_START_TAG: key(self.first),
                    RANGE_END_TAG: key(self.last),
                    AS_FAR_AS_POSSIBLE_TAG: "true",
                    QUOTA_FAILS_TAG: "true",
                    MAX_RETRIES_TAG: "0",  # repeated here, not by the daemon
                },
                # The bar is the output here; the run's log is in the event log.
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
        if not any(event.event_type is DagsterEventType.RUN_SUCCESS for event in events):
            raise _failure(events, self._id)

    def was_cut_off(self, error: Exception) -> bool:
        """Say whether an error of `execute` means that the database went away in the middle of it."""
        return outage.is_outage(error)

    def close(self, error: Exception) -> None:
        """Write into Dagster's history that the database went away, and free what the run held."""
        why = outage.reason(error, outage.url_of(settings()))
        close_run(
            self._instance, self._id, f"The database went away ({why}), and another run takes this one's place."
        )

    def abandon(self) -> None:
        """Show that nobody works on it any more: the daemon closes it once it has a database."""
        lock = lock_file(Path(self._instance.root_directory), self._id)
        lock.write_text(f"process {os.getpid()} on {socket.gethostname()}\n", encoding="utf-8")

    def close_stopped(self) -> None:
        """Write into Dagster's history that the user stopped it, where the database answers."""
        with suppress(KeyboardInterrupt):  # the wait for a database that is away
            close_run(self._instance, self._id, "The backfill was stopped.", canceled=True)


def close_run(instance: dg.DagsterInstance, run_id: str, why: str, *, canceled: bool = False) -> None:
    """Close a run whose process is gone or gave it up; its places in the pools go to others.

    Args:
        instance: Of Dagster.
        run_id: Of the run; nothing is done where it never came to be.
        why: Written into its log.
        canceled: Whether it counts as canceled, not as failed.
    """
    run = instance.get_run_by_id(run_id)
    if run is not None and not run.is_finished:
        report = instance.report_run_canceled if canceled else instance.report_run_failed
        report(run, why)
    if instance.event_log_storage.supports_global_concurrency_limits:
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)


def close_lost_runs(instance: dg.DagsterInstance) -> None:
    """Close the runs on this machine whose process was killed, or gave them up, those of the platform too.

    Where a daemon runs, its run monitoring does that. Left alone, they would stay STARTED, and hold their place
    in a pool that a backfill waits for.
    """
    open_runs = dg.RunsFilter(statuses=[*IN_PROGRESS_RUN_STATUSES, dg.DagsterRunStatus.NOT_STARTED])
    home = Path(instance.root_directory)
    for run in instance.get_runs(open_runs):
        if worker_of(home, run.run_id) is Worker.GONE:
            close_run(instance, run.run_id, f"{described(home, run.run_id)} ended without closing this run.")


def lost_runs_closed(instance: dg.DagsterInstance) -> AbstractContextManager[None]:
    """Return a block for as long as which such runs are closed, every few seconds.

    A platform that is stopped or killed while a backfill waits for the place of one of its runs leaves no daemon
    behind that would free it: the backfill would wait for ever.

    Args:
        instance: Of Dagster.
    """

    def look() -> None:
        with suppress(SQLAlchemyError, StoreError):  # the run itself says that the database is away
            close_lost_runs(instance)

    return tended(look, every_s=LOOK_S, longest_s=LOOK_S)


def _failure(events: list[DagsterEvent], run_id: str) -> ElecError:
    """Return why a run failed: the sentence of the step, or the error at the root of it."""
    for event in (each for each in events if each.is_step_failure):
        failure = event.step_failure_data
        if failure.user_failure_data is not None:
            said = failure.user_failure_data
            fault = said.metadata.get(FAULT)
            return _named(None if fault is None else str(fault.value))(
                f"{event.step_key} failed: {said.description}"
            )
        causes = list(_causes(failure.error))
        if causes:
            outages = [each for each in causes if each.cls_name in outage.ERROR_NAMES]
            kind = StoreUnavailableError if outages else ElecError
            root = outages[-1] if outages else causes[-1]
            return kind(f"{event.step_key} failed: {' '.join(root.message.split())}")
    return ElecError(f"run {run_id} failed; Dagster's UI has its log")


def _named(fault: str | None) -> type[ElecError]:
    if fault == SourceQuotaError.__name__:
        return SourceQuotaError
    return StoreUnavailableError if fault in outage.ERROR_NAMES else ElecError


def _causes(error: SerializableErrorInfo | None) -> Iterator[SerializableErrorInfo]:
    while error is not None:
        yield error
        error = error.cause
