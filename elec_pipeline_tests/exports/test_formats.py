"""Each format is read back as its readers do: hour by hour, figure by figure."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZipFile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from elec_pipeline.exports.making import written
from elec_pipeline.exports.resolution import Resolution
from elec_pipeline.exports.styles import Kind, Style
from elec_pipeline.exports.table import NAMES, export_table, loads_of, names_of
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.exports.series import nothing_of, quarters_of, series_of

EXCELS_DIGITS = 1e-15
"""How exactly Excel knows a figure."""
EVERY_FILE = [(kind, style) for kind in Kind for style in Style]


def read_back(content: bytes, kind: Kind, style: Style) -> pd.DataFrame:
    """Return a file as a program reads it: Paris times as text, instants in UTC, days as dates."""
    if kind is Kind.PARQUET:
        table = pd.read_parquet(BytesIO(content))
        for name in ("start_paris", "end_paris"):
            assert str(table[name].dt.tz) == "Europe/Paris"
            table[name] = [each.isoformat() for each in table[name]]
        return table
    if kind is Kind.XLSX:
        rows = openpyxl.load_workbook(BytesIO(content), read_only=True).active.iter_rows(values_only=True)
        names = next(rows)
        table = pd.DataFrame(list(rows), columns=names)
    elif style is Style.FRENCH:
        table = pd.read_csv(BytesIO(content), sep=";", decimal=",", encoding="utf-8-sig")
    else:
        table = pd.read_csv(BytesIO(content))
    table["delivery_day"] = pd.to_datetime(table["delivery_day"]).dt.date
    for name in ("start_utc", "issued_at_utc"):
        table[name] = pd.to_datetime(table[name], utc=True)
    return table


@every_day_length
@pytest.mark.parametrize(("kind", "style"), EVERY_FILE)
def test_what_is_read_back_is_what_was_written(day: date, n_hours: int, kind: Kind, style: Style) -> None:
    check_read_back(export_table(series_of(day)), Resolution.HOUR, n_hours, kind, style)


@every_day_length
@pytest.mark.parametrize(("kind", "style"), EVERY_FILE)
def test_quarters_that_are_read_back_are_those_that_were_written(
    day: date, n_hours: int, kind: Kind, style: Style
) -> None:
    table = export_table(quarters_of(day), Resolution.QUARTER)
    assert table["quarter_number"].tolist() == list(range(1, 4 * n_hours + 1))
    check_read_back(table, Resolution.QUARTER, 4 * n_hours, kind, style)


def check_read_back(table: pd.DataFrame, resolution: Resolution, n_rows: int, kind: Kind, style: Style) -> None:
    back = read_back(written(table, kind, style), kind, style)
    assert tuple(back.columns) == names_of(resolution)
    assert len(back) == n_rows
    assert pd.to_datetime(back["start_paris"], utc=True).tolist() == back["start_utc"].tolist()
    assert set(pd.Series(back["start_utc"]).diff().dropna()) == {pd.Timedelta(resolution.step)}
    for name in ("delivery_day", resolution.number_name, "start_utc", "issued_at_utc"):
        assert back[name].tolist() == table[name].tolist(), name
    for name in ("start_paris", "end_paris"):
        assert back[name].tolist() == [each.isoformat() for each in table[name]]
    for name in loads_of(resolution):
        found, expected = back[name].to_numpy(dtype=np.float64), table[name].to_numpy()
        np.testing.assert_allclose(found, expected, rtol=EXCELS_DIGITS if kind is Kind.XLSX else 0, err_msg=name)


@pytest.mark.parametrize(("kind", "style"), EVERY_FILE)
def test_of_days_without_data_a_file_has_its_headings(kind: Kind, style: Style) -> None:
    nothing = export_table(nothing_of(date(2025, 3, 31)))
    back = read_back(written(nothing, kind, style), kind, style)
    assert tuple(back.columns) == NAMES
    assert back.empty


@pytest.mark.parametrize(("kind", "style"), EVERY_FILE)
def test_a_file_made_again_later_has_the_same_bytes(
    kind: Kind, style: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = export_table(series_of(date(2025, 3, 31)))
    first = written(table, kind, style)
    later = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC).timestamp()
    monkeypatch.setattr(time, "time", lambda: later)
    assert written(table, kind, style) == first


def test_a_french_file_is_one_that_excel_in_french_opens() -> None:
    text = written(export_table(series_of(date(2025, 10, 26))), Kind.CSV, Style.FRENCH)
    assert text.startswith(b"\xef\xbb\xbfdelivery_day;")
    third = text.decode("utf-8-sig").splitlines()[3].split(";")
    assert third[:4] == ["2025-10-26", "3", "2025-10-26T02:00:00+02:00", "2025-10-26T02:00:00+01:00"]
    assert third[4] == "2025-10-26 00:00:00"
    assert third[6] == "50000,28571428572"


def test_a_workbook_has_days_and_figures_and_no_texts_of_them() -> None:
    content = written(export_table(series_of(date(2025, 10, 26))), Kind.XLSX, Style.FRENCH)
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert sheet.freeze_panes == "A2"
    cells = dict(zip(NAMES, sheet[2], strict=True))
    assert cells["delivery_day"].is_date
    assert cells["delivery_day"].number_format == "dd/mm/yyyy"
    assert cells["forecast_mw"].data_type == "n"
    assert cells["start_utc"].value == datetime(2025, 10, 25, 22)  # noqa: DTZ001 - a workbook knows no zones
    assert {each.date_time[0] for each in ZipFile(BytesIO(content)).infolist()} == {1980}
