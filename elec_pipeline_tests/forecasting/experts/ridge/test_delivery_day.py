"""What the ridge saw of a delivery day is handed on to others, stands back at a clock change, and is not kept."""

from __future__ import annotations

import gc
import weakref
from datetime import date

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import Situation
from elec_pipeline.forecasting.experts.ridge.ridge import Ridge
from elec_pipeline.forecasting.features.situations import key
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.forecasting.experts.ridge.test_reference import (
    SUMMER,
    every_situation,
    in_situation,
    references,
)


@every_day_length
def test_what_was_made_of_a_set_is_gone_with_it(
    day: date, n_hours: int, taught_ridge: Ridge, past: History
) -> None:
    ridge = Ridge(taught_ridge.options, taught_ridge.regressions)
    information = past.at(day, Issue.EVENING, context_hours=ridge.context_hours)
    assert len(ridge.predict([information])[0]) == n_hours
    made = weakref.ref(ridge.references(information))
    assert made() is not None
    del information
    gc.collect()
    assert made() is None


@every_situation
def test_what_the_regression_saw_of_the_delivery_day_makes_its_correction(
    situation: Situation, taught_ridge: Ridge, past: History
) -> None:
    information = in_situation(past, SUMMER, situation)
    made = references(information, taught_ridge.regressions)
    seen = made.delivery_day
    assert seen is not None
    assert (seen.key, seen.features.shape) == (key(situation), (24, len(seen.names)))
    np.testing.assert_array_equal(
        made.corrected(seen.correction_mw), made.reference[-information.delivery_hours :]
    )
    assert references(information).delivery_day is None


@every_day_length
@pytest.mark.parametrize("situation", [Situation.EVENING, Situation.EARLY])
def test_at_a_clock_change_rtes_forecast_stands(
    day: date, n_hours: int, situation: Situation, taught_ridge: Ridge, past: History
) -> None:
    information = in_situation(past, day, situation)
    made = references(information, taught_ridge.regressions)
    of_day, hour = slice(-n_hours, None), made.grid.hour[-n_hours:]
    stands = made.reference[of_day] == information.rte_mw[of_day]
    assert set(hour[stands]) == {23: {3}, 24: set(), 25: {2, 3}}[n_hours]
    assert (made.corrected(np.full(24, 99.0)) == information.rte_mw[of_day]).tolist() == stands.tolist()
