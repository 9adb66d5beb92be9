"""What Open-Meteo calls the weather inputs, to which hour its values belong, and what a request of them costs.

Here: names and arithmetic, pure. Not here: requests (`open_meteo`), the reading of replies (`open_meteo_reply`).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import pandas as pd

from elec_pipeline.domain.delivery_day import FIRST_PREVIOUS_RUNS_DAY, HOUR, day_start, hours
from elec_pipeline.domain.inputs import CLOUD_COVER, HUMIDITY, RADIATION, TEMPERATURE, WEATHER, WIND_SPEED

NAMES: Final = {
    TEMPERATURE: "temperature_2m",
    CLOUD_COVER: "cloud_cover",
    WIND_SPEED: "wind_speed_10m",
    HUMIDITY: "relative_humidity_2m",
    RADIATION: "shortwave_radiation",
}
"""Of its hourly series, by the name of the input."""
UNITS: Final = {"wind_speed_unit": "ms"}
"""Parameters of a request: wind comes in km/h otherwise. The other units are ours already."""
EVERY_MODEL_FROM = date(2024, 1, 2)
"""Before, only GFS has previous runs, and of temperature alone; from then on Open-Meteo takes the best model of
each place. The archive's first UTC day is 1 January: the Paris day begins an hour before it."""
_NO_TIME = timedelta(0)
_DAYS_A_CALL, _SERIES_A_CALL = 14, 10


def stamped_after(name: str) -> timedelta:
    """Return how long after the start of its hour Open-Meteo stamps a value of an input.

    Radiation is the mean of the hour that ends at its time: what is stamped 13:00 is the sunlight from 12:00 to
    13:00 and belongs to the hour that starts at 12:00. The others are values of the moment, and stand for the
    hour that starts with it.

    Example:
        >>> stamped_after("shortwave_radiation_wm2"), stamped_after("temperature_c")
        (datetime.timedelta(seconds=3600), datetime.timedelta(0))
    """
    return HOUR if name == RADIATION else _NO_TIME


def previous_run(name: str, days: int) -> str:
    """Return the name of the series of what was forecast of an input some days before.

    Example:
        >>> previous_run("cloud_cover_pct", 2)
        'cloud_cover_previous_day2'
    """
    return f"{NAMES[name]}_previous_day{days}"


def archived_from(name: str) -> date:
    """Return the first delivery day of which there are previous runs of an input."""
    return FIRST_PREVIOUS_RUNS_DAY if name == TEMPERATURE else EVERY_MODEL_FROM


def archived(day: date) -> tuple[str, ...]:
    """Return the inputs of which there are previous runs of a delivery day."""
    return tuple(name for name in WEATHER if day >= archived_from(name))


def hours_of_lead(first: date, last: date, days: int) -> pd.DatetimeIndex:
    """Return the hours of a range of days of which the temperature of a previous run must be there.

    Each archive is taken to begin with its first day's runs: of the days before those reach so far it may have
    nothing, and it is not asked for that again and again.

    Args:
        first: First delivery day.
        last: Last delivery day, included.
        days: Lead of the previous run.

    Example:
        >>> new_year = hours_of_lead(date(2023, 12, 31), date(2024, 1, 10), 7)
        >>> len(hours(date(2023, 12, 31), date(2024, 1, 1))), len(new_year)
        (48, 96)
    """
    wanted = hours(first, last)
    wanted = wanted[wanted >= pd.Timestamp(day_start(FIRST_PREVIOUS_RUNS_DAY))]
    for begin in (FIRST_PREVIOUS_RUNS_DAY, EVERY_MODEL_FROM):
        is_before = wanted < pd.Timestamp(day_start(begin))
        wanted = wanted[is_before | (wanted >= pd.Timestamp(day_start(begin + timedelta(days=days))))]
    return wanted


def calls_of(places: int, utc_days: int, series: int) -> float:
    """Return as how many calls a request counts against the quota: every place, 14 days and ten series are one.

    Args:
        places: How many there are.
        utc_days: Days of the window.
        series: Variables, each once for every model.

    Example:
        >>> calls_of(22, 4, 5), calls_of(22, 28, 20)
        (22.0, 88.0)
    """
    return places * max(1.0, utc_days / _DAYS_A_CALL) * max(1.0, series / _SERIES_A_CALL)


def days_within(calls: float, places: int, series: int) -> int:
    """Return how many Paris days a request may cover so that it counts as no more than some calls; at least one.

    Example:
        >>> days_within(500, places=22, series=10), days_within(500, places=22, series=120)
        (317, 25)
    """
    # A window of Paris days touches one UTC day more.
    return max(1, int(calls / calls_of(places, 1, series) * _DAYS_A_CALL) - 1)
