"""A synthetic temperature of mainland France, weighted by population.

Here: the temperature that drives the synthetic load. Not here: the load; any real weather.
"""

from __future__ import annotations

import numpy as np

from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.simulator.noise import Ints, drift

DAY_S = 86_400
_YEAR_S = 365.2425 * DAY_S
_COLDEST_S = 19 * DAY_S  # 20 January; 1970 began on a 1 January
_INERTIA_LAGS_H = (0, 6, 12, 18, 24)


def season(epoch_s: Ints) -> Floats:
    """Return where in the year each instant lies: 1 in the depth of winter, -1 in the height of summer.

    Args:
        epoch_s: Instants, seconds since 1970 UTC, shape (n,).

    Returns:
        Numbers from -1 to 1, shape (n,).
    """
    return np.asarray(np.cos(2 * np.pi * (epoch_s - _COLDEST_S) / _YEAR_S))


def temperature(seed: int, epoch_s: Ints) -> Floats:
    """Return the temperature, with seasons, spells of warm and cold, and a daily swing that summer widens.

    Args:
        seed: Seed of the world.
        epoch_s: Instants, seconds since 1970 UTC, shape (n,).

    Returns:
        Degrees Celsius, shape (n,).
    """
    winter = season(epoch_s)
    spells = 2.3 * drift(seed, "weather/days", epoch_s, 4 * DAY_S)
    spells += 1.6 * drift(seed, "weather/weeks", epoch_s, 16 * DAY_S)
    swing = (2.8 - 1.2 * winter) * np.cos(2 * np.pi * (epoch_s / DAY_S - 14.5 / 24))
    return np.asarray(13.3 - 8.2 * winter + spells + swing)


def felt_by_buildings(seed: int, epoch_s: Ints) -> Floats:
    """Return the temperature that heating answers to: the mean of the last day, for walls are slow.

    Args:
        seed: Seed of the world.
        epoch_s: Instants, seconds since 1970 UTC, shape (n,).

    Returns:
        Degrees Celsius, shape (n,).
    """
    past = [temperature(seed, epoch_s - hours * 3600) for hours in _INERTIA_LAGS_H]
    return np.asarray(np.mean(past, axis=0))
