"""`elec import`: a history from a file or another database, with a progress bar and a summary."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Engine

from elec_pipeline.commands.progress import progress_bar
from elec_pipeline.errors import ConfigurationError, ImportFormatError
from elec_pipeline.imports.files import import_file
from elec_pipeline.imports.older_database import opened_database
from elec_pipeline.imports.older_layout import import_older
from elec_pipeline.imports.older_zones import Zones
from elec_pipeline.imports.summary import ImportSummary


def run_import(engine: Engine, given: str, *, time_zone: str, show_progress: bool = True) -> ImportSummary:
    """Import a file or a database.

    Args:
        engine: Of the store.
        given: Path of a file, or a `postgresql://` URL.
        time_zone: Of times without one in the older layout, where it does not tell itself.
        show_progress: Whether there is a bar.

    Raises:
        ImportFormatError: It cannot be imported; the message says what to do.
        RowsUnaccountedForError: The counts do not add up: a fault of ours.
        ConfigurationError: There is no such time zone.
    """
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(f"There is no time zone {time_zone!r}: name one such as Europe/Paris.") from None
    summary, now = ImportSummary(), datetime.now(UTC)
    with progress_bar(is_shown=show_progress) as bar:
        task = bar.add_task("looking", total=None)

        def advance(what: str, share: float | None) -> None:
            bar.update(task, description=what, total=None if share is None else 1.0, completed=share or 0.0)

        if urlsplit(given).scheme.startswith("postgres"):
            with opened_database(given) as tables:
                import_older(
                    tables, engine, summary, zones=Zones(zone), now=now, tell=lambda what: advance(what, None)
                )
        elif "://" in given:
            raise ImportFormatError(f"{given} is no database: download the file first, then import it.")
        else:
            import_file(Path(given), engine, summary, zone=zone, now=now, advance=advance)
    summary.counts.check()
    return summary
