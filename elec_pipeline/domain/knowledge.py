"""The groups of knowledge that tell one issue of a delivery day from the next.

Here: their names, without anything that computes: a table is made of them. Not here: what two issues know of each
(`hybrid`).
"""

from __future__ import annotations

from enum import StrEnum


class Knowledge(StrEnum):
    """What an issue can know more of than the one before it."""

    LOAD = "load"
    """Actual load: more hours of it, and revisions."""
    RTE = "rte"
    """RTE's forecast: its first appearance, or a revision. Which situation a forecast is in goes with it."""
    WEATHER = "weather"
    """The inputs (`inputs.INPUTS`)."""

    @property
    def column(self) -> str:
        """Name of the column of its share in a change.

        Example:
            >>> Knowledge.RTE.column
            'from_rte_mw'
        """
        return f"from_{self}_mw"
