"""Processes of ours that compute side by side leave each other the cores."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SHARED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_WAIT_POLICY")
CHILD = """
import elec_pipeline.domain.quantiles
import os, numpy as np, psutil
np.ones((500, 500)) @ np.ones((500, 500))
print(psutil.Process().num_threads(), os.environ["OPENBLAS_NUM_THREADS"], os.environ["OMP_WAIT_POLICY"])
"""


def said(**environment: str) -> list[str]:
    plain = {name: value for name, value in os.environ.items() if name not in SHARED}
    made = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", CHILD],
        env=plain | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return made.stdout.split()


def test_a_regression_has_one_thread_and_what_waits_sleeps() -> None:
    assert said() == ["1", "1", "PASSIVE"]


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is but one thread on one core")
def test_what_the_environment_says_stands() -> None:
    assert said(OPENBLAS_NUM_THREADS="2", OMP_WAIT_POLICY="ACTIVE") == ["2", "2", "ACTIVE"]
