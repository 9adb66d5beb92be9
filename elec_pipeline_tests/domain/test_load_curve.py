from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.domain.delivery_day import hours, quarters
from elec_pipeline.domain.load_curve import clean, former_hours, to_hours
from elec_pipeline_tests.conftest import every_day_length

AT = pd.Timestamp("2025-06-01T10:00Z").as_unit("us")
EARLY, LATE = pd.Timestamp("2025-06-01T11:00Z"), pd.Timestamp("2025-06-01T12:00Z")


def curve(*rows: tuple[pd.Timestamp, float, pd.Timestamp | None]) -> pd.DataFrame:
    at, load, published = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "interval_start": pd.Series(at, dtype="datetime64[us, UTC]"),
            "load_mw": pd.Series(load, dtype="float64"),
            "resolution_minutes": 15,
            "published_at": pd.Series(published, dtype="datetime64[us, UTC]"),
        }
    )


def test_a_missing_value_stays_missing() -> None:
    cleaned = clean(curve((AT, np.nan, EARLY)))
    assert cleaned.curve.empty
    assert list(cleaned.missing) == [AT]


@pytest.mark.parametrize("load", [0.0, -1.0, 5_000.0, 150_000.0, 1e9, np.inf])
def test_an_implausible_value_is_rejected_and_named_and_the_rest_is_kept(load: float) -> None:
    cleaned = clean(curve((AT, load, EARLY), (AT + pd.Timedelta("15min"), 50e3, EARLY)))
    assert cleaned.implausible["load_mw"].tolist() == [load]
    assert cleaned.curve["load_mw"].tolist() == [50e3]


def test_equal_values_of_one_instant_are_one() -> None:
    cleaned = clean(curve((AT, 50e3, EARLY), (AT, 50e3, EARLY)))
    assert len(cleaned.curve) == 1
    assert cleaned.conflicts.empty


def test_of_different_values_the_later_published_one_is_kept() -> None:
    cleaned = clean(curve((AT, 51e3, LATE), (AT, 50e3, EARLY)))
    assert cleaned.curve["load_mw"].tolist() == [51e3]
    assert cleaned.conflicts.empty


@pytest.mark.parametrize("published", [(EARLY, EARLY), (None, None), (EARLY, None)])
def test_where_publication_cannot_decide_neither_is_kept(
    published: tuple[pd.Timestamp | None, pd.Timestamp | None],
) -> None:
    cleaned = clean(curve((AT, 50e3, published[0]), (AT, 51e3, published[1])))
    assert cleaned.curve.empty
    assert sorted(cleaned.conflicts["load_mw"]) == [50e3, 51e3]


def test_an_implausible_rival_does_not_make_a_conflict() -> None:
    cleaned = clean(curve((AT, 0.0, EARLY), (AT, 51e3, EARLY)))
    assert cleaned.curve["load_mw"].tolist() == [51e3]


def test_nothing_in_nothing_out() -> None:
    cleaned = clean(curve((AT, 50e3, EARLY)).iloc[:0])
    assert cleaned.curve.empty
    assert cleaned.conflicts.empty
    assert to_hours(cleaned.curve).empty


@every_day_length
def test_hours_are_means_in_utc(day: date, n_hours: int) -> None:
    axis = quarters(day)
    load = np.arange(len(axis), dtype=float) + 40e3
    means = to_hours(pd.DataFrame({"interval_start": axis, "load_mw": load, "resolution_minutes": 15}))
    assert len(means) == n_hours
    assert list(means["hour_start"]) == list(hours(day))
    assert (means["quarters"] == 4).all()
    np.testing.assert_allclose(means["load_mw"], load.reshape(-1, 4).mean(axis=1))


@every_day_length
def test_half_hours_and_missing_quarters_are_counted_by_their_length(day: date, n_hours: int) -> None:
    halves = pd.DataFrame({"interval_start": quarters(day)[::2], "load_mw": 50e3, "resolution_minutes": 30}).iloc[
        1:
    ]
    means = to_hours(halves)
    assert means["quarters"].tolist() == [2] + [4] * (n_hours - 1)


def test_a_former_hour_is_what_its_quarters_were_then() -> None:
    axis = pd.date_range(AT, periods=4, freq="15min")
    now = pd.DataFrame({"interval_start": axis, "load_mw": [40.0, 50.0, 60.0, 70.0], "resolution_minutes": 15})
    first, second = pd.Timestamp("2025-06-02T00:00Z"), pd.Timestamp("2025-06-03T00:00Z")
    revisions = pd.DataFrame(
        {
            "interval_start": [axis[0], axis[0], axis[1]],
            "replaced_at": [first, second, second],
            "old_load_mw": [20.0, 30.0, np.nan],
        }
    )
    former = former_hours(now, revisions).set_index("until")["load_mw"]
    assert former[first] == pytest.approx((20 + 60 + 70) / 3)
    assert former[second] == pytest.approx((30 + 60 + 70) / 3)


def test_an_hour_that_was_missing_altogether_was_not_a_number() -> None:
    axis = pd.date_range(AT, periods=1, freq="15min")
    now = pd.DataFrame({"interval_start": axis, "load_mw": [40.0], "resolution_minutes": 15})
    revisions = pd.DataFrame({"interval_start": axis, "replaced_at": [LATE], "old_load_mw": [np.nan]})
    assert former_hours(now, revisions)["load_mw"].isna().all()


def day_curve(day: date, *, minutes: int = 15) -> pd.DataFrame:
    """A day with a morning rise of 9 GW an hour, as the grid makes them at most."""
    axis = quarters(day)[:: minutes // 15]
    hour = np.arange(len(axis)) * minutes / 60
    load = 45e3 + np.clip(hour - 5, 0, 2) * 9e3
    return pd.DataFrame(
        {
            "interval_start": axis,
            "load_mw": load,
            "resolution_minutes": minutes,
            "published_at": pd.Series(LATE, index=range(len(axis)), dtype="datetime64[us, UTC]"),
        }
    )


@every_day_length
@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_what_a_grid_does_is_kept(day: date, n_hours: int, minutes: int) -> None:
    cleaned = clean(day_curve(day, minutes=minutes))
    assert len(cleaned.curve) == n_hours * 60 // minutes
    assert cleaned.implausible.empty


@every_day_length
@pytest.mark.parametrize("minutes", [15, 30, 60])
@pytest.mark.parametrize(("load", "count"), [(8e3, 1), (18e3, 1), (20e3, 5), (1.2e5, 3)])
def test_a_jump_that_no_grid_makes_is_rejected_with_its_instants_and_values_and_the_rest_is_kept(
    day: date, n_hours: int, minutes: int, load: float, count: int
) -> None:
    curve = day_curve(day, minutes=minutes)
    curve.loc[3 : 2 + count, "load_mw"] = load
    cleaned = clean(curve.sample(frac=1, random_state=1))
    assert cleaned.implausible["interval_start"].tolist() == curve["interval_start"][3 : 3 + count].tolist()
    assert cleaned.implausible["load_mw"].tolist() == [load] * count
    assert len(cleaned.curve) == n_hours * 60 // minutes - count


@every_day_length
@pytest.mark.parametrize("said", [True, False], ids=["said to be parts", "not said"])
def test_the_parts_of_longer_intervals_are_no_jumps(
    day: date,
    n_hours: int,
    said: bool,  # noqa: FBT001 - parametrised
) -> None:
    """A file of hours comes as four equal quarters each: 9 GW from one hour to the next."""
    hourly = day_curve(day, minutes=60)
    parts = pd.concat(
        [
            hourly.assign(
                interval_start=hourly["interval_start"] + pd.Timedelta(minutes=15 * part), part=part,
                resolution_minutes=15, interval_minutes=60,
            )
            for part in range(4)
        ]
    )  # fmt: skip
    if not said:
        parts = parts.drop(columns=["part", "interval_minutes"])
    parts["load_mw"] += 9e3 * (parts["interval_start"] >= hourly["interval_start"].iloc[9])
    cleaned = clean(parts)
    assert len(cleaned.curve) == 4 * n_hours
    parts.loc[4, "load_mw"] = 18e3  # all four of the fifth hour
    assert clean(parts).implausible["load_mw"].tolist() == [18e3] * 4
