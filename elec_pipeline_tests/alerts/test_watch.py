"""Problems on record in a real database, and messages to a real receiver."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from elec_pipeline.alerts.facts import Kind, Problem
from elec_pipeline.alerts.sentences import SENTENCES
from elec_pipeline.alerts.watch import Told, entries, lost_messages, watch
from elec_pipeline.redaction import scrub
from elec_pipeline.settings import Settings, settings
from elec_pipeline.settings_alerts import Language
from elec_pipeline_tests.alerts.conftest import PASSWORD, PATH, Receiver
from elec_pipeline_tests.integration.planted import rows_of

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
Look = Callable[..., Told]
FORECAST = Problem("forecast", Kind.FORECAST, {"issues": ["2026-01-16 morning"]}, NOW - 2 * HOUR)
DISK = Problem("disk//srv", Kind.DISK, {"path": "/srv", "free_mb": 100, "least_mb": 2048})


@pytest.fixture
def look(engine: Engine, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Look:
    monkeypatch.setenv("ELEC_ALERTS", receiver.url)
    settings.cache_clear()

    def at(hour: float, *problems: Problem, **more: object) -> Told:
        here = Settings(**more)  # type: ignore[arg-type]
        return watch(engine, here, problems, NOW + hour * HOUR, looked_at=set(Kind))

    return at


def test_one_message_when_it_begins_none_while_it_lasts_and_one_when_it_is_over(
    look: Look, receiver: Receiver
) -> None:
    for hour in range(3):
        assert look(hour, FORECAST) == Told(1, 1 if hour == 0 else 0, ())
    assert look(3) == Told(0, 1, ())
    assert look(4) == Told(0, 0, ())
    assert receiver.titles == ["a forecast is missing", "Over: elec-pipeline: a forecast is missing"]
    opened, over = (message["message"] for message in receiver.messages)
    assert "Not made though the time has passed: 2026-01-16 morning." in opened
    assert "\nWhere: " in opened
    assert "\nSince: 2026-01-15 11:00 CET\n" in opened
    assert "\nWhat to do: " in opened
    assert over.startswith("This is over. It lasted from 2026-01-15 11:00 CET to 2026-01-15 15:00 CET.")


def test_messages_come_in_the_language_that_is_set(look: Look, receiver: Receiver) -> None:
    look(0, FORECAST, elec_alerts_language=Language.FRENCH)
    assert receiver.titles == ["il manque une prévision"]
    assert "\nQue faire : " in receiver.messages[0]["message"]


def test_a_lost_message_is_on_record_and_is_sent_at_the_next_watch(
    look: Look, receiver: Receiver, engine: Engine
) -> None:
    receiver.takes = False
    told = look(0, FORECAST)
    assert (told.sent, receiver.refused) == (0, 1)
    [lost] = told.lost
    assert lost.startswith("«forecast» (opened) is not delivered to json #1 after 1 tries: It refused the message")
    assert "after 2 tries" in look(1, FORECAST).lost[0]
    receiver.takes = True
    assert look(2, FORECAST) == Told(1, 1, ())
    with engine.connect() as connection:
        assert lost_messages(connection, Settings(), NOW + 2 * HOUR) == []
    assert receiver.titles == ["a forecast is missing"]


def test_where_the_beginning_was_lost_the_end_makes_up_for_it(look: Look, receiver: Receiver) -> None:
    receiver.takes = False
    look(0, FORECAST)
    receiver.takes = True
    assert look(1) == Told(0, 1, ())
    assert receiver.titles == ["Over: elec-pipeline: a forecast is missing"]


def test_one_address_that_is_away_keeps_no_other_from_the_message(look: Look, receiver: Receiver) -> None:
    away = "json://127.0.0.1:9/ "
    told = look(0, FORECAST, elec_alerts=SecretStr(f"{away}, {receiver.url}"))
    assert (told.sent, len(told.lost)) == (1, 1)
    assert "json #1" in told.lost[0]
    assert look(1, FORECAST, elec_alerts=SecretStr(f"{away}\n{receiver.url}")).sent == 0
    assert len(receiver.messages) == 1


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", Language)
def test_every_kind_of_problem_has_its_words(kind: Kind, language: Language) -> None:
    sentences = SENTENCES[kind][language]
    assert all((sentences.title, sentences.what, sentences.do))


def test_without_an_address_problems_are_recorded_and_those_that_last_are_told_of_once_there_is_one(
    look: Look, receiver: Receiver, engine: Engine
) -> None:
    nobody = SecretStr("")
    assert look(0, FORECAST, DISK, elec_alerts=nobody) == Told(2, 0, ())
    assert look(1, FORECAST, elec_alerts=nobody) == Told(1, 0, ())
    with engine.connect() as connection:
        assert [entry.closed_at is None for entry in entries(connection, NOW)] == [True, False]
    assert look(2, FORECAST).sent == 1
    assert receiver.titles == ["a forecast is missing"]


def test_no_secret_of_an_address_is_found_anywhere(
    look: Look,
    receiver: Receiver,
    database: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    logging.getLogger("apprise").setLevel(logging.DEBUG)
    receiver.takes = False
    error = scrub(f"no answer from {receiver.url}")
    echoing = Problem("run/x", Kind.RUN, {"steps": {}, "fault": "x", "job": "j", "run": "r", "error": error})
    told = look(0, FORECAST, echoing)
    assert len(told.lost) == 2
    seen = "\n".join([str(told), *told.lost, *capfd.readouterr(), *(text for _, text in rows_of(database))])
    seen += "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("apprise"))
    assert "json #1" in seen
    assert "no answer from json://***" in seen
    assert PASSWORD not in seen
    assert PATH not in seen


def test_an_address_that_makes_no_sense_is_lost_and_says_so(look: Look) -> None:
    told = look(0, FORECAST, elec_alerts=SecretStr(f"nosuchservice://{PATH}"))
    assert told.lost[0].startswith("«forecast» (opened) is not delivered to nosuchservice #1")
    assert PATH not in told.lost[0]
