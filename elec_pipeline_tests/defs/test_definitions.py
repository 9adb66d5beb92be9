from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import yaml  # type: ignore[import-untyped]

from elec_pipeline.definitions import defs
from elec_pipeline.defs import jobs, schedules
from elec_pipeline.defs.assets.chronos_predictions import CONTEXT_DAYS
from elec_pipeline.defs.partitions import RANGE_END_TAG, RANGE_START_TAG, days_ahead, delivery_days
from elec_pipeline.domain.delivery_day import PARIS, day_start
from elec_pipeline.forecasting.checkpoint import load_forecaster
from elec_pipeline.settings import settings
from elec_pipeline_tests.conftest import every_day_length

SCHEDULES = {
    "actuals": "0 2 * * *",
    "reconcile": "10 3 * * *",
    "housekeeping": "40 3 * * *",
    "backup": "50 3 * * *",
    "morning_forecast": "0 10 * * *",
    "rte_forecast": "0 20 * * *",
    "rte_revisions": "15 7-23 * * *",
    "rte_weekly": "35 9 * * *",
    "evening_forecast": "30 20 * * *",
    "intraday_forecast": "10 * * * *",
    "retrain": "10 4 3 * *",
}

JOBS = {*SCHEDULES, "backfill"} - {"rte_revisions"}


def test_the_graph_does_not_change_unnoticed() -> None:
    graph = defs.resolve_asset_graph()
    parents = {
        key.to_user_string(): sorted(parent.to_user_string() for parent in graph.get(key).parent_keys)
        for key in graph.get_all_asset_keys()
    }
    assert parents == {
        "raw_consumption": [],
        "hourly_consumption": ["raw_consumption"],
        "raw_rte_forecasts": [],
        "rte_forecasts": ["raw_rte_forecasts"],
        "rte_weekly_forecasts": [],
        "weather_forecasts": [],
        "chronos_predictions": [
            "fine_tuned_chronos",
            "hourly_consumption",
            "rte_forecasts",
            "weather_forecasts",
        ],
        "fine_tuned_chronos": ["hourly_consumption", "rte_forecasts"],
        "forecast_accuracy": [
            "chronos_predictions",
            "hourly_consumption",
            "intraday_predictions",
            "quarter_hourly_predictions",
            "rte_forecasts",
            "week_ahead_predictions",
        ],
        "week_ahead_predictions": [
            "fine_tuned_chronos",
            "hourly_consumption",
            "rte_forecasts",
            "rte_weekly_forecasts",
            "weather_forecasts",
        ],
        "intraday_predictions": ["chronos_predictions", "quarter_hourly_predictions", "raw_consumption"],
        "quarter_hourly_predictions": ["chronos_predictions", "raw_consumption"],
    }
    checks = sorted(f"{key.asset_key.to_user_string()}.{key.name}" for key in graph.asset_check_keys)
    assert checks == [
        "chronos_predictions.fresh",
        "chronos_predictions.fully_informed",
        "chronos_predictions.plausible",
        "chronos_predictions.quantiles_in_order",
        "fine_tuned_chronos.gate",
        "hourly_consumption.complete",
        "hourly_consumption.fresh",
        "raw_consumption.complete",
        "raw_consumption.first_choice",
        "raw_consumption.fresh",
        "raw_consumption.no_conflict",
        "raw_consumption.plausible",
        "raw_rte_forecasts.complete",
        "raw_rte_forecasts.first_choice",
        "raw_rte_forecasts.fresh",
        "raw_rte_forecasts.no_conflict",
        "raw_rte_forecasts.plausible",
        "rte_forecasts.complete",
        "rte_forecasts.fresh",
        "rte_weekly_forecasts.complete",
        "rte_weekly_forecasts.no_conflict",
        "rte_weekly_forecasts.plausible",
        "weather_forecasts.complete",
    ]


def test_schedules_run_by_default_in_paris_time() -> None:
    found = {
        schedule.name: (schedule.cron_schedule, schedule.execution_timezone, schedule.default_status)
        for schedule in schedules.all_schedules
    }
    running = dg.DefaultScheduleStatus.RUNNING
    assert found == {name: (cron, "Europe/Paris", running) for name, cron in SCHEDULES.items()}
    assert {schedule.job_name for schedule in schedules.all_schedules} == JOBS - {"backfill"}


def test_everything_that_dagsters_ui_lists_is_described() -> None:
    repository = defs.get_repository_def()
    listed = {
        **{f"schedule {each.name}": each.description for each in repository.schedule_defs},
        **{f"sensor {each.name}": each.description for each in repository.sensor_defs},
        **{f"job {each.name}": each.description for each in repository.get_all_jobs() if each.name in JOBS},
        **{f"asset {each.key}": each.description for each in defs.resolve_asset_graph().asset_nodes},
        **{
            f"check {key}": defs.resolve_asset_graph().get_check_spec(key).description
            for key in defs.resolve_asset_graph().asset_check_keys
        },
    }
    assert len(listed) > len(SCHEDULES) + len(JOBS) + 20
    assert [name for name, description in listed.items() if not description] == []


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", sorted(SCHEDULES.keys() - {"rte_revisions", "intraday_forecast"}))
def test_the_documentation_names_the_time_of_every_schedule(name: str, language: str) -> None:
    minute, hour, *_ = SCHEDULES[name].split()
    page = (Path(__file__).parents[2] / "docs" / language / "run.md").read_text(encoding="utf-8")
    assert f"\n| `{name}` {int(hour):02}:{int(minute):02} " in page


@pytest.mark.parametrize("name", sorted(JOBS - {"housekeeping", "backup"}))
def test_only_the_job_retrain_trains(name: str) -> None:
    selected = {key.to_user_string() for key in defs.resolve_job_def(name).asset_layer.executable_asset_keys}
    assert selected
    assert (selected == {"fine_tuned_chronos"}) is (name == "retrain")
    assert ("fine_tuned_chronos" in selected) is (name == "retrain")


def test_a_training_holds_up_no_issue() -> None:
    """Backfills and trainings, which may take hours, leave two of the places of the queue free at any time."""
    config = yaml.safe_load((Path(__file__).parents[2] / "dagster.yaml").read_text())["concurrency"]["runs"]
    limits = {limit["key"]: limit["limit"] for limit in config["tag_concurrency_limits"]}
    assert config["max_concurrent_runs"] - limits["elec/training"] - limits["dagster/backfill"] == 2
    tags = defs.resolve_job_def("retrain").tags
    assert jobs.TRAINING_TAG in tags
    assert 4 + int(tags["dagster/max_runtime"]) / 3600 < 10
    assert int(tags["dagster/priority"]) < 0 < int(schedules.ISSUE_PRIORITY)


def tick(schedule: dg.ScheduleDefinition, day: date) -> list[dg.RunRequest]:
    minute, hour, *_ = str(schedule.cron_schedule).split()
    at = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=PARIS)
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(
            instance, scheduled_execution_time=at, repository_def=defs.get_repository_def()
        )
        return list(schedule.evaluate_tick(context).run_requests or [])


def assets(request: dg.RunRequest) -> list[str]:
    return [key.to_user_string() for key in request.asset_selection or []]


@every_day_length
@pytest.mark.parametrize(
    "schedule", [schedules.morning_forecast, schedules.evening_forecast], ids=lambda s: s.name
)
def test_an_issue_is_two_runs_in_order(schedule: dg.ScheduleDefinition, day: date, n_hours: int) -> None:
    today = day - timedelta(days=1)
    knowns, forecast = tick(schedule, today)
    assert n_hours
    assert (knowns.partition_key, forecast.partition_key) == (str(today), str(day))
    assert assets(knowns) == ["raw_consumption", "hourly_consumption", "raw_rte_forecasts", "rte_forecasts"]
    assert assets(forecast) == [
        "raw_rte_forecasts",
        "rte_forecasts",
        "weather_forecasts",
        "chronos_predictions",
        "quarter_hourly_predictions",
        *(["week_ahead_predictions"] if schedule is schedules.morning_forecast else []),
    ]
    assert knowns.tags[schedules.ISSUE_TAG] == forecast.tags[schedules.ISSUE_TAG]
    assert knowns.run_key != forecast.run_key


@every_day_length
def test_rtes_forecast_is_asked_for_tomorrow(day: date, n_hours: int) -> None:
    assert n_hours
    [request] = tick(schedules.rte_forecast, day - timedelta(days=1))
    assert request.partition_key == str(day)


@every_day_length
def test_rtes_weekly_forecasts_are_asked_for_three_to_nine_days_ahead(
    day: date, n_hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert n_hours
    today = day - timedelta(days=5)
    monkeypatch.setenv("ELEC_SOURCE", "simulator")
    settings.cache_clear()
    [request] = tick(schedules.rte_weekly, today)
    first, last = request.tags[RANGE_START_TAG], request.tags[RANGE_END_TAG]
    assert (first, last) == (str(today + timedelta(days=3)), str(today + timedelta(days=9)))
    keys = days_ahead.get_partition_keys(current_time=day_start(today))
    assert keys[-1] == last
    assert first in keys
    monkeypatch.setenv("ELEC_SOURCE", "odre")
    settings.cache_clear()
    assert tick(schedules.rte_weekly, today) == []
    settings.cache_clear()


@every_day_length
def test_actuals_cover_yesterday_and_the_two_days_before(day: date, n_hours: int) -> None:
    assert n_hours
    [request] = tick(schedules.actuals, day + timedelta(days=1))
    assert request.tags[RANGE_START_TAG] == str(day - timedelta(days=2))
    assert request.tags[RANGE_END_TAG] == str(day)


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (datetime(2025, 3, 29, 22, 59, tzinfo=UTC), "2025-03-30"),
        (datetime(2025, 3, 29, 23, 1, tzinfo=UTC), "2025-03-31"),
        (datetime(2025, 10, 26, 22, 59, tzinfo=UTC), "2025-10-27"),
        (datetime(2025, 10, 26, 23, 1, tzinfo=UTC), "2025-10-28"),
    ],
)
def test_partitions_run_from_the_first_day_to_tomorrow(now: datetime, last: str) -> None:
    keys = delivery_days.get_partition_keys(current_time=now)
    assert keys[0] == "2012-12-17"
    assert keys[-1] == last


def test_the_lineage_reaches_back_as_far_as_the_bundled_model_looks() -> None:
    assert load_forecaster("").context_hours == CONTEXT_DAYS * 24


def test_loading_imports_neither_torch_nor_chronos() -> None:
    code = "import sys, elec_pipeline.definitions; print({'torch', 'chronos', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "set()"
