"""Features of every situation are whole, know the calendar, and use nothing that their issue did not know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import Situation
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.features import temperature as temperature_columns
from elec_pipeline.forecasting.features import weather as weather_columns
from elec_pipeline.forecasting.features.day_table import KNOWN_HOURS, DayTable
from elec_pipeline.forecasting.features.local_time import LocalGrid
from elec_pipeline.forecasting.features.situations import LOOKBACK_DAYS, problem
from elec_pipeline_tests.conftest import every_day_length

KNOWN = {
    Situation.EVENING: KNOWN_HOURS[Issue.EVENING],
    Situation.EARLY: KNOWN_HOURS[Issue.MORNING],
    Situation.ALONE: KNOWN_HOURS[Issue.MORNING],
}
every_situation = pytest.mark.parametrize("situation", list(Situation))
with_and_without_temperature = pytest.mark.parametrize(
    "inputs", [(), (TEMPERATURE,)], ids=["plain", "temperature"]
)


def full_table(past: History, day: date, *, days: int = 60, issue: Issue = Issue.EVENING) -> DayTable:
    """The days up to one, all known but temperature as an issue knew it: as a regression learns from them."""
    information = past.at(day, issue, context_hours=24 * days)
    position = (information.hours - information.hours[0]).astype(int)
    first = int((np.datetime64(past.start.replace(tzinfo=None), "us") - information.hours[0]).astype(int))
    load = past.load_mw[((position - first) // 3_600_000_000)]
    return DayTable.of(replace(information, load_mw=load), LocalGrid.of(information.hours))


def features(situation: Situation, table: DayTable, *, inputs: Sequence[str] = ()) -> Floats:
    return problem(situation, table, inputs=inputs).samples.features


def column(situation: Situation, table: DayTable, name: str) -> Floats:
    """One feature of the last day, shape (24,)."""
    asked = problem(situation, table, inputs=[TEMPERATURE])
    values: Floats = asked.samples.features[-1, :, asked.names.index(name)]
    return values


@every_day_length
@every_situation
@with_and_without_temperature
def test_every_hour_of_every_day_has_its_features(
    day: date, n_hours: int, situation: Situation, warm_past: History, inputs: Sequence[str]
) -> None:
    table = full_table(warm_past, day)
    asked = problem(situation, table, inputs=inputs)
    assert asked.samples.features.shape == (len(table.day), 24, len(asked.names))
    assert len(set(asked.names)) == len(asked.names)
    assert np.isfinite(asked.samples.features).all()
    assert asked.base_mw.shape == asked.samples.wanted_mw.shape == (len(table.day), 24)
    assert np.isfinite(asked.samples.wanted_mw[-1]).sum() == min(n_hours, 24)
    difference = asked.base_mw + asked.samples.wanted_mw - table.load_mw
    assert np.nanmax(np.abs(difference)) == pytest.approx(0)


@every_day_length
@every_situation
@with_and_without_temperature
def test_features_use_nothing_that_the_issue_did_not_know(
    day: date, n_hours: int, situation: Situation, warm_past: History, inputs: Sequence[str]
) -> None:
    table = full_table(warm_past, day)
    load, rte = table.load_mw.copy(), table.rte_mw.copy()
    load[-2, KNOWN[situation] :] = 12_345
    load[-1] = 12_345
    if situation is Situation.ALONE:
        rte[-1] = 54_321
    later = replace(table, load_mw=load, rte_mw=rte)
    one, other = (features(situation, each, inputs=inputs)[-1] for each in (table, later))
    np.testing.assert_array_equal(one, other)
    bases = [problem(situation, each).base_mw[-1] for each in (table, later)]
    np.testing.assert_array_equal(*bases)
    assert np.isfinite(bases[0]).sum() in {min(n_hours, 24), 24}


@every_situation
def test_features_use_the_last_hour_that_the_issue_knew(situation: Situation, warm_past: History) -> None:
    table = full_table(warm_past, date(2025, 7, 9))
    load = table.load_mw.copy()
    load[-2, KNOWN[situation] - 1] += 1000
    assert not np.array_equal(
        features(situation, table)[-1], features(situation, replace(table, load_mw=load))[-1]
    )


@every_day_length
@every_situation
@with_and_without_temperature
def test_a_live_issue_has_the_features_that_were_learnt_from(
    day: date, n_hours: int, situation: Situation, warm_past: History, inputs: Sequence[str]
) -> None:
    issue = Issue.EVENING if situation is Situation.EVENING else Issue.MORNING
    information = warm_past.at(day, issue, context_hours=24 * 60)
    live = DayTable.of(information, LocalGrid.of(information.hours))
    learnt_from = replace(full_table(warm_past, day), inputs=full_table(warm_past, day, issue=issue).inputs)
    rte, temperature = learnt_from.rte_mw.copy(), learnt_from.input(TEMPERATURE).copy()
    if situation is Situation.EARLY:  # the forecast of the day is another one than the D-1 that is learnt from
        live = replace(live, rte_mw=np.vstack([live.rte_mw[:-1], rte[-1:]]))
    temperature[-1] = live.input(TEMPERATURE)[-1]
    temperature[-2] = live.input(TEMPERATURE)[-2]
    learnt_from = replace(learnt_from, inputs={TEMPERATURE: temperature})
    ours, theirs = (features(situation, each, inputs=inputs)[-1] for each in (live, learnt_from))
    assert np.isfinite(live.input(TEMPERATURE)[-1]).sum() == min(n_hours, 24)
    np.testing.assert_array_equal(ours, theirs)


@every_situation
@with_and_without_temperature
def test_features_look_back_no_further_than_they_say(
    situation: Situation, warm_past: History, inputs: Sequence[str]
) -> None:
    table = full_table(warm_past, date(2025, 7, 9), days=90)
    part = table.rows(slice(len(table.day) - LOOKBACK_DAYS - 1, None))
    whole, cut = (features(situation, each, inputs=inputs)[-1] for each in (table, part))
    np.testing.assert_allclose(whole, cut, rtol=0, atol=1e-9)  # some processors sum longer tables in another order


@every_situation
def test_where_nothing_is_known_features_are_zero_but_for_the_calendar(situation: Situation) -> None:
    nothing = np.full((40, 24), np.nan)
    table = DayTable(np.arange(20_000, 20_040), nothing, nothing, {})
    asked = problem(situation, table, inputs=[TEMPERATURE])
    assert np.isfinite(asked.samples.features).all()
    assert np.isnan(asked.samples.wanted_mw).all()


@every_situation
def test_an_early_forecast_changes_what_stands_on_it_alone(situation: Situation, warm_past: History) -> None:
    table = full_table(warm_past, date(2025, 7, 9))
    other = problem(situation, table, rte_of_day=table.rte_mw + 500)
    plain = problem(situation, table)
    if situation is Situation.ALONE:
        np.testing.assert_array_equal(other.samples.features, plain.samples.features)
        np.testing.assert_array_equal(other.base_mw, plain.base_mw)
    else:
        assert other.base_mw == pytest.approx(plain.base_mw + 500, nan_ok=True)
        last = plain.names.index("last")  # RTE's errors of the days before are its D-1's
        np.testing.assert_array_equal(other.samples.features[..., last], plain.samples.features[..., last])


@every_situation
def test_days_without_temperature_teach_nothing_of_it(situation: Situation, warm_past: History) -> None:
    table = full_table(warm_past, date(2025, 7, 9))
    temperature = table.input(TEMPERATURE).copy()
    temperature[30] = np.nan
    gap = replace(table, inputs={TEMPERATURE: temperature})
    wanted = problem(situation, gap, inputs=[TEMPERATURE]).samples.wanted_mw
    plain = problem(situation, gap).samples.wanted_mw
    taught = [np.asarray(np.isfinite(each).any(axis=1)) for each in (plain, wanted)]
    untaught = taught[0] & ~taught[1]
    assert np.flatnonzero(untaught[7:]).tolist() == [30 - 7, 37 - 7]  # moves are held against a week before
    assert not taught[1][:7].any()


@pytest.mark.parametrize(
    ("day", "kind", "weekday", "ones"),
    [
        (date(2025, 7, 14), 1.0, "monday", {"holiday_0_before"}),  # Bastille Day
        (date(2025, 7, 11), 0.0, "friday", set()),
        (date(2025, 7, 12), 0.5, "saturday", set()),
        (date(2025, 7, 13), 1.0, None, {"holiday_-1_before"}),
        (date(2025, 5, 30), 0.0, "friday", {"holiday_1_before", "bridge_day_0_before"}),  # after Ascension Day
        (date(2025, 7, 21), 0.0, "monday", {"holiday_7_before"}),
    ],
)
def test_the_calendar_knows_the_day(
    day: date, kind: float, weekday: str | None, ones: set[str], warm_past: History
) -> None:
    asked = problem(Situation.ALONE, full_table(warm_past, day))
    made = dict(zip(asked.names, asked.samples.features[-1, 12], strict=True))
    assert made["kind"] == kind * 3000
    named = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
    assert [name for name in named if made[name]] == ([weekday] if weekday else [])
    near = {f"holiday_{days}_before" for days in (-1, 0, 1, 7)} | {"bridge_day_0_before"}
    assert {name for name in near if made[name]} == ones


@pytest.mark.parametrize(
    ("day", "ones"),
    [
        (date(2025, 7, 14), {"day_off", "holiday", "after_day_off"}),
        (date(2025, 7, 15), {"after_day_off"}),
        (date(2025, 7, 13), {"day_off", "before_holiday"}),
        (date(2025, 7, 7), {"after_day_off", "working_monday"}),
        (date(2025, 7, 12), set()),
        (date(2025, 5, 30), {"after_day_off", "bridge_day"}),
    ],
)
def test_the_calendar_of_rtes_errors_knows_the_day(day: date, ones: set[str], warm_past: History) -> None:
    asked = problem(Situation.EVENING, full_table(warm_past, day))
    made = dict(zip(asked.names, asked.samples.features[-1, 12], strict=True))
    names = ("day_off", "holiday", "bridge_day", "after_day_off", "before_holiday", "working_monday")
    assert {name for name in names if made[name]} == ones


@pytest.mark.parametrize(
    ("day", "ones"),
    [
        (date(2024, 12, 20), {0}), (date(2024, 12, 19), set()), (date(2025, 1, 4), {0, 1, 7}),
        (date(2025, 1, 5), {1, 7}), (date(2025, 1, 12), set()),
    ],
)  # fmt: skip
def test_the_turn_of_the_year_lasts_from_20_december_to_4_january(day: date, ones: set[int]) -> None:
    nothing = np.full((40, 24), np.nan)
    number = (day - date(1970, 1, 1)).days
    asked = problem(Situation.ALONE, DayTable(np.arange(number - 39, number + 1), nothing, nothing, {}))
    made = dict(zip(asked.names, asked.samples.features[-1, 0], strict=True))
    assert {days for days in (0, 1, 7) if made[f"turn_of_year_{days}_before"]} == ones


def warm_table(temperature_c: Floats) -> DayTable:
    nothing = np.full_like(temperature_c, np.nan)
    return DayTable(np.arange(20_000, 20_000 + len(temperature_c)), nothing, nothing, {TEMPERATURE: temperature_c})


def test_the_load_bends_where_france_heats_and_cools() -> None:
    degrees = np.array([14.0, 15.0, 17.0, 20.0, 22.0, np.nan])
    assert temperature_columns.cold(degrees)[:5].tolist() == [1, 0, 0, 0, 0]
    assert temperature_columns.heat(degrees)[:5].tolist() == [0, 0, 0, 0, 2]
    assert np.isnan(temperature_columns.cold(degrees)[5])


def test_temperature_columns_tell_level_shape_and_move() -> None:
    temperature = np.repeat(np.arange(30.0)[:, None], 24, axis=1)  # a degree more each day
    temperature[-1, 14] = 53
    made = temperature_columns.columns(warm_table(temperature), Situation.EARLY)
    last = {name: values[-1] for name, values in made.items()}
    assert last["temperature_heat"][[0, 14]].tolist() == [900, 3300]
    assert last["temperature_cold"].tolist() == [0] * 24
    assert last["temperature_heat_day"] == pytest.approx([1000])
    assert last["temperature_at_14"] == pytest.approx([2300])
    assert last["temperature_heat_move_1_before"][[0, 14]].tolist() == [100, 2500]
    assert last["temperature_heat_move_7_before"][0] == 700
    assert made["temperature_cold_move_7_before"][12, 0] == -700
    assert last["temperature_cold_of_day_before"] == [0]
    assert made["temperature_cold_of_second_day"][12] == [-500]
    assert last["temperature_against_week"] == pytest.approx([600])


@every_situation
def test_a_degree_counts_as_the_case_says(situation: Situation, warm_past: History) -> None:
    table = full_table(warm_past, date(2025, 1, 20))
    cold = temperature_columns.cold(table.input(TEMPERATURE)[-1])
    assert cold.max() > 0
    assert column(situation, table, "temperature_cold") == pytest.approx(
        temperature_columns.MW_PER_DEGREE[situation] * cold
    )


def test_a_smoothed_temperature_follows_slowly_and_knows_no_later_hour() -> None:
    jump = np.concatenate([np.zeros((30, 24)), np.full((10, 24), 10.0)])
    fast, slow = (temperature_columns.smoothed(jump, kept) for kept in (0.95, 0.99))
    assert (fast[:30] == 0).all()
    assert fast[30, 0] == pytest.approx(0.5)
    assert slow[30, 0] == pytest.approx(0.1, rel=0.05)
    assert (fast[31:] > slow[31:]).all()
    assert fast[39, 23] == pytest.approx(10, abs=0.01)
    assert (np.diff(slow.reshape(-1)) >= -1e-9).all()


def test_a_smoothed_temperature_is_of_what_is_known() -> None:
    gap = np.full((40, 24), 7.0)
    gap[20:22], gap[:3] = np.nan, np.nan
    made = temperature_columns.smoothed(gap, 0.95)
    assert np.isnan(made[:3]).all()
    assert made[3:] == pytest.approx(7.0)
    # It does not depend on where a history begins.
    np.testing.assert_allclose(made[39], temperature_columns.smoothed(gap[20:], 0.95)[-1])


@every_situation
@pytest.mark.parametrize("name", sorted(weather_columns.SIZES))
def test_weather_counts_by_its_level_its_moves_and_its_course_over_the_day(
    name: str, situation: Situation
) -> None:
    size = weather_columns.SIZES[name]
    values = np.full((10, 24), size.usual)
    values[-1, 12:15] += size.spread
    nothing = np.full((10, 24), np.nan)
    table = DayTable(np.arange(20_000, 20_010), nothing, nothing, {name: values})
    made = {each: columns[-1] for each, columns in weather_columns.columns(name, table, situation).items()}
    unit = weather_columns.MW_PER_SPREAD[situation]
    for each in ("level", "move_1_before", "move_7_before"):
        at_noon = made[f"{name}_{each}"]
        assert at_noon[[0, 13]].tolist() == [0, unit]
        assert made[f"{name}_{each}_12h"].tolist() == [unit]
        assert made[f"{name}_{each}_9h"].tolist() == [0]
    assert len(made) == 3 * (1 + 8)
