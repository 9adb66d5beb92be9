"""A backup is of one moment, gets its name only when it is whole, and shows no password to anybody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from elec_pipeline.backup import archive, folder, making, programs, replaying, scratch
from elec_pipeline.backup.restoring import restore
from elec_pipeline.errors import BackupError, DamagedBackupError
from elec_pipeline.settings import Settings
from elec_pipeline.store import urls
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.backup.conftest import START, databases, settings_of
from elec_pipeline_tests.integration.planted import PASSWORD, found_in, with_password

_MOVE = """
WITH moved AS (DELETE FROM elec.hourly_consumption WHERE hour_start = %(hour)s RETURNING hour_start, load_mw)
INSERT INTO elec.rte_forecasts (hour_start, forecast_type, published_at, load_mw, source)
SELECT hour_start, 'D-1', hour_start, load_mw, 'moved' FROM moved
"""


def test_it_is_of_one_moment_while_others_write(platform: Settings, empty: Settings) -> None:
    """Each transaction takes a row from one table to the other: at every moment there are as many in both."""
    done = threading.Event()
    moved = 0

    def move() -> None:
        nonlocal moved
        with psycopg.connect(urls.for_psycopg(platform.database_url.get_secret_value()), autocommit=True) as own:
            hours = own.execute("SELECT hour_start FROM elec.hourly_consumption").fetchall()
            for (hour,) in hours:
                if done.wait(0.002):
                    return
                own.execute(_MOVE, {"hour": hour})
                moved += 1

    writer = threading.Thread(target=move)
    writer.start()
    while not moved:
        time.sleep(0.001)
    made = making.make(platform, platform.backup_folder)
    done.set()
    writer.join()
    tables = archive.read_manifest(made).databases["elec"].tables
    parts = [tables[f"elec.{name}"].rows for name in ("hourly_consumption", "rte_forecasts")]
    assert sum(parts) == 500
    assert 0 < parts[1] < moved
    restore(empty, made, replace=False, say=lambda _line: None)  # compares


@pytest.mark.parametrize(
    "change", ["load_mw = load_mw + 1e-9", "quarters = 3", "hour_start = hour_start - interval '9 y'"]
)
def test_a_value_that_is_restored_otherwise_is_noticed(
    platform: Settings, empty: Settings, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    there = databases(server)
    made = making.make(platform, platform.backup_folder)
    replay = replaying.replay

    def wrongly(connection: psycopg.Connection, dump: Path, dumped_by: int) -> None:
        replay(connection, dump, dumped_by)
        if dump.name == "elec.dump":
            one = "(SELECT max(hour_start) FROM elec.hourly_consumption)"
            connection.execute(f"UPDATE elec.hourly_consumption SET {change} WHERE hour_start = {one}")

    monkeypatch.setattr(replaying, "replay", wrongly)
    with pytest.raises(DamagedBackupError, match=r"elec\.hourly_consumption are not what was dumped"):
        restore(empty, made, replace=False, say=lambda _line: None)
    assert databases(server) == there


def test_one_that_does_not_stand_the_test_gets_no_name(
    platform: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "replay", lambda *_arguments: None)
    with pytest.raises(DamagedBackupError):
        making.make(platform, platform.backup_folder, verify=True)
    assert folder.backups(platform.backup_folder) == []
    assert [path.name for path in platform.backup_folder.iterdir()] == [folder.LOCK]
    assert [path.name for path in platform.elec_home.iterdir()] == ["backups"]


def test_nobody_sees_the_password(platform: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the process list, nor the archive, nor an error."""
    real, noted = programs.pg_dump(1, encrypted=False), folder / "noted"
    spy = folder / "pg_dump"
    spy.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >> {noted}\n'
        f'env | grep -c ^PGPASSWORD= >> {noted}\nexec {real.path} "$@"\n'
    )
    spy.chmod(0o755)
    monkeypatch.setattr(
        programs, "pg_dump", lambda *_a, **_o: programs.Program(spy, real.major, can_encrypt=False)
    )
    secret = settings_of(with_password(platform.database_url.get_secret_value()), platform.elec_home)
    made = making.make(secret, platform.backup_folder)
    seen = noted.read_text()
    assert "--format=custom" in seen
    assert seen.splitlines()[-1] == "1"
    assert found_in(seen) == set()
    assert PASSWORD.encode() not in made.read_bytes()
    spy.write_text(f'#!/bin/sh\necho "no luck with {PASSWORD}" >&2\nexit 1\n')
    with pytest.raises(BackupError, match="could not be dumped") as failed:
        making.make(secret, platform.backup_folder)
    assert found_in(str(failed.value)) == set()
    assert len(list(platform.backup_folder.glob("*.tar"))) == 1


def test_other_secrets_of_a_url_go_through_a_file_of_ours_alone() -> None:
    url = "postgresql://ada:secret@db.example/elec?sslpassword=other&sslmode=require"
    with programs.connecting(url) as (shown, environment):
        file = Path(environment["PGSERVICEFILE"])
        assert (environment["PGPASSWORD"], file.stat().st_mode & 0o777) == ("secret", 0o600)
        assert file.read_text() == "[elec]\nsslpassword=other\n"
        assert "secret" not in shown
        assert "other" not in shown
    assert not file.exists()


def test_a_server_newer_than_every_pg_dump_is_a_sentence() -> None:
    with pytest.raises(BackupError, match=r"postgresql-client-99.*on PATH"):
        programs.pg_dump(99, encrypted=False)


def test_an_encrypted_connection_is_never_replaced_by_one_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not programs.pg_dump(18, encrypted=False).can_encrypt
    monkeypatch.setattr(programs, "system_folders", list)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BackupError, match="over an encrypted connection"):
        programs.pg_dump(18, encrypted=True)


def test_one_at_a_time_in_a_folder(platform: Settings) -> None:
    with (
        folder.writing(platform.backup_folder),
        pytest.raises(BackupError, match="Another backup is being written"),
    ):
        making.make(platform, platform.backup_folder)


def test_what_a_killed_one_left_goes_with_the_next(platform: Settings) -> None:
    into = platform.backup_folder
    child = subprocess.Popen(
        [sys.executable, "-c", "from elec_pipeline.cli import main; main()", "backup"],
        env={
            **os.environ,
            "ELEC_HOME": str(platform.elec_home),
            "DATABASE_URL": platform.database_url.get_secret_value(),
        },
    )
    while not (left := list(into.glob(".elec-*.partial"))):
        assert child.poll() is None
        time.sleep(0.001)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert left[0].exists()
    assert folder.backups(into) == []
    made = making.make(platform, into)
    assert {path.name for path in into.iterdir()} == {made.name, folder.LOCK}


def test_the_oldest_go_and_nothing_else(tmp_path: Path) -> None:
    names = [folder.name_of(START.replace(day=day)) for day in range(1, 6)]
    for name in [*names, "elec-notes.tar", "elec-20260101T000000Z.tar.bak"]:
        (tmp_path / name).touch()
    assert [path.name for path in folder.thin(tmp_path, 3)] == names[:2]
    assert {path.name for path in tmp_path.iterdir()} == {
        *names[2:],
        "elec-notes.tar",
        "elec-20260101T000000Z.tar.bak",
    }
    with pytest.raises(ValueError, match="at least one"):
        folder.thin(tmp_path, 0)


@pytest.mark.long
def test_a_server_whose_owner_was_killed_is_stopped_and_gone_with_the_next(folder: Path) -> None:
    script = """
import os, signal, sys
from pathlib import Path
from elec_pipeline.backup.scratch import scratch_server
with scratch_server(Path(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    home = folder / "home"
    home.mkdir(mode=0o711)
    assert subprocess.run([sys.executable, "-c", script, str(home)], check=False).returncode == -signal.SIGKILL  # noqa: S603
    (left,) = home.glob(f"{scratch.PREFIX}*")
    assert EmbeddedServer(left).is_running()
    with scratch.scratch_server(home) as server:
        assert server.home != left
        assert not left.exists()
    assert list(home.iterdir()) == []
