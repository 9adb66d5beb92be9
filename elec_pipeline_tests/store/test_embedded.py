"""The embedded server, as it really starts, is shared, is killed and recovers."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

import elec_pipeline
from elec_pipeline.errors import EmbeddedServerError
from elec_pipeline.locks import try_lock
from elec_pipeline.store import postmaster, postmaster_binaries
from elec_pipeline.store.embedded import SHORT_FOLDERS, SOCKET_PATH_LIMIT, EmbeddedServer
from elec_pipeline.store.postmaster_account import ServerAccount

AS_ROOT = os.geteuid() == 0
ROWS = 5_000
RACERS = 6

# Everything is imported before the account changes: an interpreter in root's home is out of reach after.
CHILD = """
import encodings.idna, os, sys
from pathlib import Path
import psycopg
from elec_pipeline.store.embedded import EmbeddedServer
if len(sys.argv) > 2:
    os.setgroups([]), os.setgid(int(sys.argv[3])), os.setuid(int(sys.argv[2]))
server = EmbeddedServer(Path(sys.argv[1]))
server.ensure_running()
server.ensure_database("elec")
with psycopg.connect(server.url()) as connection:
    print(*connection.execute("SELECT pg_postmaster_start_time()::text").fetchone())
"""
STOP = 'assert server.stop(), "was not running"'


def start_child(home: Path, *arguments: object, code: str = CHILD) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-W", "error", "-c", code, str(home), *(str(argument) for argument in arguments)],
        cwd=Path(elec_pipeline.__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's account can enter; pytest's own is closed to it where root runs the tests."""
    path = Path(tempfile.mkdtemp(prefix="elec-test-")).resolve()
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(folder / "home")
    try:
        yield server
    finally:
        server.stop()


def pid_of(server: EmbeddedServer) -> int:
    pid = postmaster.recorded_pid(server._data())  # noqa: SLF001
    assert pid is not None
    return pid


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
    with pytest.raises(EmbeddedServerError, match=r"data-17 was written by another major version.*pg_dump"):
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


@pytest.mark.parametrize("name", ["a-long-folder-name-" * 6, "père & fils, état 1+1"])
def test_any_path_of_the_state_folder_will_do(folder: Path, name: str) -> None:
    server = EmbeddedServer(folder / name)
    assert server.socket_folder == EmbeddedServer(folder / name).socket_folder
    assert server.socket_folder.parent == SHORT_FOLDERS
    assert len(os.fsencode(server.socket_folder / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
    try:
        server.ensure_running()
        with psycopg.connect(server.url("postgres")) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.stop()
        shutil.rmtree(server.socket_folder)


@pytest.mark.skipif(not AS_ROOT, reason="only root can make a folder that belongs to somebody else")
def test_a_socket_folder_of_somebody_else_is_refused(folder: Path) -> None:
    server = EmbeddedServer(folder / ("a-long-folder-name-" * 6))
    server.socket_folder.mkdir(mode=0o700)
    os.chown(server.socket_folder, 1, 1)
    try:
        with pytest.raises(EmbeddedServerError, match="belongs to the account with id 1"):
            server.is_running()
        with pytest.raises(EmbeddedServerError, match="belongs to the account with id 1"):
            server.ensure_running()
    finally:
        server.socket_folder.rmdir()


def test_a_socket_folder_that_is_open_to_others_is_refused(server: EmbeddedServer) -> None:
    ServerAccount.current().make_way_to(server.root)
    ServerAccount.current().make_private(server.socket_folder)
    server.socket_folder.chmod(0o777)
    with pytest.raises(EmbeddedServerError, match="is open to other accounts"):
        server.ensure_running()
    server.socket_folder.chmod(0o700)


@pytest.mark.skipif(not AS_ROOT, reason="only root hands the server to another account")
def test_root_runs_it_under_an_unprivileged_account(server: EmbeddedServer) -> None:
    server.ensure_running()
    assert psutil.Process(pid_of(server)).username() == "nobody"


@pytest.mark.skipif(not AS_ROOT, reason="only root hands the server to another account")
def test_a_closed_parent_is_named_and_left_alone(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EmbeddedServerError, match=rf"cannot enter {closed} \(mode 0700\).*ELEC_HOME"):
        EmbeddedServer(closed / "below" / "home").ensure_running()
    assert closed.stat().st_mode & 0o777 == 0o700
    assert not any(closed.iterdir())


@pytest.mark.skipif(not AS_ROOT, reason="only root needs a copy of the programs")
def test_programs_out_of_reach_are_copied_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = ServerAccount.current()
    installed = postmaster_binaries.installed()
    closed = folder / "closed"
    for part in (postmaster_binaries.PACKAGE, postmaster_binaries.LIBRARIES):
        if (installed.tree / part).exists():
            shutil.copytree(installed.tree / part, closed / part)
    closed.chmod(0o700)
    out_of_reach = postmaster_binaries.Binaries(closed, installed.version)
    monkeypatch.setattr(postmaster_binaries, "installed", lambda: out_of_reach)
    assert not out_of_reach.usable_by(account)
    server = EmbeddedServer(folder / "home")
    try:
        server.ensure_running()
        assert Path(psutil.Process(pid_of(server)).cmdline()[0]).is_relative_to(server.root)
        copied = (server.root / f"bin-{installed.version}").stat().st_mtime_ns
        assert server.stop()
        server.ensure_running()
        assert (server.root / f"bin-{installed.version}").stat().st_mtime_ns == copied
    finally:
        server.stop()


@pytest.mark.skipif(not AS_ROOT, reason="the other tests already run as an ordinary user")
def test_an_ordinary_user_runs_it_under_its_own_account(folder: Path) -> None:
    user = pwd.getpwnam("nobody")
    home = folder / "home"
    home.mkdir(mode=0o700)
    os.chown(home, user.pw_uid, user.pw_gid)
    if not postmaster_binaries.installed().usable_by(ServerAccount.current()):
        pytest.skip("an ordinary user cannot reach this environment")
    child = start_child(home, user.pw_uid, user.pw_gid, code=CHILD + STOP)
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 0, output
    assert (home / "postgres" / "data-18").stat().st_uid == user.pw_uid


@pytest.mark.skipif(AS_ROOT, reason="root may write anywhere")
def test_a_folder_that_is_not_writable_is_explained(folder: Path) -> None:
    folder.chmod(0o555)
    with pytest.raises(EmbeddedServerError, match=r"(?s)Permission denied.*ELEC_HOME"):
        EmbeddedServer(folder / "home").ensure_running()
    folder.chmod(0o755)


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
