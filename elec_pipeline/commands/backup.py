"""`elec backup` and `elec restore`: what they do and say.

Here: the platform's lock, and sentences. Not here: making and restoring (`backup`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from elec_pipeline.backup import archive, making, verifying
from elec_pipeline.backup.manifest import Manifest
from elec_pipeline.backup.restoring import refuse_newer, restore
from elec_pipeline.commands.instance_lock import only_instance
from elec_pipeline.settings import Settings

Say = Callable[[str], None]


def run_backup(settings: Settings, folder: Path | None, *, verify: bool, say: Say) -> Path:
    """Make a backup and say what is in it."""
    made = making.make(settings, folder or settings.backup_folder, verify=verify)
    noted = archive.read_manifest(made)
    say(f"{made}: {described(noted)}, {made.stat().st_size / 1e6:,.1f} MB.")
    for version in noted.absent_models:
        say(f"The checkpoint of {version} is not on this machine, and so not in the backup.")
    if verify:
        say("It was restored into a server of its own: every table has the same rows and contents.")
    return made


def run_restore(settings: Settings, path: Path, *, replace: bool, say: Say) -> None:
    """Restore a backup, while nothing else runs with this state folder.

    Raises:
        AlreadyRunningError: The platform runs.
        BackupError: The backup is damaged or refused; nothing was changed.
    """
    with only_instance(settings.elec_home, "elec restore"):
        noted = restore(settings, path, replace=replace, say=say)
    say(f"Restored: {described(noted)}.")


def run_check(settings: Settings, path: Path, say: Say) -> None:
    """Restore a backup into a server of its own, compare, and touch nothing else."""
    refuse_newer(archive.read_manifest(path))
    noted = verifying.verify(path, settings.elec_home)
    say(f"{path} can be restored, and every table has the rows and contents that were dumped: {described(noted)}.")


def described(noted: Manifest) -> str:
    """Return in words what a backup holds."""
    models = f", {len(noted.models)} checkpoint{'s' if len(noted.models) != 1 else ''}" if noted.models else ""
    return (
        f"{noted.rows:,} rows of {' and '.join(noted.databases)}{models}, as of {noted.made_at:%Y-%m-%d %H:%M} "
        f"UTC (elec-pipeline {noted.program}, tables at {noted.revision}, PostgreSQL {noted.server})"
    )
