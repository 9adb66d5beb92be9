"""Hours of RTE's forecasts from its readings: what is whole, what is new, and when it counts from."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from elec_pipeline.domain.delivery_day import hours, quarters
from elec_pipeline.domain.rte_hours import vintages_of
from elec_pipeline.domain.vintages import nominal_publication
from elec_pipeline_tests.conftest import every_day_length

OUT = pd.Timestamp("2025-01-01T18:30Z").as_unit("us")
LATER = OUT + pd.Timedelta(hours=2)
NOON = pd.Timestamp("2025-01-02T12:00Z").as_unit("us")
_NONE = pd.DatetimeIndex([], tz="UTC").as_unit("us")
NOTHING = pd.DataFrame({"hour_start": _NONE, "forecast_type": "", "published_at": _NONE, "load_mw": 0.0})


def reading(
    starts: pd.DatetimeIndex | list[pd.Timestamp],
    load_mw: float | list[float],
    *,
    published: pd.Timestamp = OUT,
    read: pd.Timestamp | None = None,
    minutes: int = 15,
    dated: bool = True,
    source: str = "rte",
    forecast_type: str = "D-1",
) -> pd.DataFrame:
    """Return rows as one request brings them."""
    read = published if read is None else read
    return pd.DataFrame(
        {
            "interval_start": pd.DatetimeIndex(starts).as_unit("us"),
            "forecast_type": forecast_type,
            "published_at": published if dated else read,
            "is_dated": dated,
            "load_mw": load_mw,
            "resolution_minutes": minutes,
            "source": source,
            "ingested_at": read,
        }
    )


def parts(count: int = 4, minutes: int = 15) -> pd.DatetimeIndex:
    return pd.date_range(NOON, periods=count, freq=f"{minutes}min")


def vintages(*readings: pd.DataFrame, known: pd.DataFrame = NOTHING) -> pd.DataFrame:
    return vintages_of(pd.concat(readings, ignore_index=True), known)


@every_day_length
@pytest.mark.parametrize("minutes", [15, 30])
def test_a_day_has_the_mean_of_each_of_its_hours(day: date, n_hours: int, minutes: int) -> None:
    starts = quarters(day, day)[:: minutes // 15]
    loads = [float(number) for number in range(len(starts))]
    found = vintages(reading(starts, loads, minutes=minutes))
    an_hour = 60 // minutes
    assert list(found["hour_start"]) == list(hours(day))
    assert found["load_mw"].tolist() == [an_hour * hour + (an_hour - 1) / 2 for hour in range(n_hours)]


def test_an_hour_of_quarters_and_a_half_hour_is_whole() -> None:
    found = vintages(reading(parts(2), [10.0, 20.0]), reading([NOON + pd.Timedelta(minutes=30)], 30.0, minutes=30))
    assert found["load_mw"].tolist() == [22.5]


def test_parts_of_two_readings_make_no_hour() -> None:
    first, rest = reading(parts()[:2], 10.0), reading(parts()[2:], 10.0, read=LATER)
    assert vintages(first, rest).empty


def test_a_revision_that_lacks_a_part_is_none() -> None:
    whole, broken = reading(parts(), 10.0), reading(parts(3), 20.0, published=LATER)
    assert vintages(whole, broken)["load_mw"].tolist() == [10.0]


def test_an_hour_counts_from_its_last_part() -> None:
    early, late = reading(parts()[:3], 10.0, read=LATER), reading(parts()[3:], 50.0, published=LATER)
    found = vintages(early, late)
    assert found["load_mw"].tolist() == [20.0]
    assert found["published_at"].tolist() == [LATER]


def test_two_vintages_of_one_hour_are_both_kept() -> None:
    found = vintages(reading(parts(), 10.0), reading(parts(), 20.0, published=LATER))
    assert found["load_mw"].tolist() == [10.0, 20.0]
    assert found["published_at"].tolist() == [OUT, LATER]
    assert found["ingested_at"].tolist() == [OUT, LATER]


def test_of_two_readings_with_one_time_of_publication_the_first_stands() -> None:
    found = vintages(reading(parts(), 10.0), reading(parts(), 20.0, read=LATER))
    assert found["load_mw"].tolist() == [10.0]


def test_what_is_no_vintage_is_not_known_either() -> None:
    """Two readings bear one time: what the second of them says may come as news later."""
    again = reading(parts(), 20.0, read=LATER, dated=False)
    found = vintages(reading(parts(), 10.0), reading(parts(), 20.0, read=OUT + pd.Timedelta(minutes=1)), again)
    assert found["load_mw"].tolist() == [10.0, 20.0]
    assert found["published_at"].tolist() == [OUT, LATER]


def test_several_vintages_that_a_file_brings_at_once_stay_apart() -> None:
    found = vintages(reading(parts(), 10.0, read=LATER), reading(parts(), 20.0, published=LATER))
    assert found["load_mw"].tolist() == [10.0, 20.0]
    assert found["published_at"].tolist() == [OUT, LATER]


def test_without_a_date_the_first_counts_from_its_reading_and_a_repetition_is_no_news() -> None:
    early, later, latest = (OUT + pd.Timedelta(minutes=each) for each in (0, 10, 20))
    found = vintages(
        reading(parts(), 10.0, read=early, dated=False),
        reading(parts(), 20.0, read=later, dated=False),
        reading(parts(), 10.0, read=latest, dated=False),
    )
    assert found["load_mw"].tolist() == [10.0, 20.0]
    assert found["published_at"].tolist() == [early, later]


def test_without_a_date_and_read_later_it_counts_from_the_nominal_time() -> None:
    after = NOON + pd.Timedelta(days=3)
    found = vintages(reading(parts(), 10.0, read=after, dated=False))
    assert found["published_at"].tolist() == [nominal_publication("D-1", date(2025, 1, 2))]
    other = reading(parts(), 30.0, read=after + pd.Timedelta(days=1), dated=False)
    assert vintages(other, known=found).empty, "what was said of an hour that is over stands"


def test_the_part_of_the_lowest_quality_names_the_hour() -> None:
    mixed = reading(parts(), 10.0)
    mixed["source"] = ["odre-consolidated", "odre-realtime", "odre-consolidated", "odre-consolidated"]
    assert vintages(mixed)["source"].tolist() == ["odre-realtime"]


def test_types_do_not_mix() -> None:
    found = vintages(
        reading(parts(), 10.0),
        reading(parts(2, 30), 20.0, minutes=30, forecast_type="D-2"),
        reading(parts(2), 30.0, forecast_type="ID"),
    )
    assert found.set_index("forecast_type")["load_mw"].to_dict() == {"D-1": 10.0, "D-2": 20.0}
