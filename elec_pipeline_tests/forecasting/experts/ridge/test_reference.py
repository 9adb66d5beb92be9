"""References stand on what is known, follow what was learnt and what came after, and survive what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue, days
from elec_pipeline.domain.history import History, actual_mw
from elec_pipeline.domain.information_set import InformationSet, Situation
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.metrics import mae
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.degraded import with_blurred_rte, with_only, without_rte
from elec_pipeline.forecasting.experts.chronos.recipe import Recipe, Target
from elec_pipeline.forecasting.experts.chronos.training.options import TrainingOptions
from elec_pipeline.forecasting.experts.ridge import online_ridge as regression
from elec_pipeline.forecasting.experts.ridge.coefficients import Regressions
from elec_pipeline.forecasting.experts.ridge.fitting import Course
from elec_pipeline.forecasting.experts.ridge.online_ridge import Regression, Updated
from elec_pipeline.forecasting.experts.ridge.reference import Reach, References
from elec_pipeline.forecasting.experts.ridge.ridge import Ridge, RidgeOptions
from elec_pipeline.forecasting.features.design import Samples
from elec_pipeline.forecasting.features.local_time import LocalGrid
from elec_pipeline_tests.conftest import every_day_length

DAYS = [date(2025, 3, 30), date(2025, 3, 31), date(2025, 4, 6), date(2025, 10, 26), date(2025, 11, 2)]
SUMMER = date(2025, 7, 9)
OPTIONS = RidgeOptions(update_days=90, reference_days=90)
HOURS = Ridge(OPTIONS).context_hours
every_situation = pytest.mark.parametrize("situation", list(Situation))


def at(past: History, day: date, issue: Issue = Issue.EVENING) -> InformationSet:
    return past.at(day, issue, context_hours=HOURS)


def in_situation(past: History, day: date, situation: Situation) -> InformationSet:
    if situation is Situation.EARLY:
        return with_blurred_rte(at(past, day, Issue.MORNING), at(past, day), 600, np.random.default_rng(1))
    return at(past, day, Issue.EVENING if situation is Situation.EVENING else Issue.MORNING)


def references(
    information: InformationSet, regressions: Regressions | None = None, options: RidgeOptions = OPTIONS
) -> References:
    reach = Reach(options.update_days, options.reference_days)
    return References(information, reach, regressions or Regressions())


def of_day(information: InformationSet, regressions: Regressions | None = None, **changes: object) -> Floats:
    """The reference of the delivery day."""
    options = OPTIONS.model_copy(update=changes)
    return references(information, regressions, options).reference[-information.delivery_hours :]


def through(regressions: Regressions, day: date) -> Regressions:
    """The same, said to be learnt through another day."""
    return Regressions({name: replace(each, through=day) for name, each in regressions.learnt.items()})


@every_day_length
def test_where_nothing_is_learnt_the_base_stands_as_it_is(day: date, n_hours: int, past: History) -> None:
    evening, morning = (at(past, day, issue) for issue in (Issue.EVENING, Issue.MORNING))
    assert of_day(evening).tolist() == evening.rte_mw[-n_hours:].tolist()
    its = references(morning)
    assert its.reference.tolist() == its.week_before.tolist()


@every_day_length
@every_situation
def test_what_a_forecast_stands_on(
    day: date, n_hours: int, situation: Situation, course: Course, past: History
) -> None:
    information = in_situation(past, day, situation)
    its = references(information, course.final)
    assert information.situation is situation
    assert its.stands_on_rte == (situation is not Situation.ALONE)
    assert its.reference.shape == information.hours.shape
    assert np.isfinite(its.reference[-n_hours:]).all()
    assert not np.array_equal(its.reference[-n_hours:], of_day(information))


@pytest.mark.parametrize("issue", list(Issue))
def test_half_of_the_days_forecast_is_enough_to_stand_on(issue: Issue, past: History) -> None:
    information = at(past, SUMMER)
    for known, stands in ((12, True), (11, False)):
        rte = information.rte_mw.copy()
        rte[-24 + known :] = np.nan
        its = references(replace(information, issue=issue, rte_mw=rte))
        assert its.stands_on_rte is stands
        base = its.week_before if not stands else np.where(np.isnan(rte), its.week_before, rte)
        assert its.reference[-24:].tolist() == base[-24:].tolist()


@pytest.mark.parametrize("issue", list(Issue))
@pytest.mark.parametrize("known", [0, 1, 40, 400])
@pytest.mark.parametrize("temperature", ["temperature", "no temperature"])
@every_day_length
def test_however_little_is_known_the_day_has_a_reference(
    day: date, n_hours: int, known: int, issue: Issue, temperature: str, warm_course: Course, warm_past: History
) -> None:
    information = at(warm_past, day, issue)
    if temperature == "no temperature":
        information = with_only(information)
    load = information.load_mw.copy()
    load[: information.context_hours - known] = np.nan
    thin = replace(information, load_mw=load)
    for each in (thin, without_rte(thin)):
        assert np.isfinite(of_day(each, warm_course.final)).all()
    bare = replace(thin, rte_mw=np.full_like(load, np.nan))
    assert np.isfinite(of_day(bare, warm_course.final)).sum() == (n_hours if known else 0)


@pytest.mark.parametrize("context_hours", [24, 200])
@every_situation
def test_a_context_shorter_than_is_looked_back_is_survived(
    context_hours: int, situation: Situation, course: Course, past: History
) -> None:
    information = in_situation(past, SUMMER, situation)
    short = information.with_context(context_hours)
    assert np.isfinite(of_day(short, course.final)).all()


def shifted(information: InformationSet) -> InformationSet:
    """Another load 60 to 69 days before the delivery day: features of the last 30 days look back no further."""
    grid = LocalGrid.of(information.hours)
    row = grid.day[-1] - grid.day
    load = information.load_mw + np.where((row >= 60) & (row < 70), 1500.0, 0.0)
    return replace(information, load_mw=load)


@pytest.mark.parametrize("situation", [Situation.EVENING, Situation.ALONE])
@pytest.mark.parametrize(("days_ago", "moves"), [(70, True), (65, True), (31, False), (20, False)])
def test_days_learnt_from_bring_nothing_up_to_date(
    situation: Situation,
    days_ago: int,
    course: Course,
    past: History,
    *,
    moves: bool,
) -> None:
    information = in_situation(past, SUMMER, situation)
    learnt = through(course.final, SUMMER - timedelta(days=days_ago))
    ours, theirs = (of_day(each, learnt) for each in (information, shifted(information)))
    assert np.array_equal(ours, theirs) is not moves


@pytest.mark.parametrize("situation", [Situation.EVENING, Situation.ALONE])
@pytest.mark.parametrize(("update_days", "moves"), [(90, True), (60, True), (30, False), (0, False)])
def test_the_update_reaches_as_far_as_the_recipe_says(
    situation: Situation,
    update_days: int,
    course: Course,
    past: History,
    *,
    moves: bool,
) -> None:
    information = in_situation(past, SUMMER, situation)
    learnt = through(course.final, date(2025, 1, 1))
    ours, theirs = (of_day(each, learnt, update_days=update_days) for each in (information, shifted(information)))
    assert np.array_equal(ours, theirs) is not moves


@every_day_length
@pytest.mark.parametrize("issue", list(Issue))
@pytest.mark.parametrize(
    ("days_ago", "updated_by"), [(-300, 0), (0, 0), (1, 0), (2, 1), (41, 40), (91, 90), (200, 90)]
)
def test_the_update_begins_the_day_after_those_learnt_from(
    day: date, n_hours: int, issue: Issue, days_ago: int, updated_by: int, course: Course, past: History,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    seen = [0]
    bring = regression.up_to_date

    def spy(learnt: Regression, samples: Samples) -> Updated:
        seen.append(len(samples.features))
        return bring(learnt, samples)

    monkeypatch.setattr(regression, "up_to_date", spy)
    assert len(of_day(at(past, day, issue), through(course.final, day - timedelta(days=days_ago)))) == n_hours
    assert seen[-1] == updated_by


@pytest.mark.parametrize("situation", [Situation.EVENING, Situation.ALONE])
@pytest.mark.parametrize("days_later", [0, 1, 300])
def test_a_day_that_was_learnt_from_is_told_by_what_was_learnt_alone(
    situation: Situation, days_later: int, course: Course, past: History
) -> None:
    information = in_situation(past, SUMMER, situation)
    in_sample = of_day(information, through(course.final, SUMMER + timedelta(days=days_later)))
    not_updated = of_day(information, course.final, update_days=0)
    assert in_sample == pytest.approx(not_updated, abs=1e-6)


def test_an_early_forecast_is_not_brought_up_to_date(course: Course, past: History) -> None:
    information = in_situation(past, SUMMER, Situation.EARLY)
    long_ago, just_now = (through(course.final, SUMMER - timedelta(days=n)) for n in (80, 1))
    assert of_day(information, long_ago).tolist() == of_day(information, just_now).tolist()
    ours, theirs = (references(information, each).reference[-72:-24] for each in (long_ago, just_now))
    assert not np.array_equal(ours, theirs)  # the days before stand on D-1, as in the evening


@pytest.mark.parametrize("issue", list(Issue))
@pytest.mark.parametrize("known", ["past", "warm_past"])
def test_what_was_learnt_makes_later_days_better(
    issue: Issue, known: str, warm_course: Course, request: pytest.FixtureRequest
) -> None:
    history: History = request.getfixturevalue(known)
    later = days(date(2025, 9, 10), date(2025, 10, 28))
    sets = [at(history, day, issue) for day in later]
    truth = np.concatenate([actual_mw(history, day) for day in later])
    plain, ours = (
        np.concatenate([of_day(each, what) for each in sets]) for what in (Regressions(), warm_course.final)
    )
    assert mae(truth, ours) < 0.9 * mae(truth, plain)


def test_what_changed_since_is_followed(course: Course, past: History) -> None:
    """From 90 days ago on RTE's forecast is a tenth of the day's shape worse, which no day before showed."""
    information = at(past, SUMMER)
    grid = LocalGrid.of(information.hours)
    worse = information.rte_mw - 900 * np.cos(grid.hour / 24 * 4 * np.pi)
    changed = replace(information, rte_mw=worse)
    truth = actual_mw(past, SUMMER)
    stale = of_day(changed, through(course.final, SUMMER))
    fresh = of_day(changed, through(course.final, SUMMER - timedelta(days=91)))
    assert np.abs(truth - fresh).mean() < 0.9 * np.abs(truth - stale).mean()


@every_situation
@every_day_length
def test_temperature_is_used_only_where_all_of_the_day_is_forecast(
    day: date, n_hours: int, situation: Situation, warm_course: Course, warm_past: History
) -> None:
    information = in_situation(warm_past, day, situation)
    with_it = of_day(information, warm_course.final)
    without = of_day(with_only(information), warm_course.final)
    assert not np.array_equal(with_it, without)
    for hour in (-1, -n_hours):
        temperature = information.input(TEMPERATURE).copy()
        temperature[hour] = np.nan
        one_missing = of_day(replace(information, inputs={TEMPERATURE: temperature}), warm_course.final)
        np.testing.assert_array_equal(one_missing, without)


@every_day_length
def test_temperature_is_used_only_where_there_is_something_to_hold_it_against(
    day: date, n_hours: int, warm_course: Course, warm_past: History
) -> None:
    information = at(warm_past, day)
    without = of_day(with_only(information), warm_course.final)
    for known_before, used in ((0, False), (80, False), (110, True)):
        temperature = information.input(TEMPERATURE).copy()
        temperature[: -n_hours - known_before] = np.nan
        ours = of_day(replace(information, inputs={TEMPERATURE: temperature}), warm_course.final)
        assert np.array_equal(ours, without) is not used


@every_situation
def test_temperature_unused_is_no_temperature(
    situation: Situation, course: Course, past: History, warm_past: History
) -> None:
    """Where nothing was learnt of it, it still may not stand in the way."""
    cold = in_situation(past, SUMMER, situation)
    assert np.isfinite(of_day(cold, course.final)).all()
    assert np.isfinite(of_day(in_situation(warm_past, SUMMER, situation), course.final)).all()


def test_both_hours_that_the_clock_shows_twice_keep_rtes_own_values(course: Course, past: History) -> None:
    information = at(past, date(2025, 10, 26))
    rte = information.rte_mw.copy()
    rte[-25 + 2], rte[-25 + 3] = 41_000, 44_000
    reference = of_day(replace(information, rte_mw=rte), course.final)
    assert reference[3] - reference[2] == pytest.approx(3000)
    assert of_day(replace(information, rte_mw=rte))[[2, 3]].tolist() == [41_000, 44_000]


def test_the_day_without_a_third_hour_has_none(course: Course, past: History) -> None:
    information = at(past, date(2025, 3, 30))
    its = references(information, course.final)
    assert its.grid.hour[-23:].tolist() == [0, 1, *range(3, 24)]
    assert np.isfinite(its.reference[-23:]).all()


@pytest.mark.parametrize("update_days", [0, 10, 90])
@pytest.mark.parametrize("context_hours", [96, 672])
def test_all_of_the_models_context_has_one_kind_of_reference(
    update_days: int, context_hours: int, course: Course, past: History
) -> None:
    """However few days bring it up to date: what it leaves of the context tells what it leaves of the day."""
    recipe = Recipe(target=Target.RESIDUAL, context_hours=context_hours)
    options = TrainingOptions(recipe=recipe, update_days=update_days).ridge
    information = past.at(SUMMER, Issue.EVENING, context_hours=Ridge(options).context_hours)
    reference = references(information, course.final, options).reference
    seen = slice(information.context_hours - context_hours, None)
    assert (reference[seen] != information.rte_mw[seen]).all()


@every_situation
def test_an_absurd_forecast_of_an_hour_does_not_spoil_the_next_days(
    situation: Situation, course: Course, past: History
) -> None:
    information = in_situation(past, SUMMER, situation)
    rte = information.rte_mw.copy()
    rte[information.context_hours - 72] = 1e6
    odd = replace(information, rte_mw=rte)
    ours, theirs = (of_day(each, course.final) for each in (information, odd))
    assert np.abs(ours - theirs).max() < 15_000


@every_day_length
@pytest.mark.parametrize("issue", list(Issue))
def test_a_reference_depends_on_no_other_issue(
    day: date, n_hours: int, issue: Issue, taught_ridge: Ridge, warm_past: History
) -> None:
    information = at(warm_past, day, issue)
    once, again = (of_day(information, taught_ridge.regressions) for _ in range(2))
    assert len(once) == n_hours
    np.testing.assert_array_equal(once, again)
