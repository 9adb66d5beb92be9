from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from elec_pipeline.errors import ImportFormatError
from elec_pipeline.imports.dates import DateOrder, prove_order
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.imports.importing import eco2mix, hour_rows, imported, raw, written

STYLES = {DateOrder.DAY_FIRST: "%d/%m/%Y", DateOrder.MONTH_FIRST: "%m/%d/%Y", DateOrder.YEAR_FIRST: "%Y-%m-%d"}


def proved(*texts: str) -> DateOrder:
    return prove_order("file", {text: line for line, text in enumerate(texts, 2)})


def test_month_first_dates_land_in_their_month_where_one_of_them_proves_it(engine: Engine, tmp_path: Path) -> None:
    text = eco2mix(*(hour_rows(day) for day in ("12/10/2024", "12/11/2024", "12/13/2024")))
    summary = imported(engine, written(tmp_path, "file.csv", text))
    assert (summary.n_bad, summary.counts.stored) == (0, 12)
    assert sorted({at[:10] for at, _, _ in raw(engine)}) == ["2024-12-09", "2024-12-10", "2024-12-12"]


@every_day_length
@pytest.mark.parametrize("order", DateOrder)
def test_a_month_of_days_proves_its_order(day: date, n_hours: int, order: DateOrder) -> None:
    del n_hours
    texts = [f"{day + timedelta(days=n):{STYLES[order]}}" for n in range(-15, 15)]
    assert proved(*texts) is proved(*reversed(texts)) is order


@pytest.mark.parametrize("order", [DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST])
def test_consecutive_days_prove_the_order_where_no_number_does(
    engine: Engine, tmp_path: Path, order: DateOrder
) -> None:
    texts = [f"{date(2024, 6, n):{STYLES[order]}}" for n in (3, 4, 6)]
    assert proved(*texts) is order
    imported(engine, written(tmp_path, "file.csv", eco2mix(*map(hour_rows, texts))))
    assert sorted({at[:10] for at, _, _ in raw(engine)}) == ["2024-06-02", "2024-06-03", "2024-06-05"]


@pytest.mark.parametrize(
    "texts",
    [
        ["03/06/2024"],
        ["03/06/2024", "05/08/2024"],
        ["01/01/2024", "01/02/2024", "02/01/2024"],
        ["13/06/2024", "06/14/2024"],
        ["2024-06-03", "04/06/2024"],
        ["2024-06-03", "14/06/2024"],
    ],
)
def test_a_file_that_proves_no_order_is_refused_and_nothing_is_stored(
    engine: Engine, tmp_path: Path, texts: list[str]
) -> None:
    path = written(tmp_path, "file.csv", eco2mix(*map(hour_rows, texts)))
    with pytest.raises(ImportFormatError, match="year-month-day"):
        imported(engine, path)
    assert raw(engine) == []


def test_a_date_that_is_none_is_a_bad_row_and_no_evidence() -> None:
    assert proved("2024-06-03", "2024-13-03", "yesterday", "45/13/2024") is DateOrder.YEAR_FIRST
    assert proved("06/06/2024") is DateOrder.DAY_FIRST
