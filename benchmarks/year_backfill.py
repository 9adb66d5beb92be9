"""A year of raw consumption, written as the pipeline does, against a plain COPY. Budget: half its speed."""

from __future__ import annotations

import statistics
import time

import numpy as np
import pandas as pd
from sqlalchemy import Engine, text

from benchmarks.scratch import scratch_engine
from elec_pipeline.store import bulk
from elec_pipeline.store.actuals import write_raw
from elec_pipeline.store.tables import raw_consumption

ROUNDS = 7


def a_year() -> pd.DataFrame:
    """Return a year of quarter-hours."""
    axis = pd.date_range("2024-12-31T23:00Z", "2025-12-31T23:00Z", freq="15min", inclusive="left", unit="us")
    load = np.random.default_rng(0).normal(50e3, 8e3, len(axis)).round()
    return pd.DataFrame(
        {
            "interval_start": axis,
            "load_mw": load,
            "resolution_minutes": 15,
            "published_at": axis + pd.Timedelta(hours=1),
        }
    )


def plain_copy(engine: Engine, curve: pd.DataFrame) -> float:
    """COPY straight into the table; seconds."""
    started = time.perf_counter()
    with engine.begin() as connection:
        bulk.copy(connection, raw_consumption, "elec.raw_consumption", curve.assign(source="test"))
    return time.perf_counter() - started


def as_the_pipeline(engine: Engine, curve: pd.DataFrame) -> float:
    """Write with revisions, gaps and upsert; seconds."""
    started = time.perf_counter()
    write_raw(engine, curve, source="test", due=pd.DatetimeIndex(curve["interval_start"]))
    return time.perf_counter() - started


def main() -> None:
    """Print the ratio of the medians, rounds of both taken in turn."""
    curve = a_year()
    with scratch_engine() as engine:
        seconds: dict[str, list[float]] = {"copy": [], "pipeline": []}
        for _ in range(ROUNDS):
            for name, write in (("copy", plain_copy), ("pipeline", as_the_pipeline)):
                with engine.begin() as connection:
                    connection.execute(text("TRUNCATE elec.raw_consumption"))
                seconds[name].append(write(engine, curve))
        again = as_the_pipeline(engine, curve)
    copied, ours = (statistics.median(seconds[name]) for name in ("copy", "pipeline"))
    print(f"a year of raw consumption, {len(curve)} rows:")
    print(f"  plain COPY {copied:.3f} s; pipeline {ours:.3f} s, {len(curve) / ours:,.0f} rows a second")
    print(f"  speed of the pipeline: {copied / ours:.2f} of COPY (budget 0.5); a rerun: {again:.3f} s")


if __name__ == "__main__":
    main()
