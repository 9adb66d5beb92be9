"""The sentences of the table of hours and of files to take along.

Read through `texts`.
"""

from __future__ import annotations

EXPORTS: dict[str, tuple[str, str]] = {
    "copy_table": ("Copy as a table", "Copier le tableau"),
    "copy_note": (
        "Copy it with the button at its corner and paste it into a spreadsheet: whole MW, without separators.",
        "À copier par le bouton dans son coin et à coller dans un tableur : MW entiers, sans séparateurs.",
    ),
    "take_along": ("Take it along", "Emporter les données"),
    "file_days": ("Days in the file", "Jours du fichier"),
    "file_kind": ("File", "Fichier"),
    "file_csv": ("CSV", "CSV"),
    "file_xlsx": ("Excel", "Excel"),
    "file_parquet": ("Parquet", "Parquet"),
    "file_style": ("Format", "Format"),
    "style_fr": ("French", "Français"),
    "style_international": ("International", "International"),
    "style_help": (
        "French: semicolons, decimal commas, a byte-order mark, so that Excel in French opens a CSV right.",
        "Français : points-virgules, virgules décimales et marque d'ordre des octets, pour Excel en français.",
    ),
    "download": ("Download {kind}", "Télécharger : {kind}"),
    "file_address": (
        "The same file by its address; a click selects it",
        "Le même fichier par son adresse ; un clic la sélectionne",
    ),
    "file_note_1h": (
        (
            "A row for each hour: Paris time with its UTC offset, UTC, loads in MW, the forecast's bands, RTE's "
            "newest D-2 and D-1, the actual of complete hours. A spreadsheet that reads the address updates "
            "itself; range=7d instead of start and end always means the last 7 days and what is forecast beyond."
        ),
        (
            "Une ligne par heure : heure de Paris avec son décalage UTC, UTC, charges en MW, bandes de la "
            "prévision, dernières J-2 et J-1 de RTE, réalisé des heures complètes. Un tableur qui lit l'adresse "
            "se met à jour seul ; range=7d au lieu de start et end : toujours les 7 derniers jours et ce qui est "
            "prévu au-delà."
        ),
    ),
    "file_note_15min": (
        (
            "A row for each quarter-hour, 92, 96 or 100 a day: Paris time with its UTC offset, UTC, loads in MW, "
            "the forecast's bands, RTE's newest D-1 at 15 minutes, the actual where it is known by the "
            "quarter-hour. A spreadsheet that reads the address updates itself; range=7d instead of start and end "
            "always means the last 7 days and what is forecast beyond."
        ),
        (
            "Une ligne par quart d'heure, 92, 96 ou 100 par jour : heure de Paris avec son décalage UTC, UTC, "
            "charges en MW, bandes de la prévision, dernière J-1 de RTE à 15 minutes, réalisé connu au quart "
            "d'heure. Un tableur qui lit l'adresse se met à jour seul ; range=7d au lieu de start et end : "
            "toujours les 7 derniers jours et ce qui est prévu au-delà."
        ),
    ),
    "file_key": (
        "The API asks for its key in the header X-API-Key.",
        "L'API demande sa clé dans l'en-tête X-API-Key.",
    ),
    "file_too_long": (
        "Such a file holds at most {n} days: choose fewer.",
        "Un tel fichier contient au plus {n} jours : choisissez-en moins.",
    ),
}  # fmt: skip
