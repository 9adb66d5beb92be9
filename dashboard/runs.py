"""Last runs, schedules, sensors and checks, asked of Dagster's web server.

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
  } sensors {
    name sensorState { status ticks(limit: 1) { timestamp status } nextTick { timestamp } }
  } location { name } } } }
  assetNodes { assetKey { path } assetChecksOrError { ... on AssetChecks { checks {
    name executionForLatestMaterialization {
      status timestamp evaluation { metadataEntries { label ... on TextMetadataEntry { text } } }
    }
  } } } }
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


@dataclass(frozen=True)
class Sensor:
    """A sensor: how its last look ended (Dagster's word; "" before the first), and when it looks next; UTC."""

    name: str
    location: str
    is_on: bool
    last_status: str
    last_tick: datetime | None
    next_tick: datetime | None


@dataclass(frozen=True)
class Check:
    """A check of an asset, and how it ended after the newest materialization.

    Attributes:
        asset: Name of the asset.
        name: Of the check.
        passed: None where it has not run since.
        found: What it found.
        at: When, UTC.
    """

    asset: str
    name: str
    passed: bool | None
    found: str
    at: datetime | None


@dataclass(frozen=True)
class Answer:
    """What Dagster's web server says."""

    runs: list[Run]
    schedules: list[Schedule]
    sensors: list[Sensor]
    checks: list[Check]


def ask(url: str, password: str = "") -> Answer | None:
    """Return what the page shows of Dagster; None where Dagster's web server does not answer properly.

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


def understood(data: dict[str, Any]) -> Answer:
    """Return what an answer says."""
    nodes = data["repositoriesOrError"].get("nodes", [])
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
        for node in nodes
        for each in node["schedules"]
    ]
    sensors = [_sensor(each, node["location"]["name"]) for node in nodes for each in node["sensors"]]
    checks = [
        _check(node["assetKey"]["path"][-1], each)
        for node in data["assetNodes"]
        for each in node["assetChecksOrError"].get("checks", [])
    ]
    return Answer(runs, schedules, sensors, checks)


def _sensor(each: dict[str, Any], location: str) -> Sensor:
    state = each["sensorState"]
    last = next(iter(state["ticks"]), None)
    following = state["nextTick"]
    return Sensor(
        name=each["name"],
        location=location,
        is_on=state["status"] == "RUNNING",
        last_status="" if last is None else last["status"],
        last_tick=None if last is None else _moment(last["timestamp"]),
        next_tick=None if following is None else _moment(following["timestamp"]),
    )


def _check(asset: str, each: dict[str, Any]) -> Check:
    done = each["executionForLatestMaterialization"]
    if done is None:
        return Check(asset, each["name"], None, "", None)
    entries = (done["evaluation"] or {}).get("metadataEntries", [])
    found = next((entry.get("text", "") for entry in entries if entry["label"] == "actual"), "")
    passed = {"SUCCEEDED": True, "FAILED": False, "EXECUTION_FAILED": False}.get(done["status"])
    return Check(asset, each["name"], passed, found, _moment(done["timestamp"]))


def _partition(tags: dict[str, str]) -> str:
    first = next((tags[name] for name in _PARTITION_TAGS if name in tags), "")
    last = tags.get("dagster/asset_partition_range_end", first)
    return first if first == last else f"{first} … {last}"


def _moment(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
