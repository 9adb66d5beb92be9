"""A Chronos-2 that others trained becomes one expert among several, and sees the weather."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue, days
from elec_pipeline.domain.history import History
from elec_pipeline.domain.inputs import CLOUD_COVER, TEMPERATURE
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.degraded import with_only
from elec_pipeline.forecasting.experts.chronos.chronos import CHRONOS
from elec_pipeline.forecasting.experts.chronos.training.options import PRETRAINED_RECIPE, TrainedCheckpoint
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE
from elec_pipeline.forecasting.lifecycle.fitting import train
from elec_pipeline.forecasting.lifecycle.retraining import options_for
from elec_pipeline_tests.forecasting.conftest import made_up_history

LEARN, CHOOSE = days(date(2025, 3, 25), date(2025, 4, 10)), days(date(2025, 4, 11), date(2025, 4, 26))


@pytest.fixture(scope="module")
def with_weather() -> History:
    return made_up_history(weather=True)


@pytest.fixture(scope="module")
def trained(
    with_weather: History, chronos2_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> TrainedCheckpoint:
    options = options_for(str(chronos2_folder), steps=2)
    return train(with_weather, LEARN, CHOOSE, tmp_path_factory.mktemp("pretrained") / "made", options)


def test_it_stands_beside_the_others_with_the_weight_that_it_earned(trained: TrainedCheckpoint) -> None:
    forecaster = load_forecaster(str(trained.folder))
    assert list(forecaster.experts) == [RIDGE, CHRONOS]
    assert forecaster.chronos.recipe == PRETRAINED_RECIPE
    weights = forecaster.combination.of("evening").medians
    assert set(weights) == {RIDGE, CHRONOS}
    # Random weights that learnt for two steps tell nothing of the load.
    assert weights[RIDGE] > weights[CHRONOS]


@pytest.mark.parametrize("name", [TEMPERATURE, CLOUD_COVER])
def test_it_sees_the_weather_where_that_is_known(
    name: str, trained: TrainedCheckpoint, with_weather: History
) -> None:
    chronos = load_forecaster(str(trained.folder)).chronos
    assert name in chronos.inputs
    known = with_weather.at(date(2025, 7, 9), Issue.EVENING, context_hours=chronos.context_hours)
    asked, without = chronos.input_of(known), chronos.input_of(with_only(known))
    seen = np.concatenate([asked.past_covariates[name], asked.future_covariates[name]])
    of_grid = known.input(name)[-PRETRAINED_RECIPE.context_hours - len(asked.offset_mw) :]
    np.testing.assert_array_equal(seen[: len(of_grid)], of_grid)
    assert np.isfinite(of_grid[-24:]).all()
    assert np.isnan(without.future_covariates[name]).all()
    assert not np.array_equal(chronos.predict([known])[0], chronos.predict([with_only(known)])[0])
