"""The vintages of a day: their order, their basis, their errors."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from dashboard.language import Language
from dashboard.texts import Texts
from dashboard.views.day import vintages_table
from dashboard.vintage_rows import vintage_rows
from elec_pipeline.domain.delivery_day import Issue, day_start, hours, issue_time, to_utc
from elec_pipeline.domain.timetable import RTE_FORECAST
from elec_pipeline_tests.conftest import every_day_length


def of_rte(day: date, kind: str, published: pd.Timestamp, loaded: pd.Timestamp, load_mw: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "hour_start": hours(day), "forecast_type": kind, "published_at": published, "ingested_at": loaded,
            "load_mw": load_mw,
        }
    )  # fmt: skip


def world(day: date) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    axis, eve = hours(day), day - timedelta(days=1)
    at = pd.Timestamp(to_utc(eve, RTE_FORECAST)).as_unit("us")
    early, minute = at - pd.Timedelta(minutes=18), pd.Timedelta(minutes=1)
    after = pd.Timestamp(day_start(day)).as_unit("us") + pd.Timedelta(days=3)
    actual = pd.DataFrame({"hour_start": axis, "load_mw": 50_000.0, "quarters": 4})
    actual.loc[0, ["load_mw", "quarters"]] = 1.0, 3
    vintages = pd.concat(
        [
            of_rte(day, "D-1", early, early + minute, 50_500.0),
            of_rte(day, "D-2", at + pd.Timedelta(hours=9), after, 51_000.0),
        ],
        ignore_index=True,
    )
    issued = pd.Timestamp(issue_time(day, Issue.EVENING)).as_unit("us")
    issues = pd.DataFrame(
        {
            "hour_start": axis, "issued_at": issued, "created_at": issued + minute, "model_version": "m",
            "load_mw": 49_000.0, "after_the_fact": False,
        }
    )  # fmt: skip
    return actual, vintages, issues


@every_day_length
@pytest.mark.parametrize(
    ("language", "basis"),
    [
        (
            Language.ENGLISH,
            ["counted from 07:00, loaded later", "published 19:42", "issued 20:30, live"],
        ),
        (
            Language.FRENCH,
            ["comptée à 07:00, chargée plus tard", "publiée à 19:42", "éditée à 20:30, en direct"],
        ),
    ],
)
def test_vintages_stand_in_order_with_their_basis_and_errors(
    day: date, n_hours: int, language: Language, basis: list[str]
) -> None:
    found = vintage_rows(*world(day))
    texts = Texts(language)
    table = vintages_table(found, texts)
    assert table[texts("basis")].tolist() == basis
    assert table[texts("bias")].tolist() == [1000, 500, -1000]  # the hour that lacks a quarter does not count
    np.testing.assert_allclose(table[texts("mape")], [2, 1, 2])
    assert table[texts("hours_there")].tolist() == [n_hours] * 3


@every_day_length
def test_a_d1_that_was_loaded_after_the_day_counts_from_its_nominal_time(day: date, n_hours: int) -> None:
    actual, vintages, issues = world(day)
    late = vintages[vintages["forecast_type"] == "D-1"].copy()
    late["published_at"] += pd.Timedelta(hours=5)
    late["ingested_at"] += pd.Timedelta(days=5)
    [rte, _ours] = vintage_rows(actual, late, issues)
    assert rte.n_nominal == n_hours
    assert rte.counts_from == to_utc(day - timedelta(days=1), RTE_FORECAST)
    table = vintages_table([rte], Texts(Language.ENGLISH))
    assert table["On what basis"].tolist() == ["counted from 20:00, loaded later"]


@every_day_length
@pytest.mark.parametrize(
    ("published_ago", "loaded_ago", "basis"),
    [
        (10, 9, "published"),  # a run that comes some hours later: it counts from its publication all the same
        (10, -9, "published … loaded"),  # loaded after its day began, and out before its nominal time
        (-2, -2.1, "published"),  # intraday, fetched at once
    ],
)
def test_when_a_forecast_was_loaded_is_said_where_it_matters(
    day: date, n_hours: int, published_ago: float, loaded_ago: float, basis: str
) -> None:
    begins = pd.Timestamp(day_start(day)).as_unit("us")
    published, loaded = (begins - pd.Timedelta(hours=each) for each in (published_ago, loaded_ago))
    kind = "D-1" if published_ago > 0 else "ID"
    [found] = vintage_rows(*_alone(day, of_rte(day, kind, published, loaded, 50_000.0)))
    [said] = vintages_table([found], Texts(Language.ENGLISH))["On what basis"]
    assert all(part in said for part in basis.split(" … "))
    assert ("loaded" in said) == ("loaded" in basis)
    assert len(found.rows) == n_hours


def _alone(day: date, vintages: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    actual, _, issues = world(day)
    return actual, vintages, issues.iloc[:0]


@every_day_length
def test_what_was_made_after_the_fact_has_no_error(day: date, n_hours: int) -> None:
    actual, vintages, issues = world(day)
    made = vintage_rows(actual, vintages.iloc[:0], issues.assign(after_the_fact=True))
    assert [len(each.rows) for each in made] == [n_hours]
    assert np.isnan(made[0].mape)
    assert np.isnan(made[0].bias_mw)
