"""What Dagster's runs say, as the plain data that the rules of alerts look at.

Here: reading the runs that ended lately, and their failures, successes and checks. Not here: what follows from
them (`alerts.rules_of_runs`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg
from dagster import DagsterEventType, DagsterRunStatus, EventLogEntry, RunRecord, RunsFilter

from elec_pipeline.alerts.facts import CheckResult, Failure, RunOutcome
from elec_pipeline.defs.faults import FAULT
from elec_pipeline.defs.partitions import QUOTA_FAILS_TAG, RANGE_END_TAG

LOOKED_BACK = timedelta(hours=26)
"""More than a day: each daily job has ended once."""
MOST_RUNS = 200
"""Some 25 runs a day are usual."""
_ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE]
_EVENTS = {
    DagsterEventType.STEP_FAILURE,
    DagsterEventType.STEP_SUCCESS,
    DagsterEventType.ASSET_CHECK_EVALUATION,
    DagsterEventType.RUN_FAILURE,
}
_WILL_RETRY_TAG = "dagster/will_retry"
_PARTITION_TAG = "dagster/partition"


def recent_outcomes(instance: dg.DagsterInstance, now: datetime) -> list[RunOutcome]:
    """Return what the runs say that ended lately, oldest first.

    Runs of `elec backfill` are left out: whoever started it reads it there.

    Args:
        instance: Of Dagster.
        now: Current instant, UTC.
    """
    ended = RunsFilter(statuses=_ENDED, updated_after=now - LOOKED_BACK)
    records = instance.get_run_records(ended, limit=MOST_RUNS, order_by="update_timestamp")
    outcomes = [outcome(instance, record) for record in records if is_told_of(record.dagster_run)]
    return sorted(outcomes, key=lambda each: each.ended_at)


def is_told_of(run: dg.DagsterRun) -> bool:
    """Say whether a run was started by a schedule, a sensor or from Dagster's UI, and not by `elec backfill`."""
    return QUOTA_FAILS_TAG not in run.tags


def outcome(instance: dg.DagsterInstance, record: RunRecord) -> RunOutcome:
    """Return what a run says that has ended."""
    run = record.dagster_run
    entries = list(instance.all_logs(run.run_id, of_type=_EVENTS))
    ended_at = record.end_time if record.end_time is not None else record.update_timestamp.timestamp()
    succeeded = {_step(entry) for entry in entries if _type(entry) is DagsterEventType.STEP_SUCCESS}
    whole = f"job {run.job_name}"
    if run.status is DagsterRunStatus.SUCCESS:
        succeeded.add(whole)
    failures = [_failure(entry) for entry in entries if _type(entry) is DagsterEventType.STEP_FAILURE]
    if run.status is DagsterRunStatus.FAILURE and not failures:
        failures = [Failure(whole, "", _why(entries))]
    return RunOutcome(
        run_id=run.run_id,
        job=run.job_name,
        ended_at=datetime.fromtimestamp(ended_at, UTC),
        last_day=_last_day(run.tags.get(RANGE_END_TAG) or run.tags.get(_PARTITION_TAG)),
        # Of a run that is started again by itself the next one tells.
        failures=[] if run.tags.get(_WILL_RETRY_TAG) == "true" else failures,
        succeeded=frozenset(succeeded),
        checks=dict(_check(entry) for entry in entries if _type(entry) is DagsterEventType.ASSET_CHECK_EVALUATION),
    )


def _type(entry: EventLogEntry) -> DagsterEventType | None:
    return entry.dagster_event.event_type if entry.dagster_event else None


def _step(entry: EventLogEntry) -> str:
    return entry.step_key or ""


def _failure(entry: EventLogEntry) -> Failure:
    event = entry.dagster_event
    assert event is not None  # noqa: S101 - for the type checker
    data = event.step_failure_data
    by_us = data.user_failure_data
    if by_us is not None:
        fault = by_us.metadata.get(FAULT)
        return Failure(_step(entry), str(fault.value) if fault else "", by_us.description or "no reason is given")
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return Failure(_step(entry), "", " ".join((error.message if error else "no reason is given").split()))


def _why(entries: list[EventLogEntry]) -> str:
    said = [entry.user_message or "" for entry in entries if _type(entry) is DagsterEventType.RUN_FAILURE]
    events = [entry.dagster_event for entry in entries if _type(entry) is DagsterEventType.RUN_FAILURE]
    texts = [*(event.message or "" for event in events if event), *said, "its process ended without a reason"]
    return next(text for text in texts if text)


def _check(entry: EventLogEntry) -> tuple[str, CheckResult]:
    event = entry.dagster_event
    assert event is not None  # noqa: S101 - for the type checker
    made = event.asset_check_evaluation_data
    actual: Any = made.metadata.get("actual")
    name = f"{made.asset_key.to_user_string()}.{made.check_name}"
    return name, CheckResult(made.passed, str(actual.value) if actual is not None else "no details")


def _last_day(key: str | None) -> date | None:
    try:
        return date.fromisoformat(key) if key else None
    except ValueError:  # a job of somebody else's, with other partitions
        return None
