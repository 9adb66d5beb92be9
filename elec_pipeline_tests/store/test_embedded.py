"""The embedded server, as it really starts, is shared, is killed and recovers."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from elec_pipeline.errors import EmbeddedServerError
from elec_pipeline.locks import try_lock
from elec_pipeline.store import postmaster
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.store.servers import CHILD, pid_of, start_child

ROWS = 5_000
RACERS = 6


@pytest.fixture
def server(own_server: EmbeddedServer) -> EmbeddedServer:
    return own_server


def kill(server: EmbeddedServer) -> int:
    """Kill the postmaster and return its id once it no longer runs; it may stay a zombie."""
    pid = pid_of(server)
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while postmaster.lives(server._data()):  # noqa: SLF001
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return pid


def fill(server: EmbeddedServer) -> None:
    with psycopg.connect(server.url("postgres")) as connection:
        connection.execute(f"CREATE TABLE kept AS SELECT generate_series(1, {ROWS}) AS n")


def kept(server: EmbeddedServer) -> int:
    with psycopg.connect(server.url("postgres")) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def test_starts_on_an_empty_machine_stops_and_starts_again(server: EmbeddedServer) -> None:
    assert not server.is_running()
    assert not server.stop()
    server.ensure_running()
    assert server.is_running()
    server.ensure_database()
    server.ensure_database()  # a second time changes nothing
    with psycopg.connect(server.url()) as connection:
        settings = {
            name: connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            for name in ("server_encoding", "fsync", "timezone", "listen_addresses")
        }
    assert [value and value[0] for value in settings.values()] == ["UTF8", "on", "UTC", ""]
    assert server.socket_folder.stat().st_mode & 0o777 == 0o700
    assert any(server.logs.glob("postgresql-*.log"))
    fill(server)
    assert server.stop()
    assert not server.is_running()
    assert not server.stop()
    server.ensure_running()
    assert kept(server) == ROWS


def test_a_running_server_costs_milliseconds(server: EmbeddedServer) -> None:
    server.ensure_running()
    pid = pid_of(server)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        server.ensure_running()
        took.append(time.perf_counter() - began)
    assert min(took) < 0.1
    assert pid_of(server) == pid


def test_racing_processes_share_one_server(server: EmbeddedServer, folder: Path) -> None:
    racers = [start_child(folder / "home") for _ in range(RACERS)]
    outputs = [racer.communicate(timeout=60)[0] for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * RACERS, outputs
    assert len(set(outputs)) == 1, outputs  # all of them saw the server that was started at one instant
    assert server.is_running()  # and it outlives them


def test_a_killed_postmaster_loses_nothing(server: EmbeddedServer) -> None:
    server.ensure_running()
    fill(server)
    with psycopg.connect(server.url("postgres")) as connection:  # whose backend outlives the postmaster a bit
        connection.execute("INSERT INTO kept VALUES (0)")  # never committed
        killed = kill(server)
        server.ensure_running()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert kept(server) == ROWS
    assert pid_of(server) != killed


def test_a_recorded_id_that_another_program_bears_is_no_server(server: EmbeddedServer) -> None:
    server.ensure_running()
    fill(server)
    kill(server)
    recorded = server._data() / "postmaster.pid"  # noqa: SLF001
    _, rest = recorded.read_text().split("\n", 1)
    recorded.write_text(f"{os.getpid()}\n{rest}")
    assert not server.stop()  # and we are still here to see it
    server.ensure_running()
    assert kept(server) == ROWS


def test_the_servers_processes_hold_a_lock_as_long_as_one_lives(server: EmbeddedServer) -> None:
    server.ensure_running()
    lock = server.root / "server.lock"
    assert try_lock(lock) is None
    server.stop()
    deadline = time.monotonic() + 5
    while (claim := try_lock(lock)) is None:  # the logger goes last
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.close(claim)


def test_an_interrupted_creation_is_begun_anew(server: EmbeddedServer) -> None:
    partial = server.root / "data-18.partial"
    (partial / "base").mkdir(parents=True)
    (partial / "PG_VERSION").write_text("18\n")
    server.ensure_running()
    assert server.is_running()
    assert not partial.exists()


def test_old_data_of_another_major_version_are_not_passed_over(server: EmbeddedServer) -> None:
    (server.root / "data-17").mkdir(parents=True)
    with pytest.raises(
        EmbeddedServerError, match=r"data-17 was written by another major version.*elec db upgrade"
    ):
        server.ensure_running()


def test_a_failed_start_says_why_and_where(server: EmbeddedServer) -> None:
    server.ensure_running()
    server.stop()
    with (server._data() / "postgresql.conf").open("a") as configuration:  # noqa: SLF001
        configuration.write("no_such_setting = 1\n")
    with pytest.raises(EmbeddedServerError) as caught:
        server.ensure_running()
    message = str(caught.value)
    assert "no_such_setting" in message
    assert str(server.logs / "startup.log") in message
    assert "DATABASE_URL" in message


def test_logs_of_last_week_go(server: EmbeddedServer) -> None:
    server.ensure_running()
    server.stop()
    old = server.logs / "postgresql-Xyz.log"
    old.write_text("long ago\n")
    week_ago = time.time() - 7 * 24 * 3600
    os.utime(old, (week_ago, week_ago))
    server.ensure_running()
    assert not old.exists()


def test_a_database_cannot_be_created_while_nothing_runs(server: EmbeddedServer) -> None:
    with pytest.raises(EmbeddedServerError, match="elec db start"):
        server.ensure_database()


def test_the_last_to_leave_stops_it_and_nobody_before(server: EmbeddedServer) -> None:
    other = start_child(
        server.root.parent, code=CHILD + "\nimport time\nprint('used', flush=True)\ntime.sleep(100)\n"
    )
    assert other.stdout is not None
    while other.stdout.readline() != "used\n":
        assert other.poll() is None
    server.ensure_running()
    assert not server.leave()
    assert server.is_running()
    other.kill()
    other.communicate()
    server.ensure_running()
    assert server.leave()
    assert not server.is_running()


def test_a_server_that_was_started_by_hand_stays_until_it_is_stopped_by_hand(server: EmbeddedServer) -> None:
    server.ensure_running()
    server.keep()
    assert not server.leave()
    assert server.is_running()
    assert server.stop()
    server.ensure_running()
    assert server.leave()


def test_a_killed_server_is_revived_and_a_running_one_left_alone(server: EmbeddedServer) -> None:
    server.ensure_running()
    assert not server.revive()
    with psycopg.connect(server.url("postgres")) as connection:
        postmaster_process = psutil.Process(connection.info.backend_pid).parent()
    assert postmaster_process is not None
    postmaster_process.kill()
    while not server.revive():  # until the last of its backends has ended
        time.sleep(0.05)
    assert server.is_running()
