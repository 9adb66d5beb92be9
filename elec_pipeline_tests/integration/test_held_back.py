"""A model whose forecasts are absurd: another speaks, the rows say so, a check fails; or nothing is stored."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from elec_pipeline.forecasting import held_back
from elec_pipeline.forecasting.combination.combination import Blend
from elec_pipeline_tests.conftest import whole_runs_every_day_length
from elec_pipeline_tests.integration.test_pipeline import KNOWNS, checks, failure, predictions, run

pytestmark = pytest.mark.usefixtures("configured")


@whole_runs_every_day_length
def test_an_absurd_forecast_is_not_stored_another_is_with_the_reason_and_a_check_fails(
    engine: Engine, day: date, n_hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(KNOWNS, day - timedelta(days=9), day).success
    combined = Blend.combined
    monkeypatch.setattr(Blend, "combined", lambda self, *of: combined(self, *of) * 30)
    with monkeypatch.context() as patch:
        patch.setattr(held_back, "implausible_forecast", lambda *_: "it is absurd")
        result = run(["chronos_predictions"], day, day)
        assert not result.success
        assert "No forecast of the morning issue" in failure(result)
        assert predictions(engine, day).empty
    result = run(["chronos_predictions"], day, day)
    assert result.success
    passed = checks(result)
    assert not passed["chronos_predictions.plausible"]
    assert passed["chronos_predictions.quantiles_in_order"]
    stored = predictions(engine, day)
    assert len(stored) == 2 * n_hours
    assert stored["load_mw"].between(20e3, 110e3).all()
    assert stored["held_back"].str.contains("speaks instead").all()
    assert stored.groupby("issued_at")["held_back"].nunique().tolist() == [1, 1]
    monkeypatch.undo()


@whole_runs_every_day_length
def test_what_is_absurd_in_the_database_degrades_the_issue_and_is_counted(
    engine: Engine, day: date, n_hours: int
) -> None:
    assert run(KNOWNS, day - timedelta(days=9), day).success
    at = pd.Timestamp(day, tz="Europe/Paris") - pd.Timedelta(days=4)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE elec.hourly_consumption SET load_mw = load_mw * 10 WHERE hour_start = %(at)s", {"at": at}
        )
    result = run(["chronos_predictions"], day, day)
    assert result.success
    passed = checks(result)
    assert not passed["chronos_predictions.fully_informed"]
    assert passed["chronos_predictions.plausible"]
    [event] = result.get_asset_materialization_events()
    assert event.materialization.metadata["values left out"].value == (
        f"{day} morning: 1 of load_mw, {day} evening: 1 of load_mw"
    )
    stored = predictions(engine, day)
    assert len(stored) == 2 * n_hours
    assert np.isfinite(stored["load_mw"]).all()
    assert stored["held_back"].isna().all()
