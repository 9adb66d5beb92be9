"""`/metrics` over real HTTP: what it tells of requests, of the store and of Dagster, and who may read it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import psycopg
import pytest
import requests
import yaml  # type: ignore[import-untyped]
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._daemon.types import DaemonHeartbeat
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from elec_pipeline.commands.dagster_home import open_instance
from elec_pipeline.domain.delivery_day import hours
from elec_pipeline.settings import settings
from elec_pipeline.store import queries, urls
from elec_pipeline.store.database import dagster_database
from elec_pipeline.store.urls import with_database
from elec_pipeline_tests.api.conftest import AUTUMN, SHOWN_NOW, Api, Serve, raw
from elec_pipeline_tests.backup.conftest import plant

KEY = "a-key-of-the-test"
DEPLOY = Path(__file__).parents[2] / "deploy"
REQUEST_PARTS = (
    "s_total",
    "s_created",
    *(f"_duration_seconds_{end}" for end in ("bucket", "count", "sum", "created")),
)
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(api: Api, **headers: str) -> Samples:
    """Return every sample by its name and labels."""
    reply = api.ask("/metrics", headers)
    assert reply.status_code == 200, reply.text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


def names(samples: Samples) -> set[str]:
    return {name for name, _ in samples}


def test_requests_are_counted_by_route_and_never_by_path(filled: str, serve: Serve) -> None:
    api = serve(filled)
    for path in ("/api/data?range=7d", "/api/data/?range=7d", "/api/data?range=wrong", "/no/such", "/nor/this"):
        api.get(path)
    requests.request("BREW", f"{api.url}/api/data", timeout=9)
    for _ in range(2):
        raw(api, "/api/status", method="HEAD")
    samples = scraped(api)

    def count(handler: str, status: int, method: str = "GET") -> float:
        return value(samples, "elec_http_requests_total", handler=handler, method=method, status=str(status))

    assert count("/api/data", 200) == 2
    assert count("/api/data", 422) == 1
    assert count("none", 404) == 2
    assert count("/api/status", 200) == 2
    assert value(samples, "elec_http_request_duration_seconds_count", handler="/api/data", method="GET") == 3
    handlers = {dict(labels).get("handler", "") for _, labels in samples}
    assert not any("such" in each for each in handlers)
    assert {dict(labels).get("method") for _, labels in samples} <= {
        "GET",
        "HEAD",
        "POST",
        "OPTIONS",
        "other",
        None,
    }


def test_the_store_is_told_as_it_is(api: Api, stored: Engine) -> None:
    samples = scraped(api)
    assert value(samples, "elec_database_up") == 1
    newest = datetime.fromtimestamp(
        value(samples, "elec_series_newest_timestamp_seconds", series="hourly_consumption"), UTC
    )
    with stored.connect() as connection:
        assert newest == queries.newest_instants(connection)["hourly_consumption"]
    today = SHOWN_NOW.date()
    for day in (AUTUMN[1] - timedelta(days=n) for n in range(1, 5)):
        days_ago = str((today - day).days)
        assert value(
            samples, "elec_delivery_day_completeness_ratio", series="actuals", days_ago=days_ago
        ) == pytest.approx(1), (day, len(hours(day)))
    assert value(samples, "elec_delivery_days_lacking", lack="actuals") >= 0
    assert value(samples, "elec_forecast_skill_days", forecaster="chronos_evening") >= 1
    assert -5 < value(samples, "elec_forecast_skill_ratio", forecaster="chronos_evening") < 1
    assert value(samples, "elec_forecasts_held_back") == 0
    medians = [
        share
        for (name, labels), share in samples.items()
        if name == "elec_expert_weight_ratio"
        and {("part", "median"), ("situation", "evening"), ("inputs", "")} <= labels
    ]
    assert sum(medians) == pytest.approx(1)
    assert any(
        name == "elec_model_info" and dict(labels)["version"].startswith("elec-") for name, labels in samples
    )


def test_without_dagsters_database_its_metrics_are_absent(api: Api) -> None:
    assert not {each for each in names(scraped(api)) if each.startswith(("elec_dagster", "elec_asset"))}


@pytest.fixture
def with_runs(copied: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The URL of a filled database beside which Dagster has runs: queued, two running, failed now and long ago."""
    monkeypatch.setenv("ELEC_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", copied)
    settings.cache_clear()

    @dg.asset(check_specs=[dg.AssetCheckSpec("fully_informed", asset="one")])
    def one() -> Iterator[dg.MaterializeResult[None]]:
        yield dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=False, check_name="fully_informed")])

    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "__repository__")
    origin = RemoteJobOrigin(repository, "job")
    with open_instance(settings()) as instance:
        dg.materialize([one], instance=instance)
        for status in ("QUEUED", "STARTED", "STARTING", "FAILURE", "FAILURE"):
            instance.add_run(dg.DagsterRun("job", status=dg.DagsterRunStatus(status), remote_job_origin=origin))
        instance.add_daemon_heartbeat(DaemonHeartbeat(time.time() - 20, "SENSOR", "one"))
        instance.add_run(dg.DagsterRun("backup", status=dg.DagsterRunStatus.SUCCESS, remote_job_origin=origin))
    plant(settings().backup_folder, datetime.now(UTC) - timedelta(hours=5))
    with psycopg.connect(urls.for_psycopg(with_database(copied, dagster_database(copied)))) as connection:
        connection.execute(
            "UPDATE runs SET update_timestamp = update_timestamp - interval '25 hours' WHERE run_id ="
            " (SELECT min(run_id) FROM runs WHERE status = 'FAILURE')"
        )
    yield copied
    settings.cache_clear()
    name = dagster_database(copied)
    with psycopg.connect(urls.for_psycopg(with_database(copied, "postgres")), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_runs_and_assets_are_read_from_dagsters_database(with_runs: str, serve: Serve) -> None:
    samples = scraped(serve(with_runs))
    assert value(samples, "elec_dagster_runs", status="queued") == 1
    assert value(samples, "elec_dagster_runs", status="running") == 2
    assert value(samples, "elec_dagster_failed_runs") == 1
    age_s = time.time() - value(samples, "elec_asset_last_success_timestamp_seconds", asset="one")
    assert 0 <= age_s < 60
    assert value(samples, "elec_asset_check_passed", asset="one", check="fully_informed") == 0
    assert value(samples, "elec_nightly_backup_passed") == 1
    assert 20 <= time.time() - value(samples, "elec_dagster_heartbeat_timestamp_seconds") < 80


def test_backups_are_told_of_where_some_are_made(filled: str, serve: Serve, tmp_path: Path) -> None:
    none_yet = scraped(serve(filled, elec_home=tmp_path))
    assert value(none_yet, "elec_backups") == 0
    assert "elec_backup_newest_timestamp_seconds" not in names(none_yet)
    plant(tmp_path / "elsewhere", SHOWN_NOW)
    one = scraped(serve(filled, elec_backup_folder=str(tmp_path / "elsewhere")))
    assert value(one, "elec_backups") == 1
    assert value(one, "elec_backup_newest_timestamp_seconds") == SHOWN_NOW.timestamp()
    assert value(one, "elec_backup_allowed_age_seconds") == 2 * 86400
    assert not {each for each in names(scraped(serve(filled, elec_backups=0))) if "backup" in each}


def test_dashboard_and_alerts_name_only_metrics_that_there_are(with_runs: str, serve: Serve) -> None:
    api = serve(with_runs)
    scraped(api)
    told = names(scraped(api))  # the requests before are counted in it
    rules = yaml.safe_load((DEPLOY / "prometheus_rules.yml").read_text(encoding="utf-8"))
    dashboard = json.loads((DEPLOY / "grafana" / "elec-pipeline.json").read_text(encoding="utf-8"))
    alerts = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    drawn = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    for expressions in (alerts, drawn):
        used = set(re.findall(r"\b(?:elec|process)_[a-z0-9_]+", " ".join(expressions)))
        assert len(used) > 5
        assert used <= told


def test_what_is_held_back_is_counted_by_issue(copied: str, serve: Serve) -> None:
    with psycopg.connect(urls.for_psycopg(copied)) as connection:
        connection.execute(
            "UPDATE elec.chronos_predictions SET held_back = 'why' WHERE issued_at ="
            " (SELECT max(issued_at) FROM elec.chronos_predictions)"
        )
    assert value(scraped(serve(copied)), "elec_forecasts_held_back") == 1


def test_a_database_that_is_gone_is_told_and_comes_back(copied: str, serve: Serve) -> None:
    api = serve(copied, metrics_hold_s=0.0)
    assert value(scraped(api), "elec_database_up") == 1
    name = urls.database_name(copied)
    with psycopg.connect(urls.for_psycopg(with_database(copied, "postgres")), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        samples = scraped(api)
        assert value(samples, "elec_database_up") == 0
        assert {each for each in names(samples) if each.startswith("elec_")} <= {
            "elec_database_up", *(f"elec_http_request{part}" for part in REQUEST_PARTS)
        }  # fmt: skip
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert value(scraped(api), "elec_database_up") == 1


def test_a_database_that_hangs_does_not_hold_up_a_scrape(copied: str, serve: Serve) -> None:
    api = serve(copied, metrics_hold_s=0.0)
    api.app.state.monitor.waits_s = 0.2
    with psycopg.connect(urls.for_psycopg(copied)) as connection:
        connection.execute("LOCK TABLE elec.hourly_consumption IN ACCESS EXCLUSIVE MODE")
        for _ in range(3):
            began = time.monotonic()
            assert value(scraped(api), "elec_database_up") == 0
            assert time.monotonic() - began < 2
    api.app.state.monitor.waits_s = 9.0
    assert value(scraped(api), "elec_database_up") == 1


def test_the_database_is_read_once_in_a_while(copied: str, serve: Serve) -> None:
    api = serve(copied)
    told = [value(scraped(api), "elec_readings_timestamp_seconds") for _ in range(3)]
    with psycopg.connect(urls.for_psycopg(copied)) as connection:
        connection.execute("DELETE FROM elec.hourly_consumption")
    before = value(scraped(api), "elec_series_newest_timestamp_seconds", series="hourly_consumption")
    assert len({*told}) == 1
    assert before > 0
    read = scraped(serve(copied))
    assert ("elec_series_newest_timestamp_seconds", frozenset({("series", "hourly_consumption")})) not in read


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-API-Key": KEY}, 200), ({"Authorization": f"Bearer {KEY}"}, 200),
        ({"authorization": f"bearer {KEY}"}, 200), ({"Authorization": f"Basic {KEY}"}, 401),
        ({"Authorization": "Bearer wrong"}, 401), ({"Authorization": "Bearer"}, 401),
        ({"X-API-Key": "wrong", "Authorization": f"Bearer {KEY}"}, 401), ({}, 401),
    ],
)  # fmt: skip
def test_a_scraper_passes_the_key_as_a_header_or_a_bearer_token(
    filled: str, serve: Serve, headers: dict[str, str], status: int
) -> None:
    api = serve(filled, elec_api_key=KEY)
    assert api.ask("/metrics", headers).status_code == status
    if "X-API-Key" not in headers:  # the token is for scrapers alone
        assert api.ask("/api/status", headers).status_code == 401
    refused = value(
        scraped(api, **{"X-API-Key": KEY}),
        "elec_http_requests_total", handler="/api/status", method="GET", status="401",
    ) if "X-API-Key" not in headers else 1  # fmt: skip
    assert refused == 1


def test_a_scraper_in_the_network_of_the_containers_is_answered_by_the_name_of_the_service(
    filled: str, serve: Serve
) -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    names = compose["x-environment"]["ELEC_ALLOWED_HOSTS"].replace("${ELEC_DOMAIN:-localhost}", "elec.example")
    api = serve(filled, elec_allowed_hosts=names)
    assert api.ask("/metrics", {"Host": "api:8000"}).status_code == 200
    assert api.ask("/metrics", {"Host": "elec.other:8000"}).status_code == 403
    assert api.ask("/metrics", {"Host": "api:8000", "Origin": "https://elec.other"}).status_code == 403


def test_metrics_are_no_part_of_the_description(api: Api) -> None:
    assert "/metrics" not in api.json("/openapi.json")["paths"]
    assert api.get("/metrics").headers["cache-control"] == "no-store"
    assert raw(api, "/metrics", method="HEAD").status == 200
