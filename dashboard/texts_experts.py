"""The names of experts and the sentences about them, in English and in French.

Here: a name for each expert that there is one for; a checkpoint may hold others, which go by their own. Not here:
which experts there are (the checkpoint says), and every other sentence (`texts`).
"""

from __future__ import annotations

EXPERTS: dict[str, tuple[str, str]] = {
    "expert_ridge": ("Ridge regression", "Régression ridge"),
    "expert_chronos": ("Chronos network", "Réseau Chronos"),
    "expert_mlp": ("Dense network", "Réseau dense"),
    "expert_boosting": ("Gradient boosting", "Gradient boosting"),
    "expert_seasonal_naive": ("A week before", "Semaine précédente"),
    "experts": ("Experts and references", "Experts et références"),
    "experts_intro": (
        (
            "The model's experts, the forecast made of them and references, on the {days} days on which all are "
            "scored. {debiased}: {rte} less its own mean error at that hour on the last {n} days."
        ),
        (
            "Les experts du modèle, la prévision qui en est faite et des références, sur les {days} jours où tous "
            "sont notés. {debiased} : {rte} moins son erreur moyenne à cette heure sur les {n} derniers jours."
        ),
    ),
    "experts_none": (
        "No day of this period has scores of experts: forecasts of earlier versions do not tell what theirs said.",
        "Aucun jour de cette période n'a de score d'expert : les anciennes prévisions ne disent rien des leurs.",
    ),
    "weights": ("Weights of the experts", "Poids des experts"),
    "weights_note": (
        "Weights of the experts in the model {version}: in the median / in the width of the bands.",
        "Poids des experts dans le modèle {version} : dans la médiane / dans la largeur des bandes.",
    ),
    "late_errors": ("Own errors of late", "Propres erreurs récentes"),
    "stands_on": ("What is known", "Ce qui est connu"),
    "situation_": ("Whatever is known", "Dans tous les cas"),
    "situation_evening": ("Evening: RTE D-1", "Soir : RTE J-1"),
    "situation_early": ("Morning: RTE's earlier forecast", "Matin : prévision antérieure de RTE"),
    "situation_alone": ("Without RTE", "Sans RTE"),
}  # fmt: skip
