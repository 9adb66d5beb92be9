"""What is out at which moment, and that the past does not change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pandas as pd
import pytest

from elec_pipeline.domain.delivery_day import delivery_day, to_utc
from elec_pipeline.simulator.curves import LoadType
from elec_pipeline.simulator.publication import first_published, revised_published
from elec_pipeline_tests.simulator.conftest import Client, Clock

DAY = ("2025-07-02T00:00:00+02:00", "2025-07-03T00:00:00+02:00")
PAST = ("2025-03-28T00:00:00+01:00", "2025-04-02T00:00:00+02:00")


def _counts(client: Client) -> dict[str, int]:
    return {kind: len(values) for kind, values in client.blocks(*DAY).items()}


@pytest.mark.parametrize(
    ("paris", "realised", "intraday", "day_ahead", "two_days"),
    [
        ("2025-06-30T06:59:59+02:00", 0, 0, 0, 0),
        ("2025-06-30T07:00:00+02:00", 0, 0, 0, 48),
        ("2025-07-01T19:29:59+02:00", 0, 0, 0, 48),
        ("2025-07-01T19:30:00+02:00", 0, 0, 96, 48),
        ("2025-07-02T00:00:00+02:00", 0, 96, 96, 48),
        ("2025-07-02T10:04:59+02:00", 39, 96, 96, 48),
        ("2025-07-02T10:05:00+02:00", 40, 96, 96, 48),
        ("2025-07-03T00:05:00+02:00", 96, 96, 96, 48),
    ],
)
def test_each_type_comes_out_at_its_time(
    client: Client, clock: Clock, *, paris: str, realised: int, intraday: int, day_ahead: int, two_days: int
) -> None:
    clock.set(paris)
    assert _counts(client) == {"REALISED": realised, "ID": intraday, "D-1": day_ahead, "D-2": two_days}


def test_the_day_ahead_forecast_is_revised_on_the_morning_of_the_day(client: Client, clock: Clock) -> None:
    clock.set("2025-07-02T07:59:00+02:00")
    first = client.blocks(*DAY, "D-1")["D-1"]
    clock.set("2025-07-02T08:00:00+02:00")
    revised = client.blocks(*DAY, "D-1")["D-1"]
    assert {value["updated_date"] for value in first} == {"2025-07-01T22:00:00+02:00"}
    assert {value["updated_date"] for value in revised} == {"2025-07-02T08:00:00+02:00"}
    assert len(first) == len(revised) == 96
    change = [abs(a["value"] / b["value"] - 1) for a, b in zip(first, revised, strict=True)]
    assert 0 < max(change) < 0.03


@pytest.mark.parametrize(
    ("start", "end", "quarters"),
    [
        ("2025-03-30T00:00:00+01:00", "2025-03-31T00:00:00+02:00", 92),
        ("2025-03-31T00:00:00+02:00", "2025-04-01T00:00:00+02:00", 96),
        ("2025-10-26T00:00:00+02:00", "2025-10-27T00:00:00+01:00", 100),
    ],
)
def test_whole_days_of_23_24_and_25_hours_come_out_at_once(
    client: Client, clock: Clock, *, start: str, end: str, quarters: int
) -> None:
    day = delivery_day(datetime.fromisoformat(start))
    moments = [
        (LoadType.D2, to_utc(day - timedelta(days=2), time(7)), quarters // 2),
        (LoadType.D1, to_utc(day - timedelta(days=1), time(19, 30)), quarters),
        (LoadType.D1, to_utc(day - timedelta(days=1), time(22)), quarters),
        (LoadType.D1, to_utc(day, time(8)), quarters),
        (LoadType.D1, to_utc(day, time(15)), quarters),
    ]
    for kind, moment, values in moments:
        clock.now = moment - timedelta(seconds=1)
        before = client.blocks(start, end, kind)[kind]
        clock.now = moment
        out = client.blocks(start, end, kind)[kind]
        assert len(out) == values
        assert {datetime.fromisoformat(value["updated_date"]) for value in out} == {moment}
        assert len(before) in (0, values)
        assert out != before


def test_a_realised_value_is_dated_a_little_after_its_end(client: Client) -> None:
    value = client.blocks(*DAY, "REALISED")["REALISED"][0]
    assert (value["end_date"], value["updated_date"]) == (
        "2025-07-02T00:15:00+02:00",
        "2025-07-02T00:20:00+02:00",
    )


def test_the_past_reads_the_same_twice(client: Client, clock: Clock) -> None:
    start, end = PAST
    once = client.get(start_date=start, end_date=end).content
    clock.set("2027-01-01T00:00:00+00:00")
    assert client.get(start_date=start, end_date=end).content == once


@pytest.mark.parametrize(
    ("day", "nominal", "revised"),
    [
        ("2025-03-30T12:00Z", datetime(2025, 3, 29, 18, 30, tzinfo=UTC), datetime(2025, 3, 30, 6, tzinfo=UTC)),
        ("2025-03-31T12:00Z", datetime(2025, 3, 30, 17, 30, tzinfo=UTC), datetime(2025, 3, 31, 6, tzinfo=UTC)),
        ("2025-10-26T12:00Z", datetime(2025, 10, 25, 17, 30, tzinfo=UTC), datetime(2025, 10, 26, 7, tzinfo=UTC)),
        ("2025-10-27T12:00Z", datetime(2025, 10, 26, 18, 30, tzinfo=UTC), datetime(2025, 10, 27, 7, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_publication_follows_paris_through_clock_changes(day: str, nominal: datetime, revised: datetime) -> None:
    starts = pd.DatetimeIndex([day])
    assert first_published(LoadType.D1, starts)[0] == nominal
    assert revised_published(starts)[0] == revised
