"""What a folder of backups holds, for those who watch over it: a look at names and manifests, no more.

Here: which backup is the newest whole one. Not here: how old it may be (`domain.freshness`), what is told of it
(`alerts`), and checking all of a backup (`archive`, `verifying`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from elec_pipeline.backup import archive
from elec_pipeline.backup.folder import backups
from elec_pipeline.errors import BackupError
from elec_pipeline.settings import Settings


@dataclass(frozen=True)
class Standing:
    """The backups of a platform.

    Attributes:
        folder: Where they lie.
        newest: When the newest whole one was made, UTC; None where there is none.
        whole: How many there are by their names; all but the newest are not looked into.
        damaged: Later ones that are cut off or changed.
    """

    folder: Path
    newest: datetime | None = None
    whole: int = 0
    damaged: tuple[Path, ...] = ()


def standing(settings: Settings) -> Standing | None:
    """Return what the folder of backups holds; None where none are to be made.

    Raises:
        OSError: The folder may not be read.
    """
    if not settings.elec_backups:
        return None
    folder = settings.backup_folder
    found = backups(folder)
    damaged: list[Path] = []
    for path in reversed(found):
        made_at = _made_at(path)
        if made_at is not None:
            return Standing(folder, made_at, len(found) - len(damaged), tuple(damaged))
        damaged.append(path)
    return Standing(folder, damaged=tuple(damaged))


def _made_at(path: Path) -> datetime | None:
    """Return when a backup was made; None where it is cut off, changed at its beginning, or of a newer program."""
    try:
        noted = archive.read_manifest(path)
        size = path.stat().st_size
    except (BackupError, OSError):
        return None
    return noted.made_at if size > sum(member.bytes for member in noted.members.values()) else None
