"""What `elec doctor` finds of the backups: how old the newest is, and how the last nightly one went.

Here: the finding, and what it needs of both databases. Not here: the look at the folder (`backup.standing`), and
making one (`backup`).
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from elec_pipeline.backup.standing import standing
from elec_pipeline.commands.findings import Finding, in_words
from elec_pipeline.domain.freshness import OLDEST_BACKUP
from elec_pipeline.domain.timetable import BACKUP, written
from elec_pipeline.errors import ElecError
from elec_pipeline.settings import Settings
from elec_pipeline.store import database, queries
from elec_pipeline.store.orchestrator import LastRun, last_backup
from elec_pipeline.store.outage import own_words

_SUBJECT = "backup"


def look_at_backups(settings: Settings, engine: Engine | None) -> Finding:
    """Say how the backups do.

    Args:
        settings: Where they lie.
        engine: Of the store; None where it is away or has no tables: the folder alone is looked at then.
    """
    if engine is None:
        return examine_backups(settings)
    nightly = None
    try:
        with engine.connect() as connection:
            used_since = queries.first_forecast_at(connection)
        if database.has_dagster(engine):
            with database.opened_dagster(settings) as of_dagster, of_dagster.connect() as connection:
                nightly = last_backup(connection)
    except (ElecError, SQLAlchemyError) as error:
        return Finding(_SUBJECT, is_well=False, text=own_words(error))
    return examine_backups(settings, nightly=nightly, used_since=used_since)


def examine_backups(
    settings: Settings, *, nightly: LastRun | None = None, used_since: datetime | None = None
) -> Finding:
    """Say whether there is a backup that is whole and not old.

    Args:
        settings: Where they lie.
        nightly: The last nightly run that has ended, where one is known.
        used_since: When the first model was used here, UTC: a new installation has no backup yet.
    """
    try:
        found = standing(settings)
    except OSError as error:
        text = f"{settings.backup_folder} cannot be looked into: {error.strerror or error}"
        return Finding(_SUBJECT, is_well=False, text=text)
    if found is None:
        return Finding(_SUBJECT, is_well=True, text="none is made: ELEC_BACKUPS is 0")
    now = datetime.now(UTC)
    made = "`elec backup --verify` makes one now"
    if found.newest is None:
        is_new = used_since is None or now - used_since < OLDEST_BACKUP
        text = f"none in {found.folder} yet; the next is made at {written(BACKUP)}, and {made}"
    else:
        is_new = now - found.newest <= OLDEST_BACKUP
        text = f"the newest in {found.folder} is {in_words(now - found.newest)} old"
        text += "" if is_new else f": {made}"
    trouble = [f"{path.name} is damaged" for path in found.damaged]
    if nightly is not None and not nightly.is_well and (found.newest is None or nightly.ended_at > found.newest):
        trouble.append(f"the last nightly one failed: run {nightly.run_id[:8]} in Dagster's UI says why")
    return Finding(_SUBJECT, is_well=is_new and not trouble, text="; ".join([text, *trouble]))
