"""Lessons of the made-up history, and what dense networks learn of them."""

from __future__ import annotations

import pytest

from elec_pipeline.domain.delivery_day import days
from elec_pipeline.domain.history import History
from elec_pipeline.forecasting.experts.mlp.fitting import learnt
from elec_pipeline.forecasting.experts.mlp.mlp import Mlp
from elec_pipeline.forecasting.experts.mlp.networks import Network
from elec_pipeline.forecasting.experts.ridge.ridge import Ridge
from elec_pipeline.forecasting.features.past_days import Lessons, lessons
from elec_pipeline_tests.forecasting.conftest import FIRST, LAST

SEED = 3


@pytest.fixture(scope="session")
def all_lessons(past: History) -> dict[str, Lessons]:
    """Of all days, by what they stand on."""
    return {each.key: each for each in lessons(past, days(FIRST, LAST), blur_mw=600, seed=SEED)}


@pytest.fixture(scope="session")
def networks(past: History) -> dict[str, Network]:
    """What all days but the last five weeks teach of the evening and of a morning without RTE's forecast."""
    taught = lessons(past, days(FIRST, LAST)[:-35], blur_mw=600, seed=SEED)
    return learnt((each for each in taught if each.key != "early"), update_days=60, seed=SEED)


@pytest.fixture(scope="session")
def mlp(networks: dict[str, Network], taught_ridge: Ridge) -> Mlp:
    return Mlp(networks, taught_ridge)
