from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from elec_pipeline.errors import SourceUnavailableError
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.rte_reply import read_short_term

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "rte_samples" / "short_term.json"


def reply(*values: dict[str, object], kind: str = "REALISED") -> bytes:
    return json.dumps({"short_term": [{"type": kind, "values": list(values)}]}).encode()


def value(number: object, **changes: object) -> dict[str, object]:
    return {
        "start_date": "2025-06-01T00:00:00+02:00",
        "end_date": "2025-06-01T00:15:00+02:00",
        "updated_date": "2025-06-01T01:00:00+02:00",
        "value": number,
        **changes,
    }


@pytest.mark.skipif(not SAMPLE.exists(), reason="RTE's published sample is not beside the project")
def test_rtes_published_sample_is_read_with_its_byte_order_mark() -> None:
    frame = read_short_term(SAMPLE.read_bytes())
    realised = frame[frame["forecast_type"] == "REALISED"]
    assert realised.iloc[0].to_dict() == {
        "forecast_type": "REALISED",
        "interval_start": datetime(2016, 1, 31, 23, tzinfo=UTC),
        "load_mw": 56998.0,
        "resolution_minutes": 15,
        "published_at": datetime(2016, 1, 31, 23, tzinfo=UTC),
    }


@pytest.mark.parametrize("number", [None, "ND", "", "n/a", True, float("nan")])
def test_what_is_no_number_is_missing(number: object) -> None:
    assert read_short_term(reply(value(number)))["load_mw"].isna().all()


@pytest.mark.parametrize("number", [50000, 50000.5, "50000"])
def test_numbers_are_read_however_they_are_written(number: object) -> None:
    assert read_short_term(reply(value(number)))["load_mw"].tolist() == [float(str(number))]


def test_a_value_without_a_readable_start_is_left_out_and_the_rest_kept() -> None:
    frame = read_short_term(reply(value(1, start_date="yesterday"), value(2), value(3, start_date=None)))
    assert frame["load_mw"].tolist() == [2.0]


def test_a_block_without_values_leaves_the_others_and_is_counted() -> None:
    sound = {"type": "D-1", "values": [value(50000)]}
    other = {"type": "D-2", "start_date": "2025-06-03T00:00:00+02:00", "end_date": "2025-06-04T00:00:00+02:00"}
    for broken, what in ((other, "without values"), ({"values": []}, "of another form"), (7, "of another form")):
        left_out = LeftOut()
        frame = read_short_term(json.dumps({"short_term": [broken, sound]}).encode(), left_out)
        assert frame["load_mw"].tolist() == [50000.0]
        assert str(left_out) == f"blocks {what}: 1"


def test_what_is_left_out_of_a_block_is_counted_by_what_it_lacks() -> None:
    left_out = LeftOut()
    values: list[Any] = [value(1), 5, value(2, start_date="2025-06-01T00:15:00"), value([3]), value(None)]
    assert len(read_short_term(reply(*values), left_out)) == 3
    assert str(left_out) == (
        "values of another form: 1, values without a readable start: 1, loads that are no number: 1"
    )


def test_where_nothing_has_a_value_yet_there_is_nothing_and_no_error() -> None:
    assert read_short_term(b'{"short_term": [{"type": "D-2"}]}').empty


def test_without_a_time_of_publication_there_is_none() -> None:
    assert read_short_term(reply(value(1, updated_date=None)))["published_at"].tolist() == [pd.NaT]


def test_the_length_of_an_interval_comes_from_its_ends_or_its_type() -> None:
    half = read_short_term(reply(value(1, end_date="2025-06-01T00:30:00+02:00")))
    assert half["resolution_minutes"].tolist() == [30]
    assert read_short_term(reply(value(1, end_date=None), kind="D-2"))["resolution_minutes"].tolist() == [30]


@pytest.mark.parametrize(
    "body", [b"<html>maintenance</html>", b'{"short_term": [{"type"', b"[]", b"", b"\xff\xfe"]
)
def test_anything_else_is_no_reply(body: bytes) -> None:
    with pytest.raises(SourceUnavailableError, match="not the expected JSON"):
        read_short_term(body)


def test_an_empty_reply_is_an_empty_frame_with_the_same_types() -> None:
    empty, full = read_short_term(b'{"short_term": []}'), read_short_term(reply(value(1)))
    assert empty.empty
    assert dict(empty.dtypes)["interval_start"] == dict(full.dtypes)["interval_start"]
