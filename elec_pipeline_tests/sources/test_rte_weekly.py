"""The client of RTE's weekly forecasts against the simulator, whose clock stands still."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from elec_pipeline.domain.delivery_day import quarters
from elec_pipeline.errors import SourceError, SourceRefusedError, SourceRequestError, SourceUnavailableError
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.sources.rte import SHORT_TERM_PATH, TOKEN_PATH, WEEKLY_PATH, RteClient
from elec_pipeline_tests.conftest import every_day_length

DAY = date(2025, 6, 20)


@every_day_length
def test_a_week_comes_whole_by_half_hour(client: RteClient, day: date, n_hours: int) -> None:
    first, last = day - timedelta(days=3), day + timedelta(days=3)
    frame = client.weekly_forecasts(first, last)
    assert list(frame["interval_start"]) == list(quarters(first, last)[::2])
    assert frame["interval_start"].isin(quarters(day)).sum() == 2 * n_hours
    assert frame["block"].nunique() == 7
    assert frame["published_at"].notna().all()
    assert not client.left_out


def test_one_token_serves_both_resources(client: RteClient, simulator: SimulatorHandle) -> None:
    client.short_term(["D-1"], DAY, DAY)
    client.weekly_forecasts(DAY, DAY)
    assert simulator.requests() == {
        TOKEN_PATH: {"200": 1},
        SHORT_TERM_PATH: {"200": 1},
        WEEKLY_PATH: {"200": 1},
    }


@pytest.mark.parametrize("fault", ["429=0:2", "weekly-500:2", "weekly-503:2", "weekly-cut:2", "weekly-401:1"])
def test_a_passing_fault_is_retried(client: RteClient, simulator: SimulatorHandle, fault: str) -> None:
    simulator.set_faults([fault])
    assert len(client.weekly_forecasts(DAY, DAY)) == 48
    assert sum(simulator.requests()[WEEKLY_PATH].values()) > 1


@pytest.mark.parametrize(
    ("fault", "error", "status"),
    [
        ("weekly-401", SourceRefusedError, 401),
        ("weekly-403", SourceRefusedError, 403),
        ("weekly-404", SourceRequestError, 404),
        ("weekly-500", SourceUnavailableError, 500),
        ("weekly-cut", SourceUnavailableError, None),
    ],
)
def test_a_lasting_fault_is_a_typed_error_with_its_status_and_hits_no_other_resource(
    client: RteClient, simulator: SimulatorHandle, *, fault: str, error: type[SourceError], status: int | None
) -> None:
    simulator.set_faults([fault])
    with pytest.raises(error) as caught:
        client.weekly_forecasts(DAY, DAY)
    assert caught.value.status == status
    assert len(client.short_term(["REALISED"], DAY, DAY)) == 96
