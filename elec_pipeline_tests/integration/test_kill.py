"""Killed processes lose nothing and repeat nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from elec_pipeline.domain.delivery_day import quarters, spans
from elec_pipeline.settings import Settings
from elec_pipeline.sources.consumption import LONGEST_WINDOW_DAYS
from elec_pipeline.store import queries
from elec_pipeline.store.actuals import write_raw
from elec_pipeline.store.database import open_database
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.conftest import NOW
from elec_pipeline_tests.store.test_actuals import a_curve, raw

FIRST, LAST = date(2025, 3, 1), date(2025, 10, 31)
BACKFILL = f"""
from datetime import date, datetime
from elec_pipeline.steps.consumption import average_hours, ingest_actuals
from elec_pipeline.settings import settings
from elec_pipeline.sources.rte import RteClient
from elec_pipeline.store.database import open_database
first, last, now = date({FIRST.year}, {FIRST.month}, {FIRST.day}), date({LAST.year}, {LAST.month}, {LAST.day}), \\
    datetime.fromisoformat("{NOW.isoformat()}")
engine = open_database(settings())
print("ready", flush=True)
ingest_actuals(RteClient.from_settings(settings()), engine, first, last, source="simulator", now=now)
average_hours(engine, first, last, now=now)
"""


def start() -> subprocess.Popen[str]:
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", BACKFILL], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


@pytest.mark.usefixtures("configured")
def test_a_backfill_killed_at_any_moment_goes_on_without_loss_or_repetition(engine: Engine) -> None:
    whole = window_ends()
    for reached in whole[:-1]:
        child = start()
        while count(engine) < reached:
            assert child.poll() is None
            time.sleep(0.002)
        child.kill()
        child.communicate()
        assert child.returncode == -signal.SIGKILL
        # A window is there as a whole or not at all.
        assert count(engine) in whole
    child = start()
    child.communicate(timeout=120)
    assert child.returncode == 0
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT count(*), count(DISTINCT interval_start) FROM elec.raw_consumption")
        ).one()
        revisions = connection.scalar(text("SELECT count(*) FROM elec.raw_consumption_revisions"))
        hours = connection.execute(text("SELECT count(*), sum(quarters) FROM elec.hourly_consumption")).one()
    expected = len(quarters(FIRST, LAST))
    assert tuple(rows) == (expected, expected)
    assert revisions == 0
    assert tuple(hours) == (expected // 4, expected)


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM elec.raw_consumption")))


def window_ends() -> list[int]:
    """Return how many rows there are before the first window and after each."""
    return [0, *(len(quarters(FIRST, end)) for _, end in spans(FIRST, LAST, LONGEST_WINDOW_DAYS))]


def test_a_killed_postmaster_costs_no_committed_row(home: Path) -> None:
    own = home / "killed"
    server = EmbeddedServer(own)
    engine = open_database(Settings(elec_home=own))
    day = date(2025, 3, 30)
    try:
        write_raw(engine, a_curve(day), source="test", due=quarters(day))
        with engine.connect() as connection:
            backend = connection.scalar(text("SELECT pg_backend_pid()"))
        postmaster = psutil.Process(backend).parent()
        assert postmaster is not None
        os.kill(postmaster.pid, signal.SIGKILL)
        psutil.wait_procs([postmaster], timeout=10)
        with pytest.raises(OperationalError), engine.connect() as connection:
            queries.newest_instants(connection)
        engine.dispose()
        engine = open_database(Settings(elec_home=own))
        assert len(raw(engine, day)) == 92
    finally:
        engine.dispose()
        server.stop()
