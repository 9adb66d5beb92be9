"""Words for what is forecast every hour within the day."""

from __future__ import annotations

WITHIN_DAY: dict[str, tuple[str, str]] = {
    "within_day": ("Ours, {clock}", "La nôtre, {clock}"),
    "within_day_note": (
        "Dotted: issued at {clock}, load known until {until}; {mean} MW on average over the next {n} hours.",
        "En pointillé : édition de {clock}, réalisé connu à {until} ; {mean} MW en moyenne sur {n} heures.",
    ),
}
