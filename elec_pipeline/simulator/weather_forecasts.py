"""Forecasts of the synthetic weather, as Open-Meteo's models would have made them for a place.

Here: the truth with an error that grows with the lead, of one model, moved to a place; what it is stamped with.
Not here: the truth (`weather`), requests and replies (`open_meteo`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.simulator import weather
from elec_pipeline.simulator.noise import Ints, drift

DEGREES_A_DEGREE_NORTH = 0.6
"""How much colder it is a degree of latitude further north."""
MIDDLE_LATITUDE = 46.8
ERROR_A_DAY_C = 0.9
"""Standard deviation of the error of a forecast a day ahead; it grows with the root of the lead."""
_HOUR_S, _DAY_S = 3600, 86_400
_ALIKE = frozenset({"best_match", "gfs_seamless"})
"""Models with the same errors; every other one has its own."""
_WITHIN_THE_HOUR_S = (np.arange(6) + 0.5) * 600


@dataclass(frozen=True)
class Lead:
    """Which forecast is meant: the world's `seed`, the `model`, and how long before, seconds, shape (n,)."""

    seed: int
    model: str
    lead_s: Floats

    def error(self, name: str, times_s: Ints) -> Floats:
        """Return the error of a series, standard deviation 1 a day ahead, shape (n,)."""
        stream = f"forecast/{name}" if self.model in _ALIKE else f"forecast/{name}/{self.model}"
        return np.asarray(np.sqrt(self.lead_s / _DAY_S) * drift(self.seed, stream, times_s, 9 * _HOUR_S))


@dataclass(frozen=True)
class Place:
    """A place, degrees."""

    latitude: float
    longitude: float

    @property
    def north(self) -> float:
        """Degrees of latitude north of the middle of the country."""
        return self.latitude - MIDDLE_LATITUDE


@dataclass(frozen=True)
class Variable:
    """A series as Open-Meteo has it.

    Attributes:
        unit: Of its values.
        decimals: With which they are served.
        national: From times (seconds since 1970 UTC) and lead to what is forecast in the middle of the country.
        at: From that, the times and a place to what is forecast there.
    """

    unit: str
    decimals: int
    national: Callable[[Ints, Lead], Floats]
    at: Callable[[Floats, Ints, Place], Floats]


def _temperature(times_s: Ints, lead: Lead) -> Floats:
    return np.asarray(weather.temperature(lead.seed, times_s) + ERROR_A_DAY_C * lead.error("temperature", times_s))


def _temperature_at(national_c: Floats, _: Ints, place: Place) -> Floats:
    return np.asarray(national_c - DEGREES_A_DEGREE_NORTH * place.north)


def _clouds(times_s: Ints, lead: Lead) -> Floats:
    return np.asarray(weather.cloud_cover(lead.seed, times_s) + 12 * lead.error("clouds", times_s))


def _clouds_at(national_pct: Floats, _: Ints, place: Place) -> Floats:
    return np.clip(national_pct + 2.5 * place.north, 0, 100)


def _wind(times_s: Ints, lead: Lead) -> Floats:
    return np.asarray(weather.wind_speed(lead.seed, times_s) * np.exp(0.12 * lead.error("wind", times_s)))


def _wind_at(national_ms: Floats, _: Ints, place: Place) -> Floats:
    return np.asarray(national_ms * (1 + 0.04 * place.north))


def _humidity(times_s: Ints, lead: Lead) -> Floats:
    return np.asarray(weather.relative_humidity(lead.seed, times_s) + 5 * lead.error("humidity", times_s))


def _humidity_at(national_pct: Floats, _: Ints, place: Place) -> Floats:
    return np.clip(national_pct + 1.5 * place.north, 5, 100)


def _clouds_within_the_hour(times_s: Ints, lead: Lead) -> Floats:
    """Return the clouds in the middle of the hour that ends at each time: sunlight is its mean."""
    return _clouds(times_s - _HOUR_S // 2, lead)


def _radiation_at(national_clouds_pct: Floats, times_s: Ints, place: Place) -> Floats:
    sun = [
        weather.clear_sky_radiation(times_s - int(before), place.latitude, place.longitude)
        for before in _WITHIN_THE_HOUR_S
    ]
    clouds_pct = _clouds_at(national_clouds_pct, times_s, place)
    return np.asarray(np.mean(sun, axis=0) * weather.share_through_clouds(clouds_pct))


VARIABLES: Mapping[str, Variable] = {
    "temperature_2m": Variable("°C", 1, _temperature, _temperature_at),
    "cloud_cover": Variable("%", 0, _clouds, _clouds_at),
    "wind_speed_10m": Variable("m/s", 2, _wind, _wind_at),
    "relative_humidity_2m": Variable("%", 0, _humidity, _humidity_at),
    "shortwave_radiation": Variable("W/m²", 1, _clouds_within_the_hour, _radiation_at),
}
"""By Open-Meteo's names."""
