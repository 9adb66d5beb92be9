"""The database away in the middle of a run, and a disk that fills: nobody lends a hand, and it goes on."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from elec_pipeline.simulator.server import SimulatorHandle
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.crash.platform import FIVE_MINUTES_S, Platform, Run, stopped_after, until
from elec_pipeline_tests.store.forwarder import Forwarder, forwarding

pytestmark = [pytest.mark.timeout(900), pytest.mark.long]
AWAY_S = 100.0
DISK_MB = 600
FULL_S = 25.0
"""Longer than the run monitor looks away, so that it meets the full disk too."""
BALLAST_BLOCK = bytes(2**20)


@pytest.fixture
def own_home() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="elec-outage-"))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def away(server: EmbeddedServer) -> Iterator[Forwarder]:
    with forwarding(server.socket_folder) as forwarder:
        yield forwarder


def under_way(platform: Platform) -> Run:
    return until(
        lambda: next((r for r in platform.runs() if r.status == "STARTED"), None),
        FIVE_MINUTES_S,
        "a run has begun",
    )


def test_the_database_away_in_the_middle_of_a_run(
    own_home: Path, source: SimulatorHandle, server: EmbeddedServer, away: Forwarder
) -> None:
    name = f"elec_away_{os.getpid()}"
    server.ensure_database(name)
    with stopped_after(Platform(own_home, source.url, {"DATABASE_URL": away.url(name)})) as platform:
        platform.start()
        source.set_faults(["slow=20"])
        cut = under_way(platform)
        away.off()
        source.set_faults([])
        time.sleep(AWAY_S)
        away.on()
        back = time.time()
        platform.next_success(back)
        until(
            lambda: platform.run(cut.run_id).status not in {"STARTED", "STARTING"}, FIVE_MINUTES_S, "it is closed"
        )
        written = sum(path.stat().st_size for path in (own_home / "logs").iterdir())
        assert written < 30 * 2**20
        assert not _secret_in(own_home)


def _secret_in(home: Path) -> list[Path]:
    from elec_pipeline_tests.store.forwarder import PASSWORD

    secret = PASSWORD.encode()
    return [path for path in home.rglob("*") if path.is_file() and secret in path.read_bytes()]


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Make a folder a file system of its own, which fills soon."""
    done = subprocess.run(  # noqa: S603 - a fixed command
        ["/usr/bin/mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0755", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["/usr/bin/umount", "--lazy", str(folder)], check=True)  # noqa: S603


def fill(folder: Path) -> Path:
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(BALLAST_BLOCK)
        except OSError:
            pass
    return ballast


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small file system to fill")
def test_a_disk_that_fills_and_has_space_again(own_home: Path, source: SimulatorHandle) -> None:
    with small_disk(own_home), stopped_after(Platform(own_home, source.url)) as platform:
        platform.start()
        under_way(platform)
        ballast = fill(own_home)
        assert psutil.disk_usage(str(own_home)).free < 2**20
        time.sleep(FULL_S)
        ballast.unlink()
        freed = time.time()
        platform.next_success(freed)
        with platform.database() as connection:
            rows = connection.execute("SELECT count(*), count(DISTINCT interval_start) FROM elec.raw_consumption")
            [total, distinct] = rows.fetchone() or (0, 1)
        assert total == distinct > 0
