"""Weeks of the platform under faults, which only its schedules and sensors mend: at the end nothing is lacking."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from elec_pipeline_tests.soak.course import soak

DAYS, EVERY = 10, 2


@pytest.fixture
def own_home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="elec-soak-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


SPANS = [(date(2025, 3, 24), 113), (date(2025, 10, 20), 62)]
"""First day and seed. Faults of the first: the database stopped in a run, hours in conflict, a run killed; of the
second: schedules missed for three days, half a day published, the token refused for some hours."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("first", "seed"), SPANS, ids=["March", "October"])
def test_after_weeks_of_faults_every_day_is_whole_and_no_run_is_left(
    first: date, seed: int, own_home: Path
) -> None:
    with soak(own_home, first) as soaked:
        faults = soaked.run(first, DAYS, seed=seed, every=EVERY)
        told = [fault.name for fault in faults]
        assert soaked.findings(first, DAYS) == [], told
        assert soaked.world.runner.outcomes["actuals", "success"] >= DAYS - EVERY, told
