"""What a row of an eCO2mix file means: its instant, its quality, and its values. Pure.

Here: fields to values. Not here: where the fields stand (`eco2mix_lines`), and what becomes of the values
(`eco2mix`).

A file has 96 rows a day by Paris wall clock. RTE's own say no UTC. The hour that spring skips has rows all the
same, which are no values. Of the hour that autumn repeats there is one row a quarter: the second pass, as the
open data's instants of the same rows say. Where a file has the hour twice, the first rows are the first pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pandas as pd

from elec_pipeline.domain.delivery_day import HOUR, PARIS, QUARTER
from elec_pipeline.domain.provenance import DEFINITIVE_SUFFIX, IMPORT_PREFIX, REAL_TIME_SUFFIX
from elec_pipeline.imports.dates import DateOrder, read_date
from elec_pipeline.imports.eco2mix_lines import Fields

REAL_TIME = f"eco2mix{REAL_TIME_SUFFIX}"
_SOURCES = (("temps", REAL_TIME), ("consolid", "eco2mix-consolidated"), ("finitiv", f"eco2mix{DEFINITIVE_SUFFIX}"))
UNSAID = f"{IMPORT_PREFIX}eco2mix"
"""The source of rows that do not say their nature: they may be anything, so they replace nothing that is known."""
_NO_VALUE = {"", "ND", "N/D", "-", "NULL", "NAN"}
_CLOCK = re.compile(r"(\d{1,2})[:hH](\d{2})(?::00)?")
_LOAD = re.compile(r"[-+]?\d+(?:[.,]\d+)?")


class NoSuchHourError(ValueError):
    """A row is for a wall-clock time that spring's clock change skips: it is no value."""


@dataclass(frozen=True)
class Entry:
    """One row.

    Attributes:
        at: Instant, UTC; in an hour that is repeated the second pass, unless the row says its instant.
        is_exact: Whether the row says its instant.
        source: Name of its quality.
        load_mw: Values by type, MW; None where there is none.
        unreadable: Values that are no numbers, by type.
    """

    at: datetime
    is_exact: bool
    source: str
    load_mw: dict[str, float | None]
    unreadable: dict[str, str]


def entry(row: Fields, order: DateOrder) -> Entry:
    """Read one row.

    Raises:
        NoSuchHourError: Its time does not exist.
        ValueError: Date or time cannot be read; the message says which.
    """
    stated = _stated_instant(row.instant)
    if row.date and row.clock:
        wall = datetime.combine(read_date(row.date, order), _clock(row.clock))
        at = wall.replace(tzinfo=PARIS, fold=1).astimezone(UTC)
        if at.astimezone(PARIS).replace(tzinfo=None) != wall:
            raise NoSuchHourError
        if stated is not None and stated.astimezone(PARIS).replace(tzinfo=None) != wall:
            raise ValueError(f"{row.instant!r} is another time than {row.date} {row.clock}")
        at = stated or at
    elif stated is not None:
        at = stated
    else:
        raise ValueError(f"{(row.date or row.clock)!r} is no date with a time of day")
    if (at - datetime(2000, 1, 1, tzinfo=UTC)) % QUARTER:
        raise ValueError(f"{row.clock or row.instant!r} begins no quarter-hour")
    loads: dict[str, float | None] = {}
    unreadable = {}
    for kind, text in row.loads.items():
        try:
            loads[kind] = load(text)
        except ValueError:
            loads[kind], unreadable[kind] = None, text
    return Entry(at, stated is not None, _source(row.nature), loads, unreadable)


def load(text: str) -> float | None:
    """Return a load in MW; None where there is none.

    Raises:
        ValueError: It is no number.

    Example:
        >>> load("50 123,5"), load("ND")
        (50123.5, None)
    """
    plain = re.sub(r"(?<=\d)[\s\u202f\xa0](?=\d{3}\b)", "", text)
    if plain.upper() in _NO_VALUE:
        return None
    if not _LOAD.fullmatch(plain):
        raise ValueError(f"{text!r} is no load")
    return float(plain.replace(",", "."))


def in_passes(rows: pd.DataFrame) -> pd.DataFrame:
    """Move the rows of a repeated hour's first pass to it, where a file has the hour twice.

    Args:
        rows: Columns `at` (UTC, the second pass), `is_exact`, `file`, `source`, in the order of the file for equal
            `at`.

    Returns:
        The rows, ordered by `at`.
    """
    wall = rows["at"].dt.tz_convert(PARIS).dt.tz_localize(None)
    before = (rows["at"] - HOUR).dt.tz_convert(PARIS).dt.tz_localize(None)
    is_repeated = (wall == before) & ~rows["is_exact"]
    if not is_repeated.any():
        return rows
    keys = ["file", "source"]
    times = rows.groupby([*keys, "at"])["at"].transform("size")
    nth = rows.groupby([*keys, "at"]).cumcount()
    # A file that lists its days twice has the hour twice as well, and yet in one pass.
    usual = times.mask(is_repeated).groupby([rows["file"], rows["source"], wall.dt.date]).transform("median")
    is_first = is_repeated & (times == 2 * usual.fillna(1)) & (nth % 2 == 0)
    return rows.assign(at=rows["at"].mask(is_first, rows["at"] - HOUR)).sort_values("at", kind="stable")


def _source(nature: str) -> str:
    return next((name for word, name in _SOURCES if word in nature.lower()), UNSAID)


def _stated_instant(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.astimezone(UTC)


def _clock(text: str) -> time:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no time of day")
    try:
        wall_clock = time(int(match[1]), int(match[2]))
    except ValueError:
        raise ValueError(f"{text!r} is no time of day") from None
    if timedelta(minutes=wall_clock.minute) % QUARTER:
        raise ValueError(f"{text!r} begins no quarter-hour")
    return wall_clock
