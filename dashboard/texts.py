"""Every sentence of the dashboard, in English and in French.

Here: words with places for figures. Not here: how figures are written (`language`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.language import Language
from dashboard.texts_before_noon import BEFORE_NOON
from dashboard.texts_day import DAY
from dashboard.texts_errors import ERRORS, EVENING, MORNING
from dashboard.texts_experts import EXPERTS
from dashboard.texts_exports import EXPORTS
from dashboard.texts_leads import LEADS
from dashboard.texts_quarters import QUARTERS
from dashboard.texts_week import WEEK
from dashboard.texts_why import WHY
from dashboard.texts_within_day import WITHIN_DAY
from elec_pipeline.domain.forecasters import EXPERT_PREFIX, expert_of

_OTHERS = ERRORS | EXPERTS | BEFORE_NOON | EXPORTS | DAY | WHY | WITHIN_DAY | WEEK | QUARTERS | LEADS
TEXTS: dict[str, tuple[str, str]] = _OTHERS | {
    # The frame
    "title": ("French electricity consumption", "Consommation d'électricité en France"),
    "page_forecast": ("Forecast", "Prévision"),
    "page_accuracy": ("Accuracy", "Fiabilité"),
    "page_day": ("Day", "Journée"),
    "page_data": ("Data and runs", "Données et exécutions"),
    "language": ("Language", "Langue"),
    "about": (
        "Times are Paris times. Data: RTE, Licence Ouverte / Etalab.",
        "Heures de Paris. Données : RTE, Licence Ouverte / Etalab.",
    ),
    # Series and forecasters
    "actual": ("Actual consumption", "Consommation réalisée"),
    "rte_d1": ("RTE D-1", "RTE J-1"),
    "rte_d1_latest": ("RTE D-1, revised", "RTE J-1, révisée"),
    "rte_d2": ("RTE D-2", "RTE J-2"),
    "rte_id": ("RTE intraday", "RTE infrajournalier"),
    "ours": ("Our forecast", "Notre prévision"),
    "chronos_morning": (f"Ours, morning ({MORNING})", f"La nôtre, matin ({MORNING})"),
    "chronos_evening": (f"Ours, evening ({EVENING})", f"La nôtre, soir ({EVENING})"),
    "seasonal_naive": ("A week before", "Semaine précédente"),
    "rte_debiased": ("RTE D-1, debiased", "RTE J-1, débiaisée"),
    "band_50": ("50% band", "Bande 50 %"),
    "band_80": ("80% band", "Bande 80 %"),
    # Range, issue
    "range": ("Period", "Période"),
    "days_2": ("2 days", "2 jours"),
    "days_7": ("7 days", "7 jours"),
    "days_30": ("30 days", "30 jours"),
    "days_90": ("90 days", "90 jours"),
    "custom": ("Dates…", "Dates…"),
    "from_to": ("From, to", "Du, au"),
    "issue": ("Issue", "Édition"),
    "issue_newest": ("Newest", "Dernière"),
    "issue_morning": ("Morning", "Matin"),
    "issue_evening": ("Evening", "Soir"),
    # Forecast page
    "tomorrow": ("Tomorrow", "Demain"),
    "today": ("Today", "Aujourd'hui"),
    "the_day": ("Newest forecast", "Dernière prévision"),
    "today_so_far": ("Error, today", "Erreur, aujourd'hui"),
    "last_days": ("Error, {n} days", "Erreur, {n} jours"),
    "some_last_days": ("Error, {n} of {of} days", "Erreur, {n} jours sur {of}"),
    "rte_error": ("RTE: {error}", "RTE : {error}"),
    "error_help": (
        "MAPE of the issue shown, and of RTE's D-1 known at {clock} the day before, on the same complete hours.",
        "MAPE de l'édition affichée, et de RTE J-1 connue à {clock} la veille, aux mêmes heures complètes.",
    ),
    "nothing_scored": ("nothing to compare yet", "pas encore de comparaison"),
    "now": ("now {clock}", "à {clock}"),
    "shading": (
        "Shaded: weekends and public holidays.",
        "Grisés : week-ends et jours fériés.",
    ),
    "daily_note": (
        "Over more than {n} days: daily means, the bands as means of the hourly ones.",
        "Au-delà de {n} jours : moyennes journalières, les bandes en moyenne des bandes horaires.",
    ),
    "rte_curve": (
        "RTE D-1 and D-2: what RTE forecast one and two days ahead, in its newest revision.",
        "RTE J-1 et J-2 : ce que RTE prévoyait un et deux jours avant, dans sa dernière révision.",
    ),
    "chart_forecast": (
        "Consumption and forecasts, {first} to {last}",
        "Consommation et prévisions, du {first} au {last}",
    ),
    "hours_of": ("Hours of {day}", "Heures du {day}"),
    "hour": ("Hour", "Heure"),
    "difference": ("Ours − RTE", "La nôtre − RTE"),
    # States
    "state_fresh": ("fresh", "à jour"),
    "state_late": ("late", "en retard"),
    "state_partial": ("partial", "incomplète"),
    "state_revised": ("revised", "révisée"),
    "state_missing": ("missing", "absente"),
    "day_behind": ("1 day behind", "1 jour de retard"),
    "days_behind": ("{n} days behind", "{n} jours de retard"),
    "until": ("to {moment}", "jusqu'à {moment}"),
    "updated": ("updated {moment}", "mise à jour {moment}"),
    "never_updated": ("never updated", "jamais mise à jour"),
    "state_detail_fresh": ("All that is due is there.", "Tout ce qui est attendu est là."),
    "state_detail_late": ("{n} of the {of} hours due have not come.", "{n} des {of} heures attendues manquent."),
    "state_detail_partial": (
        "{n} of the {of} hours due are missing or incomplete.",
        "{n} des {of} heures attendues sont absentes ou incomplètes.",
    ),
    "state_detail_revised": (
        "All is there; {n} values were revised since.",
        "Tout est là ; {n} valeurs ont été révisées depuis.",
    ),
    "state_detail_missing": ("Nothing of the last week is there.", "Rien de la dernière semaine n'est là."),
    # Accuracy page
    "accuracy_intro": (
        "{first} to {last}: {hours} hours that every forecaster here forecast, complete in the actuals.",
        "Du {first} au {last} : {hours} heures au réalisé complet, communes à toutes les prévisions.",
    ),
    "accuracy_days": (
        "These hours are of {n} of the {of} days chosen.", "Ces heures couvrent {n} des {of} jours choisis."
    ),
    "band_fails": (
        (
            "▼ The 80% band holds the actual less often than by chance on {n} days: below {least}. It is too "
            "narrow."
        ),
        (
            "▼ La bande à 80 % contient le réalisé moins souvent que le hasard ne l'explique sur {n} jours : "
            "moins de {least}. Elle est trop étroite."
        ),
    ),
    "rte_scored": (
        "{rte}: RTE's newest D-1 known at {clock} the day before. {latest}: its newest, whenever it came.",
        "{rte} : la dernière J-1 de RTE connue à {clock} la veille. {latest} : la dernière en date.",
    ),
    "rte_nominal": (
        (
            "RTE D-1 was fetched late for {n} of {of} days: it counts from {clock} the day before, its nominal "
            "time, and may be a later revision."
        ),
        (
            "RTE J-1 a été lue tard pour {n} jours sur {of} : elle compte à {clock} la veille, son heure "
            "nominale, et peut être une révision ultérieure."
        ),
    ),
    "forecaster": ("Forecaster", "Prévision"),
    "mape": ("MAPE", "MAPE"),
    "ratio": ("of RTE's", "ratio / RTE"),
    "mae": ("MAE (MW)", "MAE (MW)"),
    "bias": ("Bias (MW)", "Biais (MW)"),
    "pinball": ("Pinball (MW)", "Perte de quantile (MW)"),
    "coverage": ("80% band holds", "Couverture (80 %)"),
    "days_scored": ("Days", "Jours"),
    "daily_error": ("Error by day", "Erreur par jour"),
    "error_by": ("Error by", "Erreur par"),
    "by_hour": ("Hour of day", "Heure"),
    "by_weekday": ("Weekday", "Jour de semaine"),
    "by_month": ("Month", "Mois"),
    "by_temperature": ("Temperature", "Température"),
    "celsius": ("°C, forecast", "°C, prévue"),
    "worst_days": ("Worst days", "Pires journées"),
    "worst_line": ("{day}: {mape} (RTE {rte})", "{day} : {mape} (RTE {rte})"),
    "no_temperature": ("No temperature forecasts are stored.", "Aucune prévision de température en base."),
    # Day page
    "day_choose": ("Delivery day", "Journée de livraison"),
    "day_before": ("Previous day", "Jour précédent"),
    "day_after": ("Next day", "Jour suivant"),
    "day_hours": ("{n} hours", "{n} heures"),
    "vintages": ("Vintages", "Versions"),
    "vintage": ("Forecast", "Prévision"),
    "model": ("Model", "Modèle"),
    "hours_there": ("Hours", "Heures"),
    "live": ("live", "en direct"),
    "backfilled": ("backfilled", "rattrapée"),
    "after_the_fact": ("made after the fact", "faite après coup"),
    "partly_after_the_fact": ("{n} hours made after the fact", "{n} heures faites après coup"),
    "after_the_fact_note": (
        "Made after the fact: issued when the hour had begun, as an imported history is. No score counts it.",
        "Faite après coup : éditée l'heure commencée, comme un historique importé. Aucun score n'en tient compte.",
    ),
    "held_back": (
        "This is not the model's own forecast, which was implausible and is not published. {reason}",
        "Ceci n'est pas la prévision du modèle : invraisemblable, elle n'est pas publiée. Détail : {reason}",
    ),
    "revisions": ("Revisions of the actuals", "Révisions du réalisé"),
    "no_revisions": ("No actual of this day was revised.", "Aucune valeur réalisée de ce jour n'a été révisée."),
    "interval": ("Interval", "Intervalle"),
    "replaced": ("Replaced", "Remplacée"),
    "old": ("Before (MW)", "Avant (MW)"),
    "new": ("After (MW)", "Après (MW)"),
    "was_missing": ("was missing", "manquait"),
    "chart_day": ("Every forecast of {day}", "Toutes les prévisions du {day}"),
    "mean": ("Mean (MW)", "Moyenne (MW)"),
    # Data page
    "completeness": ("Actual consumption: quarter-hours present", "Consommation : quarts d'heure présents"),
    "year": ("Year", "Année"),
    "cell": ("{day}: {n} of {of} quarter-hours", "{day} : {n} quarts d'heure sur {of}"),
    "cell_revised": ("{cell}, {n} revised", "{cell}, {n} révisés"),
    "level_none": ("none", "aucun"),
    "level_some": ("some", "une partie"),
    "level_most": ("most", "presque tous"),
    "level_all": ("all", "tous"),
    "level_revised": ("all, some revised", "tous, dont révisés"),
    "level_outside": ("to come, or before the history", "à venir, ou avant l'historique"),
    "complete_days": ("{n} of {of} days complete", "{n} jours complets sur {of}"),
    "weather": ("Weather forecasts", "Prévisions météo"),
    "weather_issued": (
        "Newest forecast of {moment}, {n} h ago; known until {until}: {inputs}.",
        "Dernière prévision du {moment}, il y a {n} h ; connue jusqu'au {until} : {inputs}.",
    ),
    "weather_without": ("Not known: {inputs}.", "Non connu : {inputs}."),
    "weather_none": (
        "No weather forecast reaches beyond now; forecasts of the load are issued without.",
        "Aucune prévision météo au-delà de maintenant ; les prévisions de consommation s'en passent.",
    ),
    "temperature_c": ("temperature", "température"),
    "cloud_cover_pct": ("cloud cover", "nébulosité"),
    "wind_speed_ms": ("wind", "vent"),
    "relative_humidity_pct": ("humidity", "humidité"),
    "shortwave_radiation_wm2": ("radiation", "rayonnement"),
    "alerts": ("Open alerts", "Alertes en cours"),
    "no_alert": ("No problem is open.", "Aucun problème en cours."),
    "alerts_set_up": (
        "Set up by `ELEC_ALERTS` (addresses) and `ELEC_ALERT_…` (levels); `elec alerts test` tries it.",
        "Réglées par `ELEC_ALERTS` (adresses) et `ELEC_ALERT_…` (seuils) ; `elec alerts test` les essaie.",
    ),
    "alert_since": ("(since {moment})", "(depuis {moment})"),
    "checks": ("Checks", "Contrôles"),
    "check": ("Check", "Contrôle"),
    "check_passed": ("passed", "conforme"),
    "check_found": ("to look at", "à examiner"),
    "check_not_run": ("not run yet", "pas encore exécuté"),
    "found": ("Found", "Constat"),
    "looked_at": ("At", "Le"),
    "sensors": ("Sensors", "Capteurs"),
    "sensor": ("Sensor", "Capteur"),
    "last_look": ("Last look", "Dernier passage"),
    "tick_asked": ("asked for runs", "exécutions demandées"),
    "tick_nothing": ("nothing to do", "rien à faire"),
    "tick_failed": ("failed", "échec"),
    "tick_begun": ("under way", "en cours"),
    "no_checks": ("Dagster knows of no check.", "Dagster ne connaît aucun contrôle."),
    "no_schedules": ("Dagster knows of no schedule.", "Dagster ne connaît aucune planification."),
    "no_sensors": ("Dagster knows of no sensor.", "Dagster ne connaît aucun capteur."),
    "by_hand": ("by hand, in Dagster", "à la main, dans Dagster"),
    "run_SUCCESS": ("done", "terminée"),
    "run_FAILURE": ("failed", "échec"),
    "run_CANCELED": ("canceled", "annulée"),
    "run_STARTED": ("under way", "en cours"),
    "run_QUEUED": ("waiting", "en attente"),
    "runs": ("Last runs", "Dernières exécutions"),
    "schedules": ("Schedules", "Planifications"),
    "open_dagster": ("Open Dagster", "Ouvrir Dagster"),
    "job": ("Job", "Job"),
    "status": ("Status", "État"),
    "started": ("Started", "Début"),
    "took": ("Took", "Durée"),
    "partition": ("Days", "Jours"),
    "next_tick": ("Next", "Prochaine"),
    "link": ("Details", "Détails"),
    "schedule_on": ("on", "active"),
    "schedule_off": ("off", "arrêtée"),
    "seconds": ("{n} s", "{n} s"),
    "models": ("The model in use", "Le modèle utilisé"),
    "model_why_setting": ("ELEC_MODEL names it", "ELEC_MODEL le désigne"),
    "model_why_promoted": ("promoted on {moment}", "promu {moment}"),
    "model_why_bundled": ("the bundled checkpoint: no model is promoted", "le modèle fourni : aucun n'est promu"),
    "model_from": ("Made from: {what}", "Issu de : {what}"),
    "from_scratch": ("nothing, trained from scratch", "aucun autre modèle, entraîné de zéro"),
    "trained_on": ("Trained on: {what}", "Entraîné sur : {what}"),
    "chosen_on": ("Step chosen on: {what}", "Étape choisie sur : {what}"),
    "median_weights": (
        "Weights in the median, by what is known: {what}",
        "Poids dans la médiane, selon ce qui est connu : {what}",
    ),
    "weight_of": ("{name} {least} to {largest}", "{name} de {least} à {largest}"),
    "span_days": ("{first} to {last}, {n} days", "du {first} au {last}, {n} jours"),
    "validation": ("On the days its step was chosen by:", "Sur les jours qui ont servi à choisir son étape :"),
    "no_card": ("This model has no card.", "Ce modèle n'a pas de fiche."),
    "registered": ("Registered versions", "Versions enregistrées"),
    "version": ("Version", "Version"),
    "trained_through": ("Learnt to", "Entraînée jusqu'au"),
    "promoted": ("Promoted", "Promue"),
}  # fmt: skip


@dataclass(frozen=True)
class Texts:
    """The sentences of one language."""

    language: Language

    def __call__(self, key: str, **parts: object) -> str:
        """Return a sentence with its places filled.

        Example:
            >>> Texts(Language.FRENCH)("issued", moment="mar. 1 juil. 10:00")
            'Éditée mar. 1 juil. 10:00'
        """
        english, french = TEXTS[key]
        return (french if self.language is Language.FRENCH else english).format(**parts)

    def expert(self, name: str) -> str:
        """Return how an expert is called; a checkpoint may hold one that has no other name here than its own.

        Example:
            >>> Texts(Language.FRENCH).expert("mlp"), Texts(Language.FRENCH).expert("oracle")
            ('Réseau dense', 'oracle')
        """
        return self._or_name(f"{EXPERT_PREFIX}{name}", name)

    def forecaster(self, name: str) -> str:
        """Return how a forecaster of `forecast_accuracy` is called; an expert without its issue.

        Example:
            >>> [Texts(Language.ENGLISH).forecaster(name) for name in ("expert_mlp_evening", "rte_d1")]
            ['Dense network', 'RTE D-1']
        """
        found = expert_of(name)
        return self._or_name(name, name) if found is None else self.expert(found[0])

    def stands_on(self, situation: str, inputs: Iterable[str]) -> str:
        """Return what a forecast stands on, in words.

        Example:
            >>> Texts(Language.ENGLISH).stands_on("evening", ["temperature_c", "news"])
            'Evening: RTE D-1 + temperature + news'
        """
        words = [
            self._or_name(f"situation_{situation}", situation),
            *(self._or_name(name, name) for name in inputs),
        ]
        return " + ".join(words)

    def _or_name(self, key: str, name: str) -> str:
        return self(key) if key in TEXTS else name
