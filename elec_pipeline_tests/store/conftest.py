"""A state folder, and an embedded server of a test's own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from elec_pipeline.store.embedded import EmbeddedServer


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's account can enter; pytest's own is closed to it where root runs the tests."""
    path = Path(tempfile.mkdtemp(prefix="elec-test-")).resolve()
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@pytest.fixture
def own_server(folder: Path) -> Iterator[EmbeddedServer]:
    """A server that no other test uses."""
    server = EmbeddedServer(folder / "home")
    try:
        yield server
    finally:
        server.stop()
