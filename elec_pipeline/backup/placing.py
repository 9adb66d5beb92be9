"""Checkpoints of a backup, into ELEC_HOME.

Here: folders that are there already stay, or make way where they differ. Not here: which model is in use.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from elec_pipeline.backup import archive
from elec_pipeline.backup.manifest import CHECKPOINTS
from elec_pipeline.forecasting.lifecycle import registry
from elec_pipeline.home import folder


@contextmanager
def placed(members: Path, models: Sequence[str], home: Path) -> Iterator[None]:
    """Put checkpoints where the registry looks for them; where the block fails, all is as it was.

    Args:
        members: The extracted archive.
        models: Versions whose checkpoints are in it.
        home: ELEC_HOME.
    """
    undo: list[tuple[Path, Path | None]] = []
    there = folder(home, registry.checkpoints(home).name)
    try:
        for version in models:
            source, place = members / CHECKPOINTS / version, there / version
            if place.is_dir() and archive.members_of(place) == archive.members_of(source):
                continue
            former = None
            if place.exists():
                former = place.with_name(f"{version}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
                place.rename(former)
            undo.append((place, former))
            source.rename(place)
        yield
    except BaseException:
        for place, former in reversed(undo):
            shutil.rmtree(place, ignore_errors=True)
            if former is not None:
                former.rename(place)
        raise
