"""The folder of backups: names, the lock of whoever writes, what a killed writer left, and which ones go.

Here: files and their names. Not here: what is in them.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from elec_pipeline.errors import BackupError
from elec_pipeline.home import PRIVATE, make_way
from elec_pipeline.locks import try_lock

LOCK = ".lock"
_NAMED = re.compile(r"elec-\d{8}T\d{6}Z\.tar")
_PARTIAL = ".elec-*.partial*"


def name_of(moment: datetime) -> str:
    """Return the name of a backup of a moment in UTC.

    Example:
        >>> from datetime import UTC
        >>> name_of(datetime(2026, 1, 15, 2, 50, tzinfo=UTC))
        'elec-20260115T025000Z.tar'
    """
    return f"elec-{moment:%Y%m%dT%H%M%S}Z.tar"


def backups(folder: Path) -> list[Path]:
    """Return the whole backups of a folder, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _NAMED.fullmatch(path.name))


@contextmanager
def writing(folder: Path) -> Iterator[Path]:
    """Be the only one who writes a backup into a folder; what was left of others that were killed goes.

    Yields:
        A name for what is written: the folder, and whatever begins with that name, goes at the end.

    Raises:
        BackupError: Another one is being written, or the folder cannot be used.
    """
    try:
        make_way(folder, PRIVATE)
        lock = try_lock(folder / LOCK)
    except OSError as error:
        raise BackupError(f"{folder} cannot be used for backups: {error.strerror or error}.") from None
    if lock is None:
        raise BackupError(f"Another backup is being written to {folder}: wait until it is done.")
    try:
        clear(folder)
        yield folder / f".elec-{os.getpid()}.partial"
    finally:
        clear(folder)
        os.close(lock)


def clear(folder: Path) -> None:
    """Remove what is left of backups that never got their name; call it with the lock held."""
    for left in folder.glob(_PARTIAL):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)


def thin(folder: Path, keep: int) -> list[Path]:
    """Remove the oldest backups of a folder, so that some are left; returns those that went.

    Raises:
        ValueError: None would be left.
    """
    if keep < 1:
        raise ValueError("at least one backup is kept")
    gone = backups(folder)[:-keep]
    for each in gone:
        each.unlink(missing_ok=True)
    return gone


def sync(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
