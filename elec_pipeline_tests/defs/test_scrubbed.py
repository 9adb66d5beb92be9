"""What Dagster writes itself, to its database and to files, holds no secret."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import pytest
from dagster._core.definitions.instigation_logger import CapturedLogHandler
from dagster._core.storage.compute_log_manager import ComputeIOType
from sqlalchemy import create_engine, text

from elec_pipeline.defs.scrubbed import ScrubbedComputeLogManager, guard_databases

SECRET = 'k3y-of-"ours"\\x'


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEC_API_KEY", SECRET)


def test_texts_reach_a_database_without_secrets_one_by_one_and_many_at_once() -> None:
    guard_databases()
    guard_databases()  # once is enough
    engine = create_engine("sqlite://")
    event = json.dumps({"error": json.dumps({"message": f"it said {SECRET}"})})
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE events (id INTEGER, event TEXT)"))
        statement = text("INSERT INTO events VALUES (:id, :event)")
        connection.execute(statement, {"id": 1, "event": event})
        connection.execute(statement, [{"id": 2, "event": SECRET}, {"id": 3, "event": "none"}])
        connection.exec_driver_sql("INSERT INTO events VALUES (?, ?)", (4, SECRET))
        rows = connection.execute(text("SELECT event FROM events ORDER BY id")).scalars().all()
    engine.dispose()
    assert json.loads(json.loads(rows[0])["error"]) == {"message": "it said ***"}
    assert rows[1:] == ["***", "none", "***"]


def test_the_log_of_a_sensor_holds_no_secret_in_its_stack_traces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    manager = ScrubbedComputeLogManager.from_config_value(None, {})
    with manager.open_log_stream(["heal", "7"], ComputeIOType.STDERR) as stream:
        assert stream is not None
        try:
            raise ValueError(SECRET)  # noqa: TRY301 - to be caught
        except ValueError:
            record = logging.LogRecord("dagster", logging.ERROR, "", 1, SECRET, None, sys.exc_info())
            CapturedLogHandler(stream).emit(record)
    written = (tmp_path / "storage" / "heal" / "7.err").read_text()
    assert "ValueError: ***" in json.loads(written)["exc_info"]
    assert "k3y-of" not in written
