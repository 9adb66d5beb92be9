"""The layout of eCO2mix files: which columns stand where, and the rows as text. Pure.

Here: lines to named fields. Not here: what the fields mean (`eco2mix_rows`).

| file | looks like |
|---|---|
| RTE's downloads | first line «Périmètre, Nature, Date, Heures, Consommation, Prévision J-1, …», tabs |
| RTE's daily files | «Journée du 03/06/2012», the nature, then «Heures, Consommation, …»; tabs |
| the open data's CSV | «Périmètre; Nature; Date; Heure; Date et Heure; Consommation (MW); …», semicolons |

Saved again by other programs they have commas or semicolons, quotes, a first line «sep=;», and letters whose
accents are lost.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

VALUES = {"REALISED": "consommation", "D-1": "previsionj1", "ID": "previsionj"}
"""Column by type of value."""
_SEPARATORS = "\t;,|"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_TITLE = re.compile(r"Journ\W{0,3}\w{0,2}\W{0,3}e du (\d{1,2})/(\d{1,2})/(\d{4})", re.IGNORECASE)
_NATURE_LINE = re.compile(r"\W*donn\S{1,3}es ", re.IGNORECASE)
_UNIT = re.compile(r"\(.*\)\s*$")
_NAMES = (
    (re.compile(r"p[a-z]{0,3}rim[a-z]{0,3}tre|territoire|(libelle)?region|(libelle)?metropole"), "area"),
    (re.compile(r"codeinsee(region|epci)?|codeepci"), "area"),
    (re.compile(r"nature"), "nature"),
    (re.compile(r"date(et)?heures?"), "instant"),
    (re.compile(r"date"), "date"),
    (re.compile(r"heures?"), "heures"),
    (re.compile(r"consommation"), "consommation"),
    (re.compile(r"pr[a-z]{0,3}visionj1"), "previsionj1"),
    (re.compile(r"pr[a-z]{0,3}visionj"), "previsionj"),
)
"""Columns by their names without accents, signs, units and capitals; a lost accent leaves up to three letters."""
_HEADER_WITHIN = 10
_FRANCE = ("", "france")


@dataclass(frozen=True)
class Columns:
    """Where the columns of interest stand in a file, and what separates them."""

    position: dict[str, int]
    separator: str

    @property
    def is_whole(self) -> bool:
        """Whether a row says its day by itself."""
        return "instant" in self.position or {"date", "heures"} <= self.position.keys()


@dataclass(frozen=True)
class Fields:
    """One row as text: its line, and its fields by the name of their column; empty where there is none."""

    line: int
    text: str
    date: str
    clock: str
    instant: str
    nature: str
    area: str
    loads: dict[str, str]

    @property
    def is_of_france(self) -> bool:
        """Whether the row is for the whole country, as far as the file says."""
        return self.area.lower() in _FRANCE


def find_header(lines: Sequence[str]) -> bool:
    r"""Tell whether some lines are the beginning of an eCO2mix file.

    Example:
        >>> find_header(["sep=;", "Périmètre;Nature;Date;Heures;Consommation;Prévision J-1"])
        True
        >>> find_header(["Journée du 03/06/2012", "Données temps réel", "Heures\tConsommation"])
        True
        >>> find_header(["Heures\tConsommation"])
        False
    """
    has_title = False
    for line in [line for line in lines if line.strip()][:_HEADER_WITHIN]:
        has_title |= _TITLE.search(line) is not None
        columns = header(line)
        if columns is not None and (columns.is_whole or has_title):
            return True
    return False


def header(line: str) -> Columns | None:
    """Return where the columns stand; None where the line names none."""
    if "onsommation" not in line.lower():
        return None
    for separator in _SEPARATORS:
        position: dict[str, int] = {}
        for place, name in enumerate(_split(line, separator)):
            column = _column(name)
            if column is not None:
                position.setdefault(column, place)
        if "consommation" in position and ("heures" in position or "instant" in position):
            return Columns(position, separator)
    return None


def fields(lines: Iterable[tuple[int, str]]) -> Iterator[Fields]:
    """Yield the rows of a file; titles, headers, empty lines and RTE's disclaimer are none."""
    columns: Columns | None = None
    day = nature = ""
    for number, line in lines:
        if not line.strip(' \t;,|"') or _SEPARATOR_LINE.fullmatch(line):
            continue
        if (title := _TITLE.search(line)) is not None:
            day, nature = f"{title[3]}-{title[2]:0>2}-{title[1]:0>2}", ""
            continue
        if (found := header(line)) is not None:
            columns = found
            continue
        separator = "\t" if columns is None else columns.separator
        parts = _split(line, separator)
        filled = [part for part in parts if part]
        if len(filled) == 1 and filled[0].startswith("RTE "):
            continue
        if len(filled) == 1 and _NATURE_LINE.match(filled[0]):
            nature = filled[0]
            continue
        if columns is None:
            continue  # a title of another kind
        yield _row(number, line, parts, columns, day, nature)


def _row(number: int, line: str, parts: list[str], columns: Columns, day: str, nature: str) -> Fields:
    def field(name: str, default: str = "") -> str:
        place = columns.position.get(name)
        return default if place is None else parts[place] if place < len(parts) else ""

    return Fields(
        line=number,
        text=line,
        date=field("date", day),
        clock=field("heures"),
        instant=field("instant"),
        nature=field("nature", nature),
        area=field("area"),
        loads={kind: field(name) for kind, name in VALUES.items()},
    )


def _split(line: str, separator: str) -> list[str]:
    if '"' not in line:
        return [part.strip() for part in line.split(separator)]
    return [part.strip() for part in next(csv.reader([line], delimiter=separator))]


def _column(name: str) -> str | None:
    letters = unicodedata.normalize("NFKD", _UNIT.sub("", name)).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]", "", letters)
    return next((column for pattern, column in _NAMES if pattern.fullmatch(plain)), None)
