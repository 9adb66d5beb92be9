"""RTE's forecast less its own recent mean error: which errors count, and that none of them lies in the future."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS, Issue, day_end, day_start, days, hours, issue_time
from elec_pipeline.domain.history import History, history, rte_d1_mw
from elec_pipeline.domain.information_set import first_unknown_hour
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.domain.rte_debiased import DAYS, LEAST_DAYS, LOOKBACK_DAYS, rte_debiased
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.domain.test_information_set import no_former

DAY = timedelta(days=1)


def a_history(day: date, error_mw: Floats, *, n_days: int = LOOKBACK_DAYS + 2, kind: str = "D-1") -> History:
    """Return days up to the one named of which RTE's forecast, published at 19:30, has an error for each hour."""
    span = days(day - (n_days - 1) * DAY, day)
    axis = hours(span[0], day)
    load = 50e3 + 5e3 * np.sin(np.arange(len(axis)) / 24 * 2 * np.pi)
    at = pd.DatetimeIndex([issue_time(each, Issue.EVENING) - timedelta(hours=1) for each in span]).as_unit("us")
    published = at.repeat([len(hours(each)) for each in span])
    vintages = pd.DataFrame(
        {
            "hour_start": axis, "forecast_type": kind, "published_at": published, "ingested_at": published,
            "load_mw": load + error_mw[-len(axis) :],
        }
    )  # fmt: skip
    actuals = pd.DataFrame({"hour_start": axis, "load_mw": load})
    return history(day_start(span[0]), day_end(day), actuals, no_former(), vintages)


def by_local_hour(day: date, n_days: int = LOOKBACK_DAYS + 2) -> Floats:
    """Return errors that tell their local hour: 100 MW at midnight, 110 at one, and so on."""
    return np.asarray(100 + 10 * hours(day - (n_days - 1) * DAY, day).tz_convert(PARIS).hour.to_numpy(float))


@every_day_length
def test_a_constant_error_of_each_local_hour_is_taken_out_whole(day: date, n_hours: int) -> None:
    past = a_history(day, by_local_hour(day))
    debiased, load = rte_debiased(past, day), past.load_mw[-n_hours:]
    assert debiased.shape == (n_hours,)
    np.testing.assert_allclose(debiased, load)
    assert np.abs(rte_d1_mw(past, day) - load).min() >= 100


@every_day_length
def test_only_the_newest_known_days_count(day: date, n_hours: int) -> None:
    axis = hours(day - (LOOKBACK_DAYS + 1) * DAY, day)
    known = axis < pd.Timestamp(first_unknown_hour(issue_time(day, Issue.EVENING)))
    oldest = axis < pd.Timestamp(
        day_start(day - (DAYS + 2) * DAY)
    )  # 28 days and today, of which the last hours are not known
    error = np.where(known & ~oldest, 200.0, 9000.0)
    past = a_history(day, error)
    np.testing.assert_allclose(rte_d1_mw(past, day) - rte_debiased(past, day), 200.0, atol=1e-6)
    assert n_hours


@every_day_length
def test_the_future_changes_nothing(day: date, n_hours: int) -> None:
    past = a_history(day, by_local_hour(day))
    future = past.load_mw.copy()
    unknown = (first_unknown_hour(issue_time(day, Issue.EVENING)) - past.start) // timedelta(hours=1)
    future[unknown:] += 3000.0
    np.testing.assert_array_equal(rte_debiased(replace(past, load_mw=future), day), rte_debiased(past, day))
    future[unknown - 1] += 3000.0
    assert (rte_debiased(replace(past, load_mw=future), day) != rte_debiased(past, day)).sum() == 1
    assert n_hours


@every_day_length
def test_a_value_revised_after_the_issue_counts_as_it_stood(day: date, n_hours: int) -> None:
    error = np.full(24 * (LOOKBACK_DAYS + 3), 100.0)
    past = a_history(day, error)
    noon = day_start(day - 3 * DAY) + timedelta(hours=12)
    position = (noon - past.start) // timedelta(hours=1)
    revised = past.load_mw.copy()
    revised[position] += 1000.0

    def until(moment: datetime) -> History:
        return replace(
            past,
            load_mw=revised,
            former_position=np.array([position]),
            former_mw=past.load_mw[[position]],
            former_until=np.array([pd.Timestamp(moment).tz_localize(None).to_datetime64()]),
        )

    issued = issue_time(day, Issue.EVENING)
    np.testing.assert_allclose(rte_debiased(until(issued + DAY), day), rte_debiased(past, day))
    before = rte_debiased(until(issued - DAY), day)
    assert np.count_nonzero(np.abs(before - rte_debiased(past, day)) > 1) == 1
    assert n_hours


@every_day_length
def test_without_a_bar_or_enough_days_there_is_none(day: date, n_hours: int) -> None:
    # The evening of the day before is not known yet: one day more is needed.
    for n_days, enough in ((LEAST_DAYS + 1, False), (LEAST_DAYS + 2, True)):
        known = ~np.isnan(rte_debiased(a_history(day, np.full(24 * 60, 100.0), n_days=n_days), day))
        assert set(known) == {enough}
    assert np.isnan(rte_debiased(a_history(day, np.full(24 * 60, 100.0), kind="D-2"), day)).all()
    assert n_hours
