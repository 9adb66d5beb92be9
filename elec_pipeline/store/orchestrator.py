"""Reads of Dagster's own tables, which lie in a second database of the same server.

Here: a few counts and heartbeats that tell how the orchestrator does, without Dagster: a process that only reads
must not load it, nor pandas, for which this lies beside `queries`. Not here: our own tables (`queries`), whether a
run has lost its process (`commands.doctor_runs`), and what heartbeats mean (`commands.doctor_daemons`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

QUEUED = "queued"
RUNNING = "running"
_STATUS = {"QUEUED": QUEUED, "STARTING": RUNNING, "STARTED": RUNNING, "CANCELING": RUNNING}
BACKUP_JOB = "backup"
"""Name of the job of every night, see `defs.backups`."""
_NEWEST_CHECKS = 1000
"""Of the check results the newest so many are looked at: those of the last days."""


@dataclass(frozen=True)
class Orchestrator:
    """How Dagster does.

    Attributes:
        runs: How many runs are queued and running.
        failed_runs: How many runs failed in the last 24 hours.
        last_success: By asset, when it was last materialised, UTC.
        checks: By asset and check, whether its newest result is well.
        backup: The last run of the nightly backup that has ended; None where there is none.
        heartbeat: When the daemon last gave a sign of life, UTC; None where it never did.
    """

    runs: Mapping[str, int]
    failed_runs: int
    last_success: Mapping[str, datetime]
    checks: Mapping[tuple[str, str], bool]
    backup: LastRun | None
    heartbeat: datetime | None


@dataclass(frozen=True)
class LastRun:
    """The last run of a job that has ended.

    Attributes:
        run_id: Dagster's id.
        is_well: Whether it succeeded.
        ended_at: UTC.
    """

    run_id: str
    is_well: bool
    ended_at: datetime


@dataclass(frozen=True)
class Heartbeat:
    """The last sign of life of a part of Dagster's daemon.

    Attributes:
        part: Its name, such as `SCHEDULER`.
        daemon: Which daemon wrote it: another id after each start.
        at: UTC.
    """

    part: str
    daemon: str
    at: datetime


def last_backup(connection: Connection) -> LastRun | None:
    """Return the last run of the nightly backup that has ended; None where there is none.

    Args:
        connection: To Dagster's database, in a session whose time zone is UTC.
    """
    if connection.scalar(text("SELECT to_regclass('runs')")) is None:
        return None
    row = connection.execute(
        text(
            "SELECT run_id, status, coalesce(to_timestamp(end_time), update_timestamp AT TIME ZONE 'UTC')"
            " FROM runs WHERE pipeline_name = :job AND status IN ('SUCCESS', 'FAILURE') ORDER BY id DESC LIMIT 1"
        ),
        {"job": BACKUP_JOB},
    ).one_or_none()
    return None if row is None else LastRun(row[0], row[1] == "SUCCESS", row[2])


def heartbeats(connection: Connection) -> list[Heartbeat]:
    """Return the last heartbeat of each part of Dagster's daemon, by its name; none where the table is missing.

    Args:
        connection: To Dagster's database, in a session whose time zone is UTC.
    """
    if connection.scalar(text("SELECT to_regclass('daemon_heartbeats')")) is None:
        return []
    rows = connection.execute(
        text("SELECT daemon_type, coalesce(daemon_id, ''), timestamp FROM daemon_heartbeats ORDER BY daemon_type")
    )
    return [Heartbeat(part, daemon, moment.replace(tzinfo=UTC)) for part, daemon, moment in rows]


def orchestrator(connection: Connection) -> Orchestrator:
    """Return how Dagster does; a few look-ups, whatever the length of its history.

    Args:
        connection: To Dagster's database, in a session whose time zone is UTC.
    """
    runs = {QUEUED: 0, RUNNING: 0}
    for status, count in connection.execute(
        text("SELECT status, count(*) FROM runs WHERE status = ANY(:under_way) GROUP BY status"),
        {"under_way": list(_STATUS)},
    ):
        runs[_STATUS[status]] += count
    failed = connection.scalar(
        text(
            "SELECT count(*) FROM runs WHERE status = 'FAILURE'"
            " AND update_timestamp > (now() AT TIME ZONE 'UTC') - interval '1 day'"
        )
    )
    assets = connection.execute(
        text(
            "SELECT asset_key, last_materialization_timestamp FROM asset_keys"
            " WHERE last_materialization_timestamp IS NOT NULL"
        )
    )
    checks = connection.execute(
        text(
            "SELECT DISTINCT ON (asset_key, check_name) asset_key, check_name, execution_status FROM"
            " (SELECT * FROM asset_check_executions ORDER BY id DESC LIMIT :newest) newest"
            " WHERE execution_status IN ('SUCCEEDED', 'FAILED') ORDER BY asset_key, check_name, id DESC"
        ),
        {"newest": _NEWEST_CHECKS},
    )
    return Orchestrator(
        runs=runs,
        failed_runs=int(failed or 0),
        last_success={_name(key): moment.replace(tzinfo=UTC) for key, moment in assets},
        checks={(_name(key), check): status == "SUCCEEDED" for key, check, status in checks},
        backup=last_backup(connection),
        heartbeat=max((each.at for each in heartbeats(connection)), default=None),
    )


def _name(asset_key: str) -> str:
    """Return the name of an asset, which Dagster keeps as a JSON list.

    Example:
        >>> _name('["raw_consumption"]')
        'raw_consumption'
    """
    return "/".join(json.loads(asset_key))
