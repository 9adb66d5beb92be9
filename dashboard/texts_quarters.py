"""Words for quarter-hours in the chart and in files.

Read through `texts`.
"""

from __future__ import annotations

QUARTERS: dict[str, tuple[str, str]] = {
    "resolution": ("Resolution", "Résolution"),
    "resolution_1h": ("1 h", "1 h"),
    "resolution_15min": ("15 min", "15 min"),
    "quarters_of_few_days": (
        "Quarter-hours are drawn of at most {n} days: choose a shorter period.",
        "Les quarts d'heure sont tracés sur {n} jours au plus : choisissez une période plus courte.",
    ),
    "no_quarters": (
        "No forecast by the quarter-hour is there for these days: hours are drawn.",
        "Aucune prévision au quart d'heure n'est là pour ces jours : voici les heures.",
    ),
    "quarters_note": (
        "Quarter-hours; of RTE D-2, which comes by the half-hour, both quarters are the same.",
        "Quarts d'heure ; pour RTE J-2, donnée à la demi-heure, les deux quarts sont égaux.",
    ),
}
