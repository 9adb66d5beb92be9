"""The receiver of messages, and what looks like Dagster's daemon, for tests of what commands tell."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from elec_pipeline_tests.alerts.conftest import receiver

__all__ = ["a_daemon", "receiver"]


@pytest.fixture
def a_daemon(tmp_path: Path) -> Iterator[Callable[[Path], int]]:
    """Starts what looks like Dagster's daemon from outside: a process of that name with a DAGSTER_HOME."""
    program = tmp_path / "dagster-daemon"
    program.write_text("import sys; print('up', flush=True); sys.stdin.read()")
    with ExitStack() as stack:

        def started(home: Path) -> int:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [sys.executable, program, "run", "-w", "workspace.yaml"],
                env={**os.environ, "DAGSTER_HOME": str(home)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            stack.enter_context(child)
            stack.callback(child.kill)
            assert child.stdout is not None
            assert child.stdout.readline()
            return child.pid

        yield started
