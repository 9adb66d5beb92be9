"""Day-ahead forecasts a second with the bundled checkpoint, from history to quantiles. Budget: 100."""

from __future__ import annotations

import time
from datetime import date, timedelta

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, days, hours
from elec_pipeline.domain.history import History, history
from elec_pipeline.forecasting.checkpoint import load_forecaster

FIRST, LAST = date(2025, 3, 1), date(2025, 7, 31)


def a_history() -> History:
    """Return five months of plausible load with RTE's forecast of every hour."""
    axis = hours(FIRST - timedelta(days=150), LAST)
    random = np.random.default_rng(0)
    load = 50e3 + 8e3 * np.sin(np.arange(len(axis)) * 2 * np.pi / 24) + random.normal(0, 500, len(axis))
    rte = pd.DataFrame(
        {
            "hour_start": axis,
            "forecast_type": "D-1",
            "published_at": axis,
            "ingested_at": axis[-1] + pd.Timedelta(days=30),
            "load_mw": load + random.normal(0, 1000, len(axis)),
        }
    )
    none = pd.DataFrame({"hour_start": axis[:0], "until": axis[:0], "load_mw": load[:0]})
    start = day_start(FIRST - timedelta(days=150))
    return history(start, day_end(LAST), pd.DataFrame({"hour_start": axis, "load_mw": load}), none, rte)


def main() -> None:
    """Print forecasts a second, best of three batches of everything."""
    forecaster, known = load_forecaster(""), a_history()
    issues = [(day, issue) for day in days(FIRST, LAST) for issue in Issue]
    rates = []
    for _ in range(3):
        started = time.perf_counter()
        sets = [known.at(day, issue, context_hours=forecaster.context_hours) for day, issue in issues]
        forecaster.predict(sets)
        rates.append(len(issues) / (time.perf_counter() - started))
    print(f"{len(issues)} day-ahead forecasts with {forecaster.version}: {max(rates):.0f} a second (budget 100)")


if __name__ == "__main__":
    main()
