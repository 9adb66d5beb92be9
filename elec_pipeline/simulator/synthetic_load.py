"""The shape of the French load: what people do at which hour, what heating takes, and noise.

Here: synthetic load at any instant. Not here: forecasts of it, their publication, the frames (`synthetic`).

People live by the clock on the wall, so the daily shape follows Paris time, clock changes included; the sun
and the noise follow UTC. Levels are round figures of the French system of the 2020s: 30 to 35 GW on a summer
night, 80 GW and more on a winter evening.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.domain.kinds_of_day import share_off
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.simulator.noise import Ints, drift
from elec_pipeline.simulator.weather import DAY_S, felt_by_buildings, season, temperature

HEATING_MW_PER_C = 2_100
HEATING_BELOW_C = 15.0
COOLING_MW_PER_C = 500
COOLING_ABOVE_C = 24.0

_LEVEL_MW = {0.0: 44_000.0, 0.5: 40_000.0, 1.0: 38_000.0}
"""Mean level by how much of the country does not work."""
_SHAPE_HOUR = np.array([0, 2, 4, 5, 6, 7, 8, 9, 11, 12.5, 14, 17, 18, 19.5, 21, 22.5, 24])
_WEEKDAY_SHAPE = np.array(
    [0.95, 0.85, 0.79, 0.80, 0.87, 0.96, 1.03, 1.07, 1.10, 1.14, 1.11, 1.04, 1.04, 1.07, 1.01, 1.02, 0.95]
)
_WEEKEND_SHAPE = np.array(
    [1.04, 0.94, 0.86, 0.84, 0.85, 0.87, 0.92, 0.98, 1.07, 1.13, 1.07, 1.00, 1.01, 1.07, 1.05, 1.08, 1.04]
)
_BLEND_HOURS = range(-3, 4)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def local_clock(epoch_s: Ints) -> Ints:
    """Return what the clocks of Paris show, as seconds since 1970 on the wall; it jumps at clock changes.

    Args:
        epoch_s: Instants, seconds since 1970 UTC, shape (n,).

    Returns:
        Wall-clock seconds, shape (n,).
    """
    utc = pd.DatetimeIndex(epoch_s.astype("datetime64[s]"), tz="UTC")
    return utc.tz_convert(PARIS).tz_localize(None).to_numpy("datetime64[s]").astype(np.int64)


def _level_mw(day: date) -> tuple[float, float]:
    """Return the mean level of a day without heating, MW, and 1 where it passes like a Sunday, else 0."""
    off = share_off(day)
    level, rest = _LEVEL_MW[off], float(off > 0)  # a Saturday has the shape of a Sunday, at another level
    from_mid_august = (day - date(day.year, 8, 14)).days
    from_christmas_week = min(abs((day - date(year, 12, 28)).days) for year in (day.year - 1, day.year))
    august = 1 - 0.11 * np.exp(-((from_mid_august / 11) ** 2))
    christmas = 1 - 0.06 * np.exp(-((from_christmas_week / 4) ** 2))
    return float(level * august * christmas), rest


def _activity_mw(wall_s: Ints) -> Floats:
    """Return the load that the clock and the calendar alone explain, MW."""
    day_number = wall_s // DAY_S
    first = int(day_number.min()) - 1
    numbers = range(first, int(day_number.max()) + 2)
    days = np.array([_level_mw(date.fromordinal(_EPOCH_ORDINAL + number)) for number in numbers])
    # Nobody changes habits on the stroke of midnight: one day fades into the next over six hours.
    around = [days[(wall_s + hours * 3600) // DAY_S - first] for hours in _BLEND_HOURS]
    level, rest = np.mean(around, axis=0).T
    hour = (wall_s % DAY_S) / 3600
    weekday = np.interp(hour, _SHAPE_HOUR, _WEEKDAY_SHAPE)
    weekend = np.interp(hour, _SHAPE_HOUR, _WEEKEND_SHAPE)
    return np.asarray(level * (weekday + rest * (weekend - weekday)))


def _softly_positive(degrees: Floats) -> Floats:
    """Return `max(degrees, 0)` with the corner rounded: not every household starts heating on one day."""
    return np.asarray(np.logaddexp(0.0, degrees))


def load(seed: int, epoch_s: Ints) -> Floats:
    """Return the synthetic load of mainland France.

    Args:
        seed: Seed of the world.
        epoch_s: Starts of quarter-hours, seconds since 1970 UTC, shape (n,), n at least 1.

    Returns:
        MW, shape (n,), not rounded.
    """
    wall_s = local_clock(epoch_s)
    hour = (wall_s % DAY_S) / 3600
    winter = np.clip(season(epoch_s), 0, None)
    lighting = 3_000 * winter * np.exp(-(((hour - 19) / 1.5) ** 2))
    heating = HEATING_MW_PER_C * _softly_positive(HEATING_BELOW_C - felt_by_buildings(seed, epoch_s))
    cooling = COOLING_MW_PER_C * _softly_positive(temperature(seed, epoch_s) - COOLING_ABOVE_C)
    chance = 0.009 * drift(seed, "load/days", epoch_s, 30 * 3600)
    chance += 0.005 * drift(seed, "load/hours", epoch_s, 3 * 3600)
    chance += 0.001 * drift(seed, "load/quarters", epoch_s, 900)
    return np.asarray((_activity_mw(wall_s) + lighting + heating + cooling) * (1 + chance))
