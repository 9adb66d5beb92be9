"""Excel workbooks (.xlsx), as tab-separated text: one line a row of the sheet that holds a table.

Here: cells to text. Not here: what the text means (`eco2mix_rows`).
"""

from __future__ import annotations

import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import IO, cast

from elec_pipeline.errors import ImportFormatError

MOST_COLUMNS = 200
MOST_ROWS = 1_100_000
"""A sheet holds fewer than 2^20."""
MOST_BYTES = 1024**3
"""Of all parts of a workbook: a year by quarter-hour has 30 MB, and one part is read as a whole."""
_SPOOL_IN_MEMORY = 8 * 1024**2
_MARK = "xl/workbook.xml"
_BINARY_MARK = "xl/workbook.bin"


def is_workbook(names: Iterable[str]) -> bool:
    """Tell from the names in a zip archive whether it is a workbook of Excel's."""
    return any(name in (_MARK, _BINARY_MARK) for name in names)


@contextmanager
def workbook_lines(
    name: str, archive: zipfile.ZipFile, whole: IO[bytes], spend: Callable[[str, int], None]
) -> Iterator[IO[bytes]]:
    """Give the first sheet that is not empty as tab-separated UTF-8 text.

    Args:
        name: Of the file.
        archive: The workbook as what it is packed in.
        whole: The same, as a file that can be read from anywhere.
        spend: Charged with what it unpacks to, see `containers.Budget`.

    Raises:
        ImportFormatError: It cannot be read; the message says what to do.
    """
    n_bytes = sum(member.file_size for member in archive.infolist())
    spend(name, n_bytes)
    if n_bytes > MOST_BYTES:
        raise ImportFormatError(
            f"{name} is an Excel workbook that unpacks to {n_bytes:,} bytes: too much to read. Save the sheet as "
            "tab-separated text, then import that."
        )
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_IN_MEMORY) as text:
        try:
            for line in _rows(whole):
                text.write("\t".join(line).encode() + b"\n")
        except ImportFormatError:
            raise
        except Exception as error:
            # The library raises whatever the XML leads it to.
            raise ImportFormatError(
                f"{name} is an Excel workbook that cannot be read ({type(error).__name__}: {error}). Open it and "
                "save it as .xlsx or as tab-separated text, then import that."
            ) from error
        text.seek(0)
        yield cast("IO[bytes]", text)


def _rows(whole: IO[bytes]) -> Iterator[list[str]]:
    import openpyxl

    whole.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and printer settings, which nobody reads here
        book = openpyxl.load_workbook(whole, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a file says of them is often wrong
            is_empty = True
            for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True):
                line = [_text(cell) for cell in row]
                is_empty &= not any(line)
                yield line
            if not is_empty:
                return
    finally:
        book.close()


def _text(cell: object) -> str:
    """Return a cell as a text file would hold it.

    Example:
        >>> [_text(cell) for cell in (None, 50000.0, datetime(2024, 6, 3), time(0, 15), "ND")]
        ['', '50000', '2024-06-03', '00:15', 'ND']
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat(timespec="minutes")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())
