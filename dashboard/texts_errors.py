"""The sentences for when something is missing: what, and what to do about it. Read through `texts`."""

from __future__ import annotations

from elec_pipeline.domain.timetable import EVENING_ISSUE, MORNING_ISSUE, written

MORNING, EVENING = written(MORNING_ISSUE), written(EVENING_ISSUE)
ERRORS: dict[str, tuple[str, str]] = {
    "database_gone": (
        (
            "The database does not answer. Start it, with `elec up` or `elec db start`, or correct "
            "DATABASE_URL. This page comes back by itself."
        ),
        (
            "La base de données ne répond pas. Démarrez-la, avec `elec up` ou `elec db start`, ou corrigez "
            "DATABASE_URL. Cette page revient d'elle-même."
        ),
    ),
    "database_bare": (
        ("The database has no tables yet. `elec up` makes them, `elec backfill --from 2024-01-01` fills them."),
        (
            "La base de données n'a pas encore de tables. `elec up` les crée, `elec backfill --from "
            "2024-01-01` les remplit."
        ),
    ),
    "database_slow": (
        "The database took too long to answer. Choose a shorter period, or try again in a moment.",
        (
            "La base de données a mis trop de temps à répondre. Choisissez une période plus courte, ou "
            "réessayez dans un instant."
        ),
    ),
    "database_refuses": (
        (
            "The database refused to answer: its role may not read the tables, or they are of another "
            "version. `elec doctor` says more."
        ),
        (
            "La base de données a refusé de répondre : son rôle ne peut pas lire les tables, ou elles sont "
            "d'une autre version. `elec doctor` en dit plus."
        ),
    ),
    "misconfigured": (
        "A setting keeps the dashboard from the database. `elec doctor` says which.",
        "Un réglage empêche d'atteindre la base de données. `elec doctor` dit lequel.",
    ),
    "database_empty": (
        (
            "The database is empty. Fill it with `elec backfill --from 2024-01-01`, or start `elec up` and "
            "wait for the next schedule."
        ),
        (
            "La base de données est vide. Remplissez-la avec `elec backfill --from 2024-01-01`, ou lancez "
            "`elec up` et attendez la prochaine planification."
        ),
    ),
    "no_forecast": (
        (
            "No forecast of {day} yet: "
            f"the morning issue is made at {MORNING}, the evening one at {EVENING}. "
            "If one of these times has passed, «Data and runs» shows what failed."
        ),
        (
            "Pas encore de prévision pour {day} : "
            f"celle du matin est faite à {MORNING}, celle du soir à {EVENING}. "
            "Si l'une de ces heures est passée, « Données et exécutions » montre ce qui a échoué."
        ),
    ),
    "nothing_in_range": (
        ("Nothing is stored between {first} and {last}. Choose another period, or load it with `elec backfill`."),
        (
            "Rien n'est enregistré du {first} au {last}. Choisissez une autre période, ou chargez-la avec "
            "`elec backfill`."
        ),
    ),
    "nothing_of_day": (
        "Nothing is stored of {day}. Load it with `elec backfill --from {iso} --to {iso}`.",
        "Rien n'est enregistré pour {day}. Chargez ce jour avec `elec backfill --from {iso} --to {iso}`.",
    ),
    "nothing_to_score": (
        (
            "Nothing to compare between {first} and {last}: no hour has both a complete actual and a "
            "forecast. Choose another period, or load it with `elec backfill`."
        ),
        (
            "Rien à comparer du {first} au {last} : aucune heure n'a à la fois un réalisé complet et une "
            "prévision. Choisissez une autre période, ou chargez-la avec `elec backfill`."
        ),
    ),
    "range_cut": (
        "At most {n} days are compared at once: shown from {first}.",
        "Au plus {n} jours sont comparés à la fois : affiché à partir du {first}.",
    ),
    "dagster_gone": (
        (
            "Dagster's web server does not answer at {url}, so runs and schedules are not shown. Start `elec "
            "up`, or set ELEC_DAGSTER_URL."
        ),
        (
            "Le serveur web de Dagster ne répond pas à {url} : exécutions et planifications ne sont pas "
            "affichées. Lancez `elec up`, ou réglez ELEC_DAGSTER_URL."
        ),
    ),
    "no_runs": (
        "No run yet. `elec up` runs the schedules.",
        "Aucune exécution encore. `elec up` exécute les planifications.",
    ),
    "nothing_of_year": (
        "No actual consumption of {year} is stored. Load it with `elec backfill --from {year}-01-01`.",
        (
            "Aucune consommation réalisée de {year} n'est enregistrée. Chargez-la avec `elec backfill --from "
            "{year}-01-01`."
        ),
    ),
}
