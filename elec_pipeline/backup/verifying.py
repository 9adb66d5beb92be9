"""Whether a backup can be restored: it is, into a server of its own, and compared table by table.

Here: restoring one database and comparing it, and the whole check. Not here: restoring over what is there
(`restoring`).
"""

from __future__ import annotations

from pathlib import Path

import psycopg

from elec_pipeline.backup import archive, replaying, snapshot
from elec_pipeline.backup.manifest import ELEC, Manifest
from elec_pipeline.backup.scratch import scratch_server
from elec_pipeline.errors import DamagedBackupError
from elec_pipeline.store.tables import SCHEMA


def verify(path: Path, home: Path) -> Manifest:
    """Restore a backup into a scratch server, and compare rows and contents of every table.

    Args:
        path: The archive.
        home: ELEC_HOME, in which the scratch server lies for that while.

    Returns:
        What the backup says of itself, all of which is true.

    Raises:
        DamagedBackupError: It is not what it was.
        BackupError: It cannot be restored.
        EmbeddedServerError: No scratch server can be started.
    """
    with scratch_server(home) as server:
        members = server.home / "members"
        members.mkdir(mode=0o700)
        noted = archive.extract(path, members)
        for role in noted.databases:
            server.ensure_database(role)
            with snapshot.connect(server.url(role)) as connection:
                rebuild(connection, members, noted, role)
    return noted


def rebuild(connection: psycopg.Connection, members: Path, noted: Manifest, role: str) -> None:
    """Bring a database of a backup into an empty one, and compare.

    Args:
        connection: To the empty database, in autocommit.
        members: The extracted archive.
        noted: What the backup says of itself.
        role: Which of its databases.

    Raises:
        BackupError: The server refuses it.
        DamagedBackupError: What is there now is not what was dumped.
    """
    expected = noted.databases[role]
    replaying.replay(connection, members / expected.member, noted.dumped_by)
    found = snapshot.rows(connection, SCHEMA if role == ELEC else None)
    differing = sorted(
        name for name in found.keys() | expected.tables.keys() if found.get(name) != expected.tables.get(name)
    )
    if differing:
        raise DamagedBackupError(
            f"Restored, the backup's tables {', '.join(differing)} are not what was dumped: take another backup."
        )
