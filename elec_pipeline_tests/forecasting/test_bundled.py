"""The checkpoint that ships is small, says what it is, and beats RTE's forecast on days it did not learn from."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from elec_pipeline.delivery_day import PARIS, Issue, day_end, day_start, days, to_utc
from elec_pipeline.forecasting.checkpoint import BUNDLED, load_forecaster
from elec_pipeline.forecasting.model_card import validation_figures
from elec_pipeline.forecasting.training_options import BUNDLED_RECIPE
from elec_pipeline.information_set import History, history

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "load_fr_hourly.csv.gz"
FIRST, LAST = date(2023, 11, 1), date(2024, 4, 7)


def test_the_checkpoint_is_small_and_complete() -> None:
    files = {path.name: path.stat().st_size for path in BUNDLED.iterdir()}
    assert set(files) == {"config.json", "model.safetensors", "recipe.json", "card.json", "MODEL_CARD.md"}
    assert sum(files.values()) < 6_000_000


def test_the_card_is_of_these_weights_and_this_recipe() -> None:
    forecaster = load_forecaster("")
    card = json.loads((BUNDLED / "card.json").read_text())
    assert card["version"] == forecaster.version
    assert forecaster.recipe.correction
    assert forecaster.recipe.similar_day
    assert forecaster.recipe.without_what_is_learnt == BUNDLED_RECIPE
    assert forecaster.trained_through == date(2023, 12, 31)
    assert card["validation"]["first"] == "2024-01-01"


@pytest.fixture(scope="module")
def real() -> History:
    if not REAL.is_file():
        pytest.skip(f"the real data is not here: {REAL}")
    table = pd.read_csv(REAL, usecols=["ts_utc", "load_mw", "rte_d1_mw"])
    table["hour_start"] = pd.to_datetime(table["ts_utc"], utc=True).astype("datetime64[us, UTC]")
    table = table[table["hour_start"].between(day_start(FIRST), day_end(LAST), inclusive="left")]
    day = table["hour_start"].dt.tz_convert(PARIS).dt.date
    published = {d: to_utc(d - timedelta(days=1), time(19, 30)) for d in day.unique()}
    vintages = pd.DataFrame(
        {
            "hour_start": table["hour_start"],
            "forecast_type": "D-1",
            "published_at": day.map(published).astype("datetime64[us, UTC]"),
            "ingested_at": pd.Series(datetime.now(UTC), index=table.index, dtype="datetime64[us, UTC]"),
            "load_mw": table["rte_d1_mw"],
        }
    ).dropna(subset=["load_mw"])
    actuals = table[["hour_start", "load_mw"]]
    former = actuals.head(0).assign(until=actuals["hour_start"].head(0))
    return history(day_start(FIRST), day_end(LAST), actuals, former, vintages)


@pytest.mark.parametrize(("issue", "ratio"), [(Issue.EVENING, 0.82), (Issue.MORNING, 1.35)])
def test_on_real_days_it_is_as_good_as_its_card_says(issue: Issue, ratio: float, real: History) -> None:
    # The validation split; no test may look at the days after it.
    figures = validation_figures(real, days(date(2024, 2, 1), date(2024, 4, 7)), issue, load_forecaster(""))
    assert figures["ratio_to_rte"] < ratio
    assert np.isclose(figures["coverage_80"], 0.8, atol=0.06)
    assert figures["hours"] == 67 * 24 - 1  # the last of March has 23
