from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elec_pipeline.domain.delivery_day import quarters
from elec_pipeline.imports.intervals import STEPS_MINUTES, in_quarters, lengths, with_lengths
from elec_pipeline_tests.conftest import every_day_length


def found(*minutes: int) -> list[int]:
    return lengths(np.array(minutes)).tolist()


@pytest.mark.parametrize("step", STEPS_MINUTES)
def test_a_steady_series_has_its_step_to_the_last_row(step: int) -> None:
    assert found(*range(0, 600, step)) == [step] * (600 // step)


@pytest.mark.parametrize(("first", "second"), [(30, 15), (60, 15), (60, 30), (15, 30), (15, 60), (30, 60)])
def test_each_side_of_a_changed_step_has_its_own(first: int, second: int) -> None:
    before, after = list(range(0, 360, first)), list(range(360, 720, second))
    assert found(*before, *after) == [first] * len(before) + [second] * len(after)


@pytest.mark.parametrize("step", STEPS_MINUTES)
@pytest.mark.parametrize("n_missing", [1, 2, 3, 5])
def test_a_hole_is_no_interval(step: int, n_missing: int) -> None:
    minutes = list(range(0, 40 * step, step))
    del minutes[10 : 10 + n_missing]
    assert set(found(*minutes)) == {step}


def test_two_rows_missing_every_other_time_are_holes_and_not_half_hours() -> None:
    assert found(0, 15, 30, 60, 90, 105, 120) == [15] * 7


def test_a_lone_row_says_nothing_of_its_length() -> None:
    assert found(0) == found(0, 600)[:1] == [0]
    assert (
        in_quarters(pd.DataFrame({"at": pd.to_datetime(["2025-01-01T00:00Z"]), "interval_minutes": [0]})).shape[0]
        == 1
    )


def test_a_series_of_lone_rows_takes_the_step_of_the_larger_series() -> None:
    at = pd.date_range("2025-01-01", periods=4, freq="h", tz="UTC", unit="us")
    rows = pd.DataFrame({"at": at, "made_at": at, "model": "m"})
    assert with_lengths(rows, ["model", "made_at"], within=["model"])["interval_minutes"].tolist() == [60] * 4


def test_two_models_may_have_two_steps_at_one_time() -> None:
    axes = {"hours": pd.date_range("2025-01-01", periods=6, freq="h", tz="UTC", unit="us")}
    axes["quarters"] = pd.date_range("2025-01-01", periods=24, freq="15min", tz="UTC", unit="us")
    rows = pd.concat([pd.DataFrame({"at": axis, "model": name}) for name, axis in axes.items()], ignore_index=True)
    measured = with_lengths(rows, ["model"], within=["model"]).groupby("model")["interval_minutes"].unique()
    assert (measured["hours"].tolist(), measured["quarters"].tolist()) == ([60], [15])


@every_day_length
@pytest.mark.parametrize("step", STEPS_MINUTES)
def test_a_whole_day_stands_in_all_its_quarters_and_no_more(day: date, n_hours: int, step: int) -> None:
    axis = quarters(day)
    rows = with_lengths(pd.DataFrame({"at": axis[:: step // 15]}), [])
    expanded = in_quarters(rows)
    assert list(expanded["at"]) == list(axis)
    assert len(expanded) == 4 * n_hours


@given(st.sets(st.integers(0, 200), min_size=1))
def test_no_interval_reaches_the_next_row_and_the_last_is_no_longer_than_another(places: set[int]) -> None:
    minutes = np.array(sorted(places)) * 15
    measured = lengths(minutes)
    assert set(measured.tolist()) <= {0, *STEPS_MINUTES}
    assert (measured[:-1] <= np.diff(minutes)).all()
    assert measured[-1] in {0, 15, *np.diff(minutes).tolist()}
