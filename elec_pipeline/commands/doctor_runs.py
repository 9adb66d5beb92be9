"""What `elec doctor` looks at in Dagster's history: the queue, the pools, and runs without a process.

Here: findings about the runs of one instance. Not here: mending them, and the daemon (`doctor_daemons`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import dagster as dg

from elec_pipeline.commands.findings import Finding, in_words
from elec_pipeline.defs.run_workers import Worker, worker_of

LONGEST_IN_QUEUE = timedelta(hours=1)
"""Of a run that the schedules wait for: the daemon takes one out of the queue within seconds."""
WAITS_BY_DESIGN = ("dagster/backfill", "elec/training", "elec/heal")
"""Tags of runs that `dagster.yaml` lets out one at a time, so that the others of their kind wait for hours."""
MOST_RUNS = 1000
_ALIVE = (dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)
_SHORT = 8


def examine_runs(instance: dg.DagsterInstance, home: Path) -> Iterator[Finding]:
    """Look at the runs of an instance.

    Args:
        instance: Of Dagster.
        home: DAGSTER_HOME.
    """
    yield _queue(instance)
    yield from _pools(instance)
    yield _lost(lost_runs(instance, home))


def lost_runs(instance: dg.DagsterInstance, home: Path) -> list[str]:
    """Return the ids of runs that count as running and whose process is dead.

    A run of which nothing is known, such as one on another machine, is not among them.

    Args:
        instance: Of Dagster.
        home: DAGSTER_HOME.
    """
    runs = instance.get_runs(dg.RunsFilter(statuses=list(_ALIVE)), limit=MOST_RUNS)
    return [run.run_id for run in runs if worker_of(home, run.run_id) is Worker.GONE]


def _queue(instance: dg.DagsterInstance) -> Finding:
    queued = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])
    records = instance.get_run_records(queued, limit=MOST_RUNS, ascending=True)
    if not records:
        return Finding("queue", is_well=True, text="empty")
    now = time.time()
    ages = {record.dagster_run.run_id: now - record.create_timestamp.timestamp() for record in records}
    late = [
        record.dagster_run
        for record in records
        if ages[record.dagster_run.run_id] > LONGEST_IN_QUEUE.total_seconds()
        and not any(tag in record.dagster_run.tags for tag in WAITS_BY_DESIGN)
    ]
    oldest = in_words(timedelta(seconds=max(ages.values())))
    text = f"{len(records)} waiting, the oldest for {oldest}"
    if late:
        text += (
            f"; {late[0].job_name} ({late[0].run_id[:_SHORT]}) should have begun: see that the daemon runs and "
            "what holds the places below"
        )
    return Finding("queue", is_well=not late, text=text)


def _pools(instance: dg.DagsterInstance) -> Iterator[Finding]:
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return
    for pool in sorted(storage.get_concurrency_keys()):
        info = storage.get_concurrency_info(pool)
        if not info.claimed_slots:
            continue
        holders = {slot.run_id: _status(instance, slot.run_id) for slot in info.claimed_slots}
        ended = [run_id for run_id, (_, is_running) in holders.items() if not is_running]
        held = ", ".join(f"{run_id[:_SHORT]} ({status})" for run_id, (status, _) in holders.items())
        text = f"{len(info.claimed_slots)} of {info.slot_count} held by {held}; {len(info.pending_steps)} waiting"
        if ended:
            text += (
                ". A run that has ended holds its place for ever: free it in Dagster's UI, Deployment, "
                f"Concurrency, {pool}"
            )
        yield Finding(f"pool {pool}", is_well=not ended, text=text)


def _status(instance: dg.DagsterInstance, run_id: str) -> tuple[str, bool]:
    """Return the status of a run in words, and whether it may still be running."""
    run = instance.get_run_by_id(run_id)
    return ("deleted", False) if run is None else (run.status.value, not run.is_finished)


def _lost(run_ids: Sequence[str]) -> Finding:
    if not run_ids:
        return Finding("runs", is_well=True, text="none has lost its process")
    named = ", ".join(run_id[:_SHORT] for run_id in run_ids)
    return Finding(
        "runs",
        is_well=False,
        text=f"{named}: running by the history, but the process is dead. The daemon of `elec up` closes such "
        "runs; or terminate them in Dagster's UI",
    )
