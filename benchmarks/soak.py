"""The soak, long form: hundreds of days of schedules and sensors under faults, and what they leave behind.

The same world as in the test (`elec_pipeline_tests/soak`), with a fault on every fifth day. Prints days, faults by
kind, rows by table, bytes of the databases, memory of the process at the start, in the middle and at the end, and
what is lacking, which must be nothing; Ctrl-C ends it with the same figures for the days that were. Budget:
nothing lacking, and memory at the end within 10 % of the middle's.

Run keys, ticks and dead runs are as with Dagster's daemon; trainings are asked for and left out, unless
`--with-training` is given: each takes minutes.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

import psutil
import psycopg

from elec_pipeline.defs import resources
from elec_pipeline.store import urls
from elec_pipeline_tests.soak.course import Soak, faults_of, soak
from elec_pipeline_tests.soak.findings import counts

FIRST = date(2024, 9, 1)
MEGABYTE = 1e6


def main() -> None:
    """Run it and print the figures; the exit status is 1 where something is lacking."""
    asked = _arguments()
    home = Path(tempfile.mkdtemp(prefix="elec-soak-"))
    home.chmod(0o755)  # as root the server runs under another account, which must enter
    memory: list[float] = []

    def on_day(day: date) -> None:
        memory.append(psutil.Process().memory_info().rss / MEGABYTE)
        if len(memory) % asked.say_every == 0:
            print(f"  {day}: {len(memory)} days, {memory[-1]:.0f} MB", flush=True)

    try:
        with soak(home, asked.first, hourly_every=asked.hourly_every, backup_every=asked.backup_every) as soaked:
            soaked.world.runner.with_training = asked.with_training
            try:
                soaked.run(asked.first, asked.days, seed=asked.seed, every=asked.every, on_day=on_day)
            except KeyboardInterrupt:
                print("stopped by hand")
            found = soaked.findings(asked.first, len(memory))
            planned = faults_of(asked.first, asked.days, seed=asked.seed, every=asked.every)
            faults = [fault for fault in planned if fault.start < soaked.world.clock.now]
            print(f"{len(memory)} days from {asked.first}, seed {asked.seed}, {len(faults)} faults:")
            _table(Counter(fault.name for fault in faults))
            _show(soaked)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    start, middle, end = memory[0], memory[len(memory) // 2], memory[-1]
    print(f"memory of the process: {start:.0f} MB after a day, {middle:.0f} in the middle, {end:.0f} at the end")
    print("nothing is lacking" if not found else "\n".join(["LACKING:", *found]))
    sys.exit(1 if found else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=400, help="simulated days (default 400)")
    parser.add_argument("--seed", type=int, default=1, help="of the choice of faults (default 1)")
    parser.add_argument("--every", type=int, default=5, help="days from one fault to the next (default 5)")
    parser.add_argument("--first", type=date.fromisoformat, default=FIRST, help=f"first day (default {FIRST})")
    parser.add_argument(
        "--hourly-every",
        type=int,
        default=1,
        help="of what is due each hour, one in so many (default 1)",
    )
    parser.add_argument("--backup-every", type=int, default=1, help="of the nightly backups, one in so many")
    parser.add_argument("--say-every", type=int, default=10, help="days from one line to the next (default 10)")
    parser.add_argument("--with-training", action="store_true", help="carry out the trainings too")
    return parser.parse_args()


def _show(soaked: Soak) -> None:
    """Print what is in the databases, and what became of the runs."""
    with resources.open_engine().connect() as connection:
        rows = counts(connection)
    print("rows:")
    _table(rows)
    print("bytes of the databases:")
    with psycopg.connect(urls.for_psycopg(soaked.server.url("postgres"))) as admin:
        sizes = admin.execute(
            "SELECT datname, pg_database_size(datname) FROM pg_database WHERE datname LIKE 'elec%' ORDER BY 1"
        ).fetchall()
    _table(dict(sizes))
    print("runs:")
    _table({f"{job}, {outcome}": n for (job, outcome), n in sorted(soaked.world.runner.outcomes.items())})
    print("ticks:")
    _table(soaked.world.ticks)


def _table(figures: dict[str, int]) -> None:
    for name, figure in figures.items():
        print(f"  {figure:>14,}  {name}")


if __name__ == "__main__":
    main()
