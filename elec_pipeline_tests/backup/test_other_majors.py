"""Other major versions of PostgreSQL: restored to an older server, and carried over from an older data folder.

The older programs are those of the system's packages; without them these tests are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from elec_pipeline.backup import folder as folders
from elec_pipeline.backup import making, older_programs, programs
from elec_pipeline.backup.restoring import restore
from elec_pipeline.backup.upgrading import upgrade
from elec_pipeline.errors import EmbeddedServerError
from elec_pipeline.settings import Settings
from elec_pipeline.store import postmaster, postmaster_binaries, urls
from elec_pipeline.store.database import dagster_url
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.postmaster_account import ServerAccount
from elec_pipeline.store.postmaster_binaries import Binaries
from elec_pipeline_tests.backup.conftest import contents, fill, migrated, settings_of
from elec_pipeline_tests.conftest import HASTY

pytestmark = pytest.mark.long  # they start several servers each
INSTALLED = int(postmaster_binaries.installed().major)


def older() -> Binaries | None:
    """The newest older version that the system has."""
    for place in programs.system_folders():
        major = programs.major_of(place / "postgres")
        if major is not None and major < INSTALLED:
            return Binaries(place.parent, str(major), Path(place.name))
    return None


@pytest.fixture
def old_server(folder: Path) -> Iterator[EmbeddedServer]:
    """An embedded server of an older version, running."""
    binaries = older()
    if binaries is None:
        pytest.skip("the system has no older PostgreSQL")
    server = EmbeddedServer(folder / "home", programs=binaries, settings=HASTY)
    account = ServerAccount.current()
    server._prepare_root(account)  # noqa: SLF001
    data = server.root / f"data-{binaries.major}"
    account.make_private(data)
    code, said = postmaster.run(  # as `create` does, but for options that older versions lack
        binaries.program("initdb"), "-D", data, "-U", "postgres", "--encoding=UTF8", "--locale=C", "--no-sync",
        "--auth=trust", account=account,
    )  # fmt: skip
    assert code == 0, said
    server.ensure_running()
    server.ensure_database()
    yield server
    for each in (server, EmbeddedServer(folder / "home")):
        if postmaster.lives(each._data()):  # noqa: SLF001
            each.stop()


def test_a_backup_goes_into_an_older_server(platform: Settings, old_server: EmbeddedServer, folder: Path) -> None:
    made = making.make(platform, platform.backup_folder)
    there = settings_of(old_server.url(), folder / "elsewhere")
    restore(there, made, replace=False, say=lambda _line: None)
    assert contents(there) == contents(platform)


def test_an_older_embedded_database_is_carried_over(old_server: EmbeddedServer, folder: Path) -> None:
    home = folder / "home"
    before = settings_of(old_server.url(), home)
    migrated(before)
    fill(old_server.url())
    dagster_url(before)
    with psycopg.connect(urls.for_psycopg(old_server.url())) as connection:
        connection.execute("CREATE ROLE auditor LOGIN PASSWORD 'x'")
        connection.execute("GRANT USAGE ON SCHEMA elec TO auditor")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA elec TO auditor")
        connection.execute("CREATE TABLE other (n int)")
    old_server.ensure_database("shop")
    expected = {name: rows for name, rows in contents(before).items() if name != "public.other"}
    old_server.stop()
    new = EmbeddedServer(home, settings=HASTY)
    with pytest.raises(EmbeddedServerError, match="elec db upgrade"):
        new.ensure_running()
    said: list[str] = []
    upgrade(Settings(elec_home=home), None, said.append)
    assert any("the databases shop" in line for line in said)
    new.ensure_running()
    assert contents(settings_of(new.url(), home)) == expected
    with psycopg.connect(urls.for_psycopg(new.url())) as connection:
        assert connection.info.server_version // 10000 == INSTALLED
        for role in ("auditor", "elec_reader"):
            connection.execute(f"SET ROLE {role}")
            assert connection.execute("SELECT count(*) FROM elec.hourly_consumption").fetchone() == (500,)
            connection.execute("RESET ROLE")
    assert len(folders.backups(home / "backups")) == 1
    assert {path.name for path in new.root.glob("data-*")} == {"data-18", old_server._data().name}  # noqa: SLF001
    upgrade(Settings(elec_home=home), None, said.append)
    assert "already" in said[-1]


def test_one_that_fails_leaves_all_as_it_was(
    old_server: EmbeddedServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = settings_of(old_server.url(), folder / "home")
    migrated(before)
    fill(old_server.url())
    expected = contents_of_ours(old_server)
    old_server.stop()

    def full(*_arguments: object) -> None:
        raise EmbeddedServerError("no space left")

    monkeypatch.setattr("elec_pipeline.backup.verifying.rebuild", full)
    with pytest.raises(EmbeddedServerError, match="no space left"):
        upgrade(Settings(elec_home=folder / "home"), None, lambda _line: None)
    assert [path.name for path in old_server.root.glob("data-*")] == [old_server._data().name]  # noqa: SLF001
    assert not list((folder / "home").glob(".elec-scratch*"))
    old_server.ensure_running()
    assert contents_of_ours(old_server) == expected


def contents_of_ours(server: EmbeddedServer) -> object:
    with psycopg.connect(urls.for_psycopg(server.url())) as connection:
        return connection.execute("SELECT count(*), sum(load_mw) FROM elec.hourly_consumption").fetchone()


def test_programs_that_cannot_be_had_are_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(older_programs, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        EmbeddedServerError, match=r"apt install postgresql-9.*--programs.*elec restore.*untouched"
    ):
        older_programs.older_programs(9, tmp_path, None)
    with pytest.raises(EmbeddedServerError, match="no programs of PostgreSQL 9"):
        older_programs.older_programs(9, tmp_path, programs.pg_dump(1, encrypted=False).path.parent)
