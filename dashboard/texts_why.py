"""The sentences about why a forecast is what it is, and what changed since the issue before, in both languages.

Read through `texts`.
"""

from __future__ import annotations

WHY: dict[str, tuple[str, str]] = {
    "since": (
        "Since {since}: {mean} MW on average, most {most} MW at {hour}",
        "Depuis {since} : {mean} MW en moyenne, au plus {most} MW à {hour}",
    ),
    "since_driver": (", mainly {driver} ({share} MW).", " ; surtout {driver} ({share} MW)."),
    "first_issue": ("First issue of this day.", "Première édition pour ce jour."),
    "driver_load": ("load known since", "consommation connue depuis"),
    "driver_rte_first": ("RTE's first forecast", "première prévision de RTE"),
    "driver_rte": ("RTE's revision", "révision de RTE"),
    "driver_weather": ("weather", "météo"),
    "driver_others": ("other experts", "autres experts"),
    "why": ("Why", "Pourquoi"),
    "why_changed": ("What changed since {since}", "Ce qui a changé depuis {since}"),
    "why_change": ("Change in all", "Changement total"),
    "why_change_note": (
        (
            "By hour. Load, RTE and weather share out what the ridge regression moved by (Shapley values); the "
            "rest of our forecast's change comes from the other experts."
        ),
        (
            "Par heure. Consommation, RTE et météo se partagent le changement de la régression ridge (valeurs de "
            "Shapley) ; le reste du changement de notre prévision vient des autres experts."
        ),
    ),
    "why_no_shares": (
        "What drove this change is not known: the issue before is not ours, or the model has no ridge.",
        "La cause de ce changement n'est pas connue : édition d'avant venue d'ailleurs, ou modèle sans ridge.",
    ),
    "why_first": (
        "This is the first issue of this day: nothing changed before it.",
        "C'est la première édition pour ce jour : rien n'a changé avant elle.",
    ),
    "why_unkept": (
        "What changed is not known of this issue: it was made before changes were kept.",
        "Ce qui a changé n'est pas connu de cette édition : elle est d'avant le suivi des changements.",
    ),
    "why_weather": ("Weather that it knew", "Météo qu'elle connaissait"),
    "why_temperature_c": ("Temperature", "Température"),
    "why_cloud_cover_pct": ("Cloud cover", "Nébulosité"),
    "why_mean_temperature_c": (
        "Temperature: mean {mean} °C, {change} °C against a week before.",
        "Température : moyenne {mean} °C, {change} °C par rapport à la semaine précédente.",
    ),
    "why_mean_cloud_cover_pct": (
        "Cloud cover: mean {mean}%, {change} points against a week before.",
        "Nébulosité : moyenne {mean} %, {change} points par rapport à la semaine précédente.",
    ),
    "why_weather_none": (
        "This issue knew no weather forecast of the day.",
        "Cette édition ne connaissait aucune prévision météo du jour.",
    ),
    "why_weather_elsewhere": (
        "What this issue knew cannot be told: it was made elsewhere.",
        "Ce que cette édition connaissait n'est pas connu : elle a été faite ailleurs.",
    ),
    "why_experts": ("The experts it stands on", "Les experts sur lesquels elle repose"),
    "why_experts_note": (
        "{stands_on}. Weights in the median; mean and peak of the day, of the model {version}.",
        "{stands_on}. Poids dans la médiane ; moyenne et pointe du jour, du modèle {version}.",
    ),
    "why_experts_none": (
        "What the experts said of this issue was not kept.",
        "Ce que disaient les experts de cette édition n'a pas été gardé.",
    ),
    "expert": ("Expert", "Expert"),
    "weight": ("Weight", "Poids"),
    "day_mean": ("Mean (MW)", "Moyenne (MW)"),
    "day_peak": ("Peak (MW)", "Pointe (MW)"),
    "peak_at": ("Peak hour", "Heure de pointe"),
}
