"""An import in a test: run, and its counts looked at every time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine, text

from elec_pipeline.commands.importing import run_import
from elec_pipeline.imports.summary import ImportSummary

HEADER = "Périmètre;Nature;Date;Heures;Consommation;Prévision J-1;Prévision J"
CONSOLIDATED, REAL_TIME, DEFINITIVE = "Données consolidées", "Données temps réel", "Données définitives"
DUMP_HEAD = "--\n-- PostgreSQL database dump\n--\n\n"


def imported(engine: Engine, given: str | Path, time_zone: str = "Europe/Paris") -> ImportSummary:
    """Import, and see that every row is accounted for, here and in what the user reads."""
    summary = run_import(engine, str(given), time_zone=time_zone, show_progress=False)
    counts = summary.counts
    left_out = sum(counts.left_out.values())
    assert counts.read == counts.stored + counts.there_already + left_out
    said = f"{counts.read:,} rows read = {counts.stored:,} stored + {counts.there_already:,} there already"
    assert next(summary.lines()).startswith(f"{said} + {left_out:,} left out")
    return summary


def written(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file as RTE does: Latin-1."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("latin-1"))
    return path


def hour_rows(day: str, nature: str | None = CONSOLIDATED, load: int = 50_000, *, quarters: bool = False) -> str:
    """Return the first four rows of a day: half-hours of consumption, or quarters; forecasts by quarter."""
    lines = []
    for n, minute in enumerate(("00", "15", "30", "45")):
        value = str(load + n) if quarters else str(load) if n % 2 == 0 else ""
        lines.append(";".join(["France", *([] if nature is None else [nature]), day, f"00:{minute}", value]))
    return "".join(f"{line};50500;50600\r\n" for line in lines)


def eco2mix(*rows: str, header: str = HEADER) -> str:
    """Return a file of eCO2mix."""
    return f"{header}\r\n" + "".join(rows)


def history_dump(
    rows: Sequence[tuple[str, object]], *, table: str = "public.historical_data", source: str = "a"
) -> str:
    """Return a dump of a table of actual values."""
    lines = "".join(f"{at}\t{value}\t{source}\n" for at, value in rows)
    return f'{DUMP_HEAD}COPY {table} ("timestamp", value, source) FROM stdin;\n{lines}\\.\n'


def raw(engine: Engine) -> list[tuple[str, str, float]]:
    """Return what is stored: instant (UTC), source and load of each quarter-hour."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT interval_start, source, load_mw FROM elec.raw_consumption ORDER BY interval_start")
        )
        return [(f"{at:%Y-%m-%d %H:%M}", source, load) for at, source, load in rows]
