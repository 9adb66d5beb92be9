"""Real series as a history: the hourly CSVs of load, RTE's D-1 forecast and weather that models learn from.

The first has the columns `ts_utc` (start of the hour), `load_mw` and `rte_d1_mw`, the second `ts_utc` and
`temp_c`, the third `ts_utc` and columns such as `cloud_pct_lyon`; missing values stay missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS, day_end, day_start, to_utc
from elec_pipeline.domain.history import History, history
from elec_pipeline.domain.inputs import CLOUD_COVER, HUMIDITY, TEMPERATURE, WIND_SPEED
from elec_pipeline.domain.vintages import nominal_publication
from elec_pipeline.forecasting.degraded import blur

PUBLICATION = time(19, 30)
"""Paris time, the day before, at which RTE's D-1 forecast counts as published: the file does not say."""
WEATHER_ISSUE = time(9, 30)
"""Paris time, the day before, at which a weather forecast counts as issued. The archive at hand is of shorter
leads than that, and close to the truth: what is made of it flatters a real day-ahead forecast."""
EARLY_BLUR_MW, EARLY_SEED = 600.0, 20240701
"""The series hold no D-2 of RTE's: a blurred D-1 stands in for it. That of other days, not those of a training."""
CITIES = {
    "paris": 0.2742,  # with Île-de-France, the Centre, half of Normandy and of Burgundy and Franche-Comté
    "lyon": 0.1453,
    "marseille": 0.0836,
    "lille": 0.0915,
    "toulouse": 0.0919,
    "nantes": 0.0588,
    "strasbourg": 0.0849,
    "bayonne": 0.0463,
    "brest": 0.0772,
    "limoges": 0.0463,
}
"""Share of the inhabitants of mainland France in the regions that a city stands for; of 2020 (INSEE)."""
COLUMNS = {
    TEMPERATURE: "temp_c",
    CLOUD_COVER: "cloud_pct",
    WIND_SPEED: "wind_ms",
    HUMIDITY: "rh_pct",
}
"""How the third file begins the names of its columns."""
LAST_WEATHER = date(2025, 5, 30)
"""Last delivery day that the archive of weather covers in full."""
TRAIN = (date(2012, 2, 1), date(2023, 12, 31))
VALIDATION = (date(2024, 1, 1), date(2024, 12, 31))
TEST = (date(2025, 1, 1), date(2025, 10, 19))
"""To report on, once all is chosen."""


@dataclass(frozen=True)
class Weather:
    """Where hourly weather is read from.

    Attributes:
        temperature: National mean, from 2015.
        cities: Temperature, cloud cover, wind and humidity of `CITIES`, from 2021.
    """

    temperature: Path
    cities: Path


def read_history(
    csv: Path,
    last: date,
    weather: Weather | None = None,
    *,
    early_blur_mw: float | None = None,
    at_leads: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> History:
    """Return the history up to a delivery day, included.

    Args:
        csv: The hourly series, gzipped or not.
        last: Nothing after this day is read, so that no split can leak into another.
        weather: None: the history knows none.
        early_blur_mw: Standard deviation of the blur by which D-1 stands in for RTE's D-2; None: there is no D-2.
        at_leads: Makes of the weather the forecasts of given leads that are to be known too; None: there are
            none.
    """
    table = _read(csv, last)
    vintages = table.assign(
        forecast_type="D-1",
        published_at=_on_the_day_before(table["hour_start"], PUBLICATION),
        ingested_at=pd.Timestamp.now("UTC").as_unit("us"),
        load_mw=table["rte_d1_mw"],
    ).dropna(subset="load_mw")
    if early_blur_mw is not None:
        vintages = pd.concat([vintages, _early(vintages, early_blur_mw)], ignore_index=True)
    never_revised = pd.DataFrame(
        {"hour_start": table["hour_start"][:0], "until": table["hour_start"][:0], "load_mw": table["load_mw"][:0]}
    )
    start = day_start(table["hour_start"].iloc[0].tz_convert(PARIS).date() + timedelta(days=1))
    forecasts = None if weather is None else _forecasts(weather, last)
    if forecasts is not None and at_leads is not None:
        forecasts = pd.concat([forecasts, at_leads(forecasts)], ignore_index=True)
    return history(start, day_end(last), table[["hour_start", "load_mw"]], never_revised, vintages, forecasts)


def _forecasts(weather: Weather, last: date) -> pd.DataFrame:
    """Return a row for each hour of which the temperature is known, with the columns of `domain.inputs`."""
    made = _read(weather.temperature, last).set_index("hour_start")["temp_c"].rename(TEMPERATURE).to_frame()
    cities = _read(weather.cities, last).set_index("hour_start")
    for name, column in COLUMNS.items():
        of_cities = cities[[f"{column}_{city}" for city in CITIES]].to_numpy()
        mean = pd.Series(of_cities @ np.array(list(CITIES.values())), cities.index, name=name)
        # Where the cities are known their temperature is: one weighting for all that a day is explained by.
        made[name] = mean.reindex(made.index).fillna(made[name]) if name in made else mean
    made = made.dropna(subset=TEMPERATURE).reset_index()
    return made.assign(issued_at=_on_the_day_before(made["hour_start"], WEATHER_ISSUE))


def _early(vintages: pd.DataFrame, blur_mw: float) -> pd.DataFrame:
    """Return a D-2 forecast made of D-1 by a seeded blur that persists from hour to hour."""
    day = vintages["hour_start"].dt.tz_convert(PARIS).dt.date
    number = vintages.groupby(day).cumcount().to_numpy()
    position = day.map({each: row for row, each in enumerate(day.unique())}).to_numpy(dtype=int)
    made = blur((day.nunique(), 25), blur_mw, np.random.default_rng(EARLY_SEED))
    published = {each: nominal_publication("D-2", each) for each in day.unique()}
    return vintages.assign(
        forecast_type="D-2",
        published_at=day.map(published).astype(vintages["hour_start"].dtype),
        load_mw=vintages["load_mw"] + made[position, number],
    )


def _read(csv: Path, last: date) -> pd.DataFrame:
    table = pd.read_csv(csv)
    table["hour_start"] = pd.to_datetime(table["ts_utc"], utc=True).astype("datetime64[us, UTC]")
    return table[table["hour_start"] < day_end(last)]


def _on_the_day_before(hours: pd.Series, wall_clock: time) -> pd.Series:
    """Return a Paris time of the day before each hour's delivery day, UTC."""
    day = hours.dt.tz_convert(PARIS).dt.date
    instants = {each: to_utc(each - timedelta(days=1), wall_clock) for each in day.unique()}
    issued: pd.Series = day.map(instants).astype(hours.dtype)
    return issued
