"""The hours of a day on the page, and the address of the file that a button gives."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from dashboard.file_address import file_address
from dashboard.hours_table import as_text, hours_table
from dashboard.language import Language
from dashboard.texts import Texts
from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.exports.styles import Kind, Style
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.exports.series import series_of


@every_day_length
@pytest.mark.parametrize("language", Language)
def test_every_hour_is_in_the_table_and_in_what_is_copied(day: date, n_hours: int, language: Language) -> None:
    texts = Texts(language)
    table = hours_table(series_of(day), texts)
    assert len(table) == n_hours
    assert table.index.is_unique
    assert {texts("rte_d1"), texts("rte_d2"), texts("actual")} < set(table.columns)
    lines = as_text(table).splitlines()
    assert len(lines) == n_hours + 1
    assert {line.count("\t") for line in lines} == {len(table.columns)}
    assert not set("., \u202f\u2212") & set(lines[2].partition("\t")[2])


def test_a_column_of_nothing_is_left_out_but_ours_is_not() -> None:
    texts = Texts(Language.ENGLISH)
    series = series_of(date(2025, 3, 31)).assign(rte_d1_mw=np.nan, actual_mw=np.nan, load_mw=np.nan)
    table = hours_table(series, texts)
    assert texts("ours") in table
    assert not {texts("rte_d1"), texts("actual")} & set(table.columns)


@every_day_length
def test_the_address_names_the_day_the_issue_and_the_style(day: date, n_hours: int) -> None:
    assert n_hours
    of_day = {"page": "http://box:8501/", "port": 8000, "first": day, "last": day}
    csv = file_address(**of_day, issue=Issue.EVENING, kind=Kind.CSV, style=Style.FRENCH)  # type: ignore[arg-type]
    assert csv.startswith(f"http://box:8000/v1/export.csv?start={day}&end=")
    assert csv.endswith("&issue=evening&format=fr")
    parquet = file_address(**of_day, issue=None, kind=Kind.PARQUET, style=Style.FRENCH)  # type: ignore[arg-type]
    assert "format" not in parquet
