"""One web server of Dagster's for the tests of a module, its schedule off at the start of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from elec_pipeline_tests.serving.servers import DagsterUi, dagster


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
