"""Last runs and schedules, asked of Dagster's web server.

Here: one GraphQL question and what it means. Not here: Dagster itself: importing it would cost every page
seconds, and its storage is no business of a reader's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from elec_pipeline.serving.password import login

TIMEOUT_S = 4.0
QUESTION = """
query Dashboard {
  runsOrError(limit: 15) { ... on Runs { results { runId jobName status startTime endTime tags { key value } } } }
  repositoriesOrError { ... on RepositoryConnection { nodes { schedules {
    name cronSchedule scheduleState { status } futureTicks(limit: 1) { results { timestamp } }
  } location { name } } } }
}
"""
_PARTITION_TAGS = ("dagster/partition", "dagster/asset_partition_range_start")


@dataclass(frozen=True)
class Run:
    """A run of a job; times are UTC."""

    run_id: str
    job: str
    status: str
    partition: str
    started: datetime | None
    ended: datetime | None


@dataclass(frozen=True)
class Schedule:
    """A schedule and when it fires next (UTC)."""

    name: str
    location: str
    cron: str
    is_on: bool
    next_tick: datetime | None


def ask(url: str, password: str = "") -> tuple[list[Run], list[Schedule]] | None:
    """Return the last runs and the schedules; None where Dagster's web server does not answer properly.

    Args:
        url: Of Dagster's UI.
        password: What it asks for, if it does.
    """
    try:
        answer = requests.post(
            f"{url.rstrip('/')}/graphql", json={"query": QUESTION}, headers=login(password), timeout=TIMEOUT_S
        )
        answer.raise_for_status()
        data = answer.json()["data"]
        return understood(data)
    except (requests.RequestException, KeyError, TypeError, ValueError):
        return None


def understood(data: dict[str, Any]) -> tuple[list[Run], list[Schedule]]:
    """Return the runs and schedules of an answer."""
    runs = [
        Run(
            run_id=each["runId"],
            job=each["jobName"],
            status=each["status"],
            partition=_partition({tag["key"]: tag["value"] for tag in each["tags"]}),
            started=_moment(each["startTime"]),
            ended=_moment(each["endTime"]),
        )
        for each in data["runsOrError"].get("results", [])
    ]
    schedules = [
        Schedule(
            name=each["name"],
            location=node["location"]["name"],
            cron=each["cronSchedule"],
            is_on=each["scheduleState"]["status"] == "RUNNING",
            next_tick=next((_moment(tick["timestamp"]) for tick in each["futureTicks"]["results"]), None),
        )
        for node in data["repositoriesOrError"].get("nodes", [])
        for each in node["schedules"]
    ]
    return runs, schedules


def _partition(tags: dict[str, str]) -> str:
    first = next((tags[name] for name in _PARTITION_TAGS if name in tags), "")
    last = tags.get("dagster/asset_partition_range_end", first)
    return first if first == last else f"{first} … {last}"


def _moment(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
