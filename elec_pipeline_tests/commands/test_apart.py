"""Parts of a start in processes of their own: their codes, their words, and that none outlives its parent."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from elec_pipeline.commands.apart import run_part

PARENT = """
import sys
from pathlib import Path
from elec_pipeline.commands import apart
apart.run_part(Path({home!r}), "simulator", "--port", "0")
"""


def test_a_part_that_fails_ends_its_parent_with_its_code_and_its_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run_part(tmp_path, "load-demo", "--days", "0")
    assert ended.value.code == 2
    assert "--days" in capfd.readouterr().err
    run_part(tmp_path, "--help")


def test_a_part_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT.format(home=str(tmp_path))])  # noqa: S603
    until = time.monotonic() + 30
    while not (parts := psutil.Process(parent.pid).children()):
        assert time.monotonic() < until
        time.sleep(0.05)
    time.sleep(2)  # until it serves
    parent.kill()
    parent.wait()
    _, left = psutil.wait_procs(parts, timeout=20)
    assert left == []
