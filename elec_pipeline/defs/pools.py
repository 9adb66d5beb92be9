"""Pools: how many steps, of all runs together, may use something scarce at once. `dagster.yaml` has the limit."""

RTE_POOL = "rte_api"
"""Runs share RTE's quota."""

WEATHER_POOL = "open_meteo"
"""And Open-Meteo's."""

TRAINING_POOL = "training"
"""One training at a time."""
