"""Really started servers: Dagster's, one for the tests of a module, and small ones with limits of a test's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from elec_pipeline_tests.serving.servers import DagsterUi, dagster
from elec_pipeline_tests.serving.small_server import Running, Start, running


@pytest.fixture(scope="module")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterUi]:
    with dagster(tmp_path_factory.mktemp("dagster")) as ui:
        yield ui


@pytest.fixture
def ui(_served: DagsterUi) -> DagsterUi:
    _served.stop_schedule()
    assert _served.schedule_status() == "STOPPED"
    return _served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers that end with the test."""
    with ExitStack() as stack:

        def begin(limits: Mapping[str, float] | None = None, /, *, files: int | None = None) -> Running:
            return stack.enter_context(running(tmp_path / "server.log", limits or {}, files=files))

        yield begin
