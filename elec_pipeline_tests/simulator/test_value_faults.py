"""Faults of single values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline_tests.simulator.conftest import Client, Clock

DAY = ("2025-06-01T00:00:00+02:00", "2025-06-02T00:00:00+02:00")
NOON = "2025-06-01T12:00:00+02:00"
AT_NOON = "@2025-06-01T10:00Z"


def _at(values: list[dict[str, Any]], start: str) -> list[dict[str, Any]]:
    return [value for value in values if value["start_date"] == start]


def _spoiled(
    client: Client, simulator: SimulatorHandle, fault: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the sound value of noon and what a fault makes of it, having checked that the rest is sound."""
    simulator.set_faults([])
    sound = client.blocks(*DAY)
    simulator.set_faults([fault])
    spoiled = client.blocks(*DAY)
    for kind, values in sound.items():
        rest = [value for value in values if kind != "REALISED" or value["start_date"] != NOON]
        assert [value for value in spoiled[kind] if value in rest] == rest
    return _at(sound["REALISED"], NOON)[0], _at(spoiled["REALISED"], NOON)


@pytest.mark.parametrize(
    ("fault", "served"),
    [
        ("null", [None]),
        ("nd", ["ND"]),
        ("missing", []),
        ("implausible", [0]),
        ("implausible=200000", [200_000]),
    ],
)
def test_a_value_that_is_none(client: Client, simulator: SimulatorHandle, fault: str, served: list[Any]) -> None:
    _, spoiled = _spoiled(client, simulator, fault + AT_NOON)
    assert [value["value"] for value in spoiled] == served


def test_an_equal_duplicate(client: Client, simulator: SimulatorHandle) -> None:
    sound, spoiled = _spoiled(client, simulator, "duplicate" + AT_NOON)
    assert spoiled == [sound, sound]


def test_in_a_dated_conflict_the_later_date_is_right(client: Client, simulator: SimulatorHandle) -> None:
    sound, (first, second) = _spoiled(client, simulator, "conflict=10" + AT_NOON)
    assert first == sound
    assert second["value"] == round(sound["value"] * 1.1)
    assert datetime.fromisoformat(second["updated_date"]) < datetime.fromisoformat(first["updated_date"])


def test_an_undated_conflict_cannot_be_decided(client: Client, simulator: SimulatorHandle) -> None:
    sound, (first, second) = _spoiled(client, simulator, "conflict-undated" + AT_NOON)
    assert "updated_date" not in first
    assert "updated_date" not in second
    assert (first["value"], second["value"]) == (sound["value"], round(sound["value"] * 1.05))


def test_a_revision_is_newer_and_stays_the_same(client: Client, simulator: SimulatorHandle, clock: Clock) -> None:
    sound, (revised,) = _spoiled(client, simulator, "revised=5" + AT_NOON)
    assert revised["value"] == round(sound["value"] * 1.05)
    assert revised["updated_date"] == "2026-01-15T13:00:00+01:00"  # when the fault was switched on
    clock.set("2026-02-01T00:00:00+00:00")
    assert _at(client.blocks(*DAY)["REALISED"], NOON) == [revised]


def test_a_revision_never_predates_its_value(client: Client, simulator: SimulatorHandle, clock: Clock) -> None:
    clock.set("2025-05-01T00:00:00+02:00")
    simulator.set_faults(["revised@2025-06-01"])
    clock.set("2025-07-01T00:00:00+02:00")
    assert client.blocks(*DAY)["REALISED"][0]["updated_date"] == "2025-06-01T00:20:00+02:00"


@pytest.mark.parametrize(
    ("day", "start", "end", "quarters"),
    [
        ("2025-03-30", "2025-03-29T00:00:00+01:00", "2025-04-01T00:00:00+02:00", 92),
        ("2025-03-31", "2025-03-30T00:00:00+01:00", "2025-04-02T00:00:00+02:00", 96),
        ("2025-10-26", "2025-10-25T00:00:00+02:00", "2025-10-28T00:00:00+01:00", 100),
    ],
)
def test_a_whole_day_is_hit_and_no_other(
    client: Client, simulator: SimulatorHandle, *, day: str, start: str, end: str, quarters: int
) -> None:
    sound = client.blocks(start, end, "REALISED")["REALISED"]
    simulator.set_faults([f"nd@{day}"])
    spoiled = client.blocks(start, end, "REALISED")["REALISED"]
    hit = [value for value in spoiled if value["value"] == "ND"]
    assert len(hit) == quarters
    assert [value for value in spoiled if value not in hit] == [
        value for value in sound if not value["start_date"].startswith(day)
    ]


def test_a_stretch_of_a_day(client: Client, simulator: SimulatorHandle) -> None:
    simulator.set_faults(["missing@2025-06-01T18:00+02:00..2025-06-02"])
    values = client.blocks(*DAY, "REALISED")["REALISED"]
    assert values[-1]["end_date"] == "2025-06-01T18:00:00+02:00"


@pytest.mark.parametrize(
    ("suffix", "hit"),
    [("", {"REALISED"}), ("/D-1", {"D-1"}), ("/D-2", {"D-2"}), ("/all", {"REALISED", "ID", "D-1", "D-2"})],
)
def test_a_fault_hits_the_types_it_names(
    client: Client, simulator: SimulatorHandle, suffix: str, hit: set[str]
) -> None:
    simulator.set_faults([f"null@2025-06-01T10:15Z{suffix}"])  # within a half-hour of D-2
    blocks = client.blocks(*DAY)
    assert {kind for kind, values in blocks.items() if any(v["value"] is None for v in values)} == hit


def test_several_faults_at_one_instant(client: Client, simulator: SimulatorHandle) -> None:
    simulator.set_faults(["null" + AT_NOON, "duplicate" + AT_NOON, "revised" + AT_NOON])
    assert [value["value"] for value in _at(client.blocks(*DAY)["REALISED"], NOON)] == [None, None]
