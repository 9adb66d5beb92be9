"""The checkpoint that ships is small, says what it is, and beats RTE's forecast."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.real_data import TEST, read_history
from elec_pipeline.domain.delivery_day import Issue, days, issue_time
from elec_pipeline.domain.history import History
from elec_pipeline.forecasting.checkpoint import BUNDLED, load_forecaster
from elec_pipeline.forecasting.experts.chronos.training.options import BUNDLED_RECIPE
from elec_pipeline.forecasting.features.situations import KEYS
from elec_pipeline.forecasting.lifecycle.card import figures_of

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LOAD, WEATHER = DATA / "load_fr_hourly.csv.gz", DATA / "temperature_fr_hourly.csv.gz"


def test_the_checkpoint_is_small_and_complete() -> None:
    files = {
        path.relative_to(BUNDLED).as_posix(): path.stat().st_size for path in BUNDLED.rglob("*") if path.is_file()
    }
    wanted = {
        "chronos/config.json", "chronos/model.safetensors", "chronos/recipe.json",
        "ridge/options.json", "ridge/regressions.safetensors",
        "combination.json", "fingerprint.json", "card.json", "MODEL_CARD.md",
    }  # fmt: skip
    assert set(files) == wanted
    assert sum(files.values()) < 12_000_000


def test_the_card_is_of_these_weights_and_this_recipe() -> None:
    forecaster = load_forecaster("")
    card = json.loads((BUNDLED / "card.json").read_text())
    assert card["version"] == forecaster.version
    assert forecaster.chronos.recipe == BUNDLED_RECIPE
    assert set(forecaster.combination.blends) == set(KEYS)
    assert set(forecaster.chronos.ridge.regressions.learnt) == set(KEYS)
    assert forecaster.experts["ridge"] is forecaster.chronos.ridge


def test_it_has_not_seen_the_test_split() -> None:
    card = json.loads((BUNDLED / "card.json").read_text())
    forecaster = load_forecaster("")
    last = date(2024, 6, 30)
    assert forecaster.trained_through == last < TEST[0]
    # Its history ended with the validation, whose last evening an issue of that day does not know yet.
    last_known = last - timedelta(days=1)
    assert {each.through for each in forecaster.chronos.ridge.regressions.learnt.values()} == {last_known}
    assert card["train"]["last"] == "2023-12-31"
    assert card["validation"] == {"first": "2024-01-01", "last": "2024-06-30", "days": 182}


@pytest.fixture(scope="module")
def real() -> History:
    if not LOAD.is_file():
        pytest.skip(f"the real data is not here: {DATA}")
    return read_history(LOAD, date(2024, 4, 7), WEATHER)


@pytest.mark.parametrize(("issue", "ratio"), [(Issue.EVENING, 0.75), (Issue.MORNING, 0.86)])
def test_on_real_days_it_beats_rte(issue: Issue, ratio: float, real: History) -> None:
    # Of days that its ridge has learnt from, from a series whose clock was wrong: no measure of accuracy.
    figures = figures_of(real, days(date(2024, 2, 1), date(2024, 4, 7)), issue, load_forecaster(""))
    assert figures["ratio_to_rte"] < ratio
    assert 0.8 < figures["coverage_80"] < 0.92  # bands hold more on days that the regressions know
    assert figures["hours"] == 67 * 24 - 1  # the last of March has 23


@pytest.mark.parametrize("day", [date(2025, 3, 30), date(2025, 7, 14), date(2025, 10, 26)])
@pytest.mark.parametrize("issue", list(Issue))
def test_nothing_that_is_published_later_moves_it(
    day: date, issue: Issue, warm_past: History, make_history: Callable[..., History]
) -> None:
    forecaster = load_forecaster("")
    shuffled = make_history(temperature=True, shuffled_after=issue_time(day, issue))
    honest, other = (
        forecaster.predict([each.at(day, issue, context_hours=forecaster.context_hours)])[0]
        for each in (warm_past, shuffled)
    )
    np.testing.assert_array_equal(honest, other)


def test_it_uses_the_temperature_an_issue_knows(past: History, warm_past: History) -> None:
    forecaster = load_forecaster("")
    for issue in Issue:
        warm, cold = (
            forecaster.predict([each.at(date(2025, 7, 9), issue, context_hours=forecaster.context_hours)])[0]
            for each in (warm_past, past)
        )
        assert not np.array_equal(warm, cold)


def test_a_forecast_does_not_depend_on_what_else_is_asked(warm_past: History) -> None:
    forecaster = load_forecaster("")
    asked = [
        warm_past.at(day, issue, context_hours=forecaster.context_hours)
        for day in days(date(2025, 10, 20), date(2025, 10, 29))
        for issue in Issue
    ]
    together = forecaster.predict(asked)
    for one, alone in zip(together, (forecaster.predict([each])[0] for each in asked), strict=True):
        np.testing.assert_array_equal(one, alone)
        assert (np.diff(one, axis=1) >= 0).all()
