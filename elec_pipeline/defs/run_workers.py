"""Which process works on a run, and whether it still lives.

Here: the lock that a worker holds while it lives, and the launcher that looks at it. Not here: what happens to a
run whose worker is gone: Dagster's run monitoring fails it, frees its slots and has it repeated, as
`dagster.yaml` says.

Dagster's default launcher cannot tell whether the process of a run is still there. A run whose process was
killed would stay STARTED, and keep its place in a pool, until it exceeds the longest run time. So each worker
holds a lock on `$DAGSTER_HOME/run-workers/<run id>.lock`, which the system releases when the process ends,
however it ends. A lock is right where a process number is not: after a restart of the machine another program
may bear the number.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions.executor_definition import IN_PROC_CONFIG
from dagster._core.events import DagsterEvent
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.base import Executor
from dagster._core.executor.in_process import InProcessExecutor
from dagster._core.executor.init import InitExecutorContext
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher
from dagster._core.storage.dagster_run import IN_PROGRESS_RUN_STATUSES
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._serdes import ConfigurableClassData
from dagster._time import get_current_timestamp

from elec_pipeline.locks import is_locked, try_lock

FOLDER = "run-workers"
STARTED_WITHIN_S = 120.0
"""A worker takes its lock within a moment of the start of its run; one that has none after this time is gone."""
MOST_TRIES = 200
_held: list[int] = []
"""Locks of this process's run, until it ends."""


class Worker(Enum):
    """What is known of the process of a run."""

    ALIVE = "alive"
    GONE = "gone"
    UNKNOWN = "unknown"
    """It never took a lock here: it may work on another machine."""


def lock_file(dagster_home: Path, run_id: str) -> Path:
    """Return the file that the worker of a run locks."""
    return dagster_home / FOLDER / f"{run_id}.lock"


def worker_of(dagster_home: Path, run_id: str) -> Worker:
    """Return what is known of the process of a run that has started and not ended."""
    path = lock_file(dagster_home, run_id)
    if not path.exists():
        return Worker.UNKNOWN
    return Worker.ALIVE if is_locked(path) else Worker.GONE


def described(dagster_home: Path, run_id: str) -> str:
    """Return the process and the machine of a worker, as it noted them."""
    try:
        return lock_file(dagster_home, run_id).read_text(encoding="utf-8").strip() or "an unnamed process"
    except OSError:
        return "an unnamed process"


@contextmanager
def working_on(dagster_home: Path, run_id: str) -> Iterator[None]:
    """Hold the lock of a run for as long as a block lasts: for a process that works on several runs in turn.

    Leave the block only when the end of the run is noted, or it would look as if its worker had died before.
    """
    descriptor = _hold(dagster_home, run_id)
    try:
        yield
    finally:
        lock_file(dagster_home, run_id).unlink(missing_ok=True)
        os.close(descriptor)


def forget_ended(instance: dg.DagsterInstance) -> None:
    """Remove the lock files of runs that are not under way; a worker cannot, for it ends after its run."""
    found = {path.stem: path for path in (Path(instance.root_directory) / FOLDER).glob("*.lock")}
    if not found:
        return
    under_way = set(instance.get_run_ids(dg.RunsFilter(run_ids=list(found), statuses=IN_PROGRESS_RUN_STATUSES)))
    for run_id in found.keys() - under_way:
        found[run_id].unlink(missing_ok=True)


def _hold(dagster_home: Path, run_id: str) -> int:
    path = lock_file(dagster_home, run_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    tries = 0
    while (descriptor := try_lock(path)) is None:  # somebody may be looking just now, which takes a moment
        tries += 1
        if tries == MOST_TRIES:
            raise dg.DagsterInvariantViolationError(
                f"Another process works on run {run_id} already: {described(dagster_home, run_id)}."
            )
        time.sleep(0.01)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
    return descriptor


class WorkerExecutor(Executor):
    """Runs the steps in this process, which holds the lock of its run until it ends.

    Args:
        plain: Dagster's executor that does the work.
    """

    def __init__(self, plain: InProcessExecutor) -> None:
        self._plain = plain

    @property
    def retries(self) -> RetryMode:
        """How steps are retried."""
        return self._plain.retries

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[DagsterEvent]:
        """Run the steps. The lock outlasts them: the end of the run is noted after the last."""
        home = Path(plan_context.instance.root_directory)
        _held.append(_hold(home, plan_context.run_id))
        yield from self._plain.execute(plan_context, execution_plan)


@dg.executor(name="in_process", config_schema=IN_PROC_CONFIG)
def worker_executor(context: InitExecutorContext) -> WorkerExecutor:
    """All steps in the process of their run: the model is loaded once."""
    plain = dg.in_process_executor.executor_creation_fn
    assert plain is not None  # noqa: S101 - for the type checker
    made = plain(context)
    assert isinstance(made, InProcessExecutor)  # noqa: S101
    return WorkerExecutor(made)


class WatchedRunLauncher(DefaultRunLauncher):
    """Dagster's default launcher, which can also say whether the process of a run is alive."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]
    ) -> WatchedRunLauncher:
        """Make the launcher; Dagster calls this when it reads `dagster.yaml`."""
        assert not config_value  # noqa: S101 - `config_type` allows nothing
        return cls(inst_data=inst_data)

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Yes: run monitoring asks for every run that has started."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Return FAILED where the process of a run that has started is gone; RUNNING where that is not known."""
        home = Path(self._instance.root_directory)
        worker = worker_of(home, run.run_id)
        if worker is Worker.GONE:
            return CheckRunHealthResult(
                WorkerStatus.FAILED,
                f"{described(home, run.run_id)} worked on this run and is gone: it was killed, or the machine "
                "went down. What it had written stays.",
            )
        if worker is Worker.UNKNOWN and self._ought_to_be_here(run):
            return CheckRunHealthResult(
                WorkerStatus.FAILED,
                f"No process on {socket.gethostname()} works on this run, which was launched there: it was killed "
                "as it began.",
            )
        return CheckRunHealthResult(WorkerStatus.RUNNING)

    def _ought_to_be_here(self, run: dg.DagsterRun) -> bool:
        """Say whether the worker of a run must hold a lock on this machine by now.

        It was launched through a socket, which reaches no other machine, and has had time enough.
        """
        if '"socket"' not in run.tags.get(GRPC_INFO_TAG, ""):
            return False
        started = self._instance.get_run_stats(run.run_id).start_time
        return started is not None and get_current_timestamp() - started > STARTED_WITHIN_S
