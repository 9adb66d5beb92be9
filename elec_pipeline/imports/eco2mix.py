"""eCO2mix files into the tables: actual values, their hours, and RTE's D-1 and intraday forecasts.

Here: chunks of whole days, so that memory stays flat, and what each becomes. Not here: the text of a line
(`eco2mix_rows`). The column «Nature» says whether values are definitive, consolidated or real-time, and by it
rows are stored as `eco2mix-definitive`, `eco2mix-consolidated` or `eco2mix-realtime`; the last never replaces
another's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain import load_curve
from elec_pipeline.domain.delivery_day import delivery_day
from elec_pipeline.errors import ImportFormatError
from elec_pipeline.imports.eco2mix_rows import VALUES, Entry, decoded, entry, header, instants, perimeter
from elec_pipeline.imports.opening import Lines
from elec_pipeline.imports.summary import ImportSummary
from elec_pipeline.sources.odre_reply import in_quarters
from elec_pipeline.steps.consumption import average_hours, store_vintages, to_vintages
from elec_pipeline.store.actuals import write_raw

CHUNK_ROWS = 31 * 96
_NOTHING_DUE = pd.DatetimeIndex([], tz="UTC")
_NATURES = (("temps", "eco2mix-realtime"), ("consolid", "eco2mix-consolidated"), ("", "eco2mix-definitive"))


def import_eco2mix(
    lines: Lines, engine: Engine, summary: ImportSummary, *, now: datetime, advance: Callable[[float], None]
) -> None:
    """Store the values of one file.

    Args:
        lines: Of the file.
        engine: Of the store.
        summary: Added to.
        now: Current instant, UTC.
        advance: Told the share of the file that is done, after each chunk.

    Raises:
        ImportFormatError: The file is for another area than France.
    """
    for rows in _chunks(lines, summary):
        curve = pd.DataFrame(rows, columns=["interval_start", "source", *VALUES])
        curve["interval_start"] = curve["interval_start"].astype("datetime64[us, UTC]")
        summary.empty += int(curve[list(VALUES)].isna().all(axis=1).sum())
        summary.cover(curve["interval_start"])
        _store(curve, engine, summary, now)
        advance(lines.done)


def _store(curve: pd.DataFrame, engine: Engine, summary: ImportSummary, now: datetime) -> None:
    for kind in VALUES:
        cleaned = load_curve.clean(_series(curve, kind))
        summary.add_cleaned(cleaned)
        if kind == "REALISED":
            summary.add("raw_consumption", write_raw(engine, cleaned.curve, due=_NOTHING_DUE))
        else:
            vintages = to_vintages(cleaned.curve, kind, now)
            summary.add(f"rte_forecasts {kind}", store_vintages(engine, vintages, now=now))
    first, last = (
        delivery_day(moment) for moment in (curve["interval_start"].min(), curve["interval_start"].max())
    )
    summary.add("hourly_consumption", average_hours(engine, first, last, now=now).written)


def _series(curve: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return one type as a load curve; half-hours of all but real-time data stand in both their quarters."""
    parts = []
    for source, of_source in curve.groupby("source"):
        values = pd.DataFrame(
            {"interval_start": of_source["interval_start"], "load_mw": of_source[kind].astype("float64")}
        )
        if source != "eco2mix-realtime":
            values = in_quarters(values)
        parts.append(values.assign(source=source))
    frame = pd.concat(parts, ignore_index=True).assign(resolution_minutes=15)
    return frame.assign(published_at=pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]"))


def _chunks(lines: Lines, summary: ImportSummary) -> Iterator[list[tuple[object, ...]]]:
    """Yield rows of whole days, some thousands at a time: instant, source, values by type."""
    numbered = iter(lines)
    _, first = next(numbered)
    columns = header(first)
    today: list[Entry] = []
    rows: list[tuple[object, ...]] = []
    for number, line in numbered:
        try:
            row = entry(number, line, columns)
        except ValueError as error:
            summary.read += 1
            summary.report_bad(f"{lines.name}, line {number}", f"{error}: {decoded(line)[:60]!r}")
            continue
        if row is None:
            continue
        summary.read += 1
        _refuse_other_areas(lines.name, number, perimeter(line, columns))
        if row.complaint:
            summary.report_bad(f"{lines.name}, line {number}", row.complaint)
        if today and row.wall.date() != today[0].wall.date():
            rows += _rows(today, summary)
            today = []
            if len(rows) >= CHUNK_ROWS:
                yield rows
                rows = []
        today.append(row)
    if today:
        rows += _rows(today, summary)
    if rows:
        yield rows


def _rows(of_day: list[Entry], summary: ImportSummary) -> Iterator[tuple[object, ...]]:
    for instant, row in instants(of_day):
        if instant is None:
            summary.no_such_hour += 1
        else:
            yield instant, _source(row.nature), *(row.load_mw[kind] for kind in VALUES)


def _source(nature: str) -> str:
    return next(name for word, name in _NATURES if word in nature.lower())


def _refuse_other_areas(name: str, number: int, area: str) -> None:
    if area and area.lower() != "france":
        raise ImportFormatError(
            f"{name}, line {number}, is for {area!r}: only the national files (Périmètre «France») can be "
            "imported."
        )
