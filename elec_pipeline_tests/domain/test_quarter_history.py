"""Of past quarter-hours an issue knows what was there at its time, as it stood then, and whole days alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.domain.delivery_day import QUARTER, Issue, day_end, day_start, issue_time, quarters
from elec_pipeline.domain.quarter_history import quarter_history
from elec_pipeline_tests.conftest import every_day_length

N_DAYS = 5
NONE_REVISED = pd.DataFrame(
    {
        "interval_start": pd.Series(dtype="datetime64[us, UTC]"),
        "replaced_at": pd.Series(dtype="datetime64[us, UTC]"),
        "old_load_mw": pd.Series(dtype="float64"),
    }
)


def raw(first: date, last: date) -> pd.DataFrame:
    """Return quarters that differ from each other."""
    axis = quarters(first, last)
    return pd.DataFrame({"interval_start": axis, "load_mw": 50e3 + np.arange(len(axis)), "resolution_minutes": 15})


def known(
    frame: pd.DataFrame, day: date, issued: datetime, revisions: pd.DataFrame = NONE_REVISED
) -> dict[date, np.ndarray]:
    span = day_start(day - timedelta(days=10)), day_end(day + timedelta(days=2))
    return quarter_history(*span, frame, revisions).days_known_at(issued, N_DAYS)


def around(day: date) -> pd.DataFrame:
    return raw(day - timedelta(days=10), day + timedelta(days=2))


@every_day_length
@pytest.mark.parametrize("issue", list(Issue))
def test_an_issue_knows_the_days_before_the_one_that_it_is_made_on(day: date, n_hours: int, issue: Issue) -> None:
    delivery = day + timedelta(days=2)
    found = known(around(day), day, issue_time(delivery, issue))
    assert list(found) == [day - timedelta(days=n) for n in range(N_DAYS)]
    assert found[day].shape == (n_hours, 4)
    of_day = around(day).set_index("interval_start")["load_mw"].reindex(quarters(day, day))
    assert found[day].ravel().tolist() == of_day.tolist()


@every_day_length
def test_a_day_is_known_an_hour_after_it_ends(day: date, n_hours: int) -> None:
    assert n_hours
    at = day_end(day) + timedelta(hours=1)
    assert day in known(around(day), day, at)
    assert day not in known(around(day), day, at - timedelta(seconds=1))


@every_day_length
@pytest.mark.parametrize("issue", list(Issue))
def test_moving_the_future_moves_nothing(day: date, n_hours: int, issue: Issue) -> None:
    assert n_hours
    issued = issue_time(day, issue)
    frame = around(day)
    moved = frame.assign(load_mw=frame["load_mw"].where(frame["interval_start"] < issued, 99e3))
    before, after = known(frame, day, issued), known(moved, day, issued)
    assert before.keys() == after.keys()
    assert all((before[each] == after[each]).all() for each in before)


@every_day_length
def test_a_quarter_that_was_revised_later_is_known_as_it_was(day: date, n_hours: int) -> None:
    assert n_hours
    issued = issue_time(day + timedelta(days=2), Issue.MORNING)
    changed = pd.DataFrame(
        {
            "interval_start": [day_start(day)] * 3 + [day_start(day) + QUARTER],
            "replaced_at": [issued + timedelta(hours=n) for n in (-1, 2, 3, -1)],
            "old_load_mw": [1e4, 2e4, 3e4, 4e4],
        }
    ).astype({"interval_start": "datetime64[us, UTC]", "replaced_at": "datetime64[us, UTC]"})
    now = around(day).set_index("interval_start")["load_mw"]
    found = known(around(day), day, issued, changed)[day].ravel()
    assert found[0] == 2e4
    assert found[1:].tolist() == now.reindex(quarters(day, day)).tolist()[1:]


@every_day_length
@pytest.mark.parametrize("fault", ["missing", "of half an hour", "absurd", "came later"])
def test_a_day_that_is_not_known_in_full_is_left_out(day: date, n_hours: int, fault: str) -> None:
    assert n_hours
    issued = issue_time(day + timedelta(days=2), Issue.EVENING)
    frame, revisions = around(day), NONE_REVISED
    is_it = frame["interval_start"] == pd.Timestamp(day_start(day) + 5 * QUARTER)
    if fault == "missing":
        frame = frame[~is_it]
    elif fault == "of half an hour":
        frame.loc[is_it, "resolution_minutes"] = 30
    elif fault == "absurd":
        frame.loc[is_it, "load_mw"] = 1e6
    else:
        revisions = pd.DataFrame(
            {
                "interval_start": frame.loc[is_it, "interval_start"],
                "replaced_at": pd.Series([pd.Timestamp(issued) + timedelta(days=1)]).array.as_unit("us"),
                "old_load_mw": np.nan,
            }
        )
    found = known(frame, day, issued, revisions)
    assert list(found) == [day - timedelta(days=n) for n in range(1, N_DAYS)]


def test_days_before_the_history_are_not_known() -> None:
    day = date(2025, 6, 4)
    span = day_start(day - timedelta(days=2)), day_end(day)
    frame = raw(day - timedelta(days=2), day)
    found = quarter_history(*span, frame, NONE_REVISED).days_known_at(datetime(2025, 6, 4, 9, tzinfo=UTC), 28)
    assert list(found) == [date(2025, 6, 3), date(2025, 6, 2)]
