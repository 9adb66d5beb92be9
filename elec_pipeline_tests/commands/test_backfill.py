from __future__ import annotations

from datetime import date, timedelta

import dagster as dg
import pytest

from elec_pipeline.commands import backfill
from elec_pipeline.domain.delivery_day import Issue, hours, issue_time
from elec_pipeline_tests.conftest import every_day_length


@every_day_length
@pytest.mark.parametrize("minutes", [-1, 0])
def test_tomorrows_forecast_is_made_once_an_issue_is_due(
    monkeypatch: pytest.MonkeyPatch, day: date, n_hours: int, minutes: int
) -> None:
    asked: list[tuple[tuple[str, ...], date, date]] = []

    class Noted:
        def __init__(self, _: dg.DagsterInstance, names: tuple[str, ...], first: date, last: date) -> None:
            asked.append((names, first, last))

        def execute(self) -> None:
            pass

    monkeypatch.setattr(backfill, "Run", Noted)
    now = issue_time(day, Issue.MORNING) + timedelta(minutes=minutes)
    today = day - timedelta(days=1)
    with dg.DagsterInstance.ephemeral() as instance:
        backfill.catch_up(instance, today - timedelta(days=40), now)
    months, knowns, tomorrow = asked[:-2], asked[-2], asked[-1]
    assert [(first, last) for _, first, last in months] == [
        (today - timedelta(days=40), today - timedelta(days=10)),
        (today - timedelta(days=9), today - timedelta(days=1)),
    ]
    assert all(names == backfill.EVERYTHING for names, _, _ in months)
    assert knowns == ((*backfill.ACTUALS, *backfill.FORECASTS, *backfill.WITHIN_DAY), today, today)
    expected = ("raw_rte_forecasts", "rte_forecasts", "weather_forecasts") if minutes < 0 else backfill.FORECASTS
    assert tomorrow == (expected, day, day)
    assert len(hours(day)) == n_hours
