"""The sentences of the first screen: tomorrow's figures, what is waited for, the difference drawn.

Read through `texts`.
"""

from __future__ import annotations

from elec_pipeline.domain.day_summary import EVENING, MORNING
from elec_pipeline.domain.timetable import EVENING_ISSUE, GATE_CLOSURE, MORNING_ISSUE, written

_MORNING = f"{MORNING.start}–{MORNING.stop} h"
_EVENING = f"{EVENING.start}–{EVENING.stop} h"
BEFORE_NOON: dict[str, tuple[str, str]] = {
    "issued": ("Issued {moment}", "Éditée {moment}"),
    "awaited_gate": (
        f"Gate closure ({written(GATE_CLOSURE)}) in {{left}}",
        f"Clôture de l'enchère ({written(GATE_CLOSURE)}) dans {{left}}",
    ),
    "awaited_morning": (
        f"Morning issue ({written(MORNING_ISSUE)}) in {{left}}",
        f"Édition du matin ({written(MORNING_ISSUE)}) dans {{left}}",
    ),
    "awaited_evening": (
        f"Evening issue ({written(EVENING_ISSUE)}) in {{left}}",
        f"Édition du soir ({written(EVENING_ISSUE)}) dans {{left}}",
    ),
    "issue_to_come": (
        "The {issue} issue of {day} is not there: it is made {moment}. Shown is the newest one.",
        "L'édition du {issue} pour {day} n'est pas là : elle est faite {moment}. Voici la dernière.",
    ),
    "of_morning": ("morning", "matin"),
    "of_evening": ("evening", "soir"),
    "peak": ("Peak", "Pointe"),
    "peak_note": ("{hour} · 80%: {low}–{high} · RTE {rte}", "{hour} · 80 % : {low}–{high} · RTE {rte}"),
    "peak_help": (
        "Highest hour of the median forecast; the 80% band and RTE's forecast then, in MW.",
        "Heure la plus haute de la prévision médiane ; la bande à 80 % et RTE à cette heure, en MW.",
    ),
    "morning_peak": ("Morning peak", "Pointe du matin"),
    "morning_peak_help": (f"The highest hour of {_MORNING}.", f"L'heure la plus haute de {_MORNING}."),
    "evening_peak": ("Evening peak", "Pointe du soir"),
    "evening_peak_help": (f"The highest hour of {_EVENING}.", f"L'heure la plus haute de {_EVENING}."),
    "ramp": ("Steepest ramp", "Rampe la plus forte"),
    "ramp_help": (
        "The largest change of the median from one hour to the next.",
        "La plus grande variation de la médiane d'une heure à la suivante.",
    ),
    "energy": ("Energy", "Énergie"),
    "energy_mean": ("mean {load} MW", "moyenne {load} MW"),
    "energy_hours": ("{n} of {of} hours", "{n} heures sur {of}"),
    "gap": ("Largest gap to {rte}", "Écart max. à {rte}"),
    "gap_note": ("{hours}, most {hour}", "{hours}, max. {hour}"),
    "gap_help": (
        (
            "Ours − RTE's in the hour where they differ most, and the hours around it where the gap is at least "
            "half as large. RTE lies outside our 80% band in {n} of {of} hours. Of RTE's it is what it says now, "
            "revisions included."
        ),
        (
            "La nôtre − celle de RTE à l'heure où elles diffèrent le plus, et les heures autour où l'écart en "
            "vaut au moins la moitié. RTE sort de notre bande à 80 % pendant {n} heures sur {of}. C'est ce que "
            "RTE dit maintenant, révisions comprises."
        ),
    ),
    "rte_absent": ("not out yet", "pas encore publiée"),
    "against_today": ("Vs today", "Écart à aujourd'hui"),
    "against_yesterday": ("Vs yesterday", "Écart à hier"),
    "against_week": ("Vs a week before", "Écart à J-7"),
    "against_day": ("Vs {day}", "Écart au {day}"),
    "change_note": ("peak {load} MW", "pointe {load} MW"),
    "change_help": (
        (
            "Mean difference to {day}, over {n} hours at the same Paris time, and the difference of the peaks. "
            "Of that day it is the actual where it is complete, else our forecast."
        ),
        (
            "Différence moyenne avec le {day}, sur {n} heures à la même heure de Paris, et celle des pointes. "
            "De ce jour on prend le réalisé là où il est complet, sinon notre prévision."
        ),
    ),
    "nothing_before": ("nothing of {day}", "rien du {day}"),
    "against": ("Ours minus", "La nôtre moins"),
    "minus_rte": ("RTE", "RTE"),
    "minus_day": ("Day before", "Veille"),
    "minus_week": ("Week before", "Semaine préc."),
    "minus_issue": ("Prev. issue", "Édition préc."),
    "other_rte": ("RTE", "RTE"),
    "other_day": ("day before", "veille"),
    "other_week": ("week before", "semaine précédente"),
    "other_issue": ("previous issue", "édition précédente"),
    "difference_to": ("Ours − {other}", "La nôtre − {other}"),
    "difference_outside": ("{other} outside our 80% band", "{other} hors de notre bande à 80 %"),
    "our_error": ("Error of ours", "Erreur de la nôtre"),
    "other_error": ("Error: {other}", "Erreur : {other}"),
    "difference_by_day": (
        "Over more than {n} days the differences are means of days, marked where most hours lie outside the band.",
        "Au-delà de {n} jours, les écarts sont des moyennes de jours, marqués si la plupart des heures sortent.",
    ),
    "partial_hours": ("incomplete", "incomplète"),
    "partial_note": (
        "Dotted: the actual of hours or days that lack quarter-hours. No figure counts it.",
        "Pointillé : le réalisé d'heures ou de jours incomplets. Aucun chiffre n'en tient compte.",
    ),
}
