"""What people have: archives, encodings, separators, workbooks; and what is refused before anything is stored."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Engine

from elec_pipeline.errors import ImportFormatError
from elec_pipeline.imports import containers, opening
from elec_pipeline_tests.imports.importing import (
    HEADER,
    REAL_TIME,
    eco2mix,
    history_dump,
    hour_rows,
    imported,
    raw,
    written,
)

DAY, NEXT_DAY = "2024-06-03", "2024-06-04"
FILE = eco2mix(hour_rows(DAY)).encode("latin-1")
SECOND = eco2mix(hour_rows(NEXT_DAY)).encode("latin-1")
DUMP = history_dump([(f"2025-06-02 2{n}:00:00+00", 50_000 + n) for n in range(3)])
MAC = {"__MACOSX/._a.xls": b"\x00\x05\x16\x07\x00\x02\x00\x00", ".DS_Store": b"\x00\x00\x00\x01Bud1"}


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def sheet(text: str = FILE.decode("latin-1"), *, typed: bool = True) -> list[list[object]]:
    """The cells of a file, as Excel makes them of its text."""

    def cell(name: str, field: str) -> object:
        if not typed or not field:
            return field or None
        if name == "Date":
            return datetime.combine(date.fromisoformat(field), time(0))
        if name == "Heures":
            return time.fromisoformat(field)
        return int(field) if field.isdigit() else field

    names, *rows = [line.split(";") for line in text.splitlines()]
    return [list(names), *([cell(*pair) for pair in zip(names, row, strict=True)] for row in rows)]


@pytest.mark.parametrize("archive", [zipped, tarred])
def test_an_archive_made_by_macos_is_read_and_its_shadow_files_are_not(
    engine: Engine, tmp_path: Path, archive: Callable[[dict[str, bytes]], bytes]
) -> None:
    summary = imported(engine, written(tmp_path, "a.zip", archive({"a.xls": FILE, **MAC})))
    assert (summary.counts.stored, summary.notes) == (4, [])


@pytest.mark.parametrize("archive", [zipped, tarred])
def test_every_history_of_an_archive_is_read_and_a_readme_is_passed_over_with_a_word(
    engine: Engine, tmp_path: Path, archive: Callable[[dict[str, bytes]], bytes]
) -> None:
    files = {"a.xls": FILE, "b.txt": b"read me\n", "folder/c.xls": SECOND, "dump.sql": DUMP.encode()}
    summary = imported(engine, written(tmp_path, "a.zip", archive(files)))
    assert summary.counts.stored == 4 + 4 + 3
    assert [note for note in summary.notes if "passed over" in note] == [
        "a.zip/b.txt is no history, and was passed over."
    ]
    assert imported(engine, tmp_path / "a.zip").counts.there_already == 11


@pytest.mark.parametrize("last", ["regional", "bomb", "cut", "undated"])
def test_nothing_is_stored_of_an_archive_whose_last_file_is_refused(
    engine: Engine, tmp_path: Path, last: str
) -> None:
    bad = {
        "regional": FILE.replace(b"France", b"Bretagne"),
        "bomb": b"PGDMP\x01\x10",
        "cut": DUMP[: DUMP.index("\\.")].encode(),
        "undated": eco2mix(hour_rows("03/06/2024")).encode("latin-1"),
    }[last]
    with pytest.raises(ImportFormatError, match=r"a\.zip/z"):
        imported(engine, written(tmp_path, "a.zip", zipped({"a.xls": FILE, "z": bad})))
    assert raw(engine) == []


@pytest.mark.parametrize(
    "pack",
    [
        gzip.compress,
        bz2.compress,
        lzma.compress,
        lambda content: gzip.compress(tarred({"a": content})),
        lambda content: bz2.compress(tarred({"a.gz": gzip.compress(content)})),
        lambda content: zipped({"inner.zip": zipped({"a": content})}),
        lambda content: gzip.compress(zipped({"a": content})),
    ],
    ids=["gzip", "bzip2", "xz", "tar.gz", "gz in tar.bz2", "zip in zip", "zip.gz"],
)
def test_a_file_is_read_whatever_it_is_packed_in(
    engine: Engine, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    assert imported(engine, written(tmp_path, "file", pack(FILE))).counts.stored == 4
    assert imported(engine, written(tmp_path, "dump", pack(DUMP.encode()))).counts.stored == 3


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "mac-roman"]
)
@pytest.mark.parametrize(
    "content", [FILE.decode("latin-1"), DUMP.replace("\ta\n", "\té\n")], ids=["eCO2mix", "dump"]
)
def test_a_file_is_read_in_the_encoding_that_it_has(
    engine: Engine, tmp_path: Path, encoding: str, content: str
) -> None:
    summary = imported(engine, written(tmp_path, "file", content.encode(encoding)))
    assert summary.counts.stored == summary.read > 0
    [source] = {row[1] for row in raw(engine)}
    if "COPY" not in content:
        # Where the encoding says nothing of itself, the accents of the names are lost; the columns are not.
        assert source == "eco2mix-consolidated"
        assert summary.written["rte_forecasts D-1"].inserted == summary.written["rte_forecasts ID"].inserted == 1
    elif encoding != "mac-roman":
        assert source == "import:é"


def test_text_that_ends_in_the_middle_of_a_character_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ImportFormatError, match="cut off or damaged"):
        imported(engine, written(tmp_path, "file", DUMP.encode("utf-16")[:-1]))


@pytest.mark.parametrize(
    ("separator", "ends", "first"),
    [
        ("\t", "\r\n", ""),
        (";", "\n", ""),
        (",", "\r\n", ""),
        ("|", "\n", ""),
        (";", "\r\n", "sep={}\r\n"),
        (",", "\r", "sep={}\r\n"),
    ],
)
def test_a_table_is_read_with_the_separator_that_it_has(
    engine: Engine, tmp_path: Path, separator: str, ends: str, first: str
) -> None:
    text = (first.format(separator) + FILE.decode("latin-1").replace(";", separator)).replace("\r\n", ends)
    assert imported(engine, written(tmp_path, "file.csv", text)).counts.stored == 4


def test_quotes_decimal_commas_and_blanks_between_thousands_are_read(engine: Engine, tmp_path: Path) -> None:
    row = '"France","Données consolidées","2024-06-03","00:00","50 000,5","50\xa0500","ND"\r\n'
    imported(engine, written(tmp_path, "file.csv", f"{HEADER.replace(';', ',')}\r\n{row}"))
    assert raw(engine) == [("2024-06-02 22:00", "eco2mix-consolidated", 50_000.5)]


@pytest.mark.parametrize("names", ["labels", "names"])
def test_the_open_datas_csv_is_read_by_its_instants(engine: Engine, tmp_path: Path, names: str) -> None:
    labels = "Périmètre;Nature;Date;Heure;Date et Heure;Consommation (MW);Prévision J-1 (MW);Prévision J (MW)"
    header = (
        labels
        if names == "labels"
        else "perimetre;nature;date;heure;date_heure;consommation;prevision_j1;prevision_j"
    )
    # In no order; spring's phantom hour; one row whose two times do not agree.
    lines = [
        "2024-03-31;03:00;2024-03-31T03:00:00+02:00;50002",
        "2024-03-31;02:00;2024-03-31T03:00:00+02:00;99999",
        "2024-03-31;01:30;2024-03-31T01:30:00+01:00;50001",
        "2024-03-31;04:00;2024-03-31T05:00:00+02:00;50003",
        "2024-10-27;02:00;2024-10-27T02:00:00+01:00;50004",
    ]
    text = "\n".join([header, *(f"France;Données consolidées;{line};;" for line in lines)])
    summary = imported(engine, written(tmp_path, "file.csv", text.encode("utf-8-sig")))
    assert (summary.n_bad, summary.counts.stored) == (1, 3)
    starts = [at for at, _, _ in raw(engine)]
    assert {"2024-03-31 00:30", "2024-03-31 01:00", "2024-10-27 01:00"} <= set(starts)
    assert 99_999 not in {load for _, _, load in raw(engine)}


@pytest.mark.parametrize("column", ["Région", "Libellé Métropole", "Code INSEE région"])
def test_the_open_datas_regional_files_are_refused(engine: Engine, tmp_path: Path, column: str) -> None:
    text = f"{column};Nature;Date;Heure;Date - Heure;Consommation (MW)\nBretagne;x;2024-06-03;00:00;;50000\n"
    with pytest.raises(ImportFormatError, match="Bretagne"):
        imported(engine, written(tmp_path, "file.csv", text))


def test_a_daily_file_is_read_by_its_title(engine: Engine, tmp_path: Path) -> None:
    columns = "Heures\tConsommation\tPrévision J-1\tPrévision J\t"
    text = ""
    for title, nature in (("03/06/2012", REAL_TIME), ("04/06/2012", "Données définitives")):
        text += f"Journée du {title}\n{nature}\n{columns}\n"
        text += "".join(f"00:{minute}\t50000\t50500\t50600\t\n" for minute in ("00", "15"))
    summary = imported(engine, written(tmp_path, "file.xls", text))
    assert summary.counts.stored == summary.read == 4
    assert [row[:2] for row in raw(engine)] == [
        ("2012-06-02 22:00", "eco2mix-realtime"),
        ("2012-06-02 22:15", "eco2mix-realtime"),
        ("2012-06-03 22:00", "eco2mix-definitive"),
        ("2012-06-03 22:15", "eco2mix-definitive"),
    ]


@pytest.mark.parametrize("typed", [True, False], ids=["typed cells", "cells of text"])
def test_a_workbook_is_read_as_the_text_that_it_was_made_of(
    engine: Engine, tmp_path: Path, *, typed: bool
) -> None:
    summary = imported(engine, written(tmp_path, "file.xlsx", workbook(sheet(typed=typed))))
    assert summary.counts.stored == summary.read == 4
    assert [load for _, _, load in raw(engine)] == [50_000.0] * 4


def test_a_workbook_whose_dates_excel_turned_in_part_is_refused(engine: Engine, tmp_path: Path) -> None:
    rows = sheet()
    rows[-1][2] = "13/06/2024"
    with pytest.raises(ImportFormatError, match="several ways"):
        imported(engine, written(tmp_path, "file.xlsx", workbook(rows)))


def test_a_workbook_that_cannot_be_read_says_so(engine: Engine, tmp_path: Path) -> None:
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "xl/workbook.xml": b"<workbook/>",
        "xl/worksheets/sheet1.xml": b"<x/>",
    }
    with pytest.raises(ImportFormatError, match="Excel workbook"):
        imported(engine, written(tmp_path, "file.xlsx", zipped(parts)))
    with pytest.raises(ImportFormatError, match="neither"):
        imported(engine, written(tmp_path, "file.xlsx", workbook([["a", "b"], [1, 2]])))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"7z\xbc\xaf\x27\x1c", "unpack it first"),
        (b"Rar!\x1a\x07", "unpack it first"),
        (b"\x28\xb5\x2f\xfd", "zstd -d"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"PAR1\x15", "Parquet"),
        (b'[{"date": "2024-06-03"}]', "JSON.*CSV"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"%PDF-1.7", "PDF"),
        (tarred({"toc.dat": b"PGDMP"}), "tar format.*pg_restore"),
        (zipped({"b.txt": b"read me"}), r"b\.txt is neither"),
        (zipped(MAC), "holds no file"),
        (zipped({"a": FILE})[:-30], "unpacked"),
        (gzip.compress(FILE)[:-12], "unpacked"),
        (b"Date;Heures;Consommation" + b"x" * 1_100_000, "line of"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",  # archives hold the time they were made at
)
def test_what_cannot_be_read_says_what_it_is_and_what_to_do(
    engine: Engine, tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(ImportFormatError, match=words):
        imported(engine, written(tmp_path, "file", content))


def test_a_folder_and_a_pipe_are_refused_with_what_to_do(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ImportFormatError, match="folder"):
        imported(engine, tmp_path)
    (tmp_path / "toc.dat").touch()
    with pytest.raises(ImportFormatError, match="pg_restore"):
        imported(engine, tmp_path)


@pytest.mark.parametrize(
    "pack",
    [
        gzip.compress,
        bz2.compress,
        lzma.compress,
        lambda content: zipped({"a": content}),
        lambda content: gzip.compress(tarred({"a": content})),
        lambda _: workbook(sheet()),
    ],
    ids=["gzip", "bzip2", "xz", "zip", "tar.gz", "xlsx"],
)
def test_what_unpacks_to_too_much_is_refused_whatever_it_is_packed_in(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(containers, "MOST_UNPACKED_BYTES", 1_000)
    with pytest.raises(ImportFormatError, match="unpacks to more than"):
        imported(engine, written(tmp_path, "file", pack(FILE + b"\r\n" * 1_000)))
    assert raw(engine) == []


def test_archives_in_archives_have_an_end(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = FILE
    for _ in range(containers.DEEPEST + 1):
        packed = gzip.compress(packed)
    with pytest.raises(ImportFormatError, match="deep"):
        imported(engine, written(tmp_path, "file.gz", packed))
    monkeypatch.setattr(containers, "MOST_MEMBERS", 3)
    with pytest.raises(ImportFormatError, match="more than 3 files"):
        imported(engine, written(tmp_path, "a.zip", zipped({f"{n}.txt": b"read me" for n in range(5)})))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8-sig"])
def test_an_encoding_without_a_mark_is_told_by_its_zeros(encoding: str) -> None:
    assert opening.encoding_of(HEADER.encode(encoding.removesuffix("-sig"))) == encoding
