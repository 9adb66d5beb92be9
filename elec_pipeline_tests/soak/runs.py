"""Runs of the soak: carried out one after the other in this process, as Dagster's launcher would each in its own.

Here: the queue, a run and what becomes of it, and what the daemon does about runs whose process died. Not here:
which runs are asked for (`world`).
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter
from dagster._daemon.monitoring import concurrency
from dagster_postgres.utils import DagsterPostgresException
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from elec_pipeline_tests.soak.world import Clock

UNDER_WAY = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
PARTITION_TAG = "dagster/partition"
TRAINING = "retrain"
_LOG = logging.getLogger(__name__)


@dataclass
class Asked:
    """A run that was asked for.

    Attributes:
        job: Its name.
        request: With tags, partition key and selection of assets.
        by: The schedule or sensor.
        retries: How often it was launched again because its process died.
    """

    job: str
    request: dg.RunRequest
    by: str
    retries: int = 0


Carry = Callable[[Asked], None]
"""Carries out one run in another way than usual."""


@dataclass
class Runner:
    """Carries out what is asked for.

    Attributes:
        instance: Dagster's.
        defs: What the jobs are of.
        clock: Of the world.
        is_paused: Whether nothing is launched, as while the daemon is away.
        with_training: Whether trainings are carried out too; they take minutes each.
        queue: What waits.
        next: Carries out the next run, once; None: as usual.
        outcomes: How many runs ended how, by job.
        died: What was asked of the runs whose process died, in order.
    """

    instance: dg.DagsterInstance
    defs: dg.Definitions
    clock: Clock
    is_paused: bool = False
    with_training: bool = False
    queue: deque[Asked] = field(default_factory=deque)
    next: tuple[str, Carry] | None = None
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    died: deque[Asked] = field(default_factory=deque)

    def drain(self) -> None:
        """Carry out what waits, unless a slot of a pool is held by a run that died: then all would wait for it."""
        while self.queue and not self.is_paused and not self.held():
            asked = self.queue.popleft()
            if asked.job == TRAINING and not self.with_training:
                self.outcomes[asked.job, "left out"] += 1
                continue
            if self.next is not None and self.next[0] == asked.job:
                (_, carry), self.next = self.next, None
                carry(asked)
            else:
                self.carry_out(asked)

    def carry_out(self, asked: Asked) -> None:
        """Carry out one run; its failure is counted, and is for the platform itself to mend."""
        request = asked.request
        try:
            done = self.defs.resolve_job_def(asked.job).execute_in_process(
                instance=self.instance,
                partition_key=request.partition_key,
                asset_selection=list(request.asset_selection) if request.asset_selection else None,
                tags={name: value for name, value in request.tags.items() if name != PARTITION_TAG},
                run_config=QUIET,
                raise_on_error=False,
            )
        except (SQLAlchemyError, DagsterPostgresException) as error:
            # Dagster could not even write what happened: a run's own process ends with that.
            _LOG.info("%s: the process of a run ended (%s)", self.clock.now, error)
            self.note_death(asked)
            return
        self.outcomes[asked.job, "success" if done.success else "failure"] += 1
        if not done.success:
            said = [_said(event) for event in done.all_events if event.is_step_failure]
            self.failures.append(f"{self.clock.now:%Y-%m-%d %H:%M} {asked.job}: {'; '.join(said)}")

    def note_death(self, asked: Asked) -> None:
        """Remember that the process of the run that is under way died; the database may be away."""
        self.outcomes[asked.job, "died"] += 1
        self.died.append(asked)

    def look_after(self) -> None:
        """Do what the platform does about dead runs: close them, free their slots, launch them again.

        The code server closes a run whose process died, at once; the daemon frees slots some minutes later, and
        launches the run again.
        """
        for run in self.instance.get_runs(RunsFilter(statuses=UNDER_WAY)):
            self.instance.report_run_failed(run, "Its process ended unexpectedly.")
        while self.died:
            asked = self.died.pop()
            if asked.retries < self.instance.run_retries_max_retries:
                asked.retries += 1
                self.queue.appendleft(asked)
        later = datetime.now(UTC) + timedelta(hours=1)  # an hour of the simulated world has passed
        daemon: Any = SimpleNamespace(instance=self.instance)
        with patch.object(concurrency, "get_current_datetime", return_value=later):
            list(concurrency.execute_concurrency_slots_iteration(daemon, _LOG))

    def held(self) -> set[str]:
        """Return the runs that hold a slot of a pool."""
        return set(self.instance.event_log_storage.get_concurrency_run_ids())


def _said(event: dg.DagsterEvent) -> str:
    data = event.step_failure_data
    told = data.user_failure_data.description if data.user_failure_data else None
    return f"{event.step_key}: {told or data.error_display_string[:600]}"
