"""The sentences of accuracy by lead.

Read through `texts`.
"""

from __future__ import annotations

LEADS: dict[str, tuple[str, str]] = {
    "by_lead": ("Error by lead", "Erreur par échéance"),
    "lead": ("Lead", "Échéance"),
    "lead_days": ("D+{n}", "J+{n}"),
    "by_lead_note": (
        (
            "Hours: what was forecast within the day, so many hours ahead. Evening and morning: for the day "
            "after. D+2 to D+7: the week ahead. Each on the days of this period that it is scored on; the naive "
            "forecast, the same hour a week before, on the same days."
        ),
        (
            "Heures : ce qui était prévu en cours de journée, tant d'heures avant. Soir et matin : pour le "
            "lendemain. J+2 à J+7 : la semaine à venir. Chaque échéance sur les jours de cette période où elle "
            "est notée ; la prévision naïve, la même heure une semaine avant, sur les mêmes jours."
        ),
    ),
    "by_lead_fails": (
        "▼ The 80% band holds the actual less often than by chance on so many days: it is too narrow.",
        "▼ La bande à 80 % contient le réalisé moins souvent que par hasard sur tant de jours : trop étroite.",
    ),
    "by_lead_none": (
        "No day of this period has scores of a lead.",
        "Aucun jour de cette période n'a de score par échéance.",
    ),
}
