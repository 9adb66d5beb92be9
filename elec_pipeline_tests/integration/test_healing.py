"""A planted gap, a partial day and a day without forecast are healed without a hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest
from sqlalchemy import Engine, text

from elec_pipeline.definitions import build_defs
from elec_pipeline.defs import renamed
from elec_pipeline.defs.healing import HEAL_TAG, heal
from elec_pipeline.defs.resources import ClockResource, StoreResource, WeatherResource
from elec_pipeline.domain.completeness import GIVE_UP_DAYS, lacks
from elec_pipeline.domain.delivery_day import PARIS, day_end, day_start, days, hours
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.store import queries
from elec_pipeline_tests.conftest import whole_runs_every_day_length
from elec_pipeline_tests.integration.test_pipeline import EVERYTHING, FORECASTS, KNOWNS, run

pytestmark = pytest.mark.usefixtures("configured")
ALL = [*EVERYTHING, "weather_forecasts"]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def tick(instance: dg.DagsterInstance, now: datetime) -> list[dg.RunRequest]:
    defs = build_defs()
    context = dg.build_sensor_context(
        instance,
        repository_def=defs.get_repository_def(),
        resources={
            "store": StoreResource(),
            "weather": WeatherResource(),
            "clock": ClockResource(fixed=now.isoformat()),
        },
    )
    return list(heal.evaluate_tick(context).run_requests or [])


def names(request: dg.RunRequest) -> set[str]:
    return {key.to_user_string() for key in request.asset_selection or []}


def carry_out(request: dg.RunRequest, now: datetime) -> None:
    """Run a request as the daemon would."""
    done = (
        build_defs(clock=ClockResource(fixed=now.isoformat()))
        .resolve_job_def("backfill")
        .execute_in_process(
            partition_key=request.partition_key,
            asset_selection=list(request.asset_selection or []),
            tags=dict(request.tags),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    )
    assert done.success


def noon_after(day: date, n: int = 1) -> datetime:
    later = day + timedelta(days=n)
    return datetime(later.year, later.month, later.day, 12, tzinfo=PARIS).astimezone(UTC)


def forget(engine: Engine, table: str, column: str, start: datetime, end: datetime) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(f"DELETE FROM elec.{table} WHERE {column} >= :start AND {column} < :end"),
            {"start": start, "end": end},
        )


@whole_runs_every_day_length
def test_a_gap_a_partial_day_and_a_day_without_forecast_are_healed_without_a_hand(
    engine: Engine, simulator: SimulatorHandle, instance: dg.DagsterInstance, day: date, n_hours: int
) -> None:
    now = noon_after(day, 2)
    simulator.set_clock(lambda: now)
    first, last = day - timedelta(days=20), day + timedelta(days=3)
    assert run(ALL, first, day + timedelta(days=1), now).success
    assert run(["raw_rte_forecasts", "rte_forecasts", "weather_forecasts", *FORECASTS], last, last, now).success
    today = day + timedelta(days=2)
    assert run([*KNOWNS, "weather_forecasts", *FORECASTS], today, today, now).success
    assert tick(instance, now) == []

    gap, partial, unforecast = day, day - timedelta(days=2), day - timedelta(days=4)
    for table, column in (("raw_consumption", "interval_start"), ("hourly_consumption", "hour_start")):
        forget(engine, table, column, day_start(gap), day_end(gap))
        forget(
            engine, table, column, day_start(partial) + timedelta(hours=5), day_start(partial) + timedelta(hours=7)
        )
    for table, column in (("chronos_predictions", "hour_start"), ("quarter_hourly_predictions", "interval_start")):
        forget(engine, table, column, day_start(unforecast), day_end(unforecast))
    forget(engine, "rte_forecasts", "hour_start", day_start(gap), day_end(gap))

    requests = tick(instance, now)
    assert [request.partition_key for request in requests] == [str(each) for each in (unforecast, partial, gap)]
    assert [names(request) for request in requests] == [
        {*FORECASTS, "week_ahead_predictions", "forecast_accuracy"},
        {"raw_consumption", "hourly_consumption", "forecast_accuracy"},
        {"raw_consumption", "hourly_consumption", "raw_rte_forecasts", "rte_forecasts", "forecast_accuracy"},
    ]
    for request in requests:
        carry_out(request, now)
    with engine.connect() as connection:
        morning = unforecast - timedelta(days=1)
        week = queries.week_ahead_issued_between(connection, day_start(morning), day_end(morning))
    assert (
        week["hour_start"].tolist()
        == hours(unforecast + timedelta(days=1), unforecast + timedelta(days=6)).tolist()
    )
    assert tick(instance, now + timedelta(hours=1)) == []
    with engine.connect() as connection:
        states = queries.day_states(connection, first + timedelta(days=7), day)
    assert not any(lacks(state, now, with_weather=True) for state in states)
    assert states[-1].complete_hours == n_hours


@whole_runs_every_day_length
def test_a_day_that_the_source_still_lacks_is_asked_for_again_but_not_within_the_hour(
    engine: Engine, simulator: SimulatorHandle, instance: dg.DagsterInstance, day: date, n_hours: int
) -> None:
    now = noon_after(day)
    simulator.set_clock(lambda: now)
    simulator.set_faults(
        [f"missing@{day_start(day).isoformat()}..{(day_start(day) + timedelta(hours=2)).isoformat()}"]
    )
    assert run(ALL, day - timedelta(days=20), day, now).success
    [asked] = [request for request in tick(instance, now) if request.partition_key == str(day)]
    assert names(asked) == {"raw_consumption", "hourly_consumption", "forecast_accuracy"}
    carry_out(asked, now)
    with engine.connect() as connection:
        [state] = queries.day_states(connection, day, day)
    assert state.complete_hours == n_hours - 2

    def key(later: timedelta) -> str:
        [request] = [each for each in tick(instance, now + later) if each.partition_key == str(day)]
        return str(request.run_key)

    assert key(timedelta(minutes=50)) == asked.run_key  # Dagster launches a key once
    assert key(timedelta(minutes=70)) != asked.run_key
    simulator.set_faults([])
    [again] = [each for each in tick(instance, now + timedelta(hours=2)) if each.partition_key == str(day)]
    carry_out(again, now + timedelta(hours=2))
    assert str(day) not in {each.partition_key for each in tick(instance, now + timedelta(hours=3))}


@whole_runs_every_day_length
def test_after_fourteen_days_it_gives_up(instance: dg.DagsterInstance, day: date, n_hours: int) -> None:
    assert n_hours
    requests = tick(instance, noon_after(day, GIVE_UP_DAYS))
    asked = [str(request.partition_key) for request in requests]
    assert asked == sorted(asked)
    assert asked[0] == str(day)
    assert str(day) not in {each.partition_key for each in tick(instance, noon_after(day, GIVE_UP_DAYS + 1))}
    assert len(asked) == len(days(day, day + timedelta(days=GIVE_UP_DAYS + 1)))
    assert all(request.tags[HEAL_TAG] == request.partition_key for request in requests)


@whole_runs_every_day_length
def test_what_is_under_way_is_not_asked_for(instance: dg.DagsterInstance, day: date, n_hours: int) -> None:
    assert n_hours
    job = build_defs().resolve_job_def("backfill")
    now = noon_after(day)
    before = {request.partition_key for request in tick(instance, now)}
    assert str(day) in before
    instance.create_run_for_job(
        job,
        tags={"dagster/partition": str(day)},
        asset_selection=frozenset({dg.AssetKey("raw_consumption")}),
        status=dg.DagsterRunStatus.STARTED,
    )
    assert {request.partition_key for request in tick(instance, now)} == before - {str(day)}


def test_days_that_were_materialised_under_a_former_name_count_under_the_present_one(
    engine: Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine.url.database
    former, present, n_days = dg.AssetKey("temperature_forecasts"), dg.AssetKey("weather_forecasts"), 6
    span = [str(day) for day in days(date(2025, 3, 27), date(2025, 4, 1))]
    for partition in span:
        instance.report_runless_asset_event(dg.AssetMaterialization(former, partition=partition))
    monkeypatch.setattr(renamed.carry_over, "__defaults__", (4,))
    tick(instance, noon_after(date(2025, 4, 1)))
    assert instance.get_materialized_partitions(present) == set(span[2:])
    tick(instance, noon_after(date(2025, 4, 1)))
    assert instance.get_materialized_partitions(present) == set(span)
    assert len(instance.get_materialized_partitions(former)) == n_days
    assert renamed.carry_over(instance) == 0
