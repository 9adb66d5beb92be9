"""The sentences of the page of the week ahead.

Read through `texts`.
"""

from __future__ import annotations

from elec_pipeline.domain.timetable import MORNING_ISSUE, written

_CLOCK = written(MORNING_ISSUE)
WEEK: dict[str, tuple[str, str]] = {
    "page_week": ("Week", "Semaine"),
    "week_title": ("The week ahead", "La semaine à venir"),
    "week_issued": (
        "{first} to {last}: issued {moment}",
        "Du {first} au {last} : édition du {moment}",
    ),
    "tomorrow_issued": ("{day}, tomorrow: issued {moment}", "{day}, demain : édition du {moment}"),
    "no_week": (
        f"No forecast of the days two to seven ahead is there: it is made every morning at {_CLOCK}.",
        f"Aucune prévision des jours deux à sept n'est là : elle est faite chaque matin à {_CLOCK}.",
    ),
    "older_week": (
        f"Today's issue is not there: shown is that of {{day}}. One is made every morning at {_CLOCK}.",
        f"L'édition d'aujourd'hui n'est pas là : voici celle du {{day}}. Elle est faite chaque matin à {_CLOCK}.",
    ),
    "no_tomorrow": (
        "No day-ahead forecast of tomorrow is there.",
        "La prévision de demain n'est pas là.",
    ),
    "chart_week": (
        "Forecast of the week ahead, {first} to {last}",
        "Prévision de la semaine à venir, du {first} au {last}",
    ),
    "week_peaks": ("Peak of the day, 80%", "Pointe du jour, 80 %"),
    "week_peak_range": ("80%: {low}–{high}", "80 % : {low}–{high}"),
    "week_peak_hour": ("{hour} ({chance})", "{hour} ({chance})"),
    "week_energy": ("{energy} GWh", "{energy} GWh"),
    "week_energy_part": ("{energy} GWh, {n} of {of} hours", "{energy} GWh, {n} heures sur {of}"),
    "week_change": ("{load} MW vs {day}", "{load} MW / {day}"),
    "week_note": (
        (
            "Each day: the peak, the interval that holds it in 80% of cases, the hours that most likely are the "
            "highest with their probability, the energy, and the mean difference to the same weekday a week "
            "before (its actual where that is complete, else our forecast). Of tomorrow the peak is the highest "
            "hour of the day-ahead forecast, without a probability."
        ),
        (
            "Par jour : la pointe, l'intervalle qui la contient dans 80 % des cas, les heures les plus "
            "probables de la pointe avec leur probabilité, l'énergie, et l'écart moyen au même jour de la semaine "
            "précédente (son réalisé s'il est complet, sinon notre prévision). Pour demain, la pointe est l'heure "
            "la plus haute de la prévision de la veille, sans probabilité."
        ),
    ),
}
