"""Our own time for a day of consumption and of RTE's forecasts, raw and hourly, from a local server: 1 s each."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, date, datetime, timedelta

from benchmarks.scratch import scratch_engine
from elec_pipeline.simulator.server import running
from elec_pipeline.simulator.synthetic import SyntheticCurves
from elec_pipeline.sources.rte import RteClient
from elec_pipeline.steps.consumption import average_hours, ingest_actuals
from elec_pipeline.steps.rte_forecasts import average_rte_forecasts, ingest_rte_forecasts

RUNS = 20


def main() -> None:
    """Print the median over several days."""
    now = datetime.now(UTC)
    seconds: dict[str, list[float]] = {"consumption": [], "RTE's forecasts": []}
    with scratch_engine() as engine, running(SyntheticCurves()) as simulator:
        client = RteClient(simulator.url, "simulator", "simulator")
        for n in range(RUNS + 1):
            day = date(2025, 6, 1) + timedelta(days=n)
            started = time.perf_counter()
            ingest_actuals(client, engine, day, day, source="simulator", now=now)
            average_hours(engine, day, day, now=now)
            between = time.perf_counter()
            ingest_rte_forecasts(client, engine, day, day, source="simulator", now=now)
            average_rte_forecasts(engine, day, day, now=now)
            seconds["consumption"].append(between - started)
            seconds["RTE's forecasts"].append(time.perf_counter() - between)
    # The first day pays for the token and the simulator's year.
    for name, each in seconds.items():
        print(f"one partition of raw and hourly {name}: {statistics.median(each[1:]):.3f} s (budget 1 s)")


if __name__ == "__main__":
    main()
