"""The sentences of the day page beyond its curves: how vintages count and err, two days side by side.

Read through `texts`.
"""

from __future__ import annotations

DAY: dict[str, tuple[str, str]] = {
    "counts_from": ("Counts from", "Compte à partir de"),
    "basis": ("On what basis", "Selon"),
    "basis_published": ("published {clock}", "publiée à {clock}"),
    "basis_published_late": ("published {clock}, loaded {loaded}", "publiée à {clock}, chargée {loaded}"),
    "basis_nominal": ("counted from {clock}, loaded later", "comptée à {clock}, chargée plus tard"),
    "basis_partly_nominal": (
        "published {clock}; {n} hours counted from {nominal}, loaded later",
        "publiée à {clock} ; {n} heures comptées à {nominal}, chargées plus tard",
    ),
    "basis_ours": ("issued {clock}, {how}", "éditée à {clock}, {how}"),
    "vintages_note": (
        (
            "In order of issue. Error and bias (forecast less actual) are over the complete hours of the actual. "
            "RTE's forecasts that were loaded after the day began count from their nominal time, and may be later "
            "revisions."
        ),
        (
            "Par ordre d'édition. Erreur et biais (prévision moins réalisé) sur les heures complètes du réalisé. "
            "Les prévisions de RTE chargées après le début du jour comptent à leur heure nominale, et peuvent "
            "être des révisions ultérieures."
        ),
    ),
    "two_days": ("Two days side by side", "Deux journées côte à côte"),
    "beside_choose": ("Second day", "Seconde journée"),
    "beside_day": ("Day before", "La veille"),
    "beside_week": ("Week before", "Semaine précédente"),
    "beside_note": (
        "The actual where it is complete, else our newest forecast (dotted), by Paris hour. {extra}",
        "Le réalisé s'il est complet, sinon notre dernière prévision (pointillé), à l'heure de Paris. {extra}",
    ),
    "beside_change": (
        "{first} less {second}: mean {mean} MW over {n} hours, peak {peak} MW.",
        "{first} moins {second} : moyenne {mean} MW sur {n} heures, pointe {peak} MW.",
    ),
    "beside_hours": (
        "A clock change leaves hours that only one of them has: they have no difference.",
        "Un changement d'heure laisse des heures que l'un des deux seul possède : elles n'ont pas d'écart.",
    ),
    "beside_nothing": ("Nothing is known of {day}.", "On ne sait rien du {day}."),
    "beside_same": ("Choose another day than the one above.", "Choisissez une autre journée que celle du haut."),
    "forecast_of": ("{day} (forecast)", "{day} (prévision)"),
    "difference_of_days": ("Difference (MW)", "Écart (MW)"),
    "chart_two_days": ("{first} and {second} by Paris hour", "{first} et {second} à l'heure de Paris"),
}  # fmt: skip
