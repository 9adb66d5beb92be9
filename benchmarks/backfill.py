"""`elec backfill` of three years against the simulator: stopped, resumed, compared, timed; and its memory.

Three years of every series by the command itself, in processes of its own: killed in the middle, started again.
Then what the tables hold against what the simulator serves, the same rows by a plain COPY, and the peak memory of
one year against that of three.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine, text

from elec_pipeline.domain.delivery_day import day_end, day_start, days, hours, spans
from elec_pipeline.settings import Settings
from elec_pipeline.simulator.curves import LoadType
from elec_pipeline.simulator.server import running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.sources.open_meteo import OpenMeteoClient
from elec_pipeline.store import bulk, queries
from elec_pipeline.store.database import open_database
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline.store.tables import metadata

YEAR = timedelta(days=365)
NOW = datetime.now(UTC)
SERIES = (
    "raw_consumption",
    "hourly_consumption",
    "raw_rte_forecasts",
    "rte_forecasts",
    "weather_forecasts",
    "chronos_predictions",
    "expert_predictions",
    "prediction_changes",
    "forecast_accuracy",
)
LAUNCH = """
import resource, sys
from elec_pipeline.cli import app
try:
    app()
finally:
    print("PEAK", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def command(first: date, last: date) -> list[str]:
    """Return the command line of a backfill, in a process that says its peak memory."""
    return [sys.executable, "-c", LAUNCH, "backfill", "--from", str(first), "--to", str(last)]


def backfill(first: date, last: date, env: Mapping[str, str]) -> tuple[float, float]:
    """Run the command to its end; seconds, and peak memory in MB."""
    started = time.perf_counter()
    done = subprocess.run(command(first, last), env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    peak = next(line for line in done.stderr.splitlines() if line.startswith("PEAK"))
    return time.perf_counter() - started, int(peak.split()[1]) / 1024


def killed(first: date, last: date, env: Mapping[str, str], after_s: float) -> float:
    """Start the command and kill it; seconds."""
    started = time.perf_counter()
    child = subprocess.Popen(  # noqa: S603
        command(first, last), env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(after_s)
    child.send_signal(signal.SIGKILL)
    child.wait()
    return time.perf_counter() - started


def differences(engine: Engine, first: date, last: date, weather: OpenMeteoClient) -> list[str]:
    """Return in what the tables differ from the sources; nothing, if all is well."""
    source, found = SyntheticCurves(), []
    for begin, end in spans(first, last, 92):
        start, stop = day_start(begin), day_end(end)
        with engine.connect() as connection:
            raw = queries.raw_between(connection, start, stop)
            vintages = queries.vintages_between(connection, start, stop)
            temperatures = queries.inputs_between(connection, start, stop)
        served = source.vintages(LoadType.REALISED, start, stop)
        if raw["load_mw"].tolist() != served["load_mw"].tolist():
            found.append(f"actuals of {begin} to {end}")
        for load_type in (LoadType.D1, LoadType.D2, LoadType.ID):
            newest = source.vintages(load_type, start, stop).drop_duplicates("interval_start", keep="last")
            by_hour = newest.groupby(newest["interval_start"].dt.floor("h"))["load_mw"].mean()
            ours = vintages[vintages["forecast_type"] == load_type]
            if ours["load_mw"].tolist() != by_hour.tolist():
                found.append(f"{load_type} of {begin} to {end}")
        forecast = pd.concat(weather.previous_runs(*part, now=NOW) for part in spans(begin, end, 31))
        ours = temperatures.sort_values(["hour_start", "issued_at"], ignore_index=True)
        if ours["hour_start"].nunique() != len(hours(begin, end)) or not ours.equals(
            forecast.reset_index(drop=True)
        ):
            found.append(f"temperatures of {begin} to {end}")
    return found


def clock_changes(engine: Engine, first: date, last: date) -> list[str]:
    """Return every day of 23 or 25 hours with the hours that each series has of it."""
    changed = [day for day in days(first, last) if len(hours(day)) != 24]  # noqa: PLR2004
    with engine.connect() as connection:
        states = [queries.day_states(connection, day, day)[0] for day in changed]
    return [
        f"{s.day}: {s.complete_hours} hours of load, {s.rte_hours} of RTE's, "
        f"{s.temperature_hours} of temperature, issues {', '.join(sorted(s.issues))}"
        for s in states
    ]


def plain_copy(engine: Engine) -> tuple[int, float]:
    """COPY all rows of all series into tables like theirs; rows and seconds."""
    rows, seconds = 0, 0.0
    for name in SERIES:
        table = metadata.tables[f"elec.{name}"]
        frame = pd.read_sql(text(f"SELECT * FROM elec.{name}"), engine)
        with engine.begin() as connection:
            connection.execute(text(f"CREATE TABLE copy_of_{name} (LIKE elec.{name} INCLUDING ALL)"))
            started = time.perf_counter()
            bulk.copy(connection, table, f"copy_of_{name}", frame)
            seconds += time.perf_counter() - started
        rows += len(frame)
    return rows, seconds


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--from", dest="first", type=date.fromisoformat, default=date(2022, 1, 1))
    options.add_argument("--years", type=int, default=3)
    asked = options.parse_args()
    first, last = asked.first, date(asked.first.year + asked.years, 1, 1) - timedelta(days=1)
    homes = [Path(tempfile.mkdtemp(prefix="elec-backfill-")) for _ in range(2)]
    try:
        with running(SyntheticCurves()) as simulator:
            environments = []
            for home in homes:
                home.chmod(0o755)  # as root the server runs under another account, which must enter
                environments.append(
                    {
                        **os.environ,
                        "ELEC_HOME": str(home),
                        "ELEC_SOURCE": "simulator",
                        "RTE_BASE_URL": simulator.url,
                        "DATABASE_URL": "",
                        "COLUMNS": "100",
                    }
                )
            one_s, one_mb = backfill(first, first + YEAR - timedelta(days=1), environments[0])
            print(f"one year: {one_s:.0f} s, peak {one_mb:.0f} MB", flush=True)
            stopped_s = killed(first, last, environments[1], one_s)
            all_s, all_mb = backfill(first, last, environments[1])
            again_s, _ = backfill(first, last, environments[1])
            engine = open_database(Settings(elec_home=homes[1]))
            found = differences(engine, first, last, OpenMeteoClient(simulator.url, simulator.url))
        rows, copy_s = plain_copy(engine)
        total_s = stopped_s + all_s
        print(f"{asked.years} years: killed after {stopped_s:.0f} s, resumed and done in {all_s:.0f} s more")
        print(f"  {rows:,} rows, {rows / total_s:,.0f} a second; a plain COPY of them {copy_s:.1f} s")
        print(
            f"  peak {all_mb:.0f} MB, {all_mb / one_mb:.2f} of one year's; "
            f"a rerun of what is there {again_s:.1f} s"
        )
        print(f"  against the source: {'no difference' if not found else '; '.join(found)}")
        for line in clock_changes(engine, first, last):
            print(f"  {line}")
        engine.dispose()
    finally:
        for home in homes:
            EmbeddedServer(home).stop()
            shutil.rmtree(home)
    print(f"this process, with the simulator: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
