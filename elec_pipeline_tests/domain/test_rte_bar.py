"""Which D-1 of RTE's is scored: the newest known at 20:30 in Paris, whatever came before, beside and after it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, hours, issue_time
from elec_pipeline.domain.history import history, rte_d1_mw
from elec_pipeline.domain.rte_bar import bar_time, rte_d1, rte_d1_latest
from elec_pipeline.domain.vintages import FETCH_ALLOWANCE, nominal_publication, timed
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.domain.test_information_set import no_former, vintage, vintages

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def of_day(day: date, *said: tuple[datetime, datetime, float, str]) -> pd.DataFrame:
    """Return vintages of every hour of a day: published, fetched, load, type."""
    return vintages(*(vintage(hour, *each) for hour in hours(day) for each in said))


@every_day_length
def test_the_newest_known_at_the_evening_issue_is_the_bar(day: date, n_hours: int) -> None:
    by = issue_time(day, Issue.EVENING)
    said = of_day(
        day,
        (by - 60 * MINUTE, by - 59 * MINUTE, 51e3, "D-1"),
        (by, by + FETCH_ALLOWANCE, 52e3, "D-1"),
        (by + MINUTE, by + 2 * MINUTE, 53e3, "D-1"),
        (by + DAY, by + DAY, 54e3, "D-1"),
        (by, by, 55e3, "ID"),
    )
    shuffled = said.sample(frac=1, random_state=1)
    for each in (said, shuffled):
        bar = rte_d1(each)
        assert pd.DatetimeIndex(bar["hour_start"]).equals(hours(day))
        assert bar["load_mw"].tolist() == [52e3] * n_hours
        assert not bar["is_nominal"].any()
        assert rte_d1_latest(each)["load_mw"].tolist() == [54e3] * n_hours


@every_day_length
@pytest.mark.parametrize("kind", ["ID", "a type of tomorrow"])
def test_other_types_count_nowhere(day: date, n_hours: int, kind: str) -> None:
    """Neither in what an issue knows, of any quality, nor in what is scored, early and new as they may be."""
    by = issue_time(day, Issue.EVENING)
    usual = [(by - DAY, by - DAY, 51e3, "D-2"), (by - MINUTE, by - MINUTE, 52e3, "D-1")]
    others = [(by - 3 * DAY, by - 3 * DAY, 60e3, kind), (by - MINUTE / 2, by, 61e3, kind), (by, by, 62e3, kind)]
    actuals = pd.DataFrame({"hour_start": hours(day), "load_mw": 50e3})
    for said in (usual, usual[:1], []):
        known, more = of_day(day, *said), of_day(day, *said, *others)
        for scored in (rte_d1, rte_d1_latest):
            pd.testing.assert_frame_equal(scored(more), scored(known))
        for issue in Issue:
            sets = [
                history(day_start(day), day_end(day), actuals, no_former(), each).at(day, issue, context_hours=24)
                for each in (known, more)
            ]
            np.testing.assert_array_equal(sets[0].rte_mw, sets[1].rte_mw)
            assert np.isnan(sets[1].rte_mw[-n_hours:]).all() == (not said)


@every_day_length
@pytest.mark.parametrize("also_too_late", [False, True])
def test_a_d2_never_stands_in_for_it(day: date, n_hours: int, *, also_too_late: bool) -> None:
    by = issue_time(day, Issue.EVENING)
    said = [(by - DAY, by - DAY, 51e3, "D-2"), *([(by + MINUTE, by + MINUTE, 52e3, "D-1")] * also_too_late)]
    known = of_day(day, *said)
    assert rte_d1(known).empty
    assert len(rte_d1_latest(known)) == n_hours * also_too_late
    actuals = pd.DataFrame({"hour_start": hours(day), "load_mw": 50e3})
    past = history(day_start(day), day_end(day), actuals, no_former(), known)
    assert np.isnan(rte_d1_mw(past, day)).all()
    assert (past.at(day, Issue.EVENING, context_hours=24).rte_mw[-n_hours:] == 51e3).all()


@every_day_length
def test_fetched_late_it_counts_by_its_nominal_time_and_says_so(day: date, n_hours: int) -> None:
    nominal, later = nominal_publication("D-1", day), day_start(day) + 3 * DAY
    for published, is_nominal in (
        (nominal - MINUTE, False),  # it was out earlier, and is what it was
        (nominal, True),  # or has no time of publication of its own
        (later - DAY, True),
    ):
        bar = rte_d1(of_day(day, (published, later, 51e3, "D-1")))
        assert bar["load_mw"].tolist() == [51e3] * n_hours
        assert set(bar["is_nominal"]) == {is_nominal}


@every_day_length
def test_one_that_reached_us_before_its_day_began_counts_from_its_publication(day: date, n_hours: int) -> None:
    by, begins = issue_time(day, Issue.EVENING), day_start(day)
    in_time = of_day(day, (by - MINUTE, begins - MINUTE, 51e3, "D-1"))
    assert len(rte_d1(in_time)) == n_hours
    assert not timed(in_time)["is_nominal"].any()
    assert rte_d1(of_day(day, (by + MINUTE, begins - MINUTE, 51e3, "D-1"))).empty


@every_day_length
def test_a_further_one_that_reached_us_after_the_bar_was_not_known(day: date, n_hours: int) -> None:
    by = issue_time(day, Issue.EVENING)
    first = (by - 60 * MINUTE, by - 60 * MINUTE, 51e3, "D-1")
    late = (by - MINUTE, by + FETCH_ALLOWANCE + MINUTE, 52e3, "D-1")
    assert rte_d1(of_day(day, first, late))["load_mw"].tolist() == [51e3] * n_hours


def test_the_bar_is_the_evening_issue() -> None:
    for day in (date(2025, 3, 30), date(2025, 10, 26)):
        assert bar_time(day) == issue_time(day, Issue.EVENING)


def test_nothing_stored_gives_no_row() -> None:
    assert rte_d1(vintages()).empty
    assert rte_d1_latest(vintages()).empty
