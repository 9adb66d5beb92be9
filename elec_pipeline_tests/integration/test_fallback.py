"""RTE down, its open data standing in, and RTE back: as Dagster runs it, over HTTP, against a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import dagster as dg
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.definitions import build_defs, defs
from elec_pipeline.defs import faults, schedules
from elec_pipeline.defs.partitions import RANGE_END_TAG, RANGE_START_TAG
from elec_pipeline.defs.resources import ClockResource, StoreResource
from elec_pipeline.domain.delivery_day import PARIS, day_end, day_start
from elec_pipeline.settings import Settings, settings
from elec_pipeline.settings_source import Source
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.sources import retries
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import whole_runs_every_day_length

KNOWNS = ["raw_consumption", "hourly_consumption", "raw_rte_forecasts", "rte_forecasts"]


@pytest.fixture
def with_fallback(
    configured: Settings, monkeypatch: pytest.MonkeyPatch, simulator: SimulatorHandle
) -> Iterator[Settings]:
    monkeypatch.setenv("ELEC_FALLBACK", "odre")
    monkeypatch.setenv("ODRE_BASE_URL", simulator.url)
    monkeypatch.setattr(faults, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(retries.RetryPlan.__init__, "__defaults__", (2, 0.01, 0.05, None))
    settings.cache_clear()
    assert settings().database_url == configured.database_url
    yield settings()
    settings.cache_clear()


def run(first: date, last: date, now: datetime) -> dg.ExecuteInProcessResult:
    return (
        build_defs(clock=ClockResource(fixed=now.isoformat()))
        .resolve_job_def("backfill")
        .execute_in_process(
            asset_selection=[dg.AssetKey(name) for name in KNOWNS],
            tags={RANGE_START_TAG: str(first), RANGE_END_TAG: str(last)},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )
    )


def rows(engine: Engine, table: str, column: str, day: date) -> pd.DataFrame:
    statement = text(f"SELECT * FROM elec.{table} WHERE {column} >= :a AND {column} < :b ORDER BY {column}")
    with engine.connect() as connection:
        return pd.read_sql_query(statement, connection, params={"a": day_start(day), "b": day_end(day)})


def first_choices(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {
        check.asset_key.to_user_string(): check.passed
        for check in result.get_asset_check_evaluations()
        if check.check_name == "first_choice"
    }


@whole_runs_every_day_length
@pytest.mark.usefixtures("with_fallback")
def test_the_open_data_takes_over_and_rte_reconciles(
    engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    now = day_end(day) + timedelta(hours=11)
    simulator.set_clock(lambda: now)
    simulator.set_faults(["503"])
    down = run(day, day, now)
    assert down.success
    assert first_choices(down) == {"raw_consumption": False, "raw_rte_forecasts": False}
    notes = [event.materialization.metadata for event in down.get_asset_materialization_events()]
    assert sum("503" in str(note["fallback"].value) for note in notes if "fallback" in note) == 2
    stood_in = rows(engine, "raw_consumption", "interval_start", day)
    n_had = min(4 * n_hours, 96)
    assert stood_in["source"].tolist() == ["odre-realtime"] * n_had
    vintages = rows(engine, "rte_forecasts", "hour_start", day)
    assert set(vintages["source"]) == {"odre-realtime"}

    simulator.set_faults(
        [f"revised=1@{day_start(day).isoformat()}..{(day_start(day) + timedelta(hours=1)).isoformat()}"]
    )
    up = run(day, day, now)
    assert up.success
    assert first_choices(up) == {"raw_consumption": True, "raw_rte_forecasts": True}
    reconciled = rows(engine, "raw_consumption", "interval_start", day)
    assert reconciled["source"].tolist() == ["simulator"] * (4 * n_hours)
    with engine.connect() as connection:
        revisions = queries.revisions_between(connection, day_start(day), day_end(day))
    replaced = revisions[revisions["old_load_mw"].notna()]
    assert replaced["old_load_mw"].tolist() == stood_in["load_mw"].tolist()[:4]
    assert replaced["new_load_mw"].tolist() == reconciled["load_mw"].tolist()[:4]
    late = revisions[revisions["old_load_mw"].isna()]
    assert len(late) == 4 * n_hours - n_had  # what the open data lacks of the repeated hour had been a gap
    both = rows(engine, "rte_forecasts", "hour_start", day)
    assert set(both["source"]) == {"odre-realtime", "simulator"}
    assert set(both.loc[both["source"] == "simulator", "forecast_type"]) == {"D-1", "D-2", "ID"}


@pytest.mark.usefixtures("with_fallback")
def test_a_short_outage_needs_no_fallback(engine: Engine, simulator: SimulatorHandle) -> None:
    day = date(2025, 6, 2)
    simulator.set_faults(["503:3"])
    result = run(day, day, day_end(day) + timedelta(days=1))
    assert result.success
    assert first_choices(result) == {"raw_consumption": True, "raw_rte_forecasts": True}
    assert set(rows(engine, "raw_consumption", "interval_start", day)["source"]) == {"simulator"}


def test_without_the_setting_an_outage_fails_the_run(
    with_fallback: Settings, monkeypatch: pytest.MonkeyPatch, simulator: SimulatorHandle
) -> None:
    assert with_fallback.fallback
    monkeypatch.delenv("ELEC_FALLBACK")
    settings.cache_clear()
    simulator.set_faults(["503"])
    assert not run(date(2025, 6, 2), date(2025, 6, 2), day_end(date(2025, 6, 3))).success


def requests_of(day: date) -> list[dg.RunRequest]:
    at = datetime.combine(day, time(3, 10), tzinfo=PARIS)
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(
            instance,
            resources={"store": StoreResource()},
            scheduled_execution_time=at,
            repository_def=defs.get_repository_def(),
        )
        return list(schedules.reconcile.evaluate_tick(context).run_requests or [])


@whole_runs_every_day_length
@pytest.mark.usefixtures("with_fallback")
def test_days_from_the_stand_in_are_asked_again_for_a_fortnight(
    engine: Engine, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    now = day_end(day) + timedelta(hours=11)
    simulator.set_clock(lambda: now)
    simulator.set_faults(["503"])
    assert run(day, day, now).success
    assert len(rows(engine, "raw_consumption", "interval_start", day)) == min(96, 4 * n_hours)
    [request] = requests_of(day + timedelta(days=9))
    assert (request.tags[RANGE_START_TAG], request.tags[RANGE_END_TAG]) == (str(day), str(day))
    assert requests_of(day + timedelta(days=16)) == []
    simulator.set_faults([])
    assert run(day, day, now).success
    assert requests_of(day + timedelta(days=9)) == []


def test_the_open_data_is_asked_again_once_a_month(
    with_fallback: Settings, monkeypatch: pytest.MonkeyPatch, engine: Engine, simulator: SimulatorHandle
) -> None:
    monkeypatch.setenv("ELEC_SOURCE", "odre")
    settings.cache_clear()
    assert settings().source is Source.ODRE
    assert with_fallback.odre_base_url == settings().odre_base_url
    day = date(2025, 6, 2)
    now = day_end(day) + timedelta(hours=11)
    simulator.set_clock(lambda: now)
    assert run(day, day, now).success
    assert set(rows(engine, "raw_consumption", "interval_start", day)["source"]) == {"odre-realtime"}
    assert requests_of(date(2025, 10, 4)) == []
    [request] = requests_of(date(2025, 10, 5))
    assert request.tags[RANGE_START_TAG] == str(day)
