"""Our own time for a day of raw and hourly consumption from a local server. Budget: 1 s."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, date, datetime, timedelta

from benchmarks.scratch import scratch_engine
from elec_pipeline.simulator.server import running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.sources.rte import RteClient
from elec_pipeline.steps.consumption import average_hours, ingest_actuals

RUNS = 20


def main() -> None:
    """Print the median over several days."""
    now = datetime.now(UTC)
    seconds = []
    with scratch_engine() as engine, running(SyntheticCurves()) as simulator:
        client = RteClient(simulator.url, "simulator", "simulator")
        for n in range(RUNS + 1):
            day = date(2025, 6, 1) + timedelta(days=n)
            started = time.perf_counter()
            ingest_actuals(client, engine, day, day, source="simulator", now=now)
            average_hours(engine, day, day, now=now)
            seconds.append(time.perf_counter() - started)
    # The first day pays for the token and the simulator's year.
    print(f"one partition of raw and hourly: {statistics.median(seconds[1:]):.3f} s (budget 1 s)")


if __name__ == "__main__":
    main()
