from __future__ import annotations

import gzip
import io
import zipfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from elec_pipeline.domain import metrics
from elec_pipeline.domain.delivery_day import PARIS, day_end, day_start, days, hours, quarters
from elec_pipeline.domain.vintages import known_at, nominal_publication
from elec_pipeline.errors import ImportFormatError
from elec_pipeline.imports.counting import Outcome
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.imports.eco2mix_files import DEFINITIVE, REAL_TIME, eco2mix_file
from elec_pipeline_tests.imports.importing import imported

REAL = Path(__file__).parents[3] / "shared" / "data" / "load_fr_hourly.csv.gz"
HALF_OF_THE_TRUTH = pd.Timestamp("2015-03-16T23:00Z")
"""RTE's intraday forecast of this hour is 31,500 MW as published, among 62 GW before and a load of 63 after."""
README_MAPE = {
    2012: 1.30, 2013: 1.46, 2014: 1.36, 2015: 1.34, 2016: 1.40, 2017: 1.41, 2018: 1.49,
    2019: 1.41, 2020: 1.62, 2021: 1.45, 2022: 1.60, 2023: 1.79, 2024: 1.60, 2025: 1.65,
}  # fmt: skip
"""RTE's D-1, MAPE in percent by year, as the README of the real data lists it."""


def series(day: date) -> dict[datetime, tuple[float, float, float]]:
    """Load by half-hour, forecasts by quarter-hour; the first pass of a repeated hour is not in the file."""
    axis = [at for at in quarters(day) if not _is_first_pass(at)]
    return {
        at: (50_000.0 + at.hour * 100 + at.minute // 30, 51_000.0 + n, 49_000.0 + n) for n, at in enumerate(axis)
    }


def _is_first_pass(at: pd.Timestamp) -> bool:
    local = at.tz_convert(PARIS)
    return bool((at + pd.Timedelta(hours=1)).tz_convert(PARIS).hour == local.hour)


@every_day_length
@pytest.mark.parametrize("nature", [DEFINITIVE, REAL_TIME])
@pytest.mark.parametrize("packed", ["plain", "zip", "gzip"])
def test_a_file_is_read_whatever_it_is_packed_in(
    engine: Engine, tmp_path: Path, day: date, n_hours: int, nature: str, packed: str
) -> None:
    content, path = eco2mix_file(series(day), [day], nature), tmp_path / "eCO2mix_RTE.xls"
    if packed == "zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("eCO2mix_RTE.xls", content)
        content = buffer.getvalue()
    path.write_bytes(gzip.compress(content) if packed == "gzip" else content)
    summary = imported(engine, path)
    n_known = min(n_hours, 24)
    assert summary.read == 96
    skipped = 4 if n_hours == 23 else 0
    assert summary.n_bad == 0
    assert summary.counts.left_out == ({Outcome.NO_SUCH_HOUR: skipped} if skipped else {})
    assert summary.counts.stored == 96 - skipped
    with engine.connect() as connection:
        means = queries.hours_between(connection, day_start(day), day_end(day))
        raw = queries.raw_between(connection, day_start(day), day_end(day))
        vintages = queries.vintages_between(connection, day_start(day), day_end(day))
    assert raw["load_mw"].tolist() == [value[0] for value in series(day).values()]
    assert means["quarters"].tolist() == [4] * n_known
    d1 = vintages[vintages["forecast_type"] == "D-1"]
    assert len(d1) == n_known
    assert set(known_at(d1)) == {pd.Timestamp(nominal_publication("D-1", day))}
    assert len(vintages) == 2 * n_known
    again = imported(engine, path)
    assert all(written.inserted == written.replaced == 0 for written in again.written.values())


@every_day_length
def test_a_file_with_both_passes_of_the_repeated_hour_is_taken_in_order(
    engine: Engine, tmp_path: Path, day: date, n_hours: int
) -> None:
    values = {at: (50_000.0 + n // 2, 51e3, 49e3) for n, at in enumerate(quarters(day).to_pydatetime())}
    path = tmp_path / "file"
    path.write_bytes(eco2mix_file(values, [day], DEFINITIVE))
    imported(engine, path)
    with engine.connect() as connection:
        means = queries.hours_between(connection, day_start(day), day_end(day))
    assert list(means["hour_start"]) == list(hours(day))
    assert means["load_mw"].tolist() == [50_000.5 + 2 * n for n in range(n_hours)]


@every_day_length
def test_definitive_values_replace_real_time_ones_and_never_the_other_way(
    engine: Engine, tmp_path: Path, day: date, n_hours: int
) -> None:
    other = {at: (load + 10, d1, intraday) for at, (load, d1, intraday) in series(day).items()}
    real_time, definitive = tmp_path / "tr", tmp_path / "def"
    real_time.write_bytes(eco2mix_file(other, [day], REAL_TIME))
    definitive.write_bytes(eco2mix_file(series(day), [day], DEFINITIVE))
    imported(engine, real_time)
    n_quarters = 4 * min(n_hours, 24)
    assert imported(engine, definitive).written["raw_consumption"].replaced == n_quarters
    assert imported(engine, real_time).written["raw_consumption"].unchanged == n_quarters
    with engine.connect() as connection:
        assert len(queries.revisions_between(connection, day_start(day), day_end(day))) == n_quarters


def test_bad_rows_are_reported_by_line_and_the_rest_lands(engine: Engine, tmp_path: Path) -> None:
    day = date(2025, 6, 2)
    lines = eco2mix_file(series(day), [day], DEFINITIVE).split(b"\r\n")
    lines[3] = lines[3].replace(b"2025-06-02", b"2025-13-02")
    lines[5] = lines[5].replace(b"01:00", b"25:00")
    lines[7] = lines[7].replace(b"5", b"x")
    lines[9] = lines[9].replace(b"\t00", b"\t00").replace(b"02:00", b"02:07")
    path = tmp_path / "file.xls"
    path.write_bytes(b"\n".join(lines))
    summary = imported(engine, path)
    text = "\n".join(summary.lines())
    assert summary.n_bad == 4
    assert [f"line {number}:" in text for number in (4, 6, 8, 10)] == [True] * 4
    assert "'2025-13-02' is no date" in text
    with engine.connect() as connection:
        # Lines 6 and 10 were the first of their half-hours, with consumption; 4 and 8 held none.
        assert len(queries.raw_between(connection, day_start(day), day_end(day))) < 96


def test_french_dates_and_utf8_are_read_too(engine: Engine, tmp_path: Path) -> None:
    both = days(date(2025, 6, 2), date(2025, 6, 3))
    values = {at: row for day in both for at, row in series(day).items()}
    text = eco2mix_file(values, both, REAL_TIME).decode("latin-1")
    for day in both:
        text = text.replace(f"{day}", f"{day:%d/%m/%Y}")
    path = tmp_path / "file"
    path.write_bytes(text.encode("utf-8-sig"))
    summary = imported(engine, path)
    assert summary.written["raw_consumption"].inserted == 192
    assert summary.first == day_start(both[0])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PGDMP\x01\x10", "pg_restore"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel"),
        (b"a;b;c\n1;2;3\n", "neither"),
        (b"", "neither"),
        (b"\x1f\x8b\x08\x00broken", "unpacked"),
        (b"PK\x03\x04broken", "unpacked"),
    ],
)
def test_what_cannot_be_imported_says_what_to_do(
    engine: Engine, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ImportFormatError, match=words):
        imported(engine, path)


def test_a_region_and_a_missing_file_are_refused(engine: Engine, tmp_path: Path) -> None:
    day = date(2025, 6, 2)
    path = tmp_path / "file"
    path.write_bytes(eco2mix_file(series(day), [day], REAL_TIME).replace(b"France", b"Bretagne"))
    with pytest.raises(ImportFormatError, match="Bretagne"):
        imported(engine, path)
    with pytest.raises(ImportFormatError, match="cannot be read"):
        imported(engine, tmp_path / "absent")


@pytest.mark.long  # two minutes for years of hours
@pytest.mark.skipif(not REAL.exists(), reason="the real series are not at ../shared/data")
def test_the_real_series_arrive_hour_for_hour(engine: Engine, tmp_path: Path) -> None:
    table = pd.read_csv(REAL, usecols=["ts_utc", "load_mw", "rte_d1_mw", "rte_d_mw"])
    hour = pd.DatetimeIndex(pd.to_datetime(table.pop("ts_utc"), utc=True)).as_unit("us")
    truth = table.set_index(hour)
    not_believed: Counter[int] = Counter()
    for year in sorted(set(hour.tz_convert(PARIS).year)):
        of_year = truth[hour.tz_convert(PARIS).year == year]
        values = {
            at + n * timedelta(minutes=15): row
            for at, row in zip(of_year.index, of_year.itertuples(index=False, name=None), strict=True)
            for n in range(4)
        }
        path = tmp_path / f"eCO2mix_RTE_Annuel-Definitif_{year}.xls"
        local = pd.DatetimeIndex(of_year.index).tz_convert(PARIS)
        nature = DEFINITIVE if year < 2020 else REAL_TIME
        path.write_bytes(eco2mix_file(values, days(local[0].date(), local[-1].date()), nature))
        summary = imported(engine, path)
        assert summary.n_bad == 0
        not_believed[year] = summary.counts.values_left_out[Outcome.IMPLAUSIBLE]
    assert +not_believed == {HALF_OF_THE_TRUTH.year: 4}
    with engine.connect() as connection:
        start, end = hour[0].to_pydatetime(), hour[-1].to_pydatetime() + timedelta(hours=1)
        stored = queries.hours_between(connection, start, end).set_index("hour_start")
        d1 = queries.newest_vintages(connection, "D-1", start, end).set_index("hour_start")["load_mw"]
        intraday = queries.newest_vintages(connection, "ID", start, end).set_index("hour_start")["load_mw"]
    # A file has one pass of the repeated hour; the CSV calls it the first, the open data's instants the second.
    relabelled = [at for at in truth.index if _is_first_pass(at) and at + pd.Timedelta(hours=1) not in truth.index]
    assert [at.year for at in relabelled] == [*range(2012, 2019)]
    moved = {at: at + pd.Timedelta(hours=1) for at in relabelled}
    expected = truth.rename(index=moved)
    expected.loc[HALF_OF_THE_TRUTH, "rte_d_mw"] = np.nan
    assert (stored["quarters"] == 4).all()
    for column, found in (("load_mw", stored["load_mw"]), ("rte_d1_mw", d1), ("rte_d_mw", intraday)):
        known = expected[column].dropna()
        assert list(found.index) == list(known.index)
        np.testing.assert_allclose(found.to_numpy(), known.to_numpy(), rtol=1e-12)
    pairs = pd.DataFrame({"load": stored["load_mw"], "d1": d1}).dropna()
    years = pd.DatetimeIndex(pairs.index).year
    by_year = {
        year: round(metrics.mape(pairs["load"][years == year], pairs["d1"][years == year]), 2)
        for year in README_MAPE
    }
    assert by_year == README_MAPE
