"""One source standing in for another while that is down.

Here: when the stand-in is asked, and what is said of it. Not here: which sources these are (settings), and for
how long the first is tried before it counts as down (its retries, and those of a run).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from elec_pipeline.errors import SourceUnavailableError
from elec_pipeline.sources.consumption import ConsumptionSource
from elec_pipeline.sources.left_out import LeftOut


class FallbackSource:
    """A source, and the one that answers once the first has failed after all its retries.

    From the first failure on the stand-in is asked, so that a long range is not slowed by retries window after
    window. A source that refuses (401, 403, 400) is not down: its error is raised as it is.

    Attributes:
        outage: Why the stand-in was asked; empty while it was not.

    Args:
        first_choice: Asked first.
        stand_in: Asked while the first choice is down; None: nothing is.
    """

    def __init__(self, first_choice: ConsumptionSource, stand_in: ConsumptionSource | None = None) -> None:
        self.outage = ""
        self._first_choice = first_choice
        self._stand_in = stand_in

    @property
    def left_out(self) -> LeftOut:
        """What could not be read of the replies of both so far."""
        both = LeftOut()
        for source in (self._first_choice, self._stand_in):
            if source is not None:
                both.include(source.left_out)
        return both

    def short_term(self, types: Sequence[str], first: date, last: date) -> pd.DataFrame:
        """Return the values of a range of Paris days, from whichever answers.

        Raises:
            SourceError: Neither source answered, or there is no stand-in.
        """
        if not self.outage or self._stand_in is None:
            try:
                return self._first_choice.short_term(types, first, last)
            except SourceUnavailableError as error:
                if self._stand_in is None:
                    raise
                self.outage = str(error)
        return self._stand_in.short_term(types, first, last)
