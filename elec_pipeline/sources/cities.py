"""Where the temperature of France is taken, and how many people each place stands for.

Here: cities, their coordinates and weights. Not here: requests. Each region of mainland France has one to three
cities, which share its population equally: people heat where they live, so degrees count by heads.

Population: INSEE, census of 2021, the thirteen regions of mainland France and Corsica, in thousands.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    """A place, by its `name`, `latitude` and `longitude` (degrees, WGS 84), and its share of the population."""

    name: str
    latitude: float
    longitude: float
    weight: float


_REGIONS: tuple[tuple[float, tuple[tuple[str, float, float], ...]], ...] = (
    (12_317, (("Paris", 48.86, 2.35), ("Évry", 48.63, 2.44), ("Cergy", 49.04, 2.08))),
    (8_114, (("Lyon", 45.76, 4.84), ("Grenoble", 45.19, 5.72), ("Clermont-Ferrand", 45.78, 3.09))),
    (6_069, (("Bordeaux", 44.84, -0.58), ("Limoges", 45.83, 1.26))),
    (6_022, (("Toulouse", 43.60, 1.44), ("Montpellier", 43.61, 3.88))),
    (5_995, (("Lille", 50.63, 3.06), ("Amiens", 49.89, 2.30))),
    (5_561, (("Strasbourg", 48.58, 7.75), ("Reims", 49.26, 4.03))),
    (5_128, (("Marseille", 43.30, 5.37), ("Nice", 43.70, 7.27))),
    (3_854, (("Nantes", 47.22, -1.55),)),
    (3_395, (("Rennes", 48.11, -1.68),)),
    (3_327, (("Rouen", 49.44, 1.10),)),
    (2_800, (("Dijon", 47.32, 5.04),)),
    (2_573, (("Orléans", 47.90, 1.91),)),
    (348, (("Ajaccio", 41.92, 8.74),)),
)

_INHABITANTS = sum(people for people, _ in _REGIONS)

CITIES = tuple(
    City(name, latitude, longitude, people / len(places) / _INHABITANTS)
    for people, places in _REGIONS
    for name, latitude, longitude in places
)
"""Weights sum to one."""
