"""A scratch database on an embedded server of its own, for benchmarks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from elec_pipeline.settings import Settings
from elec_pipeline.store.database import open_database
from elec_pipeline.store.embedded import EmbeddedServer


@contextmanager
def scratch_engine() -> Iterator[Engine]:
    """Yield an engine on an empty, migrated database; everything is removed afterwards."""
    home = Path(tempfile.mkdtemp(prefix="elec-benchmark-"))
    home.chmod(0o755)  # as root the server runs under another account, which must enter
    engine = open_database(Settings(elec_home=home))
    try:
        yield engine
    finally:
        engine.dispose()
        EmbeddedServer(home).stop()
        shutil.rmtree(home)
