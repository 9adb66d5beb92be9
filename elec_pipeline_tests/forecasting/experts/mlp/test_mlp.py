"""The expert of dense networks corrects the base of each hour, with the ridge's bands, and is stored whole."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.quantiles import MEDIAN
from elec_pipeline.forecasting.experts.mlp.mlp import Mlp
from elec_pipeline.forecasting.experts.ridge.reference import AT_A_CLOCK_CHANGE
from elec_pipeline.forecasting.experts.ridge.ridge import Ridge
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.forecasting.experts.ridge.test_reference import through


def at(past: History, day: date, issue: Issue, mlp: Mlp) -> InformationSet:
    return past.at(day, issue, context_hours=mlp.context_hours)


@every_day_length
@pytest.mark.parametrize("issue", list(Issue))
def test_every_hour_of_the_day_has_its_base_and_its_correction(
    day: date, n_hours: int, issue: Issue, mlp: Mlp, past: History
) -> None:
    information = at(past, day, issue, mlp)
    [said] = mlp.predict([information])
    references = mlp.ridge.references(information)
    asked = references.delivery_day
    assert asked is not None
    correction = mlp.networks[asked.key].corrections(asked.features[None], asked.correction_mw[None])[0]
    of_day = slice(-n_hours, None)
    base = information.rte_mw if references.stands_on_rte else references.week_before
    hour = references.grid.hour[of_day]
    stands = references.stands_on_rte & (n_hours != 24) & np.isin(hour, AT_A_CLOCK_CHANGE)
    wanted = base[of_day] + np.where(stands, 0.0, correction[hour])
    assert said.shape == (n_hours, 7)
    np.testing.assert_allclose(said[:, MEDIAN], wanted)


@every_day_length
def test_its_bands_are_the_ridges_around_its_own_median(day: date, n_hours: int, mlp: Mlp, past: History) -> None:
    information = at(past, day, Issue.EVENING, mlp)
    [said], [ridge] = mlp.predict([information]), mlp.ridge.predict([information])
    assert said.shape == (n_hours, 7)
    assert not np.allclose(said[:, MEDIAN], ridge[:, MEDIAN])
    np.testing.assert_allclose(said - said[:, [MEDIAN]], ridge - ridge[:, [MEDIAN]])


@every_day_length
def test_where_there_is_no_network_the_ridge_speaks(day: date, n_hours: int, mlp: Mlp, past: History) -> None:
    information = at(past, day, Issue.EVENING, mlp)
    without = Mlp({key: each for key, each in mlp.networks.items() if key != "evening"}, mlp.ridge)
    [said] = without.predict([information])
    assert said.shape == (n_hours, 7)
    np.testing.assert_array_equal(said, mlp.ridge.predict([information])[0])


@every_day_length
@pytest.mark.parametrize("issue", list(Issue))
def test_what_is_stored_says_the_same(
    day: date, n_hours: int, issue: Issue, mlp: Mlp, past: History, tmp_path: Path
) -> None:
    mlp.save(tmp_path)
    information = at(past, day, issue, mlp)
    [one], [other] = mlp.predict([information]), Mlp.load(tmp_path, mlp.ridge).predict([information])
    assert one.shape == (n_hours, 7)
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(Mlp.load(tmp_path, mlp.ridge).fingerprint(), mlp.fingerprint())


@every_day_length
@pytest.mark.parametrize("issue", list(Issue))
def test_it_knows_how_far_off_it_was_on_the_days_that_the_ridge_is_brought_up_to_date_with(
    day: date, n_hours: int, issue: Issue, mlp: Mlp, past: History
) -> None:
    ridge = Ridge(mlp.ridge.options, through(mlp.ridge.regressions, day - timedelta(days=40)))
    older = Mlp(mlp.networks, ridge)
    information = at(past, day, issue, older)
    assert information.delivery_hours == n_hours
    late = ridge.references(information).late_days
    assert late is not None
    found = older.late_errors(information)
    assert found.shape == ridge.late_errors(information).shape == (39, 24)
    network = older.networks[late.key]
    expected = late.wanted_mw - late.errors_mw
    np.testing.assert_allclose(
        found * late.load_mw,
        late.wanted_mw - network.corrections(late.features, expected, members=1),
        equal_nan=True,
    )
    assert np.isfinite(found[:-2]).mean() > 0.9
    assert not np.allclose(found[:-2], ridge.late_errors(information)[:-2], equal_nan=True)
    np.testing.assert_array_equal(Mlp({}, ridge).late_errors(information), ridge.late_errors(information))
