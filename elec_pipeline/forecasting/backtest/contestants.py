"""Who can take part in a back-test: anything that forecasts delivery days from information sets.

Here: RTE's own forecast as a contestant. Not here: the experts (`experts`), what makes anything a contestant
(`experts.expert.Contestant`), and the contest (`run`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.information_set import WEEK_HOURS, InformationSet
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.forecast import point_forecast

RTE = "rte_d1"
"""RTE's D-1 forecast: the bar. It takes part in every back-test."""


@dataclass(frozen=True)
class RteD1:
    """RTE's own day-ahead forecast of the delivery day.

    Attributes:
        knows: It is out in the evening: it is taken from that issue's information set, whichever is scored.
        context_hours: As few as a context may have.
    """

    knows: Issue = Issue.EVENING
    context_hours: int = WEEK_HOURS

    def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
        """Return point forecasts; NaN where RTE's was not known."""
        return [point_forecast(each.rte_mw[-each.delivery_hours :]) for each in sets]
