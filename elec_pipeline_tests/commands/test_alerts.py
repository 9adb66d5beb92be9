"""`elec alerts` as a user meets it, what `elec doctor` says of lost messages, the look at the daemon."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from dagster._daemon.types import DaemonHeartbeat
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from elec_pipeline.alerts.facts import Kind, Problem
from elec_pipeline.alerts.watch import entries, watch
from elec_pipeline.cli import app
from elec_pipeline.commands import doctor
from elec_pipeline.commands.daemon_watch import TIMES, DaemonLook
from elec_pipeline.commands.dagster_home import open_instance
from elec_pipeline.home import dagster_home
from elec_pipeline.settings import Settings, settings
from elec_pipeline.store import urls
from elec_pipeline_tests.alerts.conftest import PASSWORD, PATH, Receiver

pytestmark = pytest.mark.usefixtures("configured")
FORECAST = Problem("forecast", Kind.FORECAST, {"issues": ["2026-01-16 morning"]})


def elec(*arguments: str, addresses: str = "") -> Result:
    settings.cache_clear()
    done = CliRunner().invoke(app, ["alerts", *arguments], env={"ELEC_ALERTS": addresses})
    assert PASSWORD not in done.output
    assert PATH not in done.output
    return done


def test_the_test_says_of_each_address_whether_it_took_the_message(receiver: Receiver) -> None:
    done = elec("test", addresses=receiver.url)
    assert (done.exit_code, done.output) == (0, "json #1: took the message\n")
    assert receiver.titles == ["a test"]
    done = elec("test", addresses=f"{receiver.url} json://127.0.0.1:9/ nosuch://{PATH}")
    assert done.exit_code == 1
    taken, away, unknown = done.output.splitlines()
    assert taken == "json #1: took the message"
    assert away == "json #2: It refused the message, or cannot be reached from here."
    assert unknown.startswith("nosuch #3: apprise does not know such an address")


def test_without_an_address_the_test_says_so() -> None:
    done = elec("test")
    assert (done.exit_code, done.output) == (1, "ELEC_ALERTS is not set: there is no address to try.\n")


def test_the_list_has_what_is_open_what_is_over_and_what_was_lost(engine: Engine, receiver: Receiver) -> None:
    assert elec().output == "No problem is open.\nELEC_ALERTS is not set: nobody is told.\n"
    receiver.takes = False
    os.environ["ELEC_ALERTS"] = receiver.url
    disk = Problem("disk//srv", Kind.DISK, {"path": "/srv", "free_mb": 100, "least_mb": 2048})
    now = datetime.now(UTC)
    watch(engine, Settings(), [FORECAST, disk], now - timedelta(hours=2))
    watch(engine, Settings(), [FORECAST], now, looked_at=set(Kind))
    lines = elec("list", addresses=receiver.url).output.splitlines()
    assert [line.split()[0] for line in lines] == ["open", "over", "lost", "lost", "lost"]
    assert "Not made though the time has passed: 2026-01-16 morning." in lines[0]
    assert "100 MB are free at /srv" in lines[1]


def test_what_may_pass_by_itself_is_shown_once_it_lasts(engine: Engine, configured: Settings) -> None:
    now = datetime.now(UTC)
    lacking = Problem("backup", Kind.NO_BACKUP, {"folder": "/srv/backups"})
    for ago, shown in ((timedelta(days=3), "No problem is open."), (timedelta(0), "there is no backup")):
        told = watch(engine, configured, [lacking], now - ago)
        assert told.open == (ago == timedelta(0))
        assert shown in elec().output
    assert "1 open" in doctor._alerts(configured, engine).text  # noqa: SLF001


def test_an_address_that_is_none_is_refused_without_being_shown() -> None:
    done = elec("test", addresses=f"{PATH} json://127.0.0.1:9/")
    assert done.exit_code != 0
    assert "place 1" in str(done.exception)
    assert PATH not in str(done.exception)


def test_doctor_finds_messages_that_were_lost(engine: Engine, receiver: Receiver) -> None:
    assert doctor._alerts(Settings(), engine).is_well  # noqa: SLF001
    os.environ["ELEC_ALERTS"] = receiver.url
    receiver.takes = False
    now = datetime.now(UTC)
    watch(engine, Settings(), [FORECAST], now)
    found = doctor._alerts(Settings(), engine)  # noqa: SLF001
    assert not found.is_well
    assert found.text.startswith("1 lost, tried again every hour")
    assert PASSWORD not in found.text
    receiver.takes = True
    watch(engine, Settings(), [FORECAST], now)
    found = doctor._alerts(Settings(), engine)  # noqa: SLF001
    assert (found.is_well, found.text) == (False, f"1 open ({FORECAST.key}), none lost: `elec alerts` lists them")


@pytest.fixture
def own(configured: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Settings]:
    """Settings with a Dagster home of the test's own."""
    monkeypatch.setenv("ELEC_HOME", str(tmp_path))
    settings.cache_clear()
    yield settings()
    settings.cache_clear()
    url = configured.database_url.get_secret_value()
    with psycopg.connect(urls.for_psycopg(urls.with_database(url, "postgres")), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {urls.database_name(url)}_dagster WITH (FORCE)")


def beat(instance: dg.DagsterInstance) -> None:
    for part in instance.get_required_daemon_types():
        instance.add_daemon_heartbeat(DaemonHeartbeat(time.time(), part, "one"))


def test_a_daemon_that_is_silent_for_several_looks_is_told_of_once_and_again_when_it_is_back(
    own: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELEC_ALERTS", receiver.url)
    with open_instance(own) as instance:
        look = DaemonLook(Settings())
        for _ in range(TIMES - 1):
            look()
        assert receiver.titles == []
        look()
        look()
        assert receiver.titles == ["Dagster's daemon"]
        assert "does not run, so no schedule fires" in receiver.messages[0]["message"]
        beat(instance)
        monkeypatch.setattr("elec_pipeline.alerts.ledger.CALM_OF", {Kind.DAEMON: timedelta(0)})
        look()
    assert receiver.titles[1:] == ["Over: elec-pipeline: Dagster's daemon"]


def test_two_daemons_on_one_home_are_told_of(
    own: Settings, receiver: Receiver, a_daemon: Callable[[Path], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELEC_ALERTS", receiver.url)
    with open_instance(own) as instance:
        beat(instance)
    first, second = (a_daemon(dagster_home(own.elec_home)) for _ in range(2))
    look = DaemonLook(Settings())
    for _ in range(TIMES + 1):
        look()
    [message] = receiver.messages
    assert f"2 daemons run on one home (processes {first} and {second}): stop all but one" in message["message"]


def test_a_disk_that_is_full_is_told_of_without_the_database_and_is_on_record_once_there_is_room(
    own: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    monkeypatch.setenv("ELEC_ALERTS", receiver.url)
    with open_instance(own) as instance:
        beat(instance)
    look = DaemonLook(Settings())
    with monkeypatch.context() as full:
        full.setattr("elec_pipeline.commands.daemon_watch.FULL", 2**60)
        for _ in range(TIMES + 1):
            look()
        assert "too little for it to write" in receiver.messages[0]["message"]
        assert len(receiver.messages) == 1
        with engine.connect() as connection:
            assert entries(connection, datetime.now(UTC)) == []
    look()
    assert receiver.titles[1:] == ["Over: elec-pipeline: the database does not answer, or cannot write"]
    with engine.connect() as connection:
        assert [entry.kind for entry in entries(connection, datetime.now(UTC))] == [Kind.DATABASE]


LOOKS = """
import json, sys
from elec_pipeline.commands.daemon_watch import DaemonLook
from elec_pipeline.settings import settings
look = DaemonLook(settings())
said = [look() for _ in range(4)]
print(json.dumps([said, sorted({"dagster", "pandas", "numpy", "pyarrow"} & set(sys.modules))]))
"""


def test_looks_that_find_and_tell_of_something_load_neither_dagster_nor_pandas(
    own: Settings, receiver: Receiver
) -> None:
    with open_instance(own):
        pass  # makes Dagster's tables
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", LOOKS],
        env={**os.environ, "ELEC_ALERTS": receiver.url},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert json.loads(done.stdout) == [[""] * 4, []]
    assert receiver.titles == ["Dagster's daemon"]


def test_a_database_that_is_away_is_told_of_without_it_and_is_on_record_once_it_is_back(
    own: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    monkeypatch.setenv("ELEC_ALERTS", receiver.url)
    with open_instance(own) as instance:
        beat(instance)
    look = DaemonLook(Settings())
    url = own.database_url.get_secret_value()
    with psycopg.connect(urls.for_psycopg(urls.with_database(url, "postgres")), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {urls.database_name(url)} ALLOW_CONNECTIONS false")
        for _ in range(TIMES - 1):
            assert look().startswith("The database cannot be looked into: ")
        assert receiver.titles == []
        look()
        look()
        assert receiver.titles == ["the database does not answer, or cannot write"]
        admin.execute(f"ALTER DATABASE {urls.database_name(url)} ALLOW_CONNECTIONS true")
    look()
    look()
    assert receiver.titles[1:] == ["Over: elec-pipeline: the database does not answer, or cannot write"]
    with engine.connect() as connection:
        [entry] = entries(connection, datetime.now(UTC))
    assert (entry.kind, entry.closed_at is None) == (Kind.DATABASE, False)
