"""A mixture of two issues' knowledge: each group as one of the two knew it, on the newer issue's grid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue, issue_time
from elec_pipeline.domain.hybrid import differing, hybrid
from elec_pipeline.domain.information_set import InformationSet, Situation, first_unknown_hour
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.instants import HOUR64, instant
from elec_pipeline.domain.knowledge import Knowledge
from elec_pipeline_tests.conftest import every_day_length

CONTEXT = 240
LEVEL = {Issue.MORNING: 1.0, Issue.EVENING: 2.0}


def known(day: date, issue: Issue, n_hours: int) -> InformationSet:
    """Return an issue whose values tell it: 1 in the morning, without a forecast of RTE's, 2 in the evening."""
    issued = issue_time(day, issue)
    begins = instant(first_unknown_hour(issued)) - CONTEXT * HOUR64
    count = CONTEXT + n_hours + {Issue.MORNING: 16, Issue.EVENING: 6}[issue]
    axis = begins + np.arange(count) * HOUR64
    value = np.full(count, LEVEL[issue])
    load, rte = value.copy(), value.copy()
    load[CONTEXT:] = np.nan
    if issue is Issue.MORNING:
        rte[-n_hours:] = np.nan
    left_out = {"load_mw": int(LEVEL[issue]), "rte_mw": 3, TEMPERATURE: 10 * int(LEVEL[issue])}
    return InformationSet(
        day, issue, issued, CONTEXT, axis, load, rte, {TEMPERATURE: value}, issue is Issue.EVENING, left_out
    )


@every_day_length
def test_each_group_is_as_one_of_the_issues_knew_it(day: date, n_hours: int) -> None:
    older, newer = (known(day, issue, n_hours) for issue in Issue)
    assert differing(older, newer) == set(Knowledge)
    assert hybrid(older, newer, ()) is older
    assert hybrid(older, newer, set(Knowledge)) is newer
    hours_between = int((newer.hours[0] - older.hours[0]) / HOUR64)
    assert hours_between == 10

    with_load = hybrid(older, newer, {Knowledge.LOAD})
    assert (with_load.hours == newer.hours).all()
    assert with_load.context_hours == CONTEXT
    assert (with_load.load_mw[:CONTEXT] == 2).all()
    assert with_load.situation is Situation.ALONE
    assert (with_load.rte_mw[:-n_hours] == 1).all()
    assert np.isnan(with_load.rte_mw[-n_hours:]).all()
    assert (with_load.input(TEMPERATURE) == 1).all()
    assert with_load.left_out == {"load_mw": 2, "rte_mw": 3, TEMPERATURE: 10}
    assert not with_load.nominal_vintages

    without_load = hybrid(older, newer, {Knowledge.RTE, Knowledge.WEATHER})
    assert (without_load.load_mw[: CONTEXT - hours_between] == 1).all()
    assert np.isnan(without_load.load_mw[CONTEXT - hours_between :]).all()  # the older issue did not know it yet
    assert without_load.situation is Situation.EVENING
    assert (without_load.rte_mw == 2).all()
    assert (without_load.input(TEMPERATURE) == 2).all()
    assert without_load.left_out == {"load_mw": 1, "rte_mw": 3, TEMPERATURE: 20}


@every_day_length
def test_a_group_that_both_know_alike_does_not_differ(day: date, n_hours: int) -> None:
    older, newer = (known(day, issue, n_hours) for issue in Issue)
    later = replace(older, issue_time=newer.issue_time)
    assert not differing(older, later)
    warmer = replace(later, inputs={TEMPERATURE: later.input(TEMPERATURE) + 1})
    assert differing(older, warmer) == {Knowledge.WEATHER}
    assert differing(older, replace(later, inputs={})) == {Knowledge.WEATHER}
    assert differing(older, replace(later, issue=Issue.EVENING)) == {Knowledge.RTE}


def test_issues_of_two_days_or_in_the_wrong_order_are_refused() -> None:
    older, newer = (known(date(2025, 3, 31), issue, 24) for issue in Issue)
    with pytest.raises(ValueError, match="no earlier issue"):
        hybrid(newer, older, {Knowledge.LOAD})
    with pytest.raises(ValueError, match="no earlier issue"):
        differing(known(date(2025, 3, 29), Issue.MORNING, 24), newer)
