"""RTE's weekly forecasts as RTE's documentation and others describe them, and whatever else may come."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from elec_pipeline.domain.delivery_day import HOUR, PARIS, day_end, day_start, hours, quarters
from elec_pipeline.domain.load_curve import clean, to_hours
from elec_pipeline.errors import SourceReplyError
from elec_pipeline.sources.left_out import LeftOut
from elec_pipeline.sources.rte_weekly_reply import read_weekly
from elec_pipeline_tests.conftest import every_day_length

DAY = date(2025, 6, 4)
UPDATED = "2025-06-01T08:12:33+02:00"


def paris(instant: Any) -> str:
    return str(instant.astimezone(PARIS).isoformat())


def element(day: date = DAY, **changes: object) -> dict[str, Any]:
    """Return the element of a day by half-hour, with a load of 50 GW and one more each half-hour."""
    values = [
        {"start_date": paris(start), "end_date": paris(start + HOUR / 2), "value": 50_000 + number}
        for number, start in enumerate(quarters(day)[::2])
    ]
    peak = {
        "peak_hour": paris(hours(day)[12]),
        "value": 62_000,
        "temperature": 18.5,
        "temperature_deviation": -0.7,
    }
    told = {"start_date": paris(day_start(day)), "end_date": paris(day_end(day)), "updated_date": UPDATED}
    return {**told, "peak": peak, "values": values, **changes}


def body(*elements: object) -> bytes:
    return json.dumps({"weekly_forecasts": list(elements)}).encode()


@every_day_length
def test_a_day_of_half_hours_is_read_whole_and_makes_all_its_hours(day: date, n_hours: int) -> None:
    left_out = LeftOut()
    frame = read_weekly(body(element(day), element(day + timedelta(days=1))), left_out)
    of_day = frame[frame["block"] == 0]
    assert not left_out
    assert list(of_day["interval_start"]) == list(quarters(day)[::2])
    assert set(frame["resolution_minutes"]) == {30}
    assert set(frame["published_at"]) == {pd.Timestamp(UPDATED)}
    means = to_hours(clean(of_day).curve)
    assert list(means["hour_start"]) == list(hours(day))
    assert means["load_mw"].tolist() == [50_000.5 + 2 * number for number in range(n_hours)]
    assert set(means["quarters"]) == {4}


def test_a_value_may_say_itself_when_it_was_published() -> None:
    day = element()
    day["values"][3]["updated_date"] = "2025-06-01T09:00:00+02:00"
    published = read_weekly(body(day))["published_at"]
    assert published[3] == pd.Timestamp("2025-06-01T09:00:00+02:00")
    assert set(published.drop(3)) == {pd.Timestamp(UPDATED)}


@pytest.mark.parametrize("updated", [None, "", "yesterday", 7, "2025-06-01T08:12:33"])
def test_without_a_time_of_publication_there_is_none(updated: object) -> None:
    assert read_weekly(body(element(updated_date=updated)))["published_at"].isna().all()


@pytest.mark.parametrize("minutes", [15, 60])
def test_another_resolution_is_read_as_it_is(minutes: int) -> None:
    value = {
        "start_date": "2025-06-04T00:00:00+02:00",
        "end_date": f"2025-06-04T0{minutes // 60}:{minutes % 60:02}:00+02:00",
    }
    assert read_weekly(body(element(values=[{**value, "value": 1}])))["resolution_minutes"].tolist() == [minutes]


def test_without_an_end_a_value_is_of_half_an_hour() -> None:
    value = {"start_date": "2025-06-04T00:30:00+02:00", "value": 50_000}
    assert read_weekly(body(element(values=[value])))["resolution_minutes"].tolist() == [30]


@pytest.mark.parametrize("number", [None, "ND", "", "many", True])
def test_what_is_no_number_is_missing(number: object) -> None:
    day = element()
    day["values"][0]["value"] = number
    loads = read_weekly(body(day))["load_mw"]
    assert loads.isna().tolist() == [True] + [False] * 47


@pytest.mark.parametrize("peak", [None, [], 3, {"peak_hour": 19}, {"value": "ND", "temperature": None}])
def test_the_peak_and_fields_that_are_not_known_hold_up_nothing(peak: object) -> None:
    left_out = LeftOut()
    frame = read_weekly(body(element(peak=peak, quality="good", series=[1])), left_out)
    assert len(frame) == 48
    assert not left_out


def test_what_cannot_be_read_is_counted_and_the_rest_kept() -> None:
    day = element()
    day["values"][0] = 7
    day["values"][1]["start_date"] = "2025-06-04T00:17:00+02:00"
    day["values"][2]["value"] = [3]
    left_out = LeftOut()
    frame = read_weekly(body("a day", day, element(values=None), element(values={})), left_out)
    assert len(frame) == 46
    assert str(left_out) == (
        "blocks of another form: 2, blocks without values: 1, values of another form: 1, "
        "values without a readable start: 1, loads that are no number: 1"
    )


@pytest.mark.parametrize(
    "wrong", [b"<html>maintenance</html>", b'{"weekly_forecasts": [{"va', b"[]", b'{"short_term": []}', body(1, 2)]
)
def test_anything_else_is_no_reply(wrong: bytes) -> None:
    with pytest.raises(SourceReplyError, match="not the expected JSON"):
        read_weekly(wrong)


def test_where_nothing_is_forecast_there_is_nothing_and_no_error() -> None:
    empty, full = read_weekly(body()), read_weekly(b"\xef\xbb\xbf" + body(element()))
    assert empty.empty
    assert dict(empty.dtypes) == dict(full.dtypes)
