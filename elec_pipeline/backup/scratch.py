"""A PostgreSQL server for a moment, empty and removed afterwards, to restore a backup into.

Here: where it lies, and removing those whose owner was killed. Not here: what is restored (`verifying`,
`upgrading`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from elec_pipeline.locks import is_locked, try_lock
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.postmaster_account import ServerAccount

PREFIX = ".elec-scratch-"
_OWNER = "owner.lock"
_YOUNG_S = 60.0
"""Younger ones may just be being made."""
_QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""What a server that nobody keeps can do without."""


@contextmanager
def scratch_server(home: Path, *, kept: bool = False) -> Iterator[EmbeddedServer]:
    """Run an empty server for as long as a block lasts; nothing of it is left afterwards.

    Args:
        home: ELEC_HOME, in which it lies; the system's temporary folder where the server cannot go there.
        kept: Whether its data folder will be taken out of it, and so has to reach the disk.

    Raises:
        EmbeddedServerError: It cannot be started.
    """
    account = ServerAccount.current() if os.name != "nt" else None
    is_closed = account is not None and account.by_root and account.first_closed(home) is not None
    where = Path(tempfile.gettempdir()) if is_closed or not home.is_dir() else home
    clear(where)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=where))
    lock = try_lock(folder / _OWNER)
    server = EmbeddedServer(folder, settings={} if kept else _QUICK)
    try:
        server.ensure_running()
        yield server
    finally:
        _remove(server)
        if lock is not None:
            os.close(lock)


def clear(where: Path) -> None:
    """Stop and remove servers whose owner was killed."""
    for folder in where.glob(f"{PREFIX}*"):
        is_young = time.time() - folder.stat().st_mtime < _YOUNG_S
        is_ours = folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.geteuid()
        if is_ours and not is_locked(folder / _OWNER) and not (is_young and not (folder / _OWNER).exists()):
            _remove(EmbeddedServer(folder))


def _remove(server: EmbeddedServer) -> None:
    server.stop()
    server.leave()
    shutil.rmtree(server.home, ignore_errors=True)
    shutil.rmtree(server.socket_folder, ignore_errors=True)  # elsewhere, where the path would be too long
