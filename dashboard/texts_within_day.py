"""Words for what is forecast every hour within the day."""

from __future__ import annotations

WITHIN_DAY: dict[str, tuple[str, str]] = {
    "within_day": ("Ours, {clock}", "La nôtre, {clock}"),
    "within_day_note": (
        "«Ours, {clock}»: load known until {until}; {mean} MW on average over the next {n} hours.",
        "« La nôtre, {clock} » : réalisé connu jusqu'à {until} ; {mean} MW en moyenne sur les {n} heures à venir.",
    ),
}
