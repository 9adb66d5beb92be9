"""The names of the inputs, which everything that carries them shares.

Here: names and their order, without anything that computes: the tables are made of them. Not here: the forecasts
of an input (`inputs`).
"""

from __future__ import annotations

TEMPERATURE = "temperature_c"
"""Temperature, degrees Celsius, the mean over where people live, as is every other weather input."""
CLOUD_COVER = "cloud_cover_pct"
"""Share of the sky that is covered, percent."""
WIND_SPEED = "wind_speed_ms"
"""Wind at ten metres, metres a second."""
HUMIDITY = "relative_humidity_pct"
"""Relative humidity at two metres, percent."""
RADIATION = "shortwave_radiation_wm2"
"""Sunlight on level ground, mean of the hour, watts a square metre."""
WEATHER = (TEMPERATURE, CLOUD_COVER, WIND_SPEED, HUMIDITY, RADIATION)
"""What a weather forecast holds, each known or not."""
GROUPS = ((TEMPERATURE,), (CLOUD_COVER, WIND_SPEED, HUMIDITY))
"""A model is fitted for none of the inputs, for those of the first group, of the first two, and so on: what is
known most often and tells most comes first, and what comes from one reply comes together."""
INPUTS = tuple(name for group in GROUPS for name in group)
"""All that a forecast may use, each by the name of its column in tables and frames."""
