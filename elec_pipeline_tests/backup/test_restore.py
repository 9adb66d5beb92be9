"""What was backed up is there again; what may not be restored changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from elec_pipeline.backup import archive, folder, making, restoring, target
from elec_pipeline.backup.restoring import restore
from elec_pipeline.commands.backup import run_restore
from elec_pipeline.commands.instance_lock import only_instance
from elec_pipeline.errors import AlreadyRunningError, BackupError, DamagedBackupError, RestoreRefusedError
from elec_pipeline.settings import Settings
from elec_pipeline.store import urls
from elec_pipeline.store.database import HEAD
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.reader import open_dagster_reader, open_reader
from elec_pipeline_tests.backup.conftest import START, contents, databases, drop, fill, migrated, settings_of
from elec_pipeline_tests.store.migrating import older_database

HOUR_START = "SELECT count(*) FROM elec.hourly_consumption"


def quiet(_line: str) -> None:
    pass


def test_both_databases_are_there_again(platform: Settings, empty: Settings) -> None:
    made = making.make(platform, platform.backup_folder)
    restore(empty, made, replace=False, say=quiet)
    assert contents(empty) == contents(platform)
    migrated(empty)
    fill(empty.database_url.get_secret_value(), START.replace(year=2026))  # keys and defaults are there too


def test_the_reader_sees_both_at_once_and_roles_of_others_have_what_they_had(
    platform: Settings, empty: Settings, server: EmbeddedServer
) -> None:
    url = platform.database_url.get_secret_value()
    with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
        admin.execute("CREATE ROLE elec_keep_auditor")
    try:
        with psycopg.connect(urls.for_psycopg(url)) as connection:
            connection.execute("GRANT USAGE ON SCHEMA elec TO elec_keep_auditor")
            connection.execute("GRANT SELECT ON elec.changes TO elec_keep_auditor")
            connection.execute("REVOKE SELECT ON elec.changes FROM elec_reader")
        said: list[str] = []
        restore(empty, making.make(platform, platform.backup_folder), replace=False, say=said.append)
        assert not [line for line in said if "not restored" in line]
        for engine, table in (
            (open_reader(empty, connections=1, statement_timeout_s=5), "elec.changes"),
            (open_dagster_reader(empty, statement_timeout_s=5), "runs"),
        ):
            with engine.connect() as session:
                session.execute(text(f"SELECT count(*) FROM {table}"))
            engine.dispose()
        with psycopg.connect(urls.for_psycopg(empty.database_url.get_secret_value())) as connection:
            connection.execute("SET ROLE elec_keep_auditor")
            connection.execute("SELECT count(*) FROM elec.changes")
    finally:
        drop(server, urls.database_name(empty.database_url.get_secret_value()))
        for name in (url, empty.database_url.get_secret_value()):
            with psycopg.connect(urls.for_psycopg(name), autocommit=True) as connection:
                connection.execute("DROP OWNED BY elec_keep_auditor")
        with psycopg.connect(urls.for_psycopg(server.url("postgres")), autocommit=True) as admin:
            admin.execute("DROP ROLE elec_keep_auditor")


def test_it_is_for_its_owner_alone_and_its_name_tells_the_moment(platform: Settings) -> None:
    os.umask(0)
    made = making.make(platform, platform.backup_folder)
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700
    noted = archive.read_manifest(made)
    assert made.name == folder.name_of(noted.made_at)
    assert (noted.revision, set(noted.databases)) == (HEAD, {"elec", "dagster"})
    assert {path.name for path in made.parent.iterdir()} == {made.name, folder.LOCK}


def test_where_data_are_it_is_refused_unless_they_may_make_way(platform: Settings, server: EmbeddedServer) -> None:
    made = making.make(platform, platform.backup_folder)
    url = platform.database_url.get_secret_value()
    fill(url, START.replace(year=2024), 7)
    before, there = contents(platform), databases(server)
    with pytest.raises(RestoreRefusedError, match=r"elec.hourly_consumption \(507 rows\).*--replace"):
        restore(platform, made, replace=False, say=quiet)
    assert contents(platform) == before
    assert databases(server) == there
    said: list[str] = []
    restore(platform, made, replace=True, say=said.append)
    with psycopg.connect(urls.for_psycopg(url)) as connection:
        assert connection.execute(HOUR_START).fetchone() == (500,)
    kept = sorted(databases(server) - there)
    assert len(kept) == 2
    assert "507 rows" in said[0]
    assert all(any(name in line for line in said) for name in kept)
    with psycopg.connect(urls.for_psycopg(server.url(kept[0]))) as connection:
        assert connection.execute(HOUR_START).fetchone() == (507,)


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30_000])


def change_a_byte(path: Path) -> None:
    with tarfile.open(path) as tar:
        member = tar.getmember("elec.dump")
    content = bytearray(path.read_bytes())
    content[member.offset_data + member.size // 2] ^= 1
    path.write_bytes(content)


def change_the_manifest(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"rows": 500', b'"rows": 501'))


def leave_the_name(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"dagster.dump", b"../ster.dump"))


def put_something_else_there(path: Path) -> None:
    path.write_text("no backup")


@pytest.mark.parametrize(
    "damage", [cut_off, change_a_byte, change_the_manifest, leave_the_name, put_something_else_there, Path.unlink]
)
def test_a_damaged_one_is_refused_and_nothing_changes(
    platform: Settings, server: EmbeddedServer, damage: Callable[[Path], None]
) -> None:
    made = making.make(platform, platform.backup_folder)
    damage(made)
    before, there = contents(platform), databases(server)
    with pytest.raises(DamagedBackupError, match=r"not a whole backup.*Nothing was changed"):
        restore(platform, made, replace=True, say=quiet)
    assert contents(platform) == before
    assert databases(server) == there
    assert {path.name for path in platform.elec_home.iterdir()} == {"backups"}


def rewritten(made: Path, work: Path, **changes: object) -> Path:
    """The same backup with another manifest, as another version of the program would write it."""
    noted = archive.extract(made, work)
    path = made.with_name(f"changed-{made.name}")
    archive.write(path, work, noted.model_copy(update=changes))
    return path


@pytest.mark.parametrize("changes", [{"revision": "9999"}, {"format": 2}])
def test_one_of_a_newer_program_is_refused(
    platform: Settings, empty: Settings, folder: Path, server: EmbeddedServer, changes: dict[str, object]
) -> None:
    newer = rewritten(making.make(platform, platform.backup_folder), folder / "work", **changes)
    there = databases(server)
    with pytest.raises(RestoreRefusedError, match="upgrade"):
        restore(empty, newer, replace=True, say=quiet)
    assert databases(server) == there


def test_while_the_platform_runs_it_is_refused(platform: Settings) -> None:
    made = making.make(platform, platform.backup_folder)
    with (
        only_instance(platform.elec_home, "elec up"),
        pytest.raises(AlreadyRunningError, match=r"`elec up`.*`elec down`"),
    ):
        run_restore(platform, made, replace=True, say=quiet)


def test_while_others_are_connected_it_is_refused(platform: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "LEAVING_S", 0.0)
    made = making.make(platform, platform.backup_folder)
    url = platform.database_url.get_secret_value()
    with (
        psycopg.connect(urls.for_psycopg(url), application_name="a dashboard"),
        pytest.raises(RestoreRefusedError, match="1 of a dashboard"),
    ):
        restore(platform, made, replace=True, say=quiet)


@pytest.mark.long  # PostgreSQL itself waits for five seconds
def test_one_who_connects_at_the_last_moment_sees_the_old(
    platform: Settings, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = making.make(platform, platform.backup_folder)
    before, there = contents(platform), databases(server)
    url = platform.database_url.get_secret_value()
    late: list[psycopg.Connection] = []
    swap = target.Target.swap

    def swap_late(self: target.Target, dagster: str | None) -> list[str]:
        late.append(psycopg.connect(urls.for_psycopg(url)))
        return swap(self, dagster)

    monkeypatch.setattr(target.Target, "swap", swap_late)
    with pytest.raises(RestoreRefusedError, match=r"has connected.*Nothing was changed"):
        restore(platform, made, replace=True, say=quiet)
    late[0].close()
    assert contents(platform) == before
    assert databases(server) == there


def test_one_of_an_older_program_is_migrated_on_the_way(
    server: EmbeddedServer, empty: Settings, folder: Path
) -> None:
    with older_database(server, "elec_keep_old", "0001", "elec_keep_old_reader") as engine:
        url = server.url("elec_keep_old")
        fill(url)
        engine.dispose()
        made = making.make(settings_of(url, folder / "home"), folder / "backups")
    assert archive.read_manifest(made).revision == "0001"
    restore(empty, made, replace=False, say=quiet)
    with psycopg.connect(urls.for_psycopg(empty.database_url.get_secret_value())) as connection:
        assert connection.execute(HOUR_START).fetchone() == (500,)
        assert connection.execute("SELECT version_num FROM elec.alembic_version").fetchone() == (HEAD,)


def test_nothing_there_to_back_up_is_a_sentence(empty: Settings, server: EmbeddedServer) -> None:
    url = empty.database_url.get_secret_value()
    server.ensure_database(urls.database_name(url))
    with pytest.raises(BackupError, match="nothing to back up"):
        making.make(empty, empty.backup_folder)


def test_tables_of_others_in_the_same_database_are_not_touched(platform: Settings) -> None:
    made = making.make(platform, platform.backup_folder)
    with psycopg.connect(urls.for_psycopg(platform.database_url.get_secret_value())) as connection:
        connection.execute("CREATE SCHEMA shop")
        connection.execute("CREATE TABLE shop.orders (n int)")
    with pytest.raises(RestoreRefusedError, match="schema shop"):
        restore(platform, made, replace=True, say=quiet)


def test_what_a_killed_restore_left_goes_with_the_next(
    platform: Settings, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = making.make(platform, platform.backup_folder)
    there = databases(server)
    with monkeypatch.context() as patch:
        patch.setattr(target.Target, "drop_fresh", lambda _self: None)
        patch.setattr(shutil, "rmtree", lambda *_args, **_options: None)
        patch.setattr(restoring, "_migrate", lambda *_args: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            restore(platform, made, replace=True, say=quiet)
    assert databases(server) > there
    assert any(path.name.startswith(".elec-restore") for path in platform.elec_home.iterdir())
    with pytest.raises(RestoreRefusedError, match="--replace"):
        restore(platform, made, replace=False, say=quiet)
    assert databases(server) == there
    assert {path.name for path in platform.elec_home.iterdir()} == {"backups"}


def test_checkpoints_come_along_and_others_make_way(platform: Settings, empty: Settings) -> None:
    elsewhere = platform.elec_home.parent / "trained"
    for place, version in ((platform.elec_home / "checkpoints" / "elec-one", "one"), (elsewhere, "two")):
        (place / "chronos").mkdir(parents=True)
        (place / "chronos" / "weights").write_text(version)
    rows = [
        ("elec-one", "/gone/elec-one"),
        ("elec-two", str(elsewhere)),
        ("elec-bundled", "bundled"),
        ("hub", "a/b"),
    ]
    with psycopg.connect(urls.for_psycopg(platform.database_url.get_secret_value())) as connection:
        for version, location in rows:
            connection.execute(
                "INSERT INTO elec.models (version, base_model, location) VALUES (%s, '', %s)", [version, location]
            )
    made = making.make(platform, platform.backup_folder)
    noted = archive.read_manifest(made)
    assert (noted.models, noted.absent_models) == (["elec-one", "elec-two"], ["hub"])
    there = empty.elec_home / "checkpoints"
    (there / "elec-two").mkdir(parents=True)
    (there / "elec-two" / "weights").write_text("another")
    restore(empty, made, replace=False, say=quiet)
    assert (there / "elec-one" / "chronos" / "weights").read_text() == "one"
    assert (there / "elec-two" / "chronos" / "weights").read_text() == "two"
    former = [path for path in there.iterdir() if ".before-" in path.name]
    assert [(path / "weights").read_text() for path in former] == ["another"]


def test_rights_of_roles_that_are_there_are_given_again(
    platform: Settings, empty: Settings, server: EmbeddedServer
) -> None:
    with psycopg.connect(urls.for_psycopg(platform.database_url.get_secret_value())) as connection:
        for role in ("elec_keep_reader", "elec_keep_gone"):
            connection.execute(f"CREATE ROLE {role}")
            connection.execute(f"GRANT USAGE ON SCHEMA elec TO {role}")
            connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA elec TO {role}")
    made = making.make(platform, platform.backup_folder)
    with psycopg.connect(urls.for_psycopg(platform.database_url.get_secret_value())) as connection:
        connection.execute("DROP OWNED BY elec_keep_gone")
        connection.execute("DROP ROLE elec_keep_gone")
    said: list[str] = []
    try:
        restore(empty, made, replace=False, say=said.append)
        with psycopg.connect(urls.for_psycopg(empty.database_url.get_secret_value())) as connection:
            connection.execute("SET ROLE elec_keep_reader")
            assert connection.execute(HOUR_START).fetchone() == (500,)
    finally:
        for each in (platform, empty):
            with psycopg.connect(urls.for_psycopg(each.database_url.get_secret_value())) as connection:
                connection.execute("DROP OWNED BY elec_keep_reader")
        with psycopg.connect(urls.for_psycopg(server.url("postgres"))) as connection:
            connection.execute("DROP ROLE elec_keep_reader")
    assert [line for line in said if "right" in line] == [
        'A right was not restored: role "elec_keep_gone" does not exist.'
    ]


def test_the_manifest_is_plain_json_that_other_tools_read(platform: Settings) -> None:
    made = making.make(platform, platform.backup_folder)
    with tarfile.open(made) as tar:
        member = tar.extractfile("manifest.json")
        assert member is not None
        noted = json.load(member)
    assert noted["databases"]["elec"]["tables"]["elec.hourly_consumption"]["rows"] == 500
    assert noted["revision"] == HEAD
