"""A backup of three years: size, seconds, rows, and whether the API answers the same from what was restored.

`elec backfill` fills a database from the simulator, in a process of its own; `elec backup --verify` and `elec
restore` into another ELEC_HOME follow, as anyone would run them. Then `elec api` of both is asked the same.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import requests

from benchmarks.api import _free_port, _wait
from elec_pipeline.backup import archive, folder
from elec_pipeline.simulator.server import running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.store.embedded import EmbeddedServer

ELEC = Path(sys.executable).with_name("elec")
ROUTES = ("/api/data", "/api/data/real", "/api/data/predictions", "/api/data/rte-forecasts")
VINTAGES = ("actuals", "predictions", "rte-forecasts", "revisions", "accuracy")


def elec(env: Mapping[str, str], *arguments: str) -> float:
    """Run a command to its end; seconds."""
    started = time.perf_counter()
    done = subprocess.run([ELEC, *arguments], env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return time.perf_counter() - started


@contextmanager
def api(env: Mapping[str, str]) -> Iterator[str]:
    """Serve the JSON API; yields its URL."""
    port = _free_port()
    service = subprocess.Popen(  # noqa: S603
        [ELEC, "api", "--port", str(port)], env={**env, "ELEC_API_PREDICT": "false"}, stdout=subprocess.DEVNULL
    )
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        service.terminate()
        service.wait(30)


def bodies(env: Mapping[str, str], first: date, last: date) -> dict[str, str]:
    """Return a sum of each route's body over the whole time, month by month, all pages."""
    found = {}
    with api(env) as url:
        for start in (first + timedelta(days=n) for n in range(0, (last - first).days + 1, 31)):
            end = min(start + timedelta(days=31), last + timedelta(days=1))
            for route in (*ROUTES, *(f"/v1/{each}" for each in VINTAGES)):
                asked = {"start": str(start), "end": str(end)} | (
                    {"limit": "50000"} if route.startswith("/v1") else {}
                )
                reply = requests.get(url + route, params=asked, timeout=60)
                reply.raise_for_status()
                found[f"{route} {start}"] = hashlib.sha256(reply.content).hexdigest()
    return found


def size(path: Path) -> float:
    """Return how large a folder is, MB."""
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file()) / 1e6


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--from", dest="first", type=date.fromisoformat, default=date(2022, 1, 1))
    options.add_argument("--years", type=int, default=3)
    asked = options.parse_args()
    first, last = asked.first, date(asked.first.year + asked.years, 1, 1) - timedelta(days=1)
    homes = [Path(tempfile.mkdtemp(prefix="elec-backup-")) for _ in range(2)]
    for home in homes:
        home.chmod(0o755)  # as root the server runs under another account, which must enter
    source, other = ({**os.environ, "ELEC_HOME": str(home / "home"), "DATABASE_URL": ""} for home in homes)
    try:
        with running(SyntheticCurves()) as simulator:
            fed = {**source, "ELEC_SOURCE": "simulator", "RTE_BASE_URL": simulator.url}
            filled_s = elec(fed, "backfill", "--from", str(first), "--to", str(last))
        elec(source, "db", "start")
        plain_s = elec(source, "backup")
        verified_s = elec(source, "backup", "--verify")
        made = folder.backups(homes[0] / "home" / "backups")[-1]
        noted = archive.read_manifest(made)
        restored_s = elec(other, "restore", str(made))
        print(f"{asked.years} years, filled in {filled_s:.0f} s: {noted.rows:,} rows")
        for role, database in noted.databases.items():
            print(f"  {role}: {database.rows:,} rows in {len(database.tables)} tables")
        data = next((homes[0] / "home" / "postgres").glob("data-*"))
        print(f"  backup {made.stat().st_size / 1e6:.1f} MB, the server's data folder {size(data):.0f} MB")
        print(f"  elec backup {plain_s:.1f} s, with --verify {verified_s:.1f} s, elec restore {restored_s:.1f} s")
        before, after = bodies(source, first, last), bodies(other, first, last)
        differing = [name for name in before if before[name] != after.get(name)]
        told = "all identical" if not differing else f"{len(differing)} differ: {', '.join(differing[:9])}"
        print(f"  API: {len(before)} answers of {len(ROUTES) + len(VINTAGES)} routes, byte for byte: {told}")
    finally:
        for home in homes:
            EmbeddedServer(home / "home").stop()
            shutil.rmtree(home)


if __name__ == "__main__":
    main()
