"""What regressions learn comes from the days they are given, serves later days, and helps there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import HOUR, Issue, day_end, day_start, days
from elec_pipeline.domain.history import History, actual_mw
from elec_pipeline.domain.information_set import InformationSet, Situation
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.metrics import mae
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.degraded import blur, with_blurred_rte, with_only
from elec_pipeline.forecasting.experts.ridge.coefficients import Regressions
from elec_pipeline.forecasting.experts.ridge.fitting import PARTS, Course, learnt
from elec_pipeline.forecasting.experts.ridge.online_ridge import LEAST_DAYS
from elec_pipeline.forecasting.experts.ridge.ridge import Ridge
from elec_pipeline.forecasting.features.situations import key
from elec_pipeline_tests.forecasting.conftest import FIRST, LAST, LEARNT_FROM, made_up_history

LATER = days(date(2025, 6, 10), date(2025, 7, 25))
SHORT = LEARNT_FROM[:70]
WITH_TEMPERATURE = {key(situation, [TEMPERATURE]) for situation in Situation}


def learnt_from(past: History, some_days: list[date]) -> Course:
    return learnt(past, some_days, blur_mw=600, seed=1)


def assert_equal(one: Regressions, other: Regressions) -> None:
    assert one.learnt.keys() == other.learnt.keys()
    for name, ours in one.learnt.items():
        theirs = other.learnt[name]
        assert (ours.names, ours.through) == (theirs.names, theirs.through)
        np.testing.assert_array_equal(ours.regression.mean, theirs.regression.mean)
        np.testing.assert_array_equal(ours.regression.precision, theirs.regression.precision)


def sets_of(past: History, situation: Situation) -> list[InformationSet]:
    random = np.random.default_rng(5)
    hours = Ridge().context_hours
    made = []
    for day in LATER:
        morning, evening = (past.at(day, issue, context_hours=hours) for issue in Issue)
        early = with_blurred_rte(morning, evening, 600, random)
        made.append({Situation.ALONE: morning, Situation.EVENING: evening, Situation.EARLY: early}[situation])
    return made


def error(past: History, sets: list[InformationSet], regressions: Regressions) -> float:
    """Mean absolute error of the references of the delivery days, MW."""
    references = [Ridge(regressions=regressions).references(each) for each in sets]
    said = [each.reference[-24:] for each in references]
    return mae(np.concatenate([actual_mw(past, each.delivery_day) for each in sets]), np.concatenate(said))


def test_no_state_serves_a_day_that_it_was_learnt_from(course: Course) -> None:
    for day in days(FIRST, LAST):
        state = course.before(day)
        if state is not None:
            assert {each.through for each in state.learnt.values()} <= {
                day - timedelta(days=n) for n in range(1, 400)
            }


def test_every_day_is_served_by_the_newest_state(course: Course) -> None:
    firsts = [first for first, _ in course.states]
    assert firsts == sorted(firsts)
    assert len(firsts) <= PARTS
    for first, state in course.states:
        assert course.before(first) is state
    assert course.before(firsts[0] - timedelta(days=1)) is None
    assert course.before(LAST) is course.final
    assert {each.through for each in course.final.learnt.values()} == {LEARNT_FROM[-1]}


def test_a_state_is_what_its_days_teach_alone(course: Course, past: History) -> None:
    first, state = course.states[1]
    # The issues of the day before `first` had not seen all of that day.
    assert_equal(learnt_from(past, [day for day in LEARNT_FROM if day < first - timedelta(days=1)]).final, state)


def test_what_comes_later_changes_nothing(course: Course) -> None:
    other = made_up_history(shuffled_after=day_end(LEARNT_FROM[69]) + timedelta(days=3))
    again = learnt_from(other, SHORT)
    first, state = again.states[0]
    assert first in {each for each, _ in course.states}
    served = course.before(first)
    assert served is not None
    assert_equal(state, served)


def test_days_that_are_not_named_teach_nothing(past: History) -> None:
    load = past.load_mw.copy()
    some = SHORT[:60]
    first, end = ((at - past.start) // HOUR for at in (day_start(SHORT[64]), day_end(SHORT[-1])))
    load[first:end] = 12_345
    assert_equal(learnt_from(replace(past, load_mw=load), some).final, learnt_from(past, some).final)


def test_learning_repeats(past: History) -> None:
    assert_equal(learnt_from(past, SHORT).final, learnt_from(past, SHORT).final)


@pytest.mark.parametrize("situation", list(Situation))
def test_what_is_learnt_helps_on_days_it_was_not_learnt_from(
    situation: Situation, course: Course, past: History
) -> None:
    sets = sets_of(past, situation)
    assert all(each.situation is situation for each in sets)
    assert error(past, sets, course.final) < 0.95 * error(past, sets, Regressions())


def test_an_early_forecast_is_mended(course: Course, past: History) -> None:
    sets = sets_of(past, Situation.EARLY)
    truth = np.concatenate([actual_mw(past, each.delivery_day) for each in sets])
    blurred = np.concatenate([each.rte_mw[-24:] for each in sets])
    assert error(past, sets, course.final) < 0.95 * mae(truth, blurred)


def test_temperature_helps_where_no_forecast_of_rtes_does(warm_course: Course, warm_past: History) -> None:
    sets = sets_of(warm_past, Situation.ALONE)
    with_it = error(warm_past, sets, warm_course.final)
    without = error(warm_past, [with_only(each) for each in sets], warm_course.final)
    assert with_it < 0.8 * without


def test_without_temperature_forecasts_nothing_is_learnt_of_them(course: Course, warm_course: Course) -> None:
    assert set(course.final.learnt) == set(Situation)
    assert set(warm_course.final.learnt) == set(Situation) | WITH_TEMPERATURE
    for situation in Situation:
        ours, theirs = (each.final.of(situation) for each in (course, warm_course))
        assert ours is not None
        assert theirs is not None
        np.testing.assert_array_equal(ours.regression.mean, theirs.regression.mean)


def test_without_rtes_forecasts_only_the_week_before_is_learnt_from() -> None:
    made = learnt_from(made_up_history(rte=False, temperature=True), SHORT)
    assert set(made.final.learnt) == {"alone", "alone+temperature_c"}


@pytest.mark.parametrize("how_many", [0, 1, LEAST_DAYS - 1])
def test_from_too_few_days_nothing_is_learnt(how_many: int, past: History) -> None:
    made = learnt_from(past, LEARNT_FROM[:how_many])
    assert made == Course(())
    assert made.final == Regressions()
    assert made.before(LAST) is None


@pytest.mark.parametrize("first", [date(2024, 11, 1), date(2024, 12, 1)])
def test_days_at_the_start_of_the_history_and_before_it_are_survived(first: date, past: History) -> None:
    made = learnt_from(past, days(first, date(2025, 2, 15)))
    assert set(made.final.learnt) == set(Situation)
    for _, state in made.states:
        for each in state.learnt.values():
            assert np.isfinite(each.regression.mean).all()


def test_days_all_before_the_history_teach_nothing(past: History) -> None:
    assert learnt_from(past, days(date(2024, 9, 1), date(2024, 11, 20))) == Course(())


def test_days_up_to_the_end_of_the_history_can_be_learnt_from(past: History) -> None:
    made = learnt_from(past, days(LAST - timedelta(days=60), LAST))
    assert set(made.final.learnt) == set(Situation)
    assert made.before(LAST) is not made.final


def test_a_history_may_start_in_the_middle_of_a_day(past: History) -> None:
    later = replace(
        past,
        start=past.start + 7 * HOUR,
        load_mw=past.load_mw[7:],
        vintage_position=past.vintage_position - 7,
        rte_d1_mw=past.rte_d1_mw[7:],
    )
    assert_equal(learnt_from(later, SHORT[10:]).final, learnt_from(past, SHORT[10:]).final)


def test_the_blur_persists_within_a_day_and_has_its_size() -> None:
    made: Floats = blur((4000, 24), 600.0, np.random.default_rng(1))
    assert made.std(axis=0) == pytest.approx(np.full(24, 600), rel=0.05)
    neighbours = np.corrcoef(made[:, 10], made[:, 11])[0, 1]
    assert neighbours == pytest.approx(0.9, abs=0.02)
    assert np.corrcoef(made[1:, 0], made[:-1, 23])[0, 1] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("hours", [23, 24, 25])
def test_days_of_every_length_are_blurred(hours: int) -> None:
    assert blur((1, hours), 600.0, np.random.default_rng(1)).shape == (1, hours)
    assert not blur((1, hours), 0.0, np.random.default_rng(1)).any()
