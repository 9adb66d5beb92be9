"""How the platform ends: a closed terminal, a stop from another shell, a command beside it that goes on."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta

import pytest

from elec_pipeline.domain.delivery_day import delivery_day
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.crash.platform import FIVE_MINUTES_S, Platform, until

pytestmark = [pytest.mark.timeout(900), pytest.mark.usefixtures("up")]


def test_a_closed_terminal_stops_everything(platform: Platform) -> None:
    platform.signal(signal.SIGHUP)
    assert platform.left() == []
    assert platform.process is not None
    assert platform.process.returncode == 0


def test_a_backfill_beside_it_outlives_a_stop_and_stops_the_database_as_the_last(
    platform: Platform, source: SimulatorHandle
) -> None:
    until(lambda: platform.slot_holder() is None, FIVE_MINUTES_S, "the place is free")
    source.set_faults(["slow=20:1"])
    day = delivery_day(datetime.now(UTC)) - timedelta(days=41)
    beside = platform.beside("backfill", "--from", str(day), "--to", str(day))
    until(lambda: platform.slot_holder() is not None, FIVE_MINUTES_S, "a run holds the place")
    platform.signal(signal.SIGTERM)
    assert EmbeddedServer(platform.home).is_running() or beside.poll() is not None
    _, said = beside.communicate(timeout=FIVE_MINUTES_S)
    assert beside.returncode == 0, said
    assert platform.left() == []


def test_a_second_start_says_who_runs_and_a_stop_from_another_shell_stops_it(platform: Platform) -> None:
    assert platform.process is not None
    second = platform.elec("up")
    assert second.returncode == 1
    assert f"process {platform.process.pid}" in second.stderr
    assert "`elec down`" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1
    assert platform.elec("demo").returncode == 1
    assert platform.elec("db", "stop").returncode == 1
    assert platform.elec("down").returncode == 0
    assert platform.process.wait(10) == 0  # by which the service, too, stays down
    assert platform.left() == []
    assert "Nothing runs" in platform.elec("down").stdout
