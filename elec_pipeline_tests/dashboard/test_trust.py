"""What a reader is told of how far to trust a figure: how old a series is, on how many days an error stands."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import comparison, tiles
from dashboard.reads import Standing
from dashboard.states import State, Verdict
from elec_pipeline.domain.delivery_day import day_start, hours
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.dashboard.conftest import Open
from elec_pipeline_tests.dashboard.test_app import tiles as shown_tiles
from elec_pipeline_tests.dashboard.test_app import words
from elec_pipeline_tests.dashboard.world import TODAY, plant


@every_day_length
@pytest.mark.parametrize(("lacking_h", "days"), [(0, 0), (23, 0), (24, 1), (80, 3)])
def test_a_series_is_behind_by_whole_days(day: date, n_hours: int, lacking_h: int, days: int) -> None:
    due = hours(day)[n_hours - 1].to_pydatetime()
    standing = Standing(Verdict(State.LATE, 1, 1), due - timedelta(hours=lacking_h), due, None)
    assert standing.days_behind == days


@every_day_length
def test_a_day_counts_where_one_of_its_hours_does(day: date, n_hours: int) -> None:
    axis = hours(day - timedelta(days=1), day)
    frame = pd.DataFrame(50_000.0, index=axis, columns=["actual_mw", "load_mw", "rte_d1_mw"]).assign(quarters=4)
    assert tiles.days_compared(frame) == 2
    frame.loc[frame.index >= pd.Timestamp(day_start(day)), "quarters"] = [*[3] * (n_hours - 1), 4]
    assert tiles.days_compared(frame) == 2
    frame.loc[frame.index[-1], "quarters"] = 3
    assert tiles.days_compared(frame) == 1
    assert tiles.days_compared(frame.iloc[:0]) == 0


def test_the_fewer_the_days_the_more_is_put_down_to_chance() -> None:
    least = [comparison.least_coverage(n_days) for n_days in (4, 30, 90, 365)]
    assert least == sorted(least)
    assert least[-1] < comparison.NOMINAL_COVERAGE_PCT


def test_a_page_over_old_data_says_so_in_red_and_on_how_many_days_its_error_stands(
    data: str, open_app: Open
) -> None:
    old = day_start(TODAY - timedelta(days=4))
    plant(data, "DELETE FROM elec.hourly_consumption WHERE hour_start >= %(at)s", at=old)
    app = open_app(data)
    assert ":red[**4 days behind**]" in words(app)
    assert "Error, 3 of 7 days" in shown_tiles(app)


def leaderboard() -> None:
    """The table of the accuracy page, as Streamlit runs a script."""
    from datetime import timedelta

    from dashboard import address, clock, comparison, store
    from dashboard.frame import Frame
    from dashboard.texts import Texts
    from dashboard.views import accuracy

    address.settle()
    frame = Frame(Texts(address.language()), clock.now(), store.version())
    yesterday = clock.now().date() - timedelta(days=1)
    hours, names = comparison.same_hours(store.compared(frame.version, yesterday - timedelta(days=6), yesterday))
    accuracy.show_leaderboard(frame, hours, names)


def test_a_band_that_does_not_hold_is_marked(data: str, open_app: Open) -> None:
    open_app(data)
    page = AppTest.from_function(leaderboard, default_timeout=60)
    page.query_params["lang"] = "fr"
    page.run()
    assert not [each for each in page.caption if "trop étroite" in each.value]
    plant(data, "UPDATE elec.chronos_predictions SET q10 = load_mw - 1, q90 = load_mw + 1")
    page.run()
    assert not page.exception
    [said] = [each.value for each in page.caption if "trop étroite" in each.value]
    assert said.startswith(":red[▼")
