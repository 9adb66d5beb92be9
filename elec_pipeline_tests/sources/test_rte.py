from __future__ import annotations

import time
from datetime import date, timedelta
from types import SimpleNamespace

import oauthlib.oauth2.rfc6749.clients.base
import pytest

from elec_pipeline.domain.delivery_day import quarters
from elec_pipeline.errors import SourceRefusedError, SourceRequestError, SourceUnavailableError
from elec_pipeline.simulator.app import SimulatorOptions
from elec_pipeline.simulator.server import SimulatorHandle, running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.sources import rte_token
from elec_pipeline.sources.retries import RetryPlan
from elec_pipeline.sources.rte import SHORT_TERM_PATH, TOKEN_PATH, RteClient
from elec_pipeline_tests.conftest import NOW, every_day_length, quick_client

DAY = date(2025, 6, 2)
ALL_TYPES = ["REALISED", "ID", "D-1", "D-2"]


@every_day_length
def test_a_day_comes_whole_in_every_type(client: RteClient, day: date, n_hours: int) -> None:
    frame = client.short_term(ALL_TYPES, day, day)
    counts = frame.groupby("forecast_type").size().to_dict()
    assert counts == {"REALISED": 4 * n_hours, "ID": 4 * n_hours, "D-1": 4 * n_hours, "D-2": 2 * n_hours}
    realised = frame[frame["forecast_type"] == "REALISED"].sort_values("interval_start")
    assert list(realised["interval_start"]) == list(quarters(day))


@every_day_length
def test_a_window_of_31_days_loses_no_day(client: RteClient, day: date, n_hours: int) -> None:
    first, last = day - timedelta(days=15), day + timedelta(days=15)
    frame = client.short_term(["REALISED"], first, last)
    assert sorted(frame["interval_start"]) == list(quarters(first, last))
    assert frame["interval_start"].isin(quarters(day)).sum() == 4 * n_hours


def test_a_longer_window_is_our_own_mistake(client: RteClient) -> None:
    with pytest.raises(ValueError, match="31 days"):
        client.short_term(["REALISED"], DAY, DAY + timedelta(days=31))


def test_a_wrong_type_is_a_request_that_rte_refuses_at_once(client: RteClient, simulator: SimulatorHandle) -> None:
    with pytest.raises(SourceRequestError, match=r"400.*F07"):
        client.short_term(["D-9"], DAY, DAY)
    assert sum(simulator.requests()[SHORT_TERM_PATH].values()) == 1


@pytest.mark.parametrize(
    "fault", ["429=0:2", "500:2", "503:2", "cut:2", "token-500:1", "token-503:1", "token-cut:1"]
)
def test_a_passing_fault_is_retried(client: RteClient, simulator: SimulatorHandle, fault: str) -> None:
    simulator.set_faults([fault])
    assert len(client.short_term(["REALISED"], DAY, DAY)) == 96


@pytest.mark.parametrize(
    ("fault", "text"),
    [("429=0", "429"), ("500", "500"), ("503", "503"), ("cut", "not the expected JSON")],
)
def test_a_lasting_fault_ends_in_a_typed_error(
    client: RteClient, simulator: SimulatorHandle, fault: str, text: str
) -> None:
    simulator.set_faults([fault])
    with pytest.raises(SourceUnavailableError, match=text):
        client.short_term(["REALISED"], DAY, DAY)
    assert sum(simulator.requests()[SHORT_TERM_PATH].values()) == 4


def test_retry_after_is_obeyed(simulator: SimulatorHandle) -> None:
    announced: list[str] = []
    plan = RetryPlan(attempts=2, base_wait_s=0.001, on_retry=announced.append)
    patient = RteClient(simulator.url, "simulator", "simulator", retries=plan)
    simulator.set_faults(["429=1:1"])
    started = time.monotonic()
    patient.short_term(["REALISED"], DAY, DAY)
    assert 1.0 <= time.monotonic() - started < 3
    assert "try 1 of 2 failed" in announced[0]


def test_a_slow_answer_is_a_time_out_and_retried(simulator: SimulatorHandle) -> None:
    hasty = quick_client(simulator.url, read_timeout_s=0.2)
    simulator.set_faults(["slow=1:1"])
    assert len(hasty.short_term(["REALISED"], DAY, DAY)) == 96


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        ("401", "RTE_CLIENT_ID"),
        ("403", "subscribe"),
        ("token-401", "RTE_CLIENT_SECRET"),
        ("token-403", "RTE_CLIENT"),
    ],
)
def test_a_refusal_fails_at_once_and_says_what_to_do(
    client: RteClient, simulator: SimulatorHandle, fault: str, advice: str
) -> None:
    simulator.set_faults([fault])
    with pytest.raises(SourceRefusedError, match=advice):
        client.short_term(["REALISED"], DAY, DAY)
    counts = simulator.requests()
    # A 401 of the API may be an expired token: one new token, one more try.
    assert sum(counts.get(SHORT_TERM_PATH, {}).values()) <= 2
    assert sum(counts[TOKEN_PATH].values()) <= 2


def test_one_token_serves_many_requests(client: RteClient, simulator: SimulatorHandle) -> None:
    for n in range(3):
        client.short_term(["REALISED"], DAY + timedelta(days=n), DAY + timedelta(days=n))
    assert simulator.requests()[TOKEN_PATH] == {"200": 1}


def test_a_token_that_ran_out_is_renewed_before_it_is_used(
    client: RteClient, simulator: SimulatorHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(client.short_term(["REALISED"], DAY, DAY)) == 96
    later = SimpleNamespace(time=lambda: time.time() + SimulatorOptions().token_lifetime_s + 1)
    for module in (rte_token, oauthlib.oauth2.rfc6749.clients.base):
        monkeypatch.setattr(module, "time", later)
    assert len(client.short_term(["REALISED"], DAY, DAY)) == 96
    assert simulator.requests()[TOKEN_PATH]["200"] == 2
    assert simulator.requests()[SHORT_TERM_PATH] == {"200": 2}


def test_a_token_that_rte_calls_expired_too_early_is_renewed(
    client: RteClient, simulator: SimulatorHandle
) -> None:
    simulator.set_faults(["401:1"])
    assert len(client.short_term(["REALISED"], DAY, DAY)) == 96
    assert simulator.requests()[TOKEN_PATH]["200"] == 2


def test_tokens_that_are_never_any_good_are_refused_after_the_second() -> None:
    with running(SyntheticCurves(), now=lambda: NOW, options=SimulatorOptions(token_lifetime_s=0)) as useless:
        with pytest.raises(SourceRefusedError, match=r"expired as soon as it is issued|UNAUTHORIZED"):
            quick_client(useless.url).short_term(["REALISED"], DAY, DAY)
        assert useless.requests()[TOKEN_PATH]["200"] == 2


def test_no_secret_in_an_error(simulator: SimulatorHandle) -> None:
    secret = "s3cr3t-that-must-not-show"
    client = RteClient(simulator.url, "my-id", secret, retries=RetryPlan(attempts=1))
    for fault in ["token-401", "token-500", "403", "500", "cut"]:
        simulator.set_faults([fault])
        with pytest.raises((SourceRefusedError, SourceUnavailableError)) as caught:
            client.short_term(["REALISED"], DAY, DAY)
        assert secret not in str(caught.value)
        assert secret not in repr(caught.value.__context__)


def test_nobody_there_is_said_with_the_host() -> None:
    absent = quick_client("http://127.0.0.1:9")
    with pytest.raises(SourceUnavailableError, match=r"127\.0\.0\.1:9 cannot be reached"):
        absent.short_term(["REALISED"], DAY, DAY)
