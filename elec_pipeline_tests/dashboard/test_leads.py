"""Accuracy by lead: each lead on its own days, the naive forecast on the same, bands that do not hold marked."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from dashboard.leads import FORECASTERS, by_lead
from elec_pipeline.domain.forecasters import SEASONAL_NAIVE, days_ahead, within_day
from elec_pipeline.domain.week_ahead import LEADS
from elec_pipeline.store.database import open_database
from elec_pipeline.store.forecasts import write_accuracy
from elec_pipeline_tests.conftest import DST_DAYS, settings_for
from elec_pipeline_tests.dashboard.conftest import Open
from elec_pipeline_tests.dashboard.test_app import words
from elec_pipeline_tests.dashboard.world import TODAY


def scores_of(name: str, *mapes: float, coverage: float | None = None) -> pd.DataFrame:
    """Return scores of a forecaster on the first of the days of 23, 24 and 25 hours."""
    days = list(DST_DAYS.items())[: len(mapes)]
    rows = [
        {
            "delivery_day": day, "forecaster": name, "mape": mape, "hours": n_hours, "coverage_80": coverage,
            "mae_mw": 500.0, "rmse_mw": 600.0, "bias_mw": 0.0, "pinball_mw": None, "basis": None,
        }
        for (day, n_hours), mape in zip(days, mapes, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_a_lead_is_the_mean_of_its_hours_and_the_naive_forecast_is_of_its_days() -> None:
    scores = pd.concat(
        [
            scores_of("intraday_1h", 1.0, 2.0, 3.0, coverage=0.8),
            scores_of("week_ahead_d7", 4.0, 6.0, coverage=0.7),
            scores_of(SEASONAL_NAIVE, 5.0, 5.0, 9.0),
            scores_of("rte_d1", 1.0),
        ]
    )
    table = by_lead(scores)
    assert table.index.tolist() == ["intraday_1h", "week_ahead_d7"]
    assert table["mape"].tolist() == pytest.approx([(23 + 2 * 24 + 3 * 25) / 72, (4 * 23 + 6 * 24) / 47])
    assert table["naive_mape"].tolist() == pytest.approx([(5 * 47 + 9 * 25) / 72, 5.0])
    assert table["coverage_80"].tolist() == pytest.approx([80.0, 70.0])
    assert table["days"].tolist() == [3, 2]
    assert by_lead(scores.iloc[:0]).empty


def test_leads_are_in_order_from_an_hour_to_a_week() -> None:
    assert FORECASTERS[0] == "intraday_1h"
    assert FORECASTERS[5:7] == ("chronos_evening", "chronos_morning")
    assert FORECASTERS[-1] == "week_ahead_d7"


def test_the_page_shows_every_lead_and_marks_bands_that_do_not_hold(data: str, open_app: Open) -> None:
    engine = open_database(settings_for(data))
    for name in (within_day(1), *map(days_ahead, LEADS)):
        made = pd.concat([scores_of(name, 9.0, coverage=0.3 if name == "week_ahead_d7" else 0.8)] * 6)
        write_accuracy(engine, made.assign(delivery_day=[TODAY - timedelta(days=n) for n in range(1, 7)]))
    engine.dispose()
    app = open_app(data, page="accuracy", lang="en", range="7d")
    [table] = [each.value for each in app.dataframe if each.value.index.name == "Lead"]
    assert table.index.tolist() == [
        "1 h", "Evening", "Morning", *(f"D+{lead}" for lead in LEADS),
    ]  # fmt: skip
    assert table.loc["D+7", "MAPE"] == pytest.approx(9.0)
    assert table.loc["D+2":, "Days"].tolist() == [6] * 6
    assert table["A week before"].notna().all()
    assert words(app).count("on so many days: it is too narrow") == 1
    app.segmented_control(key="language").set_value("fr").run()
    assert "Erreur par échéance" in words(app)
