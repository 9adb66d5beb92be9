"""Which days a checkpoint has seen: figures on them say nothing about days to come.

Here: what a checkpoint's card says about its days, as a sentence. Not here: the card itself (`model_card`).
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from elec_pipeline.forecasting.experts.chronos.checkpoint import BUNDLED
from elec_pipeline.forecasting.experts.chronos.forecaster import Forecaster
from elec_pipeline.forecasting.experts.chronos.integrity import CARD_FILE


def seen_through(forecaster: Forecaster) -> date | None:
    """Return the last delivery day that a checkpoint learnt from or was chosen on; None where not known."""
    known = [forecaster.trained_through, _chosen_through(forecaster)]
    return max((day for day in known if day is not None), default=None)


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


def _chosen_through(forecaster: Forecaster) -> date | None:
    """Return the last validation day that the card names; None where there is no card, or none in it."""
    folder = BUNDLED if forecaster.location == "bundled" else Path(forecaster.location)
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        return date.fromisoformat(card["validation"]["last"])
    except (OSError, ValueError, TypeError, KeyError):
        return None  # what a card must hold was checked when the checkpoint was loaded
