"""What the API answers from a restored backup is what it answered before, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from elec_pipeline.backup import making
from elec_pipeline.backup.restoring import restore
from elec_pipeline.settings import Settings
from elec_pipeline.store.reader import open_reader
from elec_pipeline.store.roles import READER
from elec_pipeline.store.tables import metadata
from elec_pipeline_tests.api.conftest import Api, Serve
from elec_pipeline_tests.conftest import server_of_its_own, settings_for

ALL = {"start": "2025-01-01", "end": "2026-01-01"}
QUESTIONS = [
    *((f"/api/data{part}", ALL) for part in ("", "/real", "/predictions", "/rte-forecasts")),
    ("/api/data", {"range": "7d"}),
    *(
        (f"/v1/{route}", {**ALL, "limit": "50000", "format": form})
        for route in (
            "actuals",
            "predictions",
            "peaks",
            "prediction-changes",
            "rte-forecasts",
            "raw-rte-forecasts",
            "revisions",
            "accuracy",
        )
        for form in ("json", "csv")
    ),
    ("/api/status", {}),
]


@pytest.fixture(scope="module")
def restored(filled: str) -> Iterator[str]:
    """The URL of the embedded database of another ELEC_HOME, restored from a backup of the filled one."""
    with server_of_its_own("elec-restored-") as server:
        made = making.make(settings_for(filled), server.home / "backups")
        restore(Settings(elec_home=server.home), made, replace=False, say=lambda _line: None)
        yield server.url()


def test_who_reads_acts_as_the_reader_without_a_further_command(restored: str) -> None:
    reader = open_reader(settings_for(restored), connections=1, statement_timeout_s=5)
    with reader.connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == READER
        for table in metadata.sorted_tables:
            connection.execute(text(f"SELECT count(*) FROM {table}"))
    reader.dispose()


def test_every_answer_is_the_same_byte_for_byte(api: Api, serve: Serve, restored: str) -> None:
    other = serve(restored)
    for path, query in QUESTIONS:
        before, after = api.get(path, **query), other.get(path, **query)
        assert before.status_code == 200, (path, before.text)
        assert len(before.content) > 100, path
        assert after.content == before.content, (path, query)
