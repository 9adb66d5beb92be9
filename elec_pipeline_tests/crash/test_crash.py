"""After a crash it goes on by itself: real processes, through Dagster, as an operator's bad week would have it.

The platform is fed by the sensor `heal`, which finds an empty database and asks for the last fourteen days, one
run after the other: after each crash the next of these must succeed within five minutes without a hand.
"""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, date, datetime, timedelta

import psutil
import pytest

from elec_pipeline.domain.completeness import GIVE_UP_DAYS
from elec_pipeline.domain.delivery_day import day_end, day_start, delivery_day, quarters
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline_tests.crash.platform import FIVE_MINUTES_S, Platform, Run, lives, until

pytestmark = [pytest.mark.timeout(900), pytest.mark.usefixtures("up")]
SLOW = ["slow=600"]
"""The source answers so late that a run surely holds its place in the pool when it is killed."""


def holding(platform: Platform, source: SimulatorHandle) -> Run:
    """Wait until a run holds the only place in the pool and waits for an answer of the source."""
    source.set_faults(SLOW)

    def found() -> Run | None:
        holder = platform.slot_holder()
        return next((r for r in platform.runs() if r.run_id == holder and r.status == "STARTED"), None)

    return until(found, FIVE_MINUTES_S, "a run holds a place in the pool")


def assert_failed_and_repeated(platform: Platform, killed: Run, *, says: str) -> None:
    def ended() -> Run | None:
        run = platform.run(killed.run_id)
        return run if run.status == "FAILURE" else None

    until(ended, FIVE_MINUTES_S, "the killed run is failed")
    assert says in platform.why_failed(killed.run_id)
    # It waits for its turn behind the other days; the last test sees it succeed.
    until(lambda: [r for r in platform.runs() if r.parent == killed.run_id], 120, "it is repeated")


def test_a_killed_run_frees_its_place_and_is_repeated(platform: Platform, source: SimulatorHandle) -> None:
    held = holding(platform, source)
    os.kill(platform.worker(held.run_id), signal.SIGKILL)
    source.set_faults([])
    platform.next_success(time.time())
    assert_failed_and_repeated(platform, held, says="")


@pytest.mark.long
def test_a_run_killed_together_with_its_code_server_and_the_daemon_is_found(
    platform: Platform, source: SimulatorHandle
) -> None:
    held = holding(platform, source)
    worker = psutil.Process(platform.worker(held.run_id))
    groups = [
        each.pid
        for each in platform.tree()
        if os.getpgid(each.pid) == each.pid
        and any(name in " ".join(each.cmdline()) for name in ("dagster-daemon", "dagster api grpc"))
    ]
    assert len(groups) == 2
    for group in groups:
        os.killpg(group, signal.SIGKILL)
    until(lambda: not lives(worker), 10, "its worker is gone")
    source.set_faults([])
    platform.next_success(time.time())
    assert_failed_and_repeated(platform, held, says="is gone: it was killed, or the machine went down")


@pytest.mark.long
def test_a_killed_backfill_frees_its_place(platform: Platform, source: SimulatorHandle) -> None:
    source.set_faults(["slow=5"])  # each run holds the place for a while; the backfill's turn comes
    first = delivery_day(datetime.now(UTC)) - timedelta(days=40)
    child = platform.beside("backfill", "--from", str(first), "--to", str(first))

    def found() -> Run | None:
        holder = platform.slot_holder()
        return next((r for r in platform.runs() if r.run_id == holder and "dagster/partition" not in r.tags), None)

    held = until(found, FIVE_MINUTES_S, "the backfill holds the place")
    child.kill()
    child.communicate()
    source.set_faults([])
    platform.next_success(time.time())
    until(lambda: platform.run(held.run_id).status == "FAILURE", 120, "its run is failed")
    assert "is gone" in platform.why_failed(held.run_id)
    assert platform.elec("backfill", "--from", str(first), "--to", str(first)).returncode == 0


@pytest.mark.long
def test_everything_killed_at_once_goes_on_after_the_next_start(
    platform: Platform, source: SimulatorHandle
) -> None:
    held = holding(platform, source)
    platform.kill_tree()
    source.set_faults([])
    platform.start()
    platform.next_success(time.time())
    assert_failed_and_repeated(platform, held, says="is gone")


@pytest.mark.long
def test_the_children_of_a_killed_parent_end_and_the_next_start_goes_on(
    platform: Platform, source: SimulatorHandle
) -> None:
    held = holding(platform, source)
    orphans = platform.tree()[1:]
    assert len(orphans) > 5
    platform.signal(signal.SIGKILL)
    until(lambda: not platform.left(), 60, "nothing is left", tell=platform.left)
    assert not [each for each in orphans if lives(each)]
    source.set_faults([])
    platform.start()
    platform.next_success(time.time())
    assert_failed_and_repeated(platform, held, says="")


@pytest.mark.long
def test_a_killed_database_comes_back(platform: Platform) -> None:
    before = time.time()
    with platform.database() as connection:
        [backend] = connection.execute("SELECT pg_backend_pid()").fetchone() or [0]
        postmaster = psutil.Process(backend).parent()  # while the connection keeps it alive
    assert postmaster is not None
    postmaster.kill()
    platform.next_success(before)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_nothing_is_lost_or_doubled(platform: Platform) -> None:
    """The last test of this file: whatever was killed above, in the end each day is whole."""
    ended = {"SUCCESS", "FAILURE", "CANCELED"}
    today = delivery_day(datetime.now(UTC))

    def whole() -> list[date]:
        """The days before today, once each was asked for and healed and nothing goes on."""
        runs = platform.runs()
        asked = {run.tags["elec/heal"] for run in runs if "elec/heal" in run.tags}
        healed = {run.tags["elec/heal"] for run in runs if run.status == "SUCCESS" and "elec/heal" in run.tags}
        past = sorted(day for day in map(date.fromisoformat, healed) if day < today)
        is_over = all(run.status in ended for run in runs) and healed == asked
        return past if is_over and len(past) == GIVE_UP_DAYS else []

    past = until(whole, 900, "each day was healed and every run has ended", platform.runs)
    with platform.database() as connection:
        for day in past:
            counts = connection.execute(
                "SELECT count(*), count(DISTINCT interval_start) FROM elec.raw_consumption"
                " WHERE interval_start >= %s AND interval_start < %s",
                [day_start(day), day_end(day)],
            ).fetchone()
            assert counts == (len(quarters(day)), len(quarters(day)))
