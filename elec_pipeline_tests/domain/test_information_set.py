from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, hours, issue_time, to_utc
from elec_pipeline.domain.history import History, history
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.domain.vintages import FETCH_ALLOWANCE, known_at
from elec_pipeline_tests.conftest import every_day_length

CONTEXT = 240
UTC_US = "datetime64[us, UTC]"


def vintage(
    hour: datetime | pd.Timestamp,
    published: datetime,
    ingested: datetime,
    load: float = 50e3,
    kind: str = "D-1",
) -> dict[str, object]:
    return {
        "hour_start": hour,
        "forecast_type": kind,
        "published_at": published,
        "ingested_at": ingested,
        "load_mw": load,
    }


def vintages(*rows: dict[str, object]) -> pd.DataFrame:
    frame = pd.DataFrame(
        list(rows), columns=["hour_start", "forecast_type", "published_at", "ingested_at", "load_mw"]
    )
    return frame.astype(
        {"hour_start": UTC_US, "published_at": UTC_US, "ingested_at": UTC_US, "load_mw": "float64"}
    )


def no_former() -> pd.DataFrame:
    return pd.DataFrame({"hour_start": [], "until": [], "load_mw": []}).astype(
        {"hour_start": UTC_US, "until": UTC_US, "load_mw": "float64"}
    )


def moving(value: float, count: int) -> Floats:
    """Return values that stand for one and are not equal: what never moves is not believed."""
    return np.asarray(value + 0.001 * np.arange(count), dtype=np.float64)


def a_history(day: date, seed: int = 0, known: pd.DataFrame | None = None) -> History:
    """Return two weeks of random load and a D-1 of every hour, published at 19:30 and fetched a year later."""
    axis = hours(day - timedelta(days=13), day)
    random = np.random.default_rng(seed)
    actuals = pd.DataFrame({"hour_start": axis, "load_mw": random.normal(50e3, 1e3, len(axis))})
    if known is None:
        rows = [
            vintage(hour, to_utc(each - timedelta(days=1), datetime.min.time().replace(hour=19, minute=30)),
                    datetime(2026, 10, 1, tzinfo=UTC), float(random.normal(50e3, 1e3)))
            for each in [day - timedelta(days=n) for n in range(13, -1, -1)]
            for hour in hours(each)
        ]  # fmt: skip
        known = vintages(*rows)
    return history(day_start(day - timedelta(days=13)), day_end(day), actuals, no_former(), known)


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_the_grid_ends_with_the_delivery_day(day: date, n_hours: int, issue: Issue) -> None:
    known = a_history(day).at(day, issue, context_hours=CONTEXT)
    assert known.delivery_hours == n_hours
    assert list(known.hours[-n_hours:]) == list(hours(day).tz_localize(None).to_numpy())
    assert len(known.hours) == len(known.load_mw) == len(known.rte_mw)
    # On the day before, the last known hour ends at 09:00 or 19:00: one hour before, or one and a half.
    rest_of_today = 15 if issue is Issue.MORNING else 5
    assert known.horizon == rest_of_today + n_hours


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_no_actual_is_known_before_an_hour_after_its_end(day: date, n_hours: int, issue: Issue) -> None:
    known = a_history(day).at(day, issue, context_hours=CONTEXT)
    ends = known.hours.astype("datetime64[us]") + np.timedelta64(2, "h")
    due = ends <= np.datetime64(known.issue_time.replace(tzinfo=None), "us")
    assert (~np.isnan(known.load_mw) == due).all()
    assert known.delivery_hours == n_hours


@every_day_length
def test_rtes_day_ahead_forecast_is_known_in_the_evening_only(day: date, n_hours: int) -> None:
    whole = a_history(day)
    assert whole.at(day, Issue.EVENING, context_hours=CONTEXT).rte_share_of_delivery_day == 1
    morning = whole.at(day, Issue.MORNING, context_hours=CONTEXT)
    assert morning.rte_share_of_delivery_day == 0
    rest_of_today = morning.rte_mw[CONTEXT:-n_hours]
    assert not np.isnan(rest_of_today).any()


def same(one: InformationSet, other: InformationSet) -> bool:
    return np.array_equal(one.load_mw, other.load_mw, equal_nan=True) and np.array_equal(
        one.rte_mw, other.rte_mw, equal_nan=True
    )


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_moving_the_future_moves_nothing(day: date, n_hours: int, issue: Issue) -> None:
    issued = issue_time(day, issue)
    axis = hours(day - timedelta(days=13), day)
    rows = [vintage(h, issued - timedelta(hours=1), issued - timedelta(minutes=50)) for h in axis]
    revised = [vintage(h, issued + timedelta(minutes=20), issued + timedelta(hours=1), 99e3) for h in axis]
    random = np.random.default_rng(1)
    load = random.normal(50e3, 1e3, len(axis))
    moved = load.copy()
    first_unknown = axis.searchsorted(pd.Timestamp(issued) - pd.Timedelta(hours=2), side="right")
    moved[first_unknown:] = random.permutation(moved[first_unknown:]) + 1_000
    start, end = day_start(day - timedelta(days=13)), day_end(day)

    def cut(values: Floats, known: pd.DataFrame) -> InformationSet:
        actuals = pd.DataFrame({"hour_start": axis, "load_mw": values})
        return history(start, end, actuals, no_former(), known).at(day, issue, context_hours=CONTEXT)

    before, after = cut(load, vintages(*rows)), cut(moved, vintages(*rows, *revised))
    assert n_hours in (23, 24, 25)
    assert same(before, after)
    assert not np.isnan(before.rte_mw).any()


@every_day_length
def test_a_value_revised_after_the_issue_is_read_as_it_was(day: date, n_hours: int) -> None:
    issued = issue_time(day, Issue.MORNING)
    hour = pd.Timestamp(day_start(day - timedelta(days=3))).as_unit("us")
    axis = hours(day - timedelta(days=13), day)
    actuals = pd.DataFrame({"hour_start": axis, "load_mw": 50e3})
    untils = [issued - timedelta(days=1), issued + timedelta(days=1), issued + timedelta(days=2)]
    former = pd.DataFrame({"hour_start": [hour] * 3, "until": untils, "load_mw": [51e3, 52e3, 53e3]}).astype(
        {"hour_start": UTC_US, "until": UTC_US}
    )
    whole = history(day_start(day - timedelta(days=13)), day_end(day), actuals, former, vintages())
    known = whole.at(day, Issue.MORNING, context_hours=CONTEXT)
    assert known.delivery_hours == n_hours
    assert known.load_mw[known.hours == np.datetime64(hour.tz_localize(None))] == [52e3]
    assert np.nansum(known.load_mw != 50e3) == np.count_nonzero(np.isnan(known.load_mw)) + 1


@every_day_length
def test_hours_before_the_history_and_gaps_are_not_numbers(day: date, n_hours: int) -> None:
    known = a_history(day).at(day, Issue.MORNING, context_hours=24 * 30)
    assert known.delivery_hours == n_hours
    assert np.isnan(known.load_mw[: 24 * 16]).all()
    assert known.known_share_of_last_week == 1


@every_day_length
def test_a_history_that_ends_too_early_is_refused(day: date, n_hours: int) -> None:
    assert n_hours
    with pytest.raises(ValueError, match="ends before"):
        a_history(day).at(day + timedelta(days=1), Issue.MORNING, context_hours=24)


class TestKnownAt:
    """When each vintage counts as known; each day length has its own nominal time in UTC."""

    @every_day_length
    def test_the_first_vintage_in_time_counts_from_its_publication(self, day: date, n_hours: int) -> None:
        published = day_start(day) - timedelta(hours=4)
        frame = vintages(*(vintage(h, published, published + timedelta(hours=2)) for h in hours(day)))
        assert known_at(frame).tolist() == [published] * n_hours

    @every_day_length
    @pytest.mark.parametrize(("kind", "days_before", "hour"), [("D-1", 1, 20), ("D-2", 2, 7)])
    def test_fetched_late_it_counts_from_its_nominal_time(
        self, day: date, n_hours: int, kind: str, days_before: int, hour: int
    ) -> None:
        nominal = to_utc(day - timedelta(days=days_before), datetime.min.time().replace(hour=hour))
        late = datetime(2026, 1, 1, tzinfo=UTC)
        revised = vintages(*(vintage(h, day_end(day), late, kind=kind) for h in hours(day)))
        assert known_at(revised).tolist() == [nominal] * n_hours
        early = nominal - timedelta(hours=1)
        never_revised = vintages(*(vintage(h, early, late, kind=kind) for h in hours(day)))
        assert known_at(never_revised).tolist() == [early] * n_hours

    @every_day_length
    def test_a_further_vintage_counts_when_it_reached_us(self, day: date, n_hours: int) -> None:
        assert n_hours
        hour = hours(day)[0]
        first = vintage(hour, day_start(day) - timedelta(hours=5), day_start(day) - timedelta(hours=4))
        published, reached = day_start(day) - timedelta(hours=4), day_start(day) + timedelta(hours=10)
        assert known_at(vintages(first, vintage(hour, published, reached))).tolist()[1] == (
            reached - FETCH_ALLOWANCE
        )
        at_once = published + timedelta(minutes=2)
        assert known_at(vintages(first, vintage(hour, published, at_once))).tolist()[1] == published

    @every_day_length
    def test_of_an_archive_only_the_first_vintage_is_nominal(self, day: date, n_hours: int) -> None:
        assert n_hours
        hour, late = hours(day)[0], datetime(2026, 1, 1, tzinfo=UTC)
        first, second = day_start(day) - timedelta(hours=5), day_start(day) + timedelta(hours=8)
        frame = vintages(vintage(hour, second, late), vintage(hour, first, late))
        assert known_at(frame).tolist() == [second, first]


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_temperature_is_the_newest_forecast_issued_by_then(day: date, n_hours: int, issue: Issue) -> None:
    axis = hours(day - timedelta(days=13), day)
    issued = issue_time(day, issue)

    def forecast(issued_at: datetime, temperature_c: float) -> pd.DataFrame:
        values = moving(temperature_c, len(axis))
        return pd.DataFrame({"hour_start": axis, "issued_at": issued_at, "temperature_c": values}).astype(
            {"issued_at": UTC_US}
        )

    older, newer = forecast(issued - timedelta(hours=12), 1.0), forecast(issued, 2.0)
    later = forecast(issued + FETCH_ALLOWANCE + timedelta(minutes=1), 3.0)
    start, end = day_start(day - timedelta(days=13)), day_end(day)
    actuals = pd.DataFrame({"hour_start": axis, "load_mw": 50e3})
    weather = pd.concat([later, older, newer.iloc[:-1]])
    known = history(start, end, actuals, no_former(), vintages(), weather).at(day, issue, context_hours=CONTEXT)
    assert np.floor(known.input(TEMPERATURE)[-n_hours:]).tolist() == [2.0] * (n_hours - 1) + [1.0]
    without = history(start, end, actuals, no_former(), vintages()).at(day, issue, context_hours=CONTEXT)
    assert np.isnan(without.input(TEMPERATURE)).all()
    assert without.input(TEMPERATURE).shape == without.load_mw.shape


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_a_fetch_at_the_issue_time_may_take_a_few_minutes(day: date, n_hours: int, issue: Issue) -> None:
    axis = hours(day)
    weather = pd.DataFrame(
        {
            "hour_start": axis,
            "issued_at": issue_time(day, issue) + FETCH_ALLOWANCE,
            "temperature_c": moving(2.0, n_hours),
        }
    ).astype({"issued_at": UTC_US})
    start, end = day_start(day - timedelta(days=13)), day_end(day)
    actuals = pd.DataFrame({"hour_start": axis, "load_mw": 50e3})
    known = history(start, end, actuals, no_former(), vintages(), weather).at(day, issue, context_hours=CONTEXT)
    assert known.usable_inputs == frozenset()  # nothing of the days before is known
    assert np.floor(known.input(TEMPERATURE)[-n_hours:]).tolist() == [2.0] * n_hours


@every_day_length
@pytest.mark.parametrize("issue", Issue)
def test_of_a_day_before_it_is_the_temperature_that_its_own_issue_knew(
    day: date, n_hours: int, issue: Issue
) -> None:
    """A forecast made on the day itself is better than one made the day before, and must not stand beside it."""
    before, axis = day - timedelta(days=1), hours(day - timedelta(days=1), day)
    at_its_issue, on_the_day = issue_time(before, issue), day_start(before) + timedelta(hours=1)
    weather = pd.concat(
        [
            pd.DataFrame({"hour_start": axis, "issued_at": at_its_issue, "temperature_c": moving(2.0, len(axis))}),
            pd.DataFrame({"hour_start": axis, "issued_at": on_the_day, "temperature_c": moving(3.0, len(axis))}),
        ]
    ).astype({"issued_at": UTC_US})
    start, end = day_start(day - timedelta(days=13)), day_end(day)
    actuals = pd.DataFrame({"hour_start": axis, "load_mw": 50e3})
    known = history(start, end, actuals, no_former(), vintages(), weather).at(day, issue, context_hours=CONTEXT)
    assert set(np.floor(known.input(TEMPERATURE)[-n_hours:])) == {3.0}
    of_day_before = known.input(TEMPERATURE)[-n_hours - len(hours(before)) : -n_hours]
    assert set(np.floor(of_day_before)) == {2.0}
