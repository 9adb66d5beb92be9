"""The checkpoint that ships is small, says what it is, and beats RTE's forecast."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.real_data import TEST, Weather, read_history
from elec_pipeline.domain.delivery_day import Issue, days, issue_time
from elec_pipeline.domain.history import History
from elec_pipeline.domain.inputs import INPUTS, TEMPERATURE
from elec_pipeline.forecasting.checkpoint import BUNDLED, load_forecaster
from elec_pipeline.forecasting.degraded import with_only
from elec_pipeline.forecasting.experts.chronos.training.options import BUNDLED_RECIPE
from elec_pipeline.forecasting.features.situations import KEYS
from elec_pipeline.forecasting.lifecycle.card import figures_of

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LOAD = DATA / "load_fr_hourly.csv.gz"
WEATHER = Weather(DATA / "temperature_fr_hourly.csv.gz", DATA / "weather_fr_10cities_2021_2025.csv.gz")


def test_the_checkpoint_is_small_and_complete() -> None:
    files = {
        path.relative_to(BUNDLED).as_posix(): path.stat().st_size for path in BUNDLED.rglob("*") if path.is_file()
    }
    wanted = {
        "chronos/config.json", "chronos/model.safetensors", "chronos/recipe.json",
        "mlp/networks.safetensors", "ridge/options.json", "ridge/regressions.safetensors",
        "combination.json", "fingerprint.json", "card.json", "MODEL_CARD.md",
    }  # fmt: skip
    assert set(files) == wanted
    assert sum(files.values()) < 16_000_000


def test_the_card_is_of_these_weights_and_this_recipe() -> None:
    forecaster = load_forecaster("")
    card = json.loads((BUNDLED / "card.json").read_text())
    assert card["version"] == forecaster.version
    assert forecaster.chronos.recipe == BUNDLED_RECIPE
    assert set(forecaster.combination.blends) == set(KEYS)
    assert set(forecaster.chronos.ridge.regressions.learnt) == set(KEYS)
    assert forecaster.experts["ridge"] is forecaster.chronos.ridge


def test_its_card_tells_of_the_test_days_and_that_it_has_learnt_from_them_since() -> None:
    card = json.loads((BUNDLED / "card.json").read_text())
    forecaster = load_forecaster("")
    assert forecaster.trained_through == TEST[1]
    # Its history ended with the validation, whose last evening an issue of that day does not know yet.
    last_known = {each.through for each in forecaster.chronos.ridge.regressions.learnt.values()}
    assert last_known == {TEST[1] - timedelta(days=1)}
    tested = card["tested"]
    assert tested["version"] != card["version"]
    assert date.fromisoformat(tested["trained_through"]) < TEST[0]
    assert tested["days"] == {"first": TEST[0].isoformat(), "last": TEST[1].isoformat(), "days": 292}
    assert all(0 < each["ratio_to_rte"] < 1.3 for each in tested["metrics"].values())


@pytest.fixture(scope="module")
def real() -> History:
    if not LOAD.is_file():
        pytest.skip(f"the real data is not here: {DATA}")
    return read_history(LOAD, date(2024, 4, 7), WEATHER)


@pytest.mark.parametrize(("issue", "ratio"), [(Issue.EVENING, 0.75), (Issue.MORNING, 0.86)])
def test_on_real_days_it_beats_rte(issue: Issue, ratio: float, real: History) -> None:
    # Of days that it has learnt from: no measure of accuracy.
    figures = figures_of(real, days(date(2024, 2, 1), date(2024, 4, 7)), issue, load_forecaster(""))
    assert figures["ratio_to_rte"] < ratio
    assert 0.8 < figures["coverage_80"] < 0.98  # bands hold more on days that it has learnt from
    assert figures["hours"] == 67 * 24 - 1  # the last of March has 23


@pytest.mark.parametrize("day", [date(2025, 3, 30), date(2025, 7, 14), date(2025, 10, 26)])
@pytest.mark.parametrize("issue", list(Issue))
def test_nothing_that_is_published_later_moves_it(
    day: date, issue: Issue, weather_past: History, make_history: Callable[..., History]
) -> None:
    forecaster = load_forecaster("")
    shuffled = make_history(weather=True, shuffled_after=issue_time(day, issue))
    honest, other = (
        forecaster.predict([each.at(day, issue, context_hours=forecaster.context_hours)])[0]
        for each in (weather_past, shuffled)
    )
    np.testing.assert_array_equal(honest, other)


def test_it_uses_the_weather_an_issue_knows(past: History, warm_past: History, weather_past: History) -> None:
    forecaster = load_forecaster("")
    for issue in Issue:
        blind, warm, whole = (
            forecaster.predict([each.at(date(2025, 7, 9), issue, context_hours=forecaster.context_hours)])[0]
            for each in (past, warm_past, weather_past)
        )
        assert not np.array_equal(warm, blind)
        assert not np.array_equal(warm, whole)


def test_where_one_input_is_missing_the_others_count_as_far_as_something_was_fitted_for_them(
    warm_past: History, weather_past: History
) -> None:
    forecaster = load_forecaster("")
    for issue in Issue:
        warm, whole = (
            each.at(date(2025, 7, 9), issue, context_hours=forecaster.context_hours)
            for each in (warm_past, weather_past)
        )
        for missing in set(INPUTS) - {TEMPERATURE}:
            without = with_only(whole, set(INPUTS) - {missing})
            np.testing.assert_array_equal(forecaster.predict([without])[0], forecaster.predict([warm])[0])


def test_a_forecast_does_not_depend_on_what_else_is_asked(weather_past: History) -> None:
    forecaster = load_forecaster("")
    asked = [
        weather_past.at(day, issue, context_hours=forecaster.context_hours)
        for day in days(date(2025, 10, 20), date(2025, 10, 29))
        for issue in Issue
    ]
    together = forecaster.predict(asked)
    for one, alone in zip(together, (forecaster.predict([each])[0] for each in asked), strict=True):
        np.testing.assert_array_equal(one, alone)
        assert (np.diff(one, axis=1) >= 0).all()
