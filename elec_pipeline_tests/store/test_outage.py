"""The database away: told from every other fault, put into one sentence, and waited for where one is patient."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import psycopg2
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from elec_pipeline.errors import RegistryError, StoreUnavailableError
from elec_pipeline.store import outage, urls
from elec_pipeline.store.database import open_database
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.patience import patience
from elec_pipeline_tests.conftest import settings_for
from elec_pipeline_tests.store.forwarder import PASSWORD, Forwarder, forwarding

DEAD = f"postgresql://someone:{PASSWORD}@127.0.0.1:9/elec"
COUNT = text("SELECT count(*) FROM elec.raw_consumption")


@pytest.fixture
def forwarder(server: EmbeddedServer) -> Iterator[Forwarder]:
    with forwarding(server.socket_folder) as made:
        yield made


@pytest.fixture
def behind(forwarder: Forwarder, database: str) -> str:
    """The URL of the test's database behind the forwarder."""
    return forwarder.url(urls.database_name(database))


def error_of(url: str, driver: str) -> BaseException:
    """Return what a driver, or SQLAlchemy with it, raises for a server that is not there."""
    try:
        if driver == "psycopg":
            psycopg.connect(urls.for_psycopg(url))
        elif driver == "psycopg2":
            psycopg2.connect(urls.for_psycopg(url))
        else:
            render = urls.for_sqlalchemy if driver == "sqlalchemy" else urls.for_dagster
            create_engine(render(url)).connect()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError(driver)


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "sqlalchemy", "dagster"])
def test_no_connection_is_an_outage_in_every_drivers_words(driver: str) -> None:
    error = error_of(DEAD, driver)
    assert outage.is_outage(error)
    sentence = str(outage.as_unavailable(error, settings_for(DEAD)))
    assert "127.0.0.1:9" in sentence
    assert "refused" in sentence
    assert PASSWORD not in sentence
    assert "\n" not in sentence


def test_what_caused_an_error_counts_and_our_other_errors_do_not() -> None:
    wrapped = RuntimeError("Dagster could not write an event")
    wrapped.__cause__ = error_of(DEAD, "dagster")
    assert outage.is_outage(wrapped)
    ours = RegistryError("no model is promoted")
    ours.__cause__ = wrapped.__cause__
    assert outage.as_unavailable(ours, settings_for(DEAD)) is None
    assert outage.as_unavailable(RuntimeError("a fault"), settings_for(DEAD)) is None


@pytest.mark.parametrize("statement", ["SELECT 1/0", "SELECT * FROM nowhere", "SELECT pg_sleep(9)"])
def test_a_server_that_answers_is_no_outage(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 50"))
        with pytest.raises(DBAPIError) as caught:
            connection.execute(text(statement))
    assert not outage.is_outage(caught.value)


def test_a_statement_that_is_cut_off_is_an_outage(forwarder: Forwarder, behind: str) -> None:
    engine = open_database(settings_for(behind))
    with engine.connect() as connection:
        threading.Timer(0.2, forwarder.off).start()
        with pytest.raises(DBAPIError) as caught:
            connection.execute(text("SELECT pg_sleep(5)"))
    engine.dispose()
    assert outage.is_outage(caught.value)


@pytest.mark.parametrize("render", [urls.for_sqlalchemy, urls.for_dagster])
def test_every_engine_waits_and_says_so_once(forwarder: Forwarder, behind: str, render: object) -> None:
    assert callable(render)
    engine = create_engine(render(behind), poolclass=NullPool)
    forwarder.off()
    threading.Timer(1.0, forwarder.on).start()
    lines: list[str] = []
    with patience(settings_for(behind), lines.append), engine.connect() as connection:
        assert connection.scalar(COUNT) == 0
    away, back = lines
    assert "does not answer" in away
    assert "answers again" in back
    assert PASSWORD not in away
    forwarder.off()
    with pytest.raises(DBAPIError):
        engine.connect()  # patience ends with its block


def test_of_threads_that_wait_side_by_side_one_says_so(forwarder: Forwarder, behind: str) -> None:
    engines = [create_engine(urls.for_sqlalchemy(behind), poolclass=NullPool) for _ in range(3)]
    forwarder.off()
    lines: list[str] = []

    def count(engine: Engine) -> int:
        with engine.connect() as connection:
            return int(connection.scalar(COUNT))

    with patience(settings_for(behind), lines.append), ThreadPoolExecutor(len(engines)) as threads:
        counting = [threads.submit(count, engine) for engine in engines]
        while not lines:
            time.sleep(0.05)
        time.sleep(0.5)
        forwarder.on()
        assert [each.result(timeout=60) for each in counting] == [0, 0, 0]
    away, back = lines
    assert "does not answer" in away
    assert "answers again" in back


def test_beyond_the_limit_it_is_one_sentence_and_no_connection_waits_again(
    forwarder: Forwarder, behind: str
) -> None:
    engine = create_engine(urls.for_sqlalchemy(behind))
    forwarder.off()
    lines: list[str] = []
    with patience(settings_for(behind), lines.append, limit_s=1.0) as waiting:
        for _ in range(2):
            begin = time.monotonic()
            with pytest.raises(StoreUnavailableError, match="waited") as caught:
                engine.connect()
            lasted_s = time.monotonic() - begin
        assert waiting.has_given_up
    assert lasted_s < 0.5
    assert len(lines) == 1
    assert PASSWORD not in str(caught.value)


def test_work_that_was_cut_off_is_done_again(forwarder: Forwarder, behind: str) -> None:
    engine = open_database(settings_for(behind))
    tries: list[int] = []

    def work() -> int:
        tries.append(1)
        with engine.connect() as connection:
            if len(tries) == 1:
                forwarder.off()
                threading.Timer(0.5, forwarder.on).start()
            return int(connection.scalar(COUNT))

    lines: list[str] = []
    with patience(settings_for(behind), lines.append) as waiting:
        assert waiting.repeat(work, "the count") == 0
    engine.dispose()
    assert len(tries) == 2
    assert any("in the middle of the count" in line for line in lines)


def test_a_wait_can_be_ended(forwarder: Forwarder, behind: str) -> None:
    engine = create_engine(urls.for_sqlalchemy(behind))
    forwarder.off()
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        if len(asked) > 3:
            raise KeyboardInterrupt

    with patience(settings_for(behind), lambda _: None, check=check), pytest.raises(KeyboardInterrupt):
        engine.connect()
