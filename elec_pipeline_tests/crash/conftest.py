"""A platform that the tests of one file share, and its source."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from elec_pipeline.simulator.server import SimulatorHandle, running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline_tests.crash.platform import Platform, stopped_after


@pytest.fixture(scope="module")
def source() -> Iterator[SimulatorHandle]:
    with running(SyntheticCurves()) as handle:
        yield handle


@pytest.fixture(scope="module")
def platform(source: SimulatorHandle) -> Iterator[Platform]:
    home = Path(tempfile.mkdtemp(prefix="elec-crash-"))
    home.chmod(0o755)
    with stopped_after(Platform(home, source.url)) as made:
        yield made


@pytest.fixture
def up(platform: Platform, source: SimulatorHandle) -> None:
    """Before each test the platform runs, and its source answers at once."""
    source.set_faults([])
    if platform.process is None or platform.process.poll() is not None:
        platform.start()
