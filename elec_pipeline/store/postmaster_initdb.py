"""Creating the embedded server's empty database, whole or not at all.

Here: `initdb`, its settings, and the refusal to begin anew beside older data. Not here: starting it.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from elec_pipeline.errors import EmbeddedServerError
from elec_pipeline.store import postmaster
from elec_pipeline.store.postmaster_account import ServerAccount
from elec_pipeline.store.postmaster_binaries import Binaries

SUPERUSER = "postgres"
INITIAL_SETTINGS = {
    "max_connections": "60",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Parallel queries need /dev/shm, of which a container has 64 MB, and gain nothing on a small server.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    # One log per weekday, emptied when its day comes round again.
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
}
"""Written to postgresql.conf when the database is created; the owner may change them there."""


def create(data: Path, binaries: Binaries, account: ServerAccount, *, sync: bool = True) -> None:
    """Create an empty database; its folder gets its name only when it is complete and on the disk.

    Args:
        data: The folder to create, whose parent exists.
        binaries: PostgreSQL's programs.
        account: Whom it will belong to.
        sync: Whether it must outlive a power cut.

    Raises:
        EmbeddedServerError: `initdb` fails, or data of another major version are there.
        OSError: The folder cannot be created.
    """
    others = [path for path in data.parent.glob("data-*") if re.fullmatch(r"data-\d+", path.name)]
    if others:
        raise EmbeddedServerError(
            f"{others[0]} was written by another major version of PostgreSQL than the one installed, "
            f"{binaries.version}. `elec db upgrade` carries the data over, with pg_dump and a server of the "
            "older version; or move that folder away to begin with an empty database."
        )
    partial = data.with_name(f"{data.name}.partial")
    if partial.exists():
        shutil.rmtree(partial)  # whoever was creating it was killed
    account.make_private(partial)
    options = ["--encoding=UTF8", "--locale=C", "--auth-local=trust", "--auth-host=reject"]
    options += [] if sync else ["--no-sync"]
    options += [f"--set={name}={value}" for name, value in INITIAL_SETTINGS.items()]
    code, said = postmaster.run(
        binaries.program("initdb"), "-D", partial, "-U", SUPERUSER, *options, account=account
    )
    if code != 0:
        raise EmbeddedServerError(
            f"The embedded database could not be created in {data}: {said}\nFree some disk space or set "
            "ELEC_HOME to another folder, or set DATABASE_URL to a PostgreSQL server."
        )
    partial.rename(data)
    parent = os.open(data.parent, os.O_RDONLY)
    try:
        os.fsync(parent)  # initdb has written its files through; this does the same for the name
    finally:
        os.close(parent)
