"""Locks between processes of one machine: files that the system unlocks when their holder dies.

Here: taking such a lock, alone or with others. Not here: what each lock stands for.

A lock can be held by whoever may open its file, so the files belong to their owner alone: in a folder that others
can enter, another account could otherwise keep us waiting for ever.
"""

from __future__ import annotations

import os
from pathlib import Path


def try_lock(path: Path, *, shared: bool = False) -> int | None:
    """Lock a file, without waiting.

    Args:
        path: The file, made where it is missing; its folder must exist.
        shared: Whether others may hold it shared at the same time.

    Returns:
        A file descriptor that holds the lock until it, and every copy a child inherited, is closed; None where
        somebody else holds the lock.

    Raises:
        OSError: The file cannot be opened.
    """
    import fcntl  # does not exist on Windows, where this module must still be importable

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(descriptor).st_uid == os.geteuid():
            os.fchmod(descriptor, 0o600)  # an earlier version left it open to others
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_locked(path: Path) -> bool:
    """Say whether somebody holds a lock file, alone or shared; False where there is no such file."""
    if not path.exists():
        return False
    descriptor = try_lock(path)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False
