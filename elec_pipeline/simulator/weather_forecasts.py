"""Forecasts of the synthetic weather, as Open-Meteo's models would have made them for a place.

Here: the truth with an error that grows with the lead, of one model, moved to a place; what it is stamped with.
Not here: the truth (`weather`), requests and replies (`open_meteo`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.simulator import weather
from elec_pipeline.simulator.noise import Ints, drift

DEGREES_A_DEGREE_NORTH = 0.6
"""How much colder it is a degree of latitude further north."""
MIDDLE_LATITUDE = 46.8
ERROR_A_DAY_C = 0.9
"""Standard deviation of the error of a forecast a day ahead; up to two days it grows with the root of the lead."""
REVISIONS_C = (0.56, 0.66, 0.83, 0.93, 1.02)
"""Standard deviation of what a temperature is revised by, from three days ahead to two, four to three and so on.
Each revision is independent of the error that remains, so that their variances add up: an error of 1.3 °C two days
ahead is one of 1.4, 1.6, 1.8, 2.0 and 2.2 °C three to seven days ahead. Further ahead it is not larger."""
_REVISED_FROM_DAYS = 2
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
        drawn = drift(self.seed, self._stream(name), times_s, 9 * _HOUR_S)
        return np.asarray(np.sqrt(self.lead_s / _DAY_S) * drawn)

    def longer_error(self, name: str, times_s: Ints, revisions: Sequence[float]) -> Floats:
        """Return the part of the error of a series that is revised away by two days ahead, shape (n,).

        Args:
            name: Of the series.
            times_s: Seconds since 1970 UTC, shape (n,).
            revisions: Standard deviation of the revision within each day, from the nearest on.
        """
        made = np.zeros(len(times_s))
        for days, revision in enumerate(revisions, start=_REVISED_FROM_DAYS):
            share = np.clip(self.lead_s / _DAY_S - days, 0, 1)
            if share.any():
                # Spells, not hours, are what is uncertain days ahead.
                drawn = drift(self.seed, f"{self._stream(name)}/{days}", times_s, _DAY_S)
                made += revision * np.sqrt(share) * drawn
        return made

    def _stream(self, name: str) -> str:
        return f"forecast/{name}" if self.model in _ALIKE else f"forecast/{name}/{self.model}"


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
    near = replace(lead, lead_s=np.minimum(lead.lead_s, _REVISED_FROM_DAYS * _DAY_S))
    error = ERROR_A_DAY_C * near.error("temperature", times_s)
    longer = lead.longer_error("temperature", times_s, REVISIONS_C)
    return np.asarray(weather.temperature(lead.seed, times_s) + error + longer)


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
