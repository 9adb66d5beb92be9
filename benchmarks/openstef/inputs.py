"""What OpenSTEF is given: hourly series, and when each value became known.

Here: from the history that this project's forecasts stand on to one table. Not here: reading the history
(`real_data`), and OpenSTEF's own data sets (`inside`).

Each value is known when the history says so: an hour of load an hour after it ends, RTE's D-1 and the weather at
their times on the day before.
"""

from __future__ import annotations

from datetime import time

import numpy as np
import pandas as pd

from benchmarks.real_data import PUBLICATION, WEATHER_ISSUE
from elec_pipeline.domain.delivery_day import HOUR, PARIS
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import ACTUAL_DELAY
from elec_pipeline.domain.inputs import CLOUD_COVER, HUMIDITY, TEMPERATURE, WIND_SPEED

WEATHER = {
    TEMPERATURE: "temperature",
    CLOUD_COVER: "cloud_cover",
    WIND_SPEED: "windspeed",
    HUMIDITY: "relative_humidity",
}
"""How OpenSTEF names the inputs."""


def table(history: History) -> pd.DataFrame:
    """Return the hours from the first of which the clouds are known.

    Args:
        history: With all inputs.

    Returns:
        By `hour_start` (UTC): `load` and `rte_d1` (MW), `temperature` (°C), `cloud_cover` (%), `windspeed` (m/s),
        `relative_humidity` (%), and the times from which they are known (UTC): `load_available_at`,
        `rte_d1_available_at`, `weather_available_at`. NaN where a value is not known.
    """
    hours = pd.date_range(history.start, periods=len(history.load_mw), freq=HOUR, unit="us", name="hour_start")
    columns = {"load": history.load_mw, "rte_d1": history.rte_d1_mw}
    for name, theirs in WEATHER.items():
        issued = history.inputs[name]
        inside = (issued.position >= 0) & (issued.position < len(hours))
        columns[theirs] = np.full(len(hours), np.nan)
        columns[theirs][issued.position[inside]] = issued.value[inside]
    made = pd.DataFrame(columns, index=hours)
    made = made.loc[made[WEATHER[CLOUD_COVER]].first_valid_index() :]
    here = pd.DatetimeIndex(made.index)
    return made.assign(
        load_available_at=here + HOUR + ACTUAL_DELAY,
        rte_d1_available_at=on_the_day_before(here, PUBLICATION),
        weather_available_at=on_the_day_before(here, WEATHER_ISSUE),
    )


def on_the_day_before(hours: pd.DatetimeIndex, wall_clock: time) -> pd.DatetimeIndex:
    """Return a Paris time of the day before each hour's delivery day, UTC; not one between 2:00 and 3:00.

    Example:
        >>> around_midnight = pd.DatetimeIndex(["2025-03-30T21:00Z", "2025-03-30T22:00Z"])
        >>> on_the_day_before(around_midnight, time(19, 30)).hour.tolist()
        [18, 17]
    """
    day = hours.tz_convert(PARIS).tz_localize(None).normalize() - pd.Timedelta(days=1)
    since_midnight = pd.Timedelta(hours=wall_clock.hour, minutes=wall_clock.minute)
    return (day + since_midnight).tz_localize(PARIS).tz_convert("UTC")
