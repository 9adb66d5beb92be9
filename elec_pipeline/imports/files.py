"""A file into the tables: looked through first, so that nothing is stored of one that turns out to be unreadable.

Here: which of a file's members are histories, and the two passes over them. Not here: unpacking (`containers`),
text (`opening`), and what becomes of the rows (`eco2mix`, `older_layout`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from elec_pipeline.errors import ImportFormatError
from elec_pipeline.imports.containers import members, opened_path
from elec_pipeline.imports.dates import DateOrder
from elec_pipeline.imports.dump import blocks
from elec_pipeline.imports.eco2mix import import_eco2mix, survey_eco2mix
from elec_pipeline.imports.older_layout import NO_TABLES, import_older
from elec_pipeline.imports.older_zones import Zones
from elec_pipeline.imports.opening import Format, Lines, recognise, unrecognised
from elec_pipeline.imports.summary import ImportSummary

Advance = Callable[[str, float], None]
"""Told what is being done, and which share of the file was read."""
Found = DateOrder | Format | None
"""What a member is: an eCO2mix file by the order of its dates, a dump, or nothing to import."""


def import_file(
    path: Path, engine: Engine, summary: ImportSummary, *, zone: ZoneInfo, now: datetime, advance: Advance
) -> None:
    """Store what a file holds.

    Args:
        path: Of the file.
        engine: Of the store.
        summary: Added to.
        zone: Of times without one in the older layout.
        now: Current instant, UTC.
        advance: Told how far it is.

    Raises:
        ImportFormatError: It cannot be imported; nothing was stored, and the message says what to do.
    """
    with opened_path(path) as raw:
        found = _survey(path, raw, summary, zone, advance)

        def tell(what: str) -> None:
            advance(what, 1.0)

        if any(isinstance(each, DateOrder) for each in found):
            import_eco2mix(_eco2mix_files(path, raw, found, advance), engine, summary, now=now, tell=tell)
        for lines in _dumps(path, raw, found):
            zones = Zones(zone)  # each dump sets its own
            import_older(blocks(lines, zones), engine, summary, zones=zones, now=now, tell=tell)


def _survey(path: Path, raw: IO[bytes], summary: ImportSummary, zone: ZoneInfo, advance: Advance) -> list[Found]:
    """Read every member to its end and tell what each is."""
    found: list[Found] = []
    passed_over: list[str] = []
    first_error: ImportFormatError | None = None
    for lines, is_packed_with_others in _each(path, raw):
        advance(f"looking through {lines.name}", lines.done)
        form = recognise(lines)
        if form is Format.ECO2MIX:
            found.append(survey_eco2mix(lines))
        elif form is Format.DUMP:
            if not sum(1 for _ in blocks(lines, Zones(zone))):
                raise ImportFormatError(NO_TABLES)
            found.append(form)
        else:
            error = unrecognised(lines)
            if not is_packed_with_others:
                raise error
            first_error = first_error or error
            passed_over.append(lines.name)
            found.append(None)
    if not any(found):
        raise first_error or ImportFormatError(f"{path} is an archive that holds no file to import.")
    summary.notes += [f"{name} is no history, and was passed over." for name in passed_over]
    return found


def _each(path: Path, raw: IO[bytes]) -> Iterator[tuple[Lines, bool]]:
    size = path.stat().st_size
    for member in members(path, raw):
        yield Lines(member.stream, raw, size), member.is_packed_with_others


def _eco2mix_files(
    path: Path, raw: IO[bytes], found: list[Found], advance: Advance
) -> Iterator[tuple[Lines, DateOrder]]:
    for (lines, _), each in zip(_each(path, raw), found, strict=False):
        if isinstance(each, DateOrder):
            advance(f"reading {lines.name}", lines.done)
            yield lines, each


def _dumps(path: Path, raw: IO[bytes], found: list[Found]) -> Iterator[Lines]:
    if Format.DUMP in found:
        for (lines, _), each in zip(_each(path, raw), found, strict=False):
            if each is Format.DUMP:
                yield lines
