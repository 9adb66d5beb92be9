"""How large errors were of late: known for every hour, larger after worse days, not told from a few."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import Situation
from elec_pipeline.domain.quantiles import BANDS
from elec_pipeline.forecasting.experts.ridge.fitting import Course
from elec_pipeline.forecasting.features.local_time import LocalGrid
from elec_pipeline.forecasting.late_errors import LEAST_DAYS as LEAST_DAYS_OF_ERRORS
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.forecasting.experts.ridge.test_reference import (
    SUMMER,
    at,
    every_situation,
    in_situation,
    references,
    through,
)


@every_situation
@every_day_length
def test_how_large_errors_were_of_late_is_known_for_every_hour(
    day: date, n_hours: int, situation: Situation, course: Course, past: History
) -> None:
    information = in_situation(past, day, situation)
    learnt = through(course.final, day - timedelta(days=91))
    usual = references(information, learnt).recent_errors_mw
    assert usual[-n_hours:].shape == (n_hours, len(BANDS))
    assert np.all(usual > 0)
    assert np.all(np.diff(usual, axis=1) > 0)
    local = LocalGrid.of(information.hours).hour
    assert all(len({tuple(row) for row in usual[local == hour]}) == 1 for hour in range(24))


@every_situation
def test_worse_days_of_late_are_seen(situation: Situation, course: Course, past: History) -> None:
    information = in_situation(past, SUMMER, situation)
    learnt = through(course.final, SUMMER - timedelta(days=91))
    days_apart = np.random.default_rng(3).normal(0, 2_000, 400)[LocalGrid.of(information.hours).day % 400]
    load = information.load_mw + np.where(np.arange(len(days_apart)) < len(days_apart) - 24 * 70, 0, days_apart)
    calm, wild = (
        references(each, learnt).recent_errors_mw for each in (information, replace(information, load_mw=load))
    )
    assert np.all(wild > calm)
    assert np.all(wild.mean(axis=0) > 1.5 * calm.mean(axis=0))


@pytest.mark.parametrize(
    ("learnt_ago", "known"), [(LEAST_DAYS_OF_ERRORS, False), (LEAST_DAYS_OF_ERRORS + 2, True)]
)
def test_a_few_days_say_nothing_of_the_size_of_errors(
    learnt_ago: int, course: Course, past: History, *, known: bool
) -> None:
    information = at(past, SUMMER)
    learnt = through(course.final, SUMMER - timedelta(days=learnt_ago))
    assert np.isfinite(references(information, learnt).recent_errors_mw).all() == known
    assert np.isnan(references(information).recent_errors_mw).all()  # where nothing is learnt
