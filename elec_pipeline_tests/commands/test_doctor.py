"""What `elec doctor` finds in a real instance on PostgreSQL, and that it changes nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._daemon.types import DaemonHeartbeat
from sqlalchemy import Engine, create_engine, text

from elec_pipeline.commands import doctor, doctor_daemons, doctor_runs
from elec_pipeline.commands.dagster_home import open_instance
from elec_pipeline.commands.findings import Finding
from elec_pipeline.home import dagster_home
from elec_pipeline.locks import try_lock
from elec_pipeline.settings import Settings, settings
from elec_pipeline.store import urls
from elec_pipeline.store.database import HEAD, dagster_url, opened_dagster, revision
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.orchestrator import BACKUP_JOB, Heartbeat
from elec_pipeline_tests.conftest import NOW

POOL = "rte_api"


@dg.op
def nothing() -> None:
    """Do nothing."""


@dg.job
def some_job() -> None:
    """Do nothing."""
    nothing()


@pytest.fixture
def own(
    configured: Settings, monkeypatch: pytest.MonkeyPatch, home: Path, request: pytest.FixtureRequest
) -> Iterator[Settings]:
    """Settings with a state folder of the test's own, on the test's database."""
    state = home / f"doctor-{abs(hash(request.node.name))}"
    state.mkdir(mode=0o755)
    with monkeypatch.context() as patched:
        patched.setenv("ELEC_HOME", str(state))
        settings.cache_clear()
        yield settings()
    settings.cache_clear()
    url = urls.with_database(configured.database_url.get_secret_value(), "postgres")
    name = urls.database_name(configured.database_url.get_secret_value())
    with psycopg.connect(urls.for_psycopg(url), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}_dagster WITH (FORCE)")


@pytest.fixture
def instance(own: Settings) -> Iterator[dg.DagsterInstance]:
    with open_instance(own) as made:
        yield made


def a_run(instance: dg.DagsterInstance, status: dg.DagsterRunStatus, tags: dict[str, str] | None = None) -> str:
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "__repository__")
    origin = RemoteJobOrigin(repository, some_job.name)
    return instance.create_run_for_job(some_job, status=status, tags=tags, remote_job_origin=origin).run_id


def backdate(own: Settings, run_id: str, hours: int) -> None:
    engine = create_engine(dagster_url(own))
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE runs SET create_timestamp = now() - make_interval(hours => :h) WHERE run_id = :id"),
            {"h": hours, "id": run_id},
        )
    engine.dispose()


def findings(instance: dg.DagsterInstance, own: Settings) -> dict[str, Finding]:
    return {each.subject: each for each in doctor_runs.examine_runs(instance, dagster_home(own.elec_home))}


@pytest.mark.parametrize(
    ("hours", "tags", "is_well"),
    [(0, {}, True), (3, {}, False), (3, {"dagster/backfill": "a"}, True), (3, {"elec/training": "a"}, True)],
)
def test_a_run_that_waits_for_long_is_told(
    instance: dg.DagsterInstance, own: Settings, hours: int, tags: dict[str, str], *, is_well: bool
) -> None:
    assert findings(instance, own)["queue"] == Finding("queue", is_well=True, text="empty")
    run_id = a_run(instance, dg.DagsterRunStatus.QUEUED, tags)
    a_run(instance, dg.DagsterRunStatus.QUEUED)
    backdate(own, run_id, hours)
    found = findings(instance, own)["queue"]
    assert found.is_well is is_well
    assert found.text.startswith(f"2 waiting, the oldest for {'3 h' if hours else ''}")
    assert is_well or run_id[:8] in found.text


@pytest.mark.parametrize(
    ("status", "is_well"),
    [(dg.DagsterRunStatus.STARTED, True), (dg.DagsterRunStatus.FAILURE, False), (None, False)],
)
def test_a_place_in_a_pool_that_a_run_that_ended_holds_is_told(
    instance: dg.DagsterInstance, own: Settings, status: dg.DagsterRunStatus | None, *, is_well: bool
) -> None:
    run_id = a_run(instance, status) if status else "00000000-gone"
    storage = instance.event_log_storage
    storage.initialize_concurrency_limit_to_default(POOL)
    assert f"pool {POOL}" not in findings(instance, own)
    assert storage.claim_concurrency_slot(POOL, run_id, "raw_consumption").is_claimed
    found = findings(instance, own)[f"pool {POOL}"]
    assert found.is_well is is_well
    assert found.text.startswith(f"1 of 1 held by {run_id[:8]} ({status.value if status else 'deleted'})")


def test_a_run_whose_process_is_dead_is_told(instance: dg.DagsterInstance, own: Settings) -> None:
    dead, alive, unknown, ended = (
        a_run(instance, status) for status in (*[dg.DagsterRunStatus.STARTED] * 3, dg.DagsterRunStatus.SUCCESS)
    )
    folder = dagster_home(own.elec_home) / "run-workers"
    folder.mkdir()
    for run_id in (dead, ended):
        (folder / f"{run_id}.lock").touch()
    held = try_lock(folder / f"{alive}.lock")
    assert held is not None
    assert findings(instance, own)["runs"].text.startswith(f"{dead[:8]}: running by the history")
    assert doctor_runs.lost_runs(instance, dagster_home(own.elec_home)) == [dead]
    os.close(held)
    assert set(doctor_runs.lost_runs(instance, dagster_home(own.elec_home))) == {dead, alive}
    assert unknown


def test_the_last_nightly_backup_that_ended_is_told_where_it_failed(
    instance: dg.DagsterInstance, own: Settings
) -> None:
    def told() -> Finding:
        return by_subject(own)["backup"]

    assert told().is_well
    for status, is_well in (("FAILURE", False), ("STARTED", False), ("SUCCESS", True)):
        run = dg.DagsterRun(BACKUP_JOB, status=dg.DagsterRunStatus(status))
        instance.add_run(run)
        assert told().is_well is is_well, status
        assert ("the last nightly one failed" in told().text) is not is_well


def beat(instance: dg.DagsterInstance, age_s: float, *names: str) -> None:
    """Write heartbeats of every part of a daemon, by one or more daemons in turn."""
    for number, part in enumerate(sorted(instance.get_required_daemon_types())):
        instance.add_daemon_heartbeat(DaemonHeartbeat(time.time() - age_s, part, names[number % len(names)]))


def examined(own: Settings) -> Finding:
    with opened_dagster(own) as of_dagster:
        return doctor_daemons.examine_daemon(of_dagster, dagster_home(own.elec_home))


def test_one_daemon_is_well_and_two_on_one_home_are_told(
    instance: dg.DagsterInstance, own: Settings, a_daemon: Callable[[Path], int], tmp_path: Path
) -> None:
    home = dagster_home(own.elec_home)
    assert "does not run" in examined(own).text
    first = a_daemon(home)
    a_daemon(tmp_path)  # of another home
    beat(instance, 1, "one")
    assert examined(own).is_well
    second = a_daemon(home)
    found = examined(own)
    assert not found.is_well
    assert f"processes {first} and {second}" in found.text


def test_heartbeats_tell_of_a_daemon_out_of_sight(instance: dg.DagsterInstance, own: Settings) -> None:
    beat(instance, 1, "one")
    assert examined(own).is_well  # in another container
    beat(instance, 1, "one", "two")
    assert "two daemons" in examined(own).text
    beat(instance, 600, "one")
    found = examined(own)
    assert "does not run" in found.text
    assert "10 min ago" in found.text


def test_the_parts_that_every_daemon_has_are_among_those_that_dagster_wants(instance: dg.DagsterInstance) -> None:
    assert set(instance.get_required_daemon_types()) >= doctor_daemons.ALWAYS


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("silences", "age", "silent"),
    [
        ({"SENSOR": 1, "SCHEDULER": 1, "MONITORING": 1}, 24 * HOUR, []),
        ({"SENSOR": 1, "SCHEDULER": 1, "MONITORING": 45}, 24 * HOUR, ["MONITORING"]),
        ({"SENSOR": 45, "SCHEDULER": 29}, 24 * HOUR, ["SENSOR"]),
        ({"SENSOR": 600, "SCHEDULER": 600}, HOUR / 4, []),  # just started, after a long pause
        ({"SENSOR": 600, "SCHEDULER": 1}, HOUR, ["SENSOR"]),  # has not said a word yet
        ({"SCHEDULER": 1}, HOUR, ["SENSOR"]),
        ({"SENSOR": 1, "SCHEDULER": 1, "FRESHNESS": 6000}, HOUR, []),  # of a daemon that had more parts
        ({}, HOUR, []),  # Dagster keeps them elsewhere
    ],
)
def test_a_part_is_silent_half_an_hour_after_its_last_word(
    silences: dict[str, int], age: timedelta, silent: list[str]
) -> None:
    beats = [Heartbeat(part, "one", NOW - timedelta(minutes=minutes)) for part, minutes in silences.items()]
    assert doctor_daemons.silent_parts(beats, NOW, age) == silent


def by_subject(own: Settings) -> dict[str, Finding]:
    return {each.subject: each for each in doctor.examine(own)}


def test_tables_of_another_revision_are_told_and_stay_as_they_are(own: Settings, engine: Engine) -> None:
    assert "tables up to date" in by_subject(own)["database"].text
    for found, words in (
        ("0003", f"at revision 0003, this program expects {HEAD}"),
        ("9999", "newer elec-pipeline"),
    ):
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE elec.alembic_version SET version_num = '{found}'"))
        made = by_subject(own)
        assert not made["database"].is_well
        assert words in made["database"].text
        assert "raw_consumption" not in made
        assert revision(engine) == found
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE elec.alembic_version SET version_num = '{HEAD}'"))


def test_hours_of_an_older_version_are_enough_until_the_next_reading(engine: Engine) -> None:
    def said() -> Finding:
        return next(each for each in doctor.examine_freshness(engine) if each.subject == "raw_rte_forecasts")

    assert not said().is_well
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO elec.rte_forecasts (hour_start, forecast_type, published_at, load_mw, source) "
                "VALUES (now(), 'D-1', now(), 5e4, 'rte')"
            )
        )
    assert said().is_well
    assert "elec backfill --again" in said().text


def test_an_empty_database_stays_empty(own: Settings, server: EmbeddedServer) -> None:
    server.ensure_database("elec_bare")
    url = server.url("elec_bare")
    bare = own.model_copy(update={"database_url": type(own.database_url)(url)})
    assert "has no tables yet" in by_subject(bare)["database"].text
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regnamespace('elec')").fetchone() == (None,)
        assert not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'elec_bare_dagster'").fetchall()


def test_on_an_empty_machine_nothing_is_made(own: Settings) -> None:
    empty = own.model_copy(update={"database_url": type(own.database_url)("")})
    made = by_subject(empty)
    assert "not there yet" in made["database"].text
    assert list(own.elec_home.iterdir()) == []


@pytest.mark.usefixtures("instance")
def test_the_whole_report_comes_quickly_from_a_real_instance(own: Settings) -> None:
    (dagster_home(own.elec_home) / "dagster.yaml").write_text(  # as an older version left it
        (dagster_home(own.elec_home) / "dagster.yaml").read_text() + "# older\n"
    )
    made = by_subject(own)
    assert list(made)[-8:] == [
        "forecast_accuracy",
        "alerts",
        "queue",
        "runs",
        "daemon",
        "backup",
        "access",
        "model",
    ]
    assert made["model"].is_well
    assert (dagster_home(own.elec_home) / "dagster.yaml").read_text().endswith("# older\n")
