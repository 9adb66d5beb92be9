"""Who may do what in a restored database.

Here: to whom rights are given by which rule: to our roles by the store's (`store.roles`), to those of others as
the dump has them. Not here: rows (`replaying`), and who may connect, which a server keeps (`target`).
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine

from elec_pipeline.backup import replaying, snapshot
from elec_pipeline.backup.manifest import ELEC
from elec_pipeline.store import roles, urls
from elec_pipeline.store.session import pinned


def give_rights(url: str, role: str, dump: Path, dumped_by: int) -> list[str]:
    """Give everybody their rights in a restored database, so that no further command is needed.

    Args:
        url: Of the database, whose tables are there.
        role: Which of a backup's databases it is.
        dump: That it was restored from.
        dumped_by: Major version of the `pg_dump` that made it.

    Returns:
        What could not be given, a sentence each; what our own roles lack is in the log.
    """
    engine = create_engine(urls.for_sqlalchemy(pinned(url)))
    try:
        with engine.begin() as connection:
            if role == ELEC:
                roles.settle(connection)
            else:
                roles.open_dagster(connection)
    finally:
        engine.dispose()
    with snapshot.connect(url) as connection:
        return replaying.grant(connection, dump, dumped_by, but_for=(roles.OWNER, roles.WRITER, roles.READER))
