"""The bundled checkpoint makes the forecasts that it always made: a year of made-up days, in every situation.

`same_forecasts.npz` holds what it made when it was published. It is written anew only with a new checkpoint:
`python -m elec_pipeline_tests.forecasting.test_same_forecasts`.
"""

from __future__ import annotations

import itertools
from datetime import date, time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from elec_pipeline.domain.delivery_day import Issue, days
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline_tests.forecasting.conftest import LAST, RTE_PUBLISHED, made_up_history

FILE = Path(__file__).with_name("same_forecasts.npz")
DAYS = days(date(2024, 12, 6), LAST)
"""All days of the made-up history that have a context; clock changes in March and October among them."""
QUANTILES = (0, 2, 3, 6)
TENTHS = 10.0
EARLY = time(7)
SITUATIONS = {
    "evening": (Issue.EVENING, RTE_PUBLISHED),
    "early": (Issue.MORNING, EARLY),
    "alone": (Issue.MORNING, RTE_PUBLISHED),
}


KNOWN: dict[str, dict[str, Any]] = {"cold": {}, "warm": {"temperature": True}, "weather": {"weather": True}}
"""Of the inputs."""
AT_EVERY_CHECK = [("evening", "weather"), ("early", "warm"), ("alone", "cold")]
"""Every situation and every set of inputs once; each of the others takes as long again."""


def made(situation: str, known: str) -> np.ndarray:
    """Return forecasts of all days in tenths of MW, one row an hour."""
    issue, published = SITUATIONS[situation]
    past = made_up_history(published=published, **KNOWN[known])
    forecaster = load_forecaster("")
    asked = [past.at(day, issue, context_hours=forecaster.context_hours) for day in DAYS]
    rows = np.concatenate(forecaster.predict(asked))[:, QUANTILES]
    return np.rint(rows * TENTHS).astype(np.int32)


@pytest.mark.parametrize(
    ("situation", "known"),
    [
        pytest.param(*case, marks=[] if case in AT_EVERY_CHECK else [pytest.mark.long])
        for case in itertools.product(SITUATIONS, KNOWN)
    ],
)
def test_a_year_of_forecasts_is_what_it_was(situation: str, known: str) -> None:
    with np.load(FILE) as stored:
        former = np.cumsum(stored[f"{situation}_{known}"], axis=0)
    assert np.abs(made(situation, known) - former).max() <= 1


if __name__ == "__main__":
    differences: Any = {  # from hour to hour they are small, and take little space
        f"{situation}_{known}": np.diff(made(situation, known), axis=0, prepend=0)
        for situation in SITUATIONS
        for known in KNOWN
    }
    np.savez_compressed(FILE, **differences)
