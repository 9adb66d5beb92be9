"""The words of the messages, in English and French.

Here: for each kind of problem its title, what is wrong and what to do, with fields in braces. Not here: which
field is what (`texts`), and the notices about tomorrow (`sentences_of_notices`).
"""

from __future__ import annotations

from dataclasses import dataclass

from elec_pipeline.alerts.facts import Kind
from elec_pipeline.alerts.sentences_of_notices import NOTICE_SENTENCES
from elec_pipeline.alerts.wording import Sentences
from elec_pipeline.settings_alerts import Language


@dataclass(frozen=True)
class Frame:
    """The words round them, of one language."""

    over: str
    where: str
    since: str
    do: str
    is_over: str
    or_too_old: str
    trial_title: str
    trial: str


FRAMES = {
    Language.ENGLISH: Frame(
        over="Over: {title}",
        where="Where: {host}",
        since="Since: {since}",
        do="What to do: {do}",
        is_over="This is over. It lasted from {since} to {until}.",
        or_too_old="A day that is older than fourteen days is not asked for any more: `elec backfill` completes "
        "it.",
        trial_title="elec-pipeline: a test",
        trial="`elec alerts test` sent this from {host}. Alerts arrive here.",
    ),
    Language.FRENCH: Frame(
        over="Terminé : {title}",
        where="Où : {host}",
        since="Depuis : {since}",
        do="Que faire : {do}",
        is_over="C'est terminé. Cela a duré du {since} au {until}.",
        or_too_old="Un jour de plus de quatorze jours n'est plus redemandé : `elec backfill` le complète.",
        trial_title="elec-pipeline : un essai",
        trial="`elec alerts test` a envoyé ceci depuis {host}. Les alertes arrivent ici.",
    ),
}
_EN, _FR = Language.ENGLISH, Language.FRENCH
_MAKE_ONE = {
    _EN: "the last runs of the job backup in Dagster's UI say why; `elec backup --verify` makes one now. Where "
    "none are wanted, set ELEC_BACKUPS=0.",
    _FR: "les dernières exécutions du job backup dans Dagster disent pourquoi ; `elec backup --verify` en fait "
    "une tout de suite. Pour n'en vouloir aucune, mettre ELEC_BACKUPS=0.",
}
SENTENCES: dict[Kind, dict[Language, Sentences]] = {
    Kind.RUN: {
        _EN: Sentences("runs fail: {fault}", "The job {job} fails at {steps}: {error}", "{do_fault}"),
        _FR: Sentences(
            "des exécutions échouent : {fault}", "Le job {job} échoue à {steps} : {error}", "{do_fault}"
        ),
    },
    Kind.STALE: {
        _EN: Sentences(
            "{series} is late",
            "The newest row of {series} is for {newest}.",
            "look at the last runs of {series} in Dagster's UI, and at `elec doctor`. What is missing is asked "
            "for "
            "again every hour.",
        ),
        _FR: Sentences(
            "{series} est en retard",
            "La ligne la plus récente de {series} porte sur {newest}.",
            "regarder les dernières exécutions de {series} dans Dagster, et `elec doctor`. Ce qui manque est "
            "redemandé toutes les heures.",
        ),
    },
    Kind.INCOMPLETE: {
        _EN: Sentences(
            "days lack {lack}",
            "{lack} is not complete on {days}.",
            "nothing at first: the sensor `heal` asks again, for fourteen days. If the source has the values, run "
            "`elec backfill --from {first_day} --again`.",
        ),
        _FR: Sentences(
            "des jours sans {lack}",
            "{lack} n'est pas complet pour {days}.",
            "rien d'abord : le capteur `heal` redemande pendant quatorze jours. Si la source a les valeurs, "
            "lancer "
            "`elec backfill --from {first_day} --again`.",
        ),
    },
    Kind.FORECAST: {
        _EN: Sentences(
            "a forecast is missing",
            "Not made though the time has passed: {issues}.",
            "look at the last runs of chronos_predictions in Dagster's UI. Until it is made, use RTE's forecast.",
        ),
        _FR: Sentences(
            "il manque une prévision",
            "Non faites alors que l'heure est passée : {issues}.",
            "regarder les dernières exécutions de chronos_predictions dans Dagster. En attendant, se servir de la "
            "prévision de RTE.",
        ),
    },
    Kind.HELD_BACK: {
        _EN: Sentences(
            "a forecast was held back",
            "{reasons}",
            "look at the load of the last weeks, at RTE's forecast and at the weather. If they are sound it is "
            "the "
            "model: `elec models rollback`.",
        ),
        _FR: Sentences(
            "une prévision a été retenue",
            "{reasons}",
            "regarder la charge des dernières semaines, la prévision de RTE et la météo. Si elles sont bonnes, "
            "c'est "
            "le modèle : `elec models rollback`.",
        ),
    },
    Kind.DEGRADED: {
        _EN: Sentences(
            "a forecast was made from less",
            "The forecast for {day} was made without something that should have been known: {actual}.",
            "look at the check fully_informed and the metadata «values left out» of chronos_predictions in "
            "Dagster's "
            "UI. The forecast stands; expect it to be less good.",
        ),
        _FR: Sentences(
            "une prévision repose sur moins de données",
            "La prévision pour {day} a été faite sans quelque chose qui aurait dû être connu : {actual}.",
            "regarder le contrôle fully_informed et les métadonnées «values left out» de chronos_predictions dans "
            "Dagster. La prévision reste ; elle sera moins bonne.",
        ),
    },
    Kind.CHECK: {
        _EN: Sentences(
            "the check {check} failed",
            "The check {check} found for {day}: {actual}.",
            "look at the rows that the check shows in Dagster's UI. What it rejected is not stored.",
        ),
        _FR: Sentences(
            "le contrôle {check} a échoué",
            "Le contrôle {check} a trouvé pour {day} : {actual}.",
            "regarder les lignes que le contrôle montre dans Dagster. Ce qu'il rejette n'est pas enregistré.",
        ),
    },
    Kind.REVISED: {
        _EN: Sentences(
            "many values of older days were revised",
            "{values} values of {first} to {last} were replaced during a day, by up to {percent} %.",
            "see whether RTE announced a correction. Forecasts stay what they were; scores are made again with "
            "the "
            "days that are read again.",
        ),
        _FR: Sentences(
            "beaucoup de valeurs de jours anciens ont été révisées",
            "{values} valeurs du {first} au {last} ont été remplacées en un jour, de {percent} % au plus.",
            "voir si RTE annonce une correction. Les prévisions restent ; les notes sont refaites avec les jours "
            "relus.",
        ),
    },
    Kind.SKILL: {
        _EN: Sentences(
            "the forecast is worse than RTE's",
            "{why}",
            "a retraining is asked for by itself. Look at the accuracy page; if a model was promoted lately, "
            "`elec models rollback`.",
        ),
        _FR: Sentences(
            "la prévision est moins bonne que celle de RTE",
            "{why}",
            "un réentraînement est demandé tout seul. Voir la page « Fiabilité » ; si un modèle vient d'être "
            "promu, "
            "`elec models rollback`.",
        ),
    },
    Kind.BACKUP: {
        _EN: Sentences(
            "the newest backup is old", "The newest whole backup in {folder} is of {newest}.", _MAKE_ONE[_EN]
        ),
        _FR: Sentences(
            "la dernière sauvegarde est ancienne",
            "La dernière sauvegarde complète dans {folder} est du {newest}.",
            _MAKE_ONE[_FR],
        ),
    },
    Kind.NO_BACKUP: {
        _EN: Sentences("there is no backup", "There is no whole backup in {folder}.", _MAKE_ONE[_EN]),
        _FR: Sentences(
            "il n'y a pas de sauvegarde", "Il n'y a pas de sauvegarde complète dans {folder}.", _MAKE_ONE[_FR]
        ),
    },
    Kind.DISK: {
        _EN: Sentences(
            "the disk is nearly full",
            "{free_mb} MB are free at {path}; it should be {least_mb} MB.",
            "make room there: old folders of `training` and `backtest` in ELEC_HOME, or other files of the "
            "disk. Do "
            "not delete anything in `postgres`.",
        ),
        _FR: Sentences(
            "le disque est presque plein",
            "Il reste {free_mb} Mo sous {path} ; il en faudrait {least_mb}.",
            "faire de la place : anciens dossiers de `training` et `backtest` dans ELEC_HOME, ou autres "
            "fichiers du "
            "disque. Ne rien supprimer dans `postgres`.",
        ),
    },
    Kind.DAEMON: {
        _EN: Sentences(
            "Dagster's daemon",
            "{found}",
            "`elec doctor` says more. `elec up` starts the daemon again by itself; if it does not stay, its log "
            "is "
            "ELEC_HOME/logs/daemon.log.",
        ),
        _FR: Sentences(
            "le daemon de Dagster",
            "{found}",
            "`elec doctor` en dit plus. `elec up` relance le daemon tout seul ; s'il ne tient pas, son journal "
            "est "
            "ELEC_HOME/logs/daemon.log.",
        ),
    },
}
SENTENCES[Kind.DATABASE] = {
    _EN: Sentences(
        "the database does not answer, or cannot write",
        "{error}",
        "see that the server runs, can be reached and has room; `elec doctor` says what it answers. Nothing is "
        "read or "
        "forecast meanwhile; what is missed is made up for.",
    ),
    _FR: Sentences(
        "la base ne répond pas, ou ne peut pas écrire",
        "{error}",
        "voir si le serveur tourne, est joignable et a de la place ; `elec doctor` dit ce qu'il répond. Rien "
        "n'est lu "
        "ni prévu entre-temps ; ce qui est manqué est rattrapé.",
    ),
}
SENTENCES |= NOTICE_SENTENCES
LACKS = {
    "actuals": {_EN: "actual consumption", _FR: "consommation réalisée"},
    "rte": {_EN: "RTE's D-1 forecast", _FR: "prévision J-1 de RTE"},
    "temperature": {_EN: "weather", _FR: "météo"},
    "quarters": {_EN: "quarter-hourly forecasts", _FR: "prévisions au pas quart d'heure"},
    "score": {_EN: "scores", _FR: "notes"},
}
OF_FAULTS = {
    "SourceUnavailableError": {
        _EN: "nothing at first: it is asked again every hour. If it lasts, see whether RTE announces an outage, "
        "or "
        "set ELEC_FALLBACK=odre.",
        _FR: "rien d'abord : elle est redemandée toutes les heures. Si cela dure, voir si RTE annonce une "
        "panne, ou "
        "mettre ELEC_FALLBACK=odre.",
    },
    "SourceRefusedError": {
        _EN: "check RTE_CLIENT_ID, RTE_CLIENT_SECRET and the subscription to the API «Consumption» on RTE's "
        "portal, "
        "then `elec doctor`.",
        _FR: "vérifier RTE_CLIENT_ID, RTE_CLIENT_SECRET et l'abonnement à l'API «Consumption» sur le portail de "
        "RTE, "
        "puis `elec doctor`.",
    },
    "SourceQuotaError": {
        _EN: "wait: the quota counts by the hour and by the day.",
        _FR: "attendre : le quota compte par heure et par jour.",
    },
    "StoreUnavailableError": {
        _EN: "see that the database runs and has room; `elec doctor` says what it answers.",
        _FR: "voir si la base tourne et a de la place ; `elec doctor` dit ce qu'elle répond.",
    },
    "BackupError": {
        _EN: "see that the folder of backups can be written and has room; `elec backup --verify` tries again now.",
        _FR: "voir si le dossier des sauvegardes est accessible et a de la place ; `elec backup --verify` "
        "réessaie tout de suite.",
    },
    "DiskFull": {
        _EN: "make room on the disk of the database, but not in its data folder; what is missing is asked for "
        "again every hour.",
        _FR: "faire de la place sur le disque de la base, mais pas dans son dossier de données ; ce qui manque "
        "est redemandé toutes les heures.",
    },
    "ModelUnavailableError": {
        _EN: "`elec models list` shows the versions; `elec models rollback` goes back to the former one.",
        _FR: "`elec models list` montre les versions ; `elec models rollback` revient à la précédente.",
    },
    "ImplausibleForecastError": {
        _EN: "look at the load of the last weeks and at RTE's forecast; if they are sound, `elec models "
        "rollback`.",
        _FR: "regarder la charge des dernières semaines et la prévision de RTE ; si elles sont bonnes, "
        "`elec models rollback`.",
    },
    "ContextTooThinError": {
        _EN: "load the weeks before: `elec backfill --from` a day some weeks ago.",
        _FR: "charger les semaines d'avant : `elec backfill --from` un jour d'il y a quelques semaines.",
    },
}
ALIKE = {
    "SourceReplyError": "SourceUnavailableError",
    "SourceRequestError": "SourceRefusedError",
    "DamagedBackupError": "BackupError",
    "OperationalError": "StoreUnavailableError",
}
"""Faults with the same remedy."""
OTHER_FAULT = {
    _EN: "the run {run} in Dagster's UI shows where; `elec doctor` says what else is wrong.",
    _FR: "l'exécution {run} dans Dagster montre où ; `elec doctor` dit ce qui ne va pas d'autre.",
}
