"""Which days a checkpoint has seen: figures on them say nothing about days to come.

Here: what a checkpoint's card says about its days, as a sentence. Not here: the card itself (`card`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from elec_pipeline.forecasting.checkpoint import BUNDLED_LOCATION, card_of
from elec_pipeline.forecasting.forecaster import Forecaster


def seen_through(forecaster: Forecaster) -> date | None:
    """Return the last delivery day that a checkpoint was trained on or chosen by, as its card says.

    None where that is not known, as of models that others trained.

    Raises:
        ModelUnavailableError: The card is damaged.
    """
    card = card_of("" if forecaster.location == BUNDLED_LOCATION else forecaster.location)
    chosen_by = card.get("validation", {}).get("last")
    seen = [forecaster.trained_through, date.fromisoformat(chosen_by) if chosen_by else None]
    return max((day for day in seen if day is not None), default=None)


def in_sample_warning(forecaster: Forecaster, first: date, last: date) -> str | None:
    """Say which of the back-tested days a checkpoint has seen.

    Args:
        forecaster: The checkpoint.
        first: First delivery day of the back-test.
        last: Last delivery day of the back-test.

    Returns:
        A sentence; None where it has seen none of the days.
    """
    seen = seen_through(forecaster)
    if seen is None:
        return (
            f"It is not known which days {forecaster.version} was trained on: its figures may be in-sample, and "
            "better than it will be on new days."
        )
    if seen < first:
        return None
    which = f"{first} to {min(last, seen)} of these days" if seen < last else "all of these days"
    return (
        f"In-sample: {forecaster.version} was trained or chosen on days up to {seen}, so for it {which} are "
        "in-sample. Its figures are better than they will be on new days."
    )


def unseen_days(days: Sequence[date], forecasters: Sequence[Forecaster]) -> list[date]:
    """Return those of some days, in order, that none of the models was trained on or chosen by."""
    seen = max((last for each in forecasters if (last := seen_through(each)) is not None), default=date.min)
    return sorted(day for day in days if day > seen)
