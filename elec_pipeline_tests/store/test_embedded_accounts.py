"""The embedded server runs in any folder, under an account without privileges; nobody else answers for it."""

from __future__ import annotations

import os
import pwd
import shutil
import threading
from pathlib import Path

import psutil
import psycopg
import pytest

from elec_pipeline.errors import EmbeddedServerError
from elec_pipeline.home import prepare
from elec_pipeline.store import postmaster_binaries
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.postmaster_account import ServerAccount
from elec_pipeline.store.postmaster_socket import SHORT_FOLDERS, SOCKET_PATH_LIMIT
from elec_pipeline_tests.store.servers import CHILD, pid_of, start_child

AS_ROOT = os.geteuid() == 0
STOP = 'assert server.stop(), "was not running"'


@pytest.fixture
def server(own_server: EmbeddedServer) -> EmbeddedServer:
    return own_server


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


@pytest.mark.skipif(not AS_ROOT, reason="only root makes folders that belong to another account")
def test_a_folder_of_the_server_is_never_seen_before_it_has_its_owner(folder: Path) -> None:
    """Others ask who answers in it: a folder that was still root's stopped five of six that began at once."""
    account = ServerAccount.current()
    seen: set[int] = set()
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            seen.update(each.lstat().st_uid for each in folder.glob("[a-z]*"))

    watcher = threading.Thread(target=look)
    watcher.start()
    for number in range(300):
        account.make_private(folder / f"run-{number}")
    ended.set()
    watcher.join()
    assert seen == {account.uid}
    assert not list(folder.glob(".*"))


def test_a_socket_folder_that_is_open_to_others_is_refused(server: EmbeddedServer) -> None:
    prepare(server.home, for_server=True)
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
