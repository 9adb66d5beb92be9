"""A synthetic weather of mainland France, weighted by population.

Here: the temperature that drives the synthetic load, and the clouds, wind, humidity and sunlight that go with it,
which the load does not answer to. Not here: the load; forecasts (`weather_forecasts`); any real weather.
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


def cloud_cover(seed: int, epoch_s: Ints) -> Floats:
    """Return the share of the sky that is covered, which winter adds to.

    Args:
        seed: Seed of the world.
        epoch_s: Instants, seconds since 1970 UTC, shape (n,).

    Returns:
        Percent, 0 to 100, shape (n,).
    """
    fronts = 1.3 * drift(seed, "clouds/days", epoch_s, 1.5 * DAY_S)
    fronts += 0.7 * drift(seed, "clouds/hours", epoch_s, 5 * 3600)
    return np.asarray(100 / (1 + np.exp(-(0.5 + 0.5 * season(epoch_s) + fronts))))


def wind_speed(seed: int, epoch_s: Ints) -> Floats:
    """Return the wind, with storms, stronger in winter and in the afternoon.

    Args:
        seed: Seed of the world.
        epoch_s: Instants, seconds since 1970 UTC, shape (n,).

    Returns:
        Metres a second at ten metres, above 0, shape (n,).
    """
    storms = 0.35 * drift(seed, "wind/days", epoch_s, 2 * DAY_S)
    storms += 0.12 * drift(seed, "wind/hours", epoch_s, 6 * 3600)
    return np.asarray(3.8 * (1 + 0.2 * season(epoch_s)) * (1 + 0.12 * _afternoon(epoch_s)) * np.exp(storms))


def relative_humidity(seed: int, epoch_s: Ints) -> Floats:
    """Return the relative humidity: high in winter and at night, low on a summer's afternoon.

    Args:
        seed: Seed of the world.
        epoch_s: Instants, seconds since 1970 UTC, shape (n,).

    Returns:
        Percent, 10 to 100, shape (n,).
    """
    winter = season(epoch_s)
    air = 6 * drift(seed, "humidity/days", epoch_s, 2 * DAY_S)
    return np.asarray(np.clip(73 + 8 * winter - (11 - 5 * winter) * _afternoon(epoch_s) + air, 10, 100))


def clear_sky_radiation(epoch_s: Ints, latitude: float, longitude: float) -> Floats:
    """Return the sunlight on level ground under a clear sky, from where the sun stands.

    Source: Kasten and Czeplak, 1980, https://doi.org/10.1016/0038-092X(80)90391-6.

    Args:
        epoch_s: Instants, seconds since 1970 UTC, shape (n,).
        latitude: Degrees.
        longitude: Degrees, eastward.

    Returns:
        Watts a square metre, 0 while the sun is down, shape (n,).
    """
    declination = np.radians(-23.44) * np.cos(2 * np.pi * (epoch_s + 10 * DAY_S) / _YEAR_S)
    hour_angle = 2 * np.pi * (epoch_s / DAY_S + longitude / 360 - 0.5)
    north = np.radians(latitude)
    height = np.sin(north) * np.sin(declination) + np.cos(north) * np.cos(declination) * np.cos(hour_angle)
    return np.asarray(np.clip(910 * height - 30, 0, None))


def share_through_clouds(cloud_cover_pct: Floats) -> Floats:
    """Return the share of the sunlight that clouds let through; the source is that of `clear_sky_radiation`.

    Args:
        cloud_cover_pct: Percent, shape (n,).

    Returns:
        0.25 to 1, shape (n,).
    """
    return np.asarray(1 - 0.75 * (cloud_cover_pct / 100) ** 3.4)


def _afternoon(epoch_s: Ints) -> Floats:
    """Return where in the day each instant lies: 1 in the early afternoon, -1 in the small hours."""
    return np.asarray(np.cos(2 * np.pi * (epoch_s / DAY_S - 14.5 / 24)))
