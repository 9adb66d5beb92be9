"""RTE's eCO2mix files, line by line: one country, 96 rows a day by Paris wall clock.

Here: the text of a line to instants and values; pure. Not here: what becomes of them (`eco2mix`).

A file says no UTC. The hour that spring skips has rows all the same, which are no values. Of the hour that autumn
repeats there is one row a quarter: the second pass, as the open data's instants of the same rows say. Where a
file has the hour twice, the first rows are the first pass.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from elec_pipeline.domain.delivery_day import HOUR, PARIS, day_end, day_start

VALUES = {"REALISED": "consommation", "D-1": "previsionj1", "ID": "previsionj"}
_NEEDED = ("date", "heures", "consommation")
_NO_VALUE = {"", "ND", "N/D", "-", "NULL"}
_FRENCH_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
_DAY = 24 * HOUR


@dataclass(frozen=True)
class Columns:
    """Where the columns of interest stand in a file, and what separates them."""

    position: dict[str, int]
    separator: str


@dataclass(frozen=True)
class Entry:
    """One row: its line, its wall-clock time in Paris, its nature, and values in MW (None: none)."""

    line: int
    wall: datetime
    nature: str
    load_mw: dict[str, float | None]
    complaint: str = ""


def decoded(line: bytes) -> str:
    """Return a line as text: UTF-8 where it is, else Latin-1, which RTE writes."""
    try:
        return line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        return line.decode("latin-1").rstrip("\r\n")


def is_header(line: bytes) -> bool:
    r"""Tell whether a line is the first of an eCO2mix file.

    Example:
        >>> is_header("Périmètre\tNature\tDate\tHeures\tConsommation\tPrévision J-1\t".encode("latin-1"))
        True
    """
    return all(name in header(line).position for name in _NEEDED)


def header(line: bytes) -> Columns:
    """Return where the columns stand, by names without accents, signs and capitals."""
    text = decoded(line)
    separator = "\t" if "\t" in text else ";"
    names = [_plain(name) for name in text.split(separator)]
    return Columns({name: names.index(name) for name in reversed(names) if name}, separator)


def entry(number: int, line: bytes, columns: Columns) -> Entry | None:
    """Read one line; None for what is no row: an empty line, RTE's disclaimer at the end.

    Raises:
        ValueError: Date or time cannot be read; the message says which.
    """
    fields = decoded(line).split(columns.separator)
    filled = [text for text in fields if text.strip()]
    if not filled or (len(filled) == 1 and filled[0].lstrip(' "').startswith("RTE ")):
        return None

    def field(name: str) -> str:
        position = columns.position.get(name, len(fields))
        return fields[position].strip().strip('"') if position < len(fields) else ""

    wall = datetime.combine(_day(field("date")), _time(field("heures")))
    loads: dict[str, float | None] = {}
    complaint = ""
    for kind, name in VALUES.items():
        try:
            loads[kind] = _load(field(name))
        except ValueError:
            loads[kind] = None
            complaint = f"{field(name)!r} is no load"
    return Entry(number, wall, field("nature"), loads, complaint)


def perimeter(line: bytes, columns: Columns) -> str:
    """Return the area that a line is for; empty where the file does not say."""
    fields = decoded(line).split(columns.separator)
    position = columns.position.get("perimetre", len(fields))
    return fields[position].strip().strip('"') if position < len(fields) else ""


def instants(entries: list[Entry]) -> Iterator[tuple[datetime | None, Entry]]:
    """Give each row of one Paris day its instant, UTC; None where the clock never showed it.

    Example:
        >>> rows = [Entry(n, datetime(2025, 10, 26, 2), "", {}) for n in (1, 2)]
        >>> [str(at) for at, _ in instants(rows)], [str(at) for at, _ in instants(rows[:1])]
        (['2025-10-26 00:00:00+00:00', '2025-10-26 01:00:00+00:00'], ['2025-10-26 01:00:00+00:00'])
    """
    day = entries[0].wall.date()
    start, midnight = day_start(day), datetime.combine(day, time(0))
    if day_end(day) - start == _DAY:
        for row in entries:
            yield start + (row.wall - midnight), row
        return
    times = [row.wall for row in entries]
    seen: set[datetime] = set()
    for row in entries:
        is_first_pass = row.wall not in seen and times.count(row.wall) > 1
        seen.add(row.wall)
        local = row.wall.replace(tzinfo=PARIS, fold=0 if is_first_pass else 1)
        at = local.astimezone(UTC)
        yield (at if at.astimezone(PARIS).replace(tzinfo=None) == row.wall else None), row


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", letters)


def _day(text: str) -> date:
    french = _FRENCH_DATE.fullmatch(text)
    try:
        return date(int(french[3]), int(french[2]), int(french[1])) if french else date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date") from None


def _time(text: str) -> time:
    try:
        wall_clock = time.fromisoformat(text.rjust(5, "0"))
    except ValueError:
        raise ValueError(f"{text!r} is no time of day") from None
    if timedelta(minutes=wall_clock.minute, seconds=wall_clock.second) % timedelta(minutes=15):
        raise ValueError(f"{text!r} begins no quarter-hour")
    return wall_clock


def _load(text: str) -> float | None:
    return None if text.upper() in _NO_VALUE else float(text.replace(",", "."))
