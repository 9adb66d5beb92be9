"""The words of the notices about tomorrow, in English and French.

Here: for each its title, what is so and what a trader would look at, and a short line, with fields in braces; what
drives a change. Not here: which field is what (`texts`), and the words of problems (`sentences`).
"""

from __future__ import annotations

from elec_pipeline.alerts.facts import Kind
from elec_pipeline.alerts.wording import Sentences
from elec_pipeline.settings_alerts import Language

_EN, _FR = Language.ENGLISH, Language.FRENCH
NOTICE_SENTENCES: dict[Kind, dict[Language, Sentences]] = {
    Kind.RTE_OUTSIDE: {
        _EN: Sentences(
            "RTE's forecast of {day} is outside our 80% band",
            "RTE's D-1 is outside our 80% band in {hours} of {of} hours. The largest gap: ours is {gap_mw} MW "
            "against RTE's at {at}.",
            "look at these hours on the forecast page, and there at «Why»: what changed since the issue before, "
            "and the weather that ours knew. See whether RTE knows something that ours cannot, such as a strike. "
            "By design the actual load is outside the band in two hours of ten.",
        ),
        _FR: Sentences(
            "la prévision de RTE du {day} sort de notre bande à 80 %",
            "Le J-1 de RTE sort de notre bande à 80 % pendant {hours} heures sur {of}. L'écart le plus grand : la "
            "nôtre est à {gap_mw} MW de celle de RTE à {at}.",
            "regarder ces heures sur la page « Prévision », et là « Pourquoi » : ce qui a changé depuis l'édition "
            "d'avant, et la météo que la nôtre connaissait. Voir si RTE sait quelque chose que la nôtre ne peut "
            "pas savoir, comme une grève. Par construction, la consommation réalisée sort de la bande deux heures "
            "sur dix.",
        ),
    },
    Kind.CHANGED: {
        _EN: Sentences(
            "the forecast of {day} changed a lot",
            "Since the issue of {previous} it changed by {mean_mw} MW on average, most by {most_mw} MW at "
            "{at}{driven}.",
            "look at «Why» on the forecast page: which hours changed and what drove them. If it is RTE's revision "
            "or the weather, others have seen it too; see what the price has done since.",
        ),
        _FR: Sentences(
            "la prévision du {day} a beaucoup changé",
            "Depuis l'édition du {previous} elle a changé de {mean_mw} MW en moyenne, au plus de {most_mw} MW à "
            "{at}{driven}.",
            "regarder « Pourquoi » sur la page « Prévision » : quelles heures ont changé et pourquoi. Si c'est la "
            "révision de RTE ou la météo, d'autres l'ont vu aussi ; voir ce que le prix a fait depuis.",
        ),
    },
    Kind.COLD: {
        _EN: Sentences(
            "{day} will be cold",
            "{temperature_c} °C on average in France are forecast{usual}.",
            "look at the peaks on the forecast page, at their change against a week before and at the upper end "
            "of the band: errors are larger on cold days. Compare RTE's peak.",
        ),
        _FR: Sentences(
            "il fera froid le {day}",
            "{temperature_c} °C en moyenne en France sont prévus{usual}.",
            "regarder les pointes sur la page « Prévision », leur changement sur une semaine et le haut de la "
            "bande : les erreurs sont plus grandes par grand froid. Comparer la pointe de RTE.",
        ),
    },
    Kind.PEAK: {
        _EN: Sentences(
            "a high peak on {day}",
            "{peak_mw} MW are forecast at {at}{band}; the level set is {level_mw} MW.",
            "look at the hours round the peak on the forecast page, at RTE's forecast of them and at the upper "
            "end of the band. ELEC_ALERT_PEAK_MW sets the level.",
        ),
        _FR: Sentences(
            "une pointe élevée le {day}",
            "{peak_mw} MW sont prévus à {at}{band} ; le seuil réglé est {level_mw} MW.",
            "regarder les heures autour de la pointe sur la page « Prévision », la prévision de RTE à ces heures "
            "et le haut de la bande. ELEC_ALERT_PEAK_MW règle le seuil.",
        ),
    },
}
LINES: dict[Kind, dict[Language, str]] = {
    Kind.RTE_OUTSIDE: {
        _EN: "RTE's D-1 is outside the 80% band in {hours} of {of} hours; ours {gap_mw} MW at {at}",
        _FR: "Le J-1 de RTE sort de la bande à 80 % pendant {hours} heures sur {of} ; la nôtre {gap_mw} MW à {at}",
    },
    Kind.CHANGED: {
        _EN: "Large change: {mean_mw} MW on average, most {most_mw} MW at {at}{driven}",
        _FR: "Grand changement : {mean_mw} MW en moyenne, au plus {most_mw} MW à {at}{driven}",
    },
    Kind.COLD: {
        _EN: "Cold: {temperature_c} °C on average{usual}",
        _FR: "Froid : {temperature_c} °C en moyenne{usual}",
    },
    Kind.PEAK: {
        _EN: "High peak: {peak_mw} MW at {at}; the level set is {level_mw} MW",
        _FR: "Pointe élevée : {peak_mw} MW à {at} ; le seuil réglé est {level_mw} MW",
    },
}
"""What is so in one short line, for who sees of which day it is."""
DRIVEN = {_EN: ", mainly by {driver} ({driver_mw} MW)", _FR: ", surtout par {driver} ({driver_mw} MW)"}
USUAL = {_EN: "; the two weeks before: {usual_c} °C", _FR: " ; les deux semaines d'avant : {usual_c} °C"}
BAND = {_EN: " (80%: {low_mw} to {high_mw} MW)", _FR: " (80 % : {low_mw} à {high_mw} MW)"}
DRIVERS = {
    "load": {_EN: "load known since", _FR: "la consommation connue depuis"},
    "rte": {_EN: "RTE's forecast", _FR: "la prévision de RTE"},
    "weather": {_EN: "the weather", _FR: "la météo"},
    "others": {_EN: "the other experts", _FR: "les autres experts"},
}
