"""What goes wrong in real runs is told of by a real message, of real sensors, to a real receiver."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import SimpleNamespace

import dagster as dg
import pytest
import tenacity
from sqlalchemy import Engine, text

from elec_pipeline.definitions import build_defs
from elec_pipeline.defs import faults
from elec_pipeline.defs.alerting import tell_of_failures, watch
from elec_pipeline.defs.partitions import RANGE_END_TAG, RANGE_START_TAG
from elec_pipeline.defs.resources import ChronosResource, ClockResource, StoreResource
from elec_pipeline.domain.delivery_day import day_end, day_start
from elec_pipeline.errors import AlertsNotDeliveredError
from elec_pipeline.settings import settings
from elec_pipeline.simulator.open_meteo import weather_body
from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.store.models import register_model
from elec_pipeline_tests.alerts.conftest import PASSWORD, PATH, Receiver
from elec_pipeline_tests.conftest import whole_runs_every_day_length
from elec_pipeline_tests.integration.test_healing import noon_after
from elec_pipeline_tests.integration.test_pipeline import KNOWNS

HOUR = timedelta(hours=1)
Watch = Callable[[float], str]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture(autouse=True)
def told(configured: object, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    assert configured
    monkeypatch.setenv("ELEC_ALERTS", receiver.url)
    settings.cache_clear()
    return receiver


def run(
    instance: dg.DagsterInstance, assets: list[str], first: date, last: date, now: datetime
) -> dg.ExecuteInProcessResult:
    defs = build_defs(clock=ClockResource(fixed=now.isoformat()))
    return defs.resolve_job_def("backfill").execute_in_process(
        instance=instance,
        asset_selection=[dg.AssetKey(name) for name in assets],
        tags={RANGE_START_TAG: str(first), RANGE_END_TAG: str(last)},
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )


@lru_cache(maxsize=1)
def repository() -> dg.RepositoryDefinition:
    return build_defs().get_repository_def()


def look(instance: dg.DagsterInstance, now: datetime) -> str:
    """Evaluate the watch as the daemon would; returns what its tick says."""
    context = dg.build_sensor_context(
        instance,
        repository_def=repository(),
        resources={
            "store": StoreResource(),
            "chronos": ChronosResource(),
            "clock": ClockResource(fixed=now.isoformat()),
        },
    )
    return watch.evaluate_tick(context).skip_message or ""


def tell(instance: dg.DagsterInstance, failed: dg.ExecuteInProcessResult, now: datetime) -> None:
    """Have the sensor told of a failed run."""
    [event] = [event for event in failed.all_events if event.is_run_failure]
    context = dg.build_run_status_sensor_context(
        "tell_of_failures",
        event,
        instance,
        failed.dagster_run,
        resources={"store": StoreResource(), "clock": ClockResource(fixed=now.isoformat())},
    )
    tell_of_failures(context.for_run_failure())


@pytest.fixture
def installed(engine: Engine) -> None:
    """A platform that made its first forecast long ago: it no longer loads the days before."""
    register_model(engine, version="first", base_model="", location="bundled", trained_through=None)
    with engine.begin() as connection:
        connection.execute(text("UPDATE elec.models SET created_at = '2020-01-01'"))


def of_runs(told: Receiver) -> list[str]:
    return [title for title in told.titles if "runs fail" in title]


@whole_runs_every_day_length
def test_bad_credentials_are_told_of_once_with_what_to_do_and_again_when_they_are_mended(
    instance: dg.DagsterInstance, told: Receiver, simulator: SimulatorHandle, day: date, n_hours: int
) -> None:
    assert n_hours
    now = noon_after(day)
    simulator.set_faults(["token-401"])
    for _ in range(2):
        failed = run(instance, ["raw_consumption"], day, day, now)
        assert not failed.success
        tell(instance, failed, now)
    assert len(told.messages) == 1
    assert "check RTE_CLIENT_ID" in told.messages[0]["message"]
    look(instance, now + HOUR)
    assert len(of_runs(told)) == 1
    simulator.set_faults([])
    assert run(instance, ["raw_consumption"], day, day, now).success
    look(instance, now + 2 * HOUR)
    assert [title.startswith("Over: ") for title in of_runs(told)] == [False, True]


@whole_runs_every_day_length
def test_a_model_that_cannot_be_used_is_told_of_by_the_watch_too(
    instance: dg.DagsterInstance, told: Receiver, monkeypatch: pytest.MonkeyPatch, day: date, n_hours: int
) -> None:
    """Where the sensor of failures was away, as while the database was."""
    assert n_hours
    monkeypatch.setenv("ELEC_MODEL", "/nowhere")
    settings.cache_clear()
    assert not run(instance, ["chronos_predictions"], day, day, noon_after(day)).success
    look(instance, noon_after(day))
    [message] = told.messages
    assert message["title"] == "elec-pipeline: runs fail: ModelUnavailableError"
    assert "`elec models rollback`" in message["message"]


FULL = """
CREATE FUNCTION elec.is_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER is_full BEFORE INSERT ON elec.{} EXECUTE FUNCTION elec.is_full();
"""


@pytest.mark.parametrize("table", ["raw_consumption", "changes"], ids=["at a COPY", "at an INSERT"])
@whole_runs_every_day_length
def test_a_disk_that_is_full_fails_what_writes_and_is_told_of_once(
    instance: dg.DagsterInstance,
    told: Receiver,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    day: date,
    n_hours: int,
    table: str,
) -> None:
    assert n_hours
    monkeypatch.setattr(faults, "FIRST_WAIT_S", 0.01)
    with engine.begin() as connection:
        connection.execute(text(FULL.format(table)))
    now = noon_after(day)
    for _ in range(2):
        failed = run(instance, ["raw_consumption"], day, day, now)
        assert not failed.success
        tell(instance, failed, now)
    [message] = told.messages
    assert message["title"] == "elec-pipeline: runs fail: DiskFull"
    assert "No space left on device" in message["message"]
    assert "make room on the disk of the database" in message["message"]
    with engine.begin() as connection:
        connection.execute(text("DROP FUNCTION elec.is_full CASCADE"))
    assert run(instance, ["raw_consumption"], day, day, now).success
    look(instance, now + HOUR)
    assert [title.startswith("Over: ") for title in of_runs(told)] == [False, True]


@pytest.mark.usefixtures("installed")
@whole_runs_every_day_length
def test_half_a_day_published_is_told_of_once_it_lasts_and_again_when_the_rest_is_there(
    instance: dg.DagsterInstance,
    told: Receiver,
    simulator: SimulatorHandle,
    day: date,
    n_hours: int,
) -> None:
    now = noon_after(day)
    simulator.set_clock(lambda: now)
    noon = day_start(day) + timedelta(hours=n_hours // 2)
    simulator.set_faults([f"missing@{noon.isoformat()}..{day_end(day).isoformat()}"])
    assert run(instance, KNOWNS, day - timedelta(days=2), day, now).success
    for hour in range(3):
        look(instance, now + hour * HOUR)
    assert not [title for title in told.titles if "actual consumption" in title]
    look(instance, now + 3 * HOUR)
    assert "days lack actual consumption" in told.titles
    [message] = [each["message"] for each in told.messages if "actual consumption" in each["title"]]
    assert f"actual consumption is not complete on {day}." in message
    simulator.set_faults([])
    assert run(instance, KNOWNS, day, day, now).success
    look(instance, now + 4 * HOUR)
    assert "Over: elec-pipeline: days lack actual consumption" in told.titles


@pytest.mark.usefixtures("installed")
@whole_runs_every_day_length
def test_absurd_weather_is_left_out_and_told_of(
    instance: dg.DagsterInstance,
    told: Receiver,
    simulator: SimulatorHandle,
    monkeypatch: pytest.MonkeyPatch,
    day: date,
    n_hours: int,
) -> None:
    assert n_hours

    def absurd(*arguments: object) -> bytes:
        places = json.loads(weather_body(*arguments))  # type: ignore[arg-type]
        for place in places:
            for name, values in place["hourly"].items():
                if name != "time":
                    place["hourly"][name] = [None if value is None else 99_999.0 for value in values]
        return json.dumps(places).encode()

    monkeypatch.setattr("elec_pipeline.simulator.app.weather_body", absurd)
    monkeypatch.setattr(tenacity.nap, "time", SimpleNamespace(sleep=lambda _seconds: None))
    now = noon_after(day)
    simulator.set_clock(lambda: now)
    assert run(instance, ["raw_consumption", "hourly_consumption", "weather_forecasts"], day, day, now).success
    for hour in range(4):
        look(instance, now + hour * HOUR)
    assert "days lack weather" in told.titles


@whole_runs_every_day_length
def test_values_revised_a_week_later_are_told_of(
    instance: dg.DagsterInstance,
    told: Receiver,
    simulator: SimulatorHandle,
    day: date,
    n_hours: int,
) -> None:
    now = noon_after(day, 8)
    assert run(instance, ["raw_consumption"], day, day, now).success
    look(instance, now)
    assert told.titles == []
    simulator.set_faults([f"revised=9@{day}"])
    assert run(instance, ["raw_consumption"], day, day, now).success
    look(instance, now)
    [message] = [each["message"] for each in told.messages if "revised" in each["title"]]
    assert f"{4 * n_hours} values of {day} to {day} were replaced" in message


def test_a_message_that_is_lost_fails_the_tick_of_the_watch_and_shows_no_secret(
    instance: dg.DagsterInstance, told: Receiver, simulator: SimulatorHandle
) -> None:
    day = date(2025, 6, 2)
    simulator.set_faults(["token-401"])
    now = noon_after(day)
    told.takes = False
    tell(instance, run(instance, ["raw_consumption"], day, day, now), now)
    with pytest.raises(AlertsNotDeliveredError, match="is not delivered to json #1 after 2 tries") as caught:
        look(instance, now + HOUR)
    assert PASSWORD not in str(caught.value)
    assert PATH not in str(caught.value)
    told.takes = True
    assert "1 messages were sent, 0 are not delivered" in look(instance, now + 2 * HOUR)
    assert len(told.messages) == 1
