"""What a request may ask for, and RTE's quirks about it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from elec_pipeline_tests.simulator.conftest import Client, Clock

MIDSUMMER = ("2025-07-01T00:00:00+02:00", "2025-07-04T00:00:00+02:00")


def _days(values: list[dict[str, Any]]) -> list[str]:
    return sorted({value["start_date"][:10] for value in values})


@pytest.mark.parametrize(
    ("day", "start", "end", "quarters"),
    [
        ("spring", "2025-03-30T00:00:00+01:00", "2025-03-31T00:00:00+02:00", 92),
        ("ordinary", "2025-03-31T00:00:00+02:00", "2025-04-01T00:00:00+02:00", 96),
        ("autumn", "2025-10-26T00:00:00+02:00", "2025-10-27T00:00:00+01:00", 100),
    ],
)
def test_days_of_23_24_and_25_hours(client: Client, day: str, start: str, end: str, quarters: int) -> None:
    blocks = client.blocks(start, end)
    assert {kind: len(values) for kind, values in blocks.items()} == {
        "REALISED": quarters,
        "ID": quarters,
        "D-1": quarters,
        "D-2": quarters // 2,
    }, day
    for kind, values in blocks.items():
        starts = [datetime.fromisoformat(value["start_date"]).timestamp() for value in values]
        ends = [datetime.fromisoformat(value["end_date"]).timestamp() for value in values]
        assert values[0]["start_date"] == start
        assert values[-1]["end_date"] == end
        assert starts[1:] == ends[:-1]
        assert {end - start for start, end in zip(starts, ends, strict=True)} == {1800 if kind == "D-2" else 900}


def test_the_repeated_hour_carries_both_offsets(client: Client) -> None:
    values = client.blocks("2025-10-26T00:00:00+02:00", "2025-10-27T00:00:00+01:00", "REALISED")["REALISED"]
    two = [value["start_date"] for value in values if "T02:00" in value["start_date"]]
    assert two == ["2025-10-26T02:00:00+02:00", "2025-10-26T02:00:00+01:00"]


def test_blocks_come_in_another_order_than_asked_for(client: Client) -> None:
    start, end = MIDSUMMER
    reply = client.get(type="REALISED,D-1,D-2", start_date=start, end_date=end)
    body = reply.content.decode("utf-8-sig")
    assert body.index('"D-2"') < body.index('"D-1"') < body.index('"REALISED"')


@pytest.mark.parametrize(
    ("types", "served"),
    [("", ["D-2", "D-1", "ID", "REALISED"]), ("ID,D-2", ["D-2", "ID"]), ("D-1, ID,D-1", ["ID", "D-1"])],
)
def test_one_block_for_each_type_and_without_types_all_of_them(
    client: Client, types: str, served: list[str]
) -> None:
    start, end = MIDSUMMER
    reply = client.get(start_date=start, end_date=end, **({"type": types} if types else {}))
    assert [block["type"] for block in json.loads(reply.content.decode("utf-8-sig"))["short_term"]] == served


def test_whole_values_are_integers(client: Client) -> None:
    blocks = client.blocks(*MIDSUMMER)
    assert {type(value["value"]) for values in blocks.values() for value in values} == {int}


def test_without_dates_it_is_today(client: Client, clock: Clock) -> None:
    clock.set("2025-07-01T22:30:00+00:00")  # the second of July in Paris
    blocks = {block["type"]: block for block in client.get(type="ID,D-1").json()["short_term"]}
    assert _days(blocks["D-1"]["values"]) == ["2025-07-02"]
    assert blocks["ID"]["start_date"] == "2025-07-02T00:00:00+02:00"


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (*MIDSUMMER, ["2025-07-01", "2025-07-02", "2025-07-03"]),
        ("2025-07-01T00:00:00+01:00", "2025-07-04T00:00:00+02:00", ["2025-07-02", "2025-07-03"]),
        ("2025-07-01T00:00:00+02:00", "2025-07-04T00:00:00+01:00", ["2025-07-01", "2025-07-02"]),
        ("2025-07-01T00:00:00Z", "2025-07-04T00:00:00Z", ["2025-07-02"]),
        ("2025-07-01T00:00:00Z", "2025-07-02T00:00:00Z", []),
        # One offset for both bounds, across a clock change: the classic mistake.
        ("2025-03-30T00:00:00+01:00", "2025-03-31T00:00:00+01:00", []),
        ("2025-10-25T00:00:00+02:00", "2025-10-27T00:00:00+02:00", ["2025-10-25"]),
    ],
)
def test_a_wrong_offset_silently_drops_a_day(client: Client, start: str, end: str, days: list[str]) -> None:
    assert _days(client.blocks(start, end, "REALISED")["REALISED"]) == days


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"start_date": "2025-01-01T00:00:00+01:00"}, "F01"),
        ({"end_date": "2025-01-01T00:00:00+01:00"}, "F01"),
        ({"start_date": "2025-01-01T00:00:00", "end_date": "2025-01-02T00:00:00+01:00"}, "F02"),
        ({"start_date": "2025-01-01T06:00:00+01:00", "end_date": "2025-01-02T00:00:00+01:00"}, "F02"),
        ({"start_date": "yesterday", "end_date": "2025-01-02T00:00:00+01:00"}, "F02"),
        ({"start_date": "2025-01-02T00:00:00+01:00", "end_date": "2025-01-02T00:00:00+01:00"}, "F05"),
        ({"start_date": "2025-01-01T00:00:00+01:00", "end_date": "2025-07-07T00:00:00+02:00"}, "F03"),
        ({"type": "D-3"}, "F07"),
        ({"type": "REALISED,"}, "F07"),
    ],
)
def test_bad_requests(client: Client, query: dict[str, str], code: str) -> None:
    reply = client.get(**query)
    assert reply.status_code == 400
    assert reply.json()["error"] == f"CONSUMPTION_SHORTTERM_{code}"
    assert reply.json()["error_details"]["transaction_id"]


def test_a_plus_sign_that_was_not_escaped_is_a_bad_date(client: Client) -> None:
    query = "start_date=2025-07-01T00:00:00+02:00&end_date=2025-07-02T00:00:00%2B02:00"
    url = f"{client.url}/open_api/consumption/v1/short_term?{query}"
    assert client.session.get(url, headers=client.headers, timeout=10).status_code == 400


def test_the_longest_window(client: Client) -> None:
    values = client.blocks("2025-01-01T00:00:00+01:00", "2025-07-06T00:00:00+02:00", "REALISED")["REALISED"]
    assert len(values) == 186 * 96 - 4
