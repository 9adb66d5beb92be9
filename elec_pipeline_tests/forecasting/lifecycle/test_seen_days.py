from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.forecasting.lifecycle.seen_days import in_sample_warning, seen_through

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def bundled() -> Forecaster:
    return load_forecaster("")


def test_days_a_checkpoint_was_chosen_on_are_seen_too(bundled: Forecaster) -> None:
    seen = seen_through(bundled)
    assert bundled.trained_through is not None
    assert seen is not None
    assert seen >= bundled.trained_through


def test_after_the_last_seen_day_there_is_nothing_to_warn_of(bundled: Forecaster) -> None:
    seen = seen_through(bundled)
    assert seen is not None
    assert in_sample_warning(bundled, seen + DAY, seen + 30 * DAY) is None
    partly = in_sample_warning(bundled, seen - DAY, seen + DAY)
    assert partly is not None
    assert f"{seen - DAY} to {seen} of these days are in-sample" in partly
    wholly = in_sample_warning(bundled, seen - 9 * DAY, seen)
    assert wholly is not None
    assert "all of these days are in-sample" in wholly


def test_where_it_is_not_known_what_was_seen_that_is_said(chronos2_folder: Path) -> None:
    warning = in_sample_warning(load_forecaster(str(chronos2_folder)), date(2025, 1, 1), date(2025, 2, 1))
    assert warning is not None
    assert "not known" in warning


def test_a_hub_model_with_a_known_last_day_is_judged_by_it(bundled: Forecaster) -> None:
    named = replace(bundled, location="someone/some-model", trained_through=date(2025, 1, 31))
    assert seen_through(named) == date(2025, 1, 31)
