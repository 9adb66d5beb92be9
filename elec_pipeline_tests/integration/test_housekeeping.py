"""What old runs left and no one needs goes; what they were the last to materialise, and all newer, stays."""

import itertools
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.commands.dagster_home import open_instance
from elec_pipeline.definitions import defs
from elec_pipeline.defs import housekeeping
from elec_pipeline.defs.partitions import RANGE_END_TAG, RANGE_START_TAG, delivery_days, one_run
from elec_pipeline.domain.delivery_day import day_start, delivery_day
from elec_pipeline.home import dagster_home
from elec_pipeline.settings import Settings, settings
from elec_pipeline.store.database import opened_dagster
from elec_pipeline.store.rte_readings import write_readings
from elec_pipeline_tests.store.test_rte_readings import reading

DAYS = ["2025-03-30", "2025-03-31", "2025-10-26"]
OLD, YOUNG = housekeeping.KEPT_DAYS + 1, housekeeping.KEPT_DAYS - 1


@dg.asset(
    partitions_def=delivery_days, backfill_policy=one_run, check_specs=[dg.AssetCheckSpec("good", asset="noted")]
)
def noted(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster takes no argument
    context.log.info("a note")
    sys.stderr.write("a print")
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(check_name="good", passed=True)])


@pytest.fixture
def instance(configured: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", str(dagster_home(configured.elec_home)))
    with open_instance(configured) as made:
        yield made


@dg.asset
def whole() -> None:
    """Has no partitions."""


@dg.op
def failing() -> None:
    raise dg.Failure("as planned", allow_retries=False)


@dg.job
def fails() -> None:
    failing()


def materialise(instance: dg.DagsterInstance, day: str, *, days_ago: int) -> str:
    """Materialise a partition so many days ago; returns the run."""
    run = dg.materialize([noted], partition_key=day, instance=instance).run_id
    age(run, days_ago)
    return run


def age(run: str, days: int) -> None:
    """Make all that is on record of a run older."""
    grown = {"event_logs": "timestamp", "runs": "create_timestamp"}
    with opened_dagster(settings()) as engine, engine.begin() as connection:
        for table, column in grown.items():
            older = f"UPDATE {table} SET {column} = {column} - make_interval(days => :n) WHERE run_id = :run"
            connection.execute(text(older), {"n": days, "run": run})


def listed(instance: dg.DagsterInstance) -> set[str]:
    return {record.dagster_run.run_id for record in instance.get_run_records()}


def clean_up(instance: dg.DagsterInstance) -> None:
    assert defs.resolve_job_def("housekeeping").execute_in_process(instance=instance).success


def notes(instance: dg.DagsterInstance, run: str) -> set[str]:
    """The kinds of all that is on record of a run."""
    return {
        "note" if entry.dagster_event is None else entry.dagster_event.event_type_value
        for entry in instance.all_logs(run)
    }


def prints(instance: dg.DagsterInstance, run: str) -> bool:
    return (Path(instance.storage_directory()) / run / "compute_logs").exists()


@pytest.mark.parametrize("at_once", [3, housekeeping.AT_ONCE])
def test_notes_of_old_runs_go_and_nothing_else(
    at_once: int, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "AT_ONCE", at_once)
    old, young, new = (
        materialise(instance, day, days_ago=n) for day, n in zip(DAYS, (OLD, YOUNG, 0), strict=True)
    )
    before = {run: notes(instance, run) for run in (old, young, new)}
    assert {"note", "STEP_START", "ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION"} < before[old]
    clean_up(instance)
    assert notes(instance, old) == {kind for kind in before[old] if kind.startswith(("ASSET_", "PIPELINE_"))}
    assert all(notes(instance, run) == before[run] for run in (young, new))
    clean_up(instance)
    assert "ASSET_MATERIALIZATION" in notes(instance, old)


def test_days_stay_materialised_by_the_last_run_that_did(instance: dg.DagsterInstance) -> None:
    first, *others = [materialise(instance, day, days_ago=OLD) for day in [DAYS[0], *DAYS]]
    clean_up(instance)
    assert instance.get_materialized_partitions(noted.key) == set(DAYS)
    last = [
        instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=noted.key, asset_partitions=[day]), limit=1
        ).records[0]
        for day in DAYS
    ]
    assert [event.run_id for event in last] == others
    assert first not in listed(instance)
    assert listed(instance) >= set(others)
    assert not instance.all_logs(first)


def test_a_run_stays_that_was_the_last_for_one_of_its_partitions(instance: dg.DagsterInstance) -> None:
    wide = dg.materialize(
        [noted], instance=instance,
        tags={RANGE_START_TAG: DAYS[0], RANGE_END_TAG: DAYS[1]},
    ).run_id  # fmt: skip
    age(wide, OLD)
    materialise(instance, DAYS[0], days_ago=OLD)
    clean_up(instance)
    assert wide in listed(instance)


def test_of_an_asset_without_partitions_the_last_run_stays(instance: dg.DagsterInstance) -> None:
    first, last = (dg.materialize([whole], instance=instance).run_id for _ in range(2))
    for run in (first, last):
        age(run, OLD)
    clean_up(instance)
    assert first not in listed(instance)
    assert last in listed(instance)


@pytest.mark.parametrize("days_ago", [0, YOUNG])
def test_a_superseded_run_stays_while_it_is_young(instance: dg.DagsterInstance, days_ago: int) -> None:
    runs = {materialise(instance, DAYS[0], days_ago=days_ago) for _ in range(2)}
    clean_up(instance)
    assert listed(instance) >= runs


def test_old_runs_that_made_nothing_go(instance: dg.DagsterInstance) -> None:
    old, young = (
        fails.execute_in_process(instance=instance, raise_on_error=False).run_id for _ in ("old", "young")
    )
    age(old, OLD)
    clean_up(instance)
    assert old not in listed(instance)
    assert young in listed(instance)


def test_checks_of_runs_that_went_go_too(instance: dg.DagsterInstance, configured: Settings) -> None:
    old, last = (materialise(instance, DAYS[0], days_ago=OLD) for _ in range(2))
    clean_up(instance)
    with opened_dagster(configured) as engine, engine.connect() as connection:
        runs = set(connection.scalars(text("SELECT run_id FROM asset_check_executions")))
    assert old not in runs
    assert last in runs


def test_what_old_runs_printed_goes(instance: dg.DagsterInstance) -> None:
    old, new = (materialise(instance, day, days_ago=n) for day, n in zip(DAYS, (OLD, 0), strict=False))
    assert prints(instance, old)
    assert prints(instance, new)
    clean_up(instance)
    assert not prints(instance, old)
    assert prints(instance, new)


def test_of_old_days_readings_of_rtes_forecasts_that_no_issue_knew_go(
    instance: dg.DagsterInstance, engine: Engine
) -> None:
    old, young = (delivery_day(datetime.now(UTC)) - timedelta(days=days) for days in (OLD, YOUNG))
    for day, load in itertools.product((old, young), (1.0, 2.0, 3.0)):
        write_readings(engine, reading(day, load))
    clean_up(instance)
    loads = text("SELECT DISTINCT load_mw FROM elec.raw_rte_forecasts WHERE interval_start = :at ORDER BY 1")
    with engine.connect() as connection:
        assert list(connection.scalars(loads, {"at": day_start(young)})) == [1.0, 2.0, 3.0]
        assert list(connection.scalars(loads, {"at": day_start(old)})) == [1.0, 3.0]
