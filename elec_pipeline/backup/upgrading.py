"""The embedded database, carried to PostgreSQL's next major version by a dump that is restored and compared.

Here: the order of things. Not here: where the older version's programs come from (`older_programs`).

Each major version has its own data folder. The older one is opened once more by its own programs, a backup is made
of it, the new folder is built beside it and gets its name when every table is the same. The older folder stays
until the owner removes it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import errors

from elec_pipeline.backup import archive, folder, making, programs, snapshot, verifying
from elec_pipeline.backup.manifest import DAGSTER, ELEC
from elec_pipeline.backup.older_programs import older_programs
from elec_pipeline.backup.rights import give_rights
from elec_pipeline.backup.scratch import scratch_server
from elec_pipeline.errors import EmbeddedServerError
from elec_pipeline.settings import Settings
from elec_pipeline.store import postmaster_binaries
from elec_pipeline.store.database import DATABASE, dagster_database
from elec_pipeline.store.embedded import EmbeddedServer

Say = Callable[[str], None]
_SYSTEM_DATABASES = {"postgres", "template0", "template1"}


def upgrade(settings: Settings, given: Path | None, say: Say) -> None:
    """Carry the embedded database to the installed major version; the platform must not run.

    Args:
        settings: Whose ELEC_HOME it is; DATABASE_URL is not looked at.
        given: Folder of the older version's programs, where the user names one.
        say: Prints a line for the user.

    Raises:
        EmbeddedServerError: There is nothing to carry over, or it cannot be; the older folder is as it was.
        BackupError: The older data cannot be dumped, or not restored the same; the older folder is as it was.
    """
    root = EmbeddedServer(settings.elec_home).root
    installed = int(postmaster_binaries.installed().major)
    new, older = root / f"data-{installed}", _older(root, installed)
    if new.exists():
        left = f" {older[1]} can be removed once you have looked." if older else ""
        say(f"The embedded database is of PostgreSQL {installed} already.{left}")
        return
    if older is None:
        raise EmbeddedServerError(f"There is no embedded database of an older PostgreSQL in {root}.")
    major, data = older
    binaries = older_programs(major, root, given)
    say(f"{data} is opened by PostgreSQL {binaries.version} from {binaries.program('postgres').parent}.")
    server = EmbeddedServer(settings.elec_home, programs=binaries)
    server.ensure_running()
    try:
        _tell_of_others(server, say)
        made = making.make(settings, settings.backup_folder, url=server.url())
        roles = _roles(server)
    finally:
        server.stop()
    say(f"A backup of it is in {made}.")
    with scratch_server(settings.elec_home, kept=True) as fresh:
        rows = _rebuild(fresh, made, roles, say)
        fresh.stop()
        (fresh.root / new.name).rename(new)
        folder.sync(root)
    shutil.rmtree(root / f"fetched-{major}", ignore_errors=True)
    say(
        f"{new} holds the same {rows:,} rows, for PostgreSQL {installed}. {data} is as it was: remove it once you "
        "have looked. Settings that you changed in its postgresql.conf are not carried over."
    )


def _older(root: Path, installed: int) -> tuple[int, Path] | None:
    """Return the newest data folder of an older major version."""
    found = {
        int(match[1]): path for path in root.glob("data-*") if (match := re.fullmatch(r"data-(\d+)", path.name))
    }
    older = [major for major in found if major < installed]
    return (max(older), found[max(older)]) if older else None


def _tell_of_others(server: EmbeddedServer, say: Say) -> None:
    ours = {DATABASE, dagster_database(server.url()), *_SYSTEM_DATABASES}
    with snapshot.connect(server.url("postgres")) as connection:
        names = {name for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall()}
    if others := sorted(names - ours):
        say(f"Not carried over, for they are not elec-pipeline's: the databases {', '.join(others)}.")


def _roles(server: EmbeddedServer) -> str:
    """Return the SQL that makes the roles of a server, with their rights and passwords."""
    dump_all = postmaster_binaries.installed().program("pg_dumpall")
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own
        [dump_all, "--roles-only", "--no-password", f"--dbname={server.url('postgres')}"],
        env=programs.environment_of_programs(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EmbeddedServerError(f"The roles of the older server cannot be read: {done.stderr.strip()}")
    return done.stdout


def _rebuild(fresh: EmbeddedServer, made: Path, roles: str, say: Say) -> int:
    """Bring roles and databases of a backup into a new server; returns how many rows it has now."""
    members = fresh.home / "members"
    members.mkdir(mode=0o700)
    noted = archive.extract(made, members)
    with snapshot.connect(fresh.url("postgres")) as connection:
        _make_roles(connection, roles)
    names = {ELEC: DATABASE, DAGSTER: dagster_database(fresh.url())}
    for role, database in noted.databases.items():
        fresh.ensure_database(names[role])
        with snapshot.connect(fresh.url(names[role])) as connection:
            verifying.rebuild(connection, members, noted, role)
        for line in give_rights(fresh.url(names[role]), role, members / database.member, noted.dumped_by):
            say(line)
    return noted.rows


def _make_roles(connection: psycopg.Connection, script: str) -> None:
    for statement in re.findall(r"^(?:CREATE|ALTER|GRANT) .*?;$", script, flags=re.MULTILINE | re.DOTALL):
        try:
            connection.execute(statement)
        except errors.DuplicateObject:
            continue  # the superuser is there
