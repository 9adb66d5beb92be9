"""`housekeeping`, the job that keeps Dagster's own records and raw readings from growing without end.

Here: which of them go, and when. Not here: ticks, which `dagster.yaml` lets go. Of our tables nothing is ever
deleted, but for readings of RTE's forecasts (`store.rte_readings`): RTE revises them through the day, and each
reading has every quarter-hour. Three months later those stay that an issue knew; the hours of all of them stay in
`rte_forecasts`.

Some 25 runs a day write about a megabyte of events. Of those that ended long ago, most materialised nothing that a
later run has not materialised again, as each hour's look for revisions does: they go whole. Of the others, the
last for some partition, the notes of their steps go and what these printed. All that was said of assets stays:
without it a partition would count as never materialised, and be asked for again.

Source: https://docs.dagster.io/deployment/troubleshooting/database-tuning
"""

from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter
from sqlalchemy import Engine, text

from elec_pipeline.defs.run_workers import forget_ended
from elec_pipeline.domain.delivery_day import day_start, delivery_day

KEPT_DAYS = 90
"""As long as ticks are kept."""
THINNED_DAYS = 31
"""Days before these whose readings are looked at: the job may have missed nights, and a pass stays short."""
AT_ONCE = 20_000
"""Rows deleted in one transaction: whoever writes meanwhile waits for one of these at most."""
_ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
_SUPERSEDED = text("""
    SELECT run_id FROM runs WHERE run_id = ANY(:ended) AND run_id NOT IN (
        SELECT run_id FROM event_logs WHERE id IN (
            SELECT max(id) FROM event_logs WHERE dagster_event_type = 'ASSET_MATERIALIZATION'
            GROUP BY asset_key, partition
        )
    )
""")
_FORGET_CHECKS = text("DELETE FROM asset_check_executions WHERE run_id = ANY(:runs)")
_FORGET_NOTES = text("""
    DELETE FROM event_logs WHERE id IN (
        SELECT id FROM event_logs
        WHERE timestamp < :before AND asset_key IS NULL
            AND (dagster_event_type IS NULL OR dagster_event_type !~ '^(ASSET|PIPELINE)_')
        LIMIT :at_once
    )
""")


def forget_superseded(instance: dg.DagsterInstance, engine: Engine, ended: list[str]) -> int:
    """Delete runs of which every partition was materialised again by a later one, or that materialised none.

    Args:
        instance: Of Dagster.
        engine: Of its database.
        ended: Runs to choose from; they have ended.

    Returns:
        How many there were.
    """
    with engine.begin() as connection:
        found = list(connection.scalars(_SUPERSEDED, {"ended": ended}))
        connection.execute(_FORGET_CHECKS, {"runs": found})
    for run_id in found:
        instance.delete_run(run_id)
    return len(found)


def forget_notes(engine: Engine, before: datetime) -> int:
    """Delete what runs noted before a moment, but for what concerns assets, or the start and end of a run.

    Args:
        engine: Of Dagster's database.
        before: Zone-aware.

    Returns:
        How many notes there were.
    """
    deleted = 0
    moment = before.astimezone(UTC).replace(tzinfo=None)  # as Dagster stores it
    while True:
        with engine.begin() as connection:
            rows = connection.execute(_FORGET_NOTES, {"before": moment, "at_once": AT_ONCE}).rowcount
        deleted += rows
        if rows < AT_ONCE:
            return deleted


@dg.op(description=f"Deletes what is of no more use of runs more than {KEPT_DAYS} days old.")
def forget_old_runs(context: dg.OpExecutionContext) -> None:
    """Delete it, and say how much there was."""
    from elec_pipeline.settings import settings
    from elec_pipeline.store.database import opened_dagster

    before = datetime.now(UTC) - timedelta(days=KEPT_DAYS)
    ended = list(context.instance.get_run_ids(RunsFilter(statuses=_ENDED, created_before=before)))
    with opened_dagster(settings()) as engine:
        runs = forget_superseded(context.instance, engine, ended)
        notes = forget_notes(engine, before)
    forget_ended(context.instance)
    for run_id in ended:
        context.instance.compute_log_manager.delete_logs(prefix=[run_id])
    context.log.info(f"Before {before:%Y-%m-%d}: {runs:,} superseded runs and {notes:,} notes of others deleted.")


@dg.op(description=f"Deletes readings of RTE's forecasts of days {KEPT_DAYS} days ago that no issue knew.")
def thin_old_readings(context: dg.OpExecutionContext) -> None:
    """Delete them, and say how many rows there were."""
    from elec_pipeline.settings import settings
    from elec_pipeline.store.database import opened
    from elec_pipeline.store.rte_readings import thin_readings

    last = delivery_day(datetime.now(UTC)) - timedelta(days=KEPT_DAYS)
    with opened(settings()) as engine:
        rows = thin_readings(engine, day_start(last - timedelta(days=THINNED_DAYS)), day_start(last))
    context.log.info(f"Before {last}: {rows:,} rows of superseded readings of RTE's forecasts deleted.")


@dg.job(
    description=f"Records of runs older than {KEPT_DAYS} days go, but for the last of each partition, and "
    "readings of RTE's forecasts that no issue knew."
)
def housekeeping() -> None:
    """Keep Dagster's records and raw readings from growing without end."""
    forget_old_runs()
    thin_old_readings()
