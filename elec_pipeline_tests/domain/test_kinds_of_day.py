"""Public holidays, bridge days and weekends are those that people in France have."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from elec_pipeline.domain.delivery_day import FIRST_DAY, hours
from elec_pipeline.domain.kinds_of_day import KindOfDay, is_bridge_day, is_holiday, kind_of_day, share_off
from elec_pipeline_tests.conftest import every_day_length

any_day = st.dates(FIRST_DAY, date(2040, 12, 31))


def test_french_holidays_are_known() -> None:
    easter_monday, ascension = date(2025, 4, 21), date(2025, 5, 29)
    assert all(map(is_holiday, [date(2025, 1, 1), easter_monday, ascension, date(2025, 12, 25)]))
    assert not is_holiday(date(2025, 12, 26))


def test_a_bridge_day_is_a_working_day_between_a_holiday_and_a_weekend() -> None:
    after_ascension, before_armistice, after_all_saints_day = (
        date(2025, 5, 30),
        date(2025, 11, 10),
        date(2024, 11, 2),
    )
    assert is_bridge_day(after_ascension)
    assert is_bridge_day(before_armistice)
    assert not is_bridge_day(after_all_saints_day)  # a Saturday


@given(any_day)
def test_bridge_days_are_mondays_and_fridays_that_people_work(day: date) -> None:
    if is_bridge_day(day):
        assert day.weekday() in {0, 4}
        assert not is_holiday(day)
        assert is_holiday(day - timedelta(days=1)) or is_holiday(day + timedelta(days=1))


@every_day_length
def test_days_of_a_clock_change_are_no_bridge_days(day: date, n_hours: int) -> None:
    assert len(hours(day)) == n_hours
    assert not is_bridge_day(day)


@given(any_day)
def test_the_kind_of_a_day_says_how_much_of_it_is_off(day: date) -> None:
    off = {KindOfDay.HOLIDAY: 1.0, KindOfDay.SUNDAY: 1.0, KindOfDay.SATURDAY: 0.5}
    assert share_off(day) == off.get(kind_of_day(day), 0.0)
