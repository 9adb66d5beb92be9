"""A backup over what is there: refused or done, never half.

Here: what is refused, the order of things, and the moment at which the new takes the old one's name. Not here:
whether the platform runs (`commands.backup`), and the databases' names and owners on a server (`target`).

Everything is restored, compared, migrated and given its rights beside what is there, under other names. Then one
transaction changes the names of all databases. Until that moment nothing has changed; what was there keeps its
rows under a new name.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine

from elec_pipeline.backup import archive, placing, snapshot, verifying
from elec_pipeline.backup.manifest import DAGSTER, ELEC, Manifest
from elec_pipeline.backup.rights import give_rights
from elec_pipeline.backup.target import Target
from elec_pipeline.errors import RestoreRefusedError
from elec_pipeline.home import prepare
from elec_pipeline.settings import Settings
from elec_pipeline.store import urls
from elec_pipeline.store.database import HEAD, database_url, is_newer, migrate
from elec_pipeline.store.session import pinned

Say = Callable[[str], None]
_WORK = ".elec-restore-"


def restore(settings: Settings, path: Path, *, replace: bool, say: Say) -> Manifest:
    """Restore a backup into the database and the state folder of the settings; the platform must not run.

    Args:
        settings: Where to.
        path: The archive.
        replace: Whether data that are there may be moved out of the way.
        say: Prints a line for the user.

    Returns:
        What the backup says of itself.

    Raises:
        DamagedBackupError: The archive is damaged; nothing was changed.
        RestoreRefusedError: A newer program made it, or what is there is in the way; nothing was changed.
        StoreError: The database does not answer, or refuses; nothing was changed.
    """
    refuse_newer(archive.read_manifest(path))
    home = prepare(settings.elec_home)
    for left in home.glob(f"{_WORK}*"):
        shutil.rmtree(left)  # whoever was restoring was killed; only one may at a time
    work = Path(tempfile.mkdtemp(prefix=_WORK, dir=home))
    try:
        noted = archive.extract(path, work)
        with Target(database_url(settings)) as target:
            _require_room(target, replace=replace, say=say)
            _restore(target, work, noted, home, say)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return noted


def refuse_newer(noted: Manifest) -> None:
    """Refuse a backup of a newer program.

    Raises:
        RestoreRefusedError: It is one.
    """
    if is_newer(noted.revision):
        raise RestoreRefusedError(
            f"The backup was made by elec-pipeline {noted.program}, whose tables are at revision "
            f"{noted.revision}; this program knows them up to {HEAD}: upgrade this one, then restore. "
            "Nothing was changed."
        )


def _require_room(target: Target, *, replace: bool, say: Say) -> None:
    """Refuse where data are in the way, or others use them.

    Raises:
        RestoreRefusedError: They are.
    """
    target.require_alone()
    held = target.held()
    if not held:
        return
    there = "; ".join(held)
    if not replace:
        raise RestoreRefusedError(
            f"There are data already: {there}. --replace moves them out of the way, under another name; or "
            "restore into another ELEC_HOME or DATABASE_URL. Nothing was changed."
        )
    say(f"To be replaced: {there}.")


def _restore(target: Target, members: Path, noted: Manifest, home: Path, say: Say) -> None:
    try:
        for role in noted.databases:
            with snapshot.connect(target.create(role)) as connection:
                verifying.rebuild(connection, members, noted, role)
            say(f"{role}: {noted.databases[role].rows:,} rows, as they were dumped.")
        _migrate(target.fresh_url(ELEC), noted, say)
        for role, database in noted.databases.items():
            for line in give_rights(target.fresh_url(role), role, members / database.member, noted.dumped_by):
                say(line)
        with placing.placed(members, noted.models, home):
            kept = target.swap(DAGSTER if DAGSTER in noted.databases else None)
    except BaseException:
        target.drop_fresh()
        raise
    for line in kept:
        say(line)


def _migrate(url: str, noted: Manifest, say: Say) -> None:
    if noted.revision == HEAD:
        return
    engine = create_engine(urls.for_sqlalchemy(pinned(url)))
    try:
        migrate(engine)
    finally:
        engine.dispose()
    say(f"The tables are migrated from revision {noted.revision} to {HEAD}.")
