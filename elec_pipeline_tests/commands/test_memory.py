"""What processes hold: a restart above the limit and never amid a run, and what an idle process loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from elec_pipeline.commands import memory
from elec_pipeline.commands.memory import bounded, own_memory_mb
from elec_pipeline.commands.processes import Child

HOLDS_MB = 60
RUN = "import multiprocessing.spawn, subprocess, sys, time; held = b'x' * (%d << 20); print('up', flush=True); {}"
IDLE = (RUN % HOLDS_MB).format("time.sleep(60)")
AMID_A_RUN = (RUN % HOLDS_MB).format(
    "subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)', 'multiprocessing.spawn'])"
)
PARENT = {"pandas", "pyarrow", "dagster", "torch", "numpy"}
"""What the parent of a platform holds no part of."""


@pytest.fixture
def child(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Child]:
    made = Child("greedy", [sys.executable, "-c", request.param], tmp_path / "greedy.log")
    made.start(os.environ)
    until = time.monotonic() + 20
    assert made.process is not None
    while own_memory_mb(made.process.pid) < HOLDS_MB:
        assert time.monotonic() < until
        time.sleep(0.05)
    yield made
    for each in psutil.Process(made.process.pid).children():
        each.kill()
    made.process.kill()
    made.process.wait()
    made.finish_log()


@pytest.mark.parametrize("child", [IDLE], indirect=True)
@pytest.mark.parametrize(
    ("limit", "life_s", "is_restarted"), [(30, 0.0, True), (900, 0.0, False), (30, 900.0, False)]
)
def test_a_process_above_its_limit_is_started_anew_once_it_is_old_enough(
    child: Child, limit: int, life_s: float, *, is_restarted: bool
) -> None:
    said: list[str] = []
    assert child.process is not None
    former = child.process.pid
    bounded([child], os.environ, said.append, limits_mb={"greedy": limit}, least_life_s=life_s)()
    assert child.is_running
    assert (child.process.pid != former) is is_restarted
    assert len(said) == is_restarted
    if is_restarted:
        assert said[0].startswith("greedy holds ")
        assert said[0] in child.log.read_text()


@pytest.mark.parametrize("child", [AMID_A_RUN], indirect=True)
def test_nothing_is_started_anew_amid_a_run(child: Child, tmp_path: Path) -> None:
    said: list[str] = []
    assert child.process is not None
    former = child.process.pid
    until = time.monotonic() + 20
    while not memory.is_running_something([child]):
        assert time.monotonic() < until
        time.sleep(0.05)
    other = Child("other", ["true"], tmp_path / "other.log")
    bounded([other, child], os.environ, said.append, limits_mb={"greedy": 30}, least_life_s=0)()
    assert (child.process.pid, said) == (former, [])


def test_every_limit_is_of_a_process_that_there_is(tmp_path: Path) -> None:
    from contextlib import ExitStack

    from elec_pipeline.commands.up import platform
    from elec_pipeline.settings import Settings

    with ExitStack() as stack:
        children = platform(stack, Settings(elec_home=tmp_path), "127.0.0.1", 3000, 8501)
    assert {each.name for each in children} == set(memory.LIMITS_MB)


@pytest.mark.parametrize(
    ("modules", "absent"),
    [
        ("elec_pipeline.cli, elec_pipeline.commands.up, elec_pipeline.commands.demo", PARENT),
        ("elec_pipeline.defs.instance_storage, elec_pipeline.defs.run_workers, elec_pipeline.defs.scrubbed",
         {"pandas", "pyarrow", "torch"}),
        ("elec_pipeline.definitions", {"torch", "plotly", "chronos"}),
        ("elec_pipeline.api.app", {"torch", "dagster", "plotly"}),
    ],
)  # fmt: skip
def test_a_process_loads_only_what_it_uses(modules: str, absent: set[str]) -> None:
    code = f"import sys, json, {modules}; print(json.dumps(sorted({absent!r} & set(sys.modules))))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    assert json.loads(done.stdout) == []
