"""eCO2mix files into the tables: actual values, their hours, and RTE's D-1 and intraday forecasts.

Here: the rows of all files in order of time, month by month, and what becomes of each. Not here: the text of a
line (`eco2mix_lines`) and its meaning (`eco2mix_rows`). The column «Nature» says whether values are definitive,
consolidated or real-time, and by it rows are stored as `eco2mix-definitive`, `eco2mix-consolidated` or
`eco2mix-realtime`; rows without it as `import:eco2mix`. Which of them stands is for `domain.provenance` to say.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import delivery_day
from elec_pipeline.errors import ImportFormatError
from elec_pipeline.imports.counting import Outcome
from elec_pipeline.imports.dates import DateOrder, prove_order
from elec_pipeline.imports.eco2mix_lines import VALUES, fields
from elec_pipeline.imports.eco2mix_rows import REAL_TIME, NoSuchHourError, entry, in_passes
from elec_pipeline.imports.intervals import QUARTER_MINUTES, in_quarters, with_lengths
from elec_pipeline.imports.landing import land_actuals, land_undated
from elec_pipeline.imports.opening import Lines
from elec_pipeline.imports.staging import Staging
from elec_pipeline.imports.summary import ImportSummary

_COLUMNS = (
    ("row", "bigint"),
    ("file", "int"),
    ("at", "timestamptz"),
    ("is_exact", "bool"),
    ("source", "text"),
    *((kind, "float8") for kind in VALUES),
    ("unreadable", "text"),
)
_SHOWN_CHARACTERS = 60


def survey_eco2mix(lines: Lines) -> DateOrder:
    """Read a file to its end without storing anything, and return the order of its dates.

    Raises:
        ImportFormatError: It is for another area than France, or does not tell how it writes dates.
    """
    days: dict[str, int] = {}
    for row in fields(lines):
        days.setdefault(row.date, row.line)
        if not row.is_of_france:
            raise ImportFormatError(
                f"{lines.name}, line {row.line}, is for {row.area!r}: only the national files (Périmètre "
                "«France») can be imported."
            )
    return prove_order(lines.name, days)


def import_eco2mix(
    files: Iterator[tuple[Lines, DateOrder]],
    engine: Engine,
    summary: ImportSummary,
    *,
    now: datetime,
    tell: Callable[[str], None],
) -> None:
    """Stage the rows of some files, then store them.

    Args:
        files: Their lines, and the order of their dates.
        engine: Of the store.
        summary: Added to.
        now: Current instant, UTC.
        tell: Told what is being done.
    """
    numbers = itertools.count(1)
    with engine.connect() as connection:
        staging = Staging(connection, "eco2mix_rows", _COLUMNS)
        for file, (lines, order) in enumerate(files):
            staging.fill(_readable(file, lines, order, summary, numbers))
        for frame in staging.windows():
            tell(f"storing {delivery_day(frame['at'].iloc[0]):%B %Y}")
            _settle(in_passes(frame), engine, summary, now)


def _readable(
    file: int, lines: Lines, order: DateOrder, summary: ImportSummary, numbers: Iterator[int]
) -> Iterator[tuple[object, ...]]:
    for row in fields(lines):
        summary.counts.read += 1
        where = f"{lines.name}, line {row.line}"
        try:
            read = entry(row, order)
        except NoSuchHourError:
            summary.counts.rows[Outcome.NO_SUCH_HOUR] += 1
            continue
        except ValueError as error:
            summary.report_bad(where, f"{error}: {row.text[:_SHOWN_CHARACTERS]!r}")
            summary.counts.rows[Outcome.UNREADABLE] += 1
            continue
        for text in read.unreadable.values():
            summary.report_bad(where, f"{text!r} is no load")
        loads = (read.load_mw[kind] for kind in VALUES)
        yield next(numbers), file, read.at, read.is_exact, read.source, *loads, ",".join(read.unreadable)


def _settle(frame: pd.DataFrame, engine: Engine, summary: ImportSummary, now: datetime) -> None:
    """Store the rows of one month, and count them."""
    inside = frame[frame["is_inside"]]
    summary.cover(inside["at"])
    fates = []
    for kind in VALUES:
        valued = _with_lengths(frame[frame[kind].notna()].rename(columns={kind: "load_mw"}))
        quarters = in_quarters(valued[valued["is_inside"]])
        if len(quarters):
            columns = ["row", "at", "load_mw", "source", "interval_minutes", "part"]
            fates.append(_land(quarters[columns], kind, engine, summary, now))
        rest = inside[inside[kind].isna()]
        is_unreadable = rest["unreadable"].str.split(",").map(lambda kinds, kind=kind: kind in kinds).astype(bool)
        outcome = is_unreadable.map({True: int(Outcome.UNREADABLE), False: int(Outcome.EMPTY)})
        fates.append(pd.DataFrame({"row": rest["row"], "outcome": outcome.astype("int64")}).assign(kind=kind))
    summary.counts.settle(pd.concat(fates, ignore_index=True))


def _with_lengths(valued: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the length of their intervals; real-time ones are by quarter-hour, holes or not."""
    measured = with_lengths(valued, ["source"], within=["source"])
    is_real_time = measured["source"] == REAL_TIME
    return measured.assign(interval_minutes=measured["interval_minutes"].mask(is_real_time, QUARTER_MINUTES))


def _land(
    quarters: pd.DataFrame, kind: str, engine: Engine, summary: ImportSummary, now: datetime
) -> pd.DataFrame:
    if kind == "REALISED":
        return land_actuals(quarters, engine, summary, now)
    return land_undated(quarters, kind, engine, summary, now)
