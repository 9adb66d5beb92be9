"""A week of the platform, with faults that only schedules and sensors mend: in the end all is there."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from elec_pipeline.domain.delivery_day import day_end, day_start, days
from elec_pipeline_tests.conftest import every_day_length
from elec_pipeline_tests.soak.course import soak
from elec_pipeline_tests.soak.faults import TABLE, drawn
from elec_pipeline_tests.soak.world import SCHEDULES, SENSORS, ticks_between

DAYS, EVERY = 7, 2
"""Around each change of the clock; a year with all kinds of faults is for `benchmarks.soak`."""
HOURLY_EVERY = 12


@pytest.fixture
def own_home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="elec-soak-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


SPANS = [(date(2025, 3, 26), 75), (date(2025, 10, 22), 62)]
"""First day, and seed of the faults."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("first", "seed"),
    [pytest.param(*SPANS[0], marks=pytest.mark.long, id="March"), pytest.param(*SPANS[1], id="October")],
)
def test_after_a_week_with_faults_every_day_is_whole_and_no_run_is_left(
    first: date, seed: int, own_home: Path
) -> None:
    with soak(own_home, first, hourly_every=HOURLY_EVERY) as soaked:
        faults = soaked.run(first, DAYS, seed=seed, every=EVERY)
        told = [fault.name for fault in faults]
        assert told, "a span too short for any fault"
        assert soaked.findings(first, DAYS) == [], told
        assert soaked.problems() == [], told
        assert soaked.world.runner.outcomes["actuals", "success"] >= DAYS - 3, told


@every_day_length
def test_a_day_has_all_its_ticks_in_order(day: date, n_hours: int) -> None:
    ticks = list(ticks_between(day_start(day), day_end(day)))
    assert [moment for moment, _ in ticks] == sorted(moment for moment, _ in ticks)
    told = Counter(name for _, names in ticks for name in names)
    once = set(SCHEDULES) - {"rte_revisions", "intraday_forecast", "retrain"}
    assert told == dict.fromkeys(once, 1) | {"rte_revisions": 17} | dict.fromkeys(
        ["intraday_forecast", *SENSORS], n_hours
    )


def test_no_kind_of_fault_comes_again_before_all_have_come() -> None:
    made = drawn(days(date(2025, 1, 1), date(2025, 1, 1) + timedelta(days=2 * len(TABLE) - 1)), seed=3)
    assert set(Counter(fault.name for fault in made).values()) == {2}
    assert made == drawn(days(date(2025, 1, 1), date(2025, 1, 1) + timedelta(days=2 * len(TABLE) - 1)), seed=3)
    assert all(fault.start < fault.end for fault in made)
