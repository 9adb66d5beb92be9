"""Real series are served exactly as the file has them."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from elec_pipeline.domain.delivery_day import day_end, day_start
from elec_pipeline.errors import ConfigurationError
from elec_pipeline.simulator.curves import LoadType
from elec_pipeline.simulator.replay import ReplayCurves
from elec_pipeline.simulator.server import running
from elec_pipeline_tests.simulator.conftest import Client

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_shared_data = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not beside the project")
HEADER = "ts_utc,load_mw,rte_d1_mw,rte_d_mw\n"
COLUMNS = {"REALISED": "load_mw", "D-1": "rte_d1_mw", "ID": "rte_d_mw"}
DAYS = [
    (date(2025, 3, 30), "2025-03-30T00:00:00+01:00", "2025-03-31T00:00:00+02:00"),
    (date(2025, 3, 31), "2025-03-31T00:00:00+02:00", "2025-04-01T00:00:00+02:00"),
    (date(2025, 7, 1), "2025-07-01T00:00:00+02:00", "2025-07-02T00:00:00+02:00"),
    (date(2024, 10, 27), "2024-10-27T00:00:00+02:00", "2024-10-28T00:00:00+01:00"),
]


def _expected(path: Path, day: date, column: str, quarters: int) -> dict[datetime, float]:
    table = pd.read_csv(path, parse_dates=["ts_utc"], index_col="ts_utc")[column].dropna()
    inside = table[(table.index >= day_start(day)) & (table.index < day_end(day))]
    return {
        (start + pd.Timedelta(minutes=15 * quarter)).to_pydatetime(): value
        for start, value in inside.items()
        for quarter in range(quarters)
        if isinstance(start, pd.Timestamp)
    }


@needs_shared_data
@pytest.mark.parametrize(
    ("name", "quarters", "days"),
    [("load_fr_quarter_hourly_2025.csv.gz", 1, DAYS[:3]), ("load_fr_hourly.csv.gz", 4, DAYS)],
)
def test_replies_equal_the_file(
    connect: Callable[[str], Client], name: str, quarters: int, days: list[tuple[date, str, str]]
) -> None:
    with running(ReplayCurves(SHARED / name)) as handle:
        client = connect(handle.url)
        for day, start, end in days:
            blocks = client.blocks(start, end)
            assert blocks["D-2"] == []
            for kind, column in COLUMNS.items():
                served = {
                    datetime.fromisoformat(value["start_date"]).astimezone(UTC): value["value"]
                    for value in blocks[kind]
                }
                assert served == _expected(SHARED / name, day, column, quarters)
                assert len(served) == len(blocks[kind])
            assert len(blocks["REALISED"]) >= 90


@pytest.fixture
def csv(tmp_path: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        path = tmp_path / "load.csv"
        path.write_text(text)
        return path

    return written


def _read(curves: ReplayCurves, load_type: LoadType) -> list[float]:
    day = date(2025, 7, 1)
    return curves.vintages(load_type, day_start(day), day_end(day))["load_mw"].tolist()


def test_missing_values_stay_absent_and_order_does_not_matter(csv: Callable[[str], Path]) -> None:
    rows = "2025-07-01T10:30Z,3,30,300\n2025-07-01T10:00Z,1,10,\n2025-07-01T10:15Z,,20,\n"
    curves = ReplayCurves(csv(HEADER + rows))
    assert _read(curves, LoadType.REALISED) == [1, 3]
    assert _read(curves, LoadType.D1) == [10, 20, 30]
    assert _read(curves, LoadType.ID) == [300]
    assert _read(curves, LoadType.D2) == []


def test_a_longer_step_is_served_as_equal_quarters_and_a_gap_as_a_gap(csv: Callable[[str], Path]) -> None:
    hours = [f"2025-07-01T{hour:02}:00Z,{hour},0,0\n" for hour in (8, 9, 10, 12)]
    curves = ReplayCurves(csv(HEADER + "".join(hours)))
    assert _read(curves, LoadType.REALISED) == [8] * 4 + [9] * 4 + [10] * 4 + [12] * 4


def test_decimals_are_served(csv: Callable[[str], Path], connect: Callable[[str], Client]) -> None:
    rows = "2025-07-01T10:00Z,50000.25,50000.0,49999.1\n"
    with running(ReplayCurves(csv(HEADER + rows))) as handle:
        reply = connect(handle.url).get(
            start_date="2025-07-01T00:00:00+02:00", end_date="2025-07-02T00:00:00+02:00"
        )
    text = reply.content.decode("utf-8-sig")
    for value in ('"value": 50000.25}', '"value": 50000}', '"value": 49999.1}'):
        assert value in text


def test_a_gzipped_file(tmp_path: Path) -> None:
    path = tmp_path / "load.csv.gz"
    path.write_bytes(gzip.compress(f"{HEADER}2025-07-01T10:00Z,1,2,3\n".encode()))
    assert _read(ReplayCurves(str(path)), LoadType.REALISED) == [1]


def test_the_nominal_times_of_publication(csv: Callable[[str], Path]) -> None:
    curves = ReplayCurves(csv(f"{HEADER}2025-07-01T10:00Z,1,2,3\n"))
    day = date(2025, 7, 1)
    published = {
        kind: curves.vintages(kind, day_start(day), day_end(day))["published_at"].iloc[0].isoformat()
        for kind in (LoadType.REALISED, LoadType.ID, LoadType.D1)
    }
    assert published == {
        "REALISED": "2025-07-01T10:20:00+00:00",
        "ID": "2025-06-30T22:00:00+00:00",
        "D-1": "2025-06-30T17:30:00+00:00",
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("ts_utc,load_mw\n", "lacks the columns rte_d1_mw, rte_d_mw"),
        ("", "cannot be read"),
        (f"{HEADER}yesterday,1,2,3\n", "cannot be replayed"),
        (f"{HEADER}2025-07-01T10:00Z,ND,2,3\n", "cannot be replayed"),
        (f"{HEADER}2025-07-01T10:00Z,1,2,3\n2025-07-01T10:00Z,1,2,3\n", "same instant twice"),
        (f"{HEADER}2025-07-01T10:05Z,1,2,3\n", "not the start of a quarter-hour"),
        (
            HEADER + "".join(f"2025-07-01T{start}Z,1,2,3\n" for start in ("08:00", "09:00", "10:00", "10:15")),
            "overlap",
        ),
    ],
)
def test_a_file_that_cannot_be_replayed(csv: Callable[[str], Path], text: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        ReplayCurves(csv(text))


def test_no_file_and_no_gzip(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="There is no file"):
        ReplayCurves(tmp_path / "nowhere.csv")
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(b"not gzip at all")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        ReplayCurves(broken)


def test_an_empty_file_serves_nothing(csv: Callable[[str], Path]) -> None:
    assert _read(ReplayCurves(csv(HEADER)), LoadType.REALISED) == []
