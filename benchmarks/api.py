"""The JSON API over ten years of hours: 90 days of /api/data, 16 clients at once, memory. Budget: 50 ms.

A real `elec api` and clients over HTTP on one machine: they share its cores, and what is measured at 16 clients is
the pair of them.
"""

from __future__ import annotations

import http.client
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from sqlalchemy import Engine, text

from benchmarks.scratch import scratch_engine
from elec_pipeline.store.forecasts import write_predictions, write_vintages

YEARS = 10
ONE_CLIENT = 100
PROCESSES, THREADS = 2, 8
CLIENTS = PROCESSES * THREADS
SECONDS = 10.0
MANY = 10_000
BUDGET_MS = 50.0
DATA = "/api/data?range=90d"
QUANTILES = {"q05": 0.95, "q10": 0.96, "q25": 0.98, "load_mw": 1.0, "q75": 1.02, "q90": 1.04, "q95": 1.05}


def main() -> None:
    """Print the figures."""
    with scratch_engine() as engine:
        _fill(engine)
        port = _free_port()
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False).replace("+", "%20")
        service = subprocess.Popen(  # noqa: S603 - our own command
            [Path(sys.executable).with_name("elec"), "api", "--port", str(port)],
            env={**os.environ, "DATABASE_URL": url},
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait(port)
            _measure(engine, port, psutil.Process(service.pid))
        finally:
            service.terminate()
            service.wait(20)


def _measure(engine: Engine, port: int, service: psutil.Process) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as one:
        anew = []
        for _ in range(ONE_CLIENT // 5):
            _land(engine)
            time.sleep(1.05)  # until the service asks again whether anything is new
            anew.append(_get(one))
        kept = [_get(one) for _ in range(ONE_CLIENT)]
    print(f"90 days of /api/data, one client, nothing new:    median {1000 * statistics.median(kept):6.1f} ms")
    print(
        f"the same after new data landed, made anew:        median {1000 * statistics.median(anew):6.1f} ms"
        f" (budget {BUDGET_MS:.0f} ms)"
    )
    started = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        waits = np.concatenate(pool.starmap(_clients, [(port, THREADS, SECONDS)] * PROCESSES))
    print(
        f"{CLIENTS} clients for {SECONDS:.0f} s, gzip: {len(waits) / SECONDS:.0f} requests a second, "
        f"median {1000 * np.median(waits):.1f} ms, 99th percentile {1000 * np.quantile(waits, 0.99):.1f} ms"
        f" ({time.perf_counter() - started - SECONDS:.1f} s to start them)"
    )
    _memory(port, service)


def _memory(port: int, service: psutil.Process) -> None:
    """Print the service's memory over many requests of ever other ranges, after the cache is full."""
    sizes = []
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as one:
        first = datetime(2017, 1, 1, tzinfo=UTC)
        for n in range(MANY):
            if n % (MANY // 5) == 0:
                sizes.append(service.memory_info().rss / 2**20)
            start = first + timedelta(hours=n % 2000)
            query = f"start={start:%Y-%m-%dT%H:%MZ}&end={start + timedelta(days=7):%Y-%m-%dT%H:%MZ}"
            _get(one, f"/api/data?{query}")
    sizes.append(service.memory_info().rss / 2**20)
    told = ", ".join(f"{size:.0f}" for size in sizes)
    print(f"resident memory over {MANY} requests of 2000 different weeks: {told} MiB")


def _clients(port: int, threads: int, seconds: float) -> np.ndarray:
    """Ask from several threads for a while; returns how long each answer took, seconds."""
    waits: list[float] = []
    until = time.monotonic() + seconds

    def ask() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", port)) as own:
            while time.monotonic() < until:
                waits.append(_get(own))

    running = [threading.Thread(target=ask) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return np.array(waits)


def _get(connection: http.client.HTTPConnection, path: str = DATA) -> float:
    started = time.perf_counter()
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == http.client.OK, body
    return time.perf_counter() - started


def _fill(engine: Engine) -> None:
    """Fill ten years of actuals, one RTE vintage and both issues of each hour, up to tomorrow."""
    end = pd.Timestamp.now(tz="UTC").ceil("D") + pd.Timedelta(days=1)
    hour_start = pd.date_range(end - pd.DateOffset(years=YEARS), end, freq="h", inclusive="left", unit="us")
    load = 55_000 + 10_000 * np.sin(np.arange(len(hour_start)) * 2 * np.pi / 24)
    table = pd.DataFrame({"hour_start": hour_start, "load_mw": load.round(1)})
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO elec.hourly_consumption (hour_start, load_mw, quarters)"
                " SELECT * FROM unnest(CAST(:hours AS timestamptz[]), CAST(:loads AS float8[]),"
                " array_fill(4::smallint, ARRAY[:n]))"
            ),
            {
                "hours": list(hour_start.to_pydatetime()),
                "loads": table["load_mw"].tolist(),
                "n": len(table),
            },
        )
    day = hour_start.floor("D")
    vintage = table.assign(forecast_type="D-1", published_at=day - pd.Timedelta(hours=4))
    write_vintages(engine, vintage, source="simulator")
    quantiles = {name: (table["load_mw"] * share).round(1) for name, share in QUANTILES.items()}
    for hours_before in (14, 4):
        issue = table.assign(**quantiles, issued_at=day - pd.Timedelta(hours=hours_before), model_version="bench")
        write_predictions(engine, issue)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _land(engine: Engine) -> None:
    """Let another vintage of RTE's forecast of one hour land."""
    now = pd.Timestamp.now(tz="UTC")
    hour = pd.DataFrame({"hour_start": [now.floor("h")], "load_mw": [60_000.0]})
    write_vintages(engine, hour.assign(forecast_type="D-1", published_at=now), source="simulator")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
                _get(connection, "/api/health")
        except OSError:
            assert time.monotonic() < until, "the service did not start"
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main()
