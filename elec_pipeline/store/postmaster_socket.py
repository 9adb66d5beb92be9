"""The socket of the embedded server: where it lies, and whether anybody answers there.

Here: its folder, and what `pg_isready` says. Not here: starting and stopping (`embedded`, `postmaster`), and who
may enter the folder (`postmaster_account`).
"""

from __future__ import annotations

import enum
import hashlib
import os
import re
from pathlib import Path

from elec_pipeline.store import postmaster, postmaster_binaries
from elec_pipeline.store.postmaster_account import ServerAccount
from elec_pipeline.store.postmaster_initdb import SUPERUSER

SOCKET_PATH_LIMIT = 100
"""Bytes that a socket's path may have everywhere; the kernels stop at 104 or 108."""
SHORT_FOLDERS = Path("/tmp")  # noqa: S108 - each folder in it is 0700, and its owner is checked before use
"""Where a socket goes whose own path is too long. Fixed on purpose: TMPDIR and XDG_RUNTIME_DIR differ
between a login, a service and cron, and all of them must find the same socket."""


class Answer(enum.Enum):
    """What `pg_isready` says."""

    ACCEPTS = 0
    REJECTS = 1  # it starts, recovers or stops
    SILENT = 2


def socket_folder(root: Path) -> Path:
    """Return the folder of the socket, the same for every process that uses this state folder.

    Args:
        root: Of the server, `ELEC_HOME/postgres`.
    """
    folder = root / "run"
    length = len(os.fsencode(folder / f".s.PGSQL.{postmaster.PORT}"))
    # PostgreSQL and its clients read a list of folders here, and a comma would divide the path.
    if length <= SOCKET_PATH_LIMIT and re.fullmatch(r"[\w./ +=@-]+", str(folder)):
        return folder
    return SHORT_FOLDERS / f"elec-pg-{hashlib.sha256(os.fsencode(root)).hexdigest()[:12]}"


def ask(folder: Path, account: ServerAccount) -> Answer:
    """Return what the server that listens in a folder answers.

    `pg_ctl status` would trust the recorded process id; only an answer proves that a server is there.

    Raises:
        EmbeddedServerError: The folder is not the account's, or PostgreSQL is not installed.
    """
    if not os.path.lexists(folder):
        return Answer.SILENT
    account.require_private(folder)  # nobody else may answer in the server's place
    code, _ = postmaster.run(
        postmaster_binaries.installed().program("pg_isready"),
        "-q", "-t", "3", "-h", folder, "-p", str(postmaster.PORT), "-U", SUPERUSER, "-d", SUPERUSER,
    )  # fmt: skip
    return {0: Answer.ACCEPTS, 1: Answer.REJECTS}.get(code, Answer.SILENT)
