"""What OpenSTEF is given: hourly series, and when each value became known.

Here: from the history that this project's forecasts stand on, and the weather of cities, to one table. Not here:
reading the history (`real_data`), and OpenSTEF's own data sets (`inside`).

Each value is known when the history says so: an hour of load an hour after it ends, RTE's D-1 and the weather at
their times on the day before.
"""

from __future__ import annotations

from datetime import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.real_data import PUBLICATION, TEMPERATURE_ISSUE
from elec_pipeline.domain.delivery_day import HOUR, PARIS
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import ACTUAL_DELAY
from elec_pipeline.domain.inputs import TEMPERATURE

CITIES = "temp_c_"
"""What the columns of the cities' temperatures begin with."""
WEATHER = {"cloud_pct_": "cloud_cover", "wind_ms_": "windspeed", "rh_pct_": "relative_humidity"}
"""What the columns of the cities' other weather begin with, and how OpenSTEF names it."""


def table(history: History, weather_csv: Path) -> pd.DataFrame:
    """Return the hours that the weather covers and the history does not end before.

    Args:
        history: With temperatures.
        weather_csv: Column `ts_utc`, and of each city those that `CITIES` and `WEATHER` name; gzipped or not.

    Returns:
        By `hour_start` (UTC): `load` and `rte_d1` (MW), `temperature` (°C), `cloud_cover` (%), `windspeed` (m/s),
        `relative_humidity` (%), and the times from which they are known (UTC): `load_available_at`,
        `rte_d1_available_at`, `weather_available_at`. NaN where a value is not known.
    """
    hours = pd.date_range(history.start, periods=len(history.load_mw), freq=HOUR, unit="us", name="hour_start")
    temperature = np.full(len(hours), np.nan)
    issued = history.inputs[TEMPERATURE]
    inside = (issued.position >= 0) & (issued.position < len(hours))
    temperature[issued.position[inside]] = issued.value[inside]
    made = pd.DataFrame(
        {"load": history.load_mw, "rte_d1": history.rte_d1_mw, "temperature": temperature}, index=hours
    )
    cities = pd.read_csv(weather_csv)
    cities.index = pd.to_datetime(cities.pop("ts_utc"), utc=True).dt.as_unit("us")
    made = made.join(national(cities, made["temperature"]), how="inner")
    here = pd.DatetimeIndex(made.index)
    return made.assign(
        load_available_at=here + HOUR + ACTUAL_DELAY,
        rte_d1_available_at=on_the_day_before(here, PUBLICATION),
        weather_available_at=on_the_day_before(here, TEMPERATURE_ISSUE),
    )


def national(cities: pd.DataFrame, temperature: pd.Series) -> pd.DataFrame:
    """Return means over the country, with the weights of cities that give its temperature (least squares).

    Args:
        cities: By hour, of each city the columns that `CITIES` and `WEATHER` name.
        temperature: By hour, of the country: a weighted mean of the cities', or close to one.

    Returns:
        By hour, the columns that `WEATHER` names; NaN where a city's value is not known.

    Example:
        >>> hours = pd.date_range("2025-01-01", periods=2, freq="h")
        >>> cities = pd.DataFrame({"temp_c_lyon": [4.0, 8.0], "temp_c_lille": [8.0, 4.0]}, index=hours)
        >>> for start in WEATHER:
        ...     cities[[f"{start}lyon", f"{start}lille"]] = [40.0, 80.0]
        >>> national(cities, pd.Series([7.0, 5.0], index=hours))["cloud_cover"].round(3).tolist()
        [70.0, 70.0]
    """
    columns = [str(name) for name in cities.columns]
    names = [name.removeprefix(CITIES) for name in columns if name.startswith(CITIES)]
    known = cities[[CITIES + name for name in names]].assign(country=temperature).dropna().to_numpy()
    weights = np.linalg.lstsq(known[:, :-1], known[:, -1], rcond=None)[0]
    weights /= weights.sum()
    return pd.DataFrame(
        {name: cities[[start + city for city in names]].to_numpy() @ weights for start, name in WEATHER.items()},
        index=cities.index,
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
