"""The figures of a delivery day, on days of 23, 24 and 25 hours, whole and with gaps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.domain.day_summary import as_known, change, interval_name, largest_gap, outside_band, summarize
from elec_pipeline.domain.delivery_day import HOUR, PARIS, day_start, hours, to_utc
from elec_pipeline_tests.conftest import every_day_length

TWICE = hours(date(2025, 10, 26))[2:4]
"""The two hours that the Paris clock calls two to three."""


def forecast(day: date, load: object = 50_000.0) -> pd.DataFrame:
    axis = hours(day)
    median = pd.Series(load, index=axis, dtype=float)
    return pd.DataFrame({"load_mw": median, "q10": median - 1000, "q90": median + 1000})


def at(day: date, hour: int) -> pd.Timestamp:
    return pd.Timestamp(datetime(day.year, day.month, day.day, hour, tzinfo=PARIS)).tz_convert("UTC")


@every_day_length
def test_peaks_are_found_by_the_paris_clock(day: date, n_hours: int) -> None:
    made = forecast(day)
    made.loc[at(day, 8), "load_mw"] = 60_000
    made.loc[at(day, 19), "load_mw"] = 62_000
    summary = summarize(day, made)
    assert summary is not None
    assert (summary.hours, summary.hours_due) == (n_hours, n_hours)
    assert summary.morning is not None
    assert summary.evening is not None
    assert [interval_name(each.hour) for each in (summary.peak, summary.morning, summary.evening)] == [
        "19–20 h", "8–9 h", "19–20 h",
    ]  # fmt: skip
    assert (summary.peak.low_mw, summary.peak.high_mw) == (49_000, 51_000)
    assert summary.energy_gwh == pytest.approx(50 * n_hours + 10 + 12)
    assert summary.ramp is not None
    assert (interval_name(summary.ramp.hour), summary.ramp.change_mw) == ("19–20 h", 12_000)


@every_day_length
def test_a_day_with_gaps_counts_what_is_there_and_no_ramp_leaps_over_one(day: date, n_hours: int) -> None:
    made = forecast(day, np.linspace(40_000, 60_000, n_hours))
    made.loc[at(day, 12), "load_mw"] = np.nan
    summary = summarize(day, made.drop(at(day, 20)))
    assert summary is not None
    assert (summary.hours, summary.hours_due) == (n_hours - 2, n_hours)
    assert summary.ramp is not None
    assert summary.ramp.change_mw == pytest.approx(20_000 / (n_hours - 1))
    night = made[made.index < at(day, 5)]
    only_night = summarize(day, night)
    assert only_night is not None
    assert only_night.morning is only_night.evening is None
    alone = summarize(day, made.iloc[:1])
    assert alone is not None
    assert alone.ramp is None


def test_a_day_without_a_forecast_has_no_figures() -> None:
    day = date(2025, 3, 30)
    assert summarize(day, forecast(day).assign(load_mw=np.nan)) is None
    assert summarize(day, forecast(day + timedelta(days=1))) is None


@every_day_length
def test_the_largest_gap_names_its_hours_and_how_often_the_band_is_left(day: date, n_hours: int) -> None:
    made = forecast(day)
    off = {6: 300, 16: -700, 17: -1400, 18: -900, 19: 800, 21: -1350}
    by_hour = pd.Series({at(day, hour): float(value) for hour, value in off.items()})
    rte = made["load_mw"].add(by_hour, fill_value=0)
    gap = largest_gap(made, rte)
    assert gap is not None
    assert (gap.difference_mw, gap.hours, gap.hours_outside) == (1400, n_hours, 2)
    assert (interval_name(gap.hour), interval_name(gap.first, gap.last)) == ("17–18 h", "16–19 h")
    assert outside_band(made, rte).sum() == 2
    assert largest_gap(made, rte * np.nan) is None
    alone = largest_gap(made, rte.drop([at(day, 16), at(day, 18)]))
    assert alone is not None
    assert alone.first == alone.last == alone.hour


@every_day_length
@pytest.mark.parametrize("n_days", [1, 2, 7])
def test_a_change_compares_the_same_paris_hours(day: date, n_hours: int, n_days: int) -> None:
    before = day - timedelta(days=n_days)

    def by_clock(of: date) -> pd.Series:
        axis = hours(of)
        return pd.Series(50_000.0 + 100 * axis.tz_convert(PARIS).hour, index=axis)

    found = change(by_clock(day) + 250, by_clock(before), n_days)
    assert found is not None
    stand_in = 100 / n_hours  # the day before has no hour from two to three: the one before it stands in
    assert found.hours == n_hours
    assert found.mean_mw == pytest.approx(250, abs=stand_in)
    assert found.peak_mw == pytest.approx(250)
    half = change(by_clock(day), by_clock(before).iloc[:12], n_days)
    assert half is not None
    assert half.hours < n_hours
    assert np.isnan(half.peak_mw)
    assert change(by_clock(day), by_clock(before).iloc[:0], n_days) is None


def test_only_complete_hours_are_known() -> None:
    frame = pd.DataFrame(
        {"actual_mw": [1.0, 2.0, np.nan], "quarters": [4.0, 3.0, np.nan], "load_mw": [7.0, 8.0, 9.0]}
    )
    assert as_known(frame).tolist() == [1.0, 8.0, 9.0]


@every_day_length
def test_every_hour_of_a_day_has_a_name_of_its_own(day: date, n_hours: int) -> None:
    names = [interval_name(each) for each in hours(day)]
    assert len(set(names)) == n_hours
    assert names[0] == "0–1 h"
    assert names[-1] == "23–24 h"
    assert interval_name(day_start(day), to_utc(day, datetime.min.time().replace(hour=23))) == "0–24 h"


def test_a_run_that_ends_at_an_hour_that_exists_twice_says_which() -> None:
    begin = TWICE[0] - HOUR
    assert [interval_name(begin, each) for each in TWICE] == ["1–3 (UTC+2) h", "1–3 (UTC+1) h"]
    assert interval_name(TWICE[0].to_pydatetime().astimezone(UTC)) == "2–3 h (UTC+2)"
