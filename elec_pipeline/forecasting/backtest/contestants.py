"""RTE's own forecast in a back-test: the bar that every contestant is held against.

Here: what RTE had forecast of delivery days. Not here: which vintage that is (`domain.rte_bar`), the experts
(`experts`), what makes anything a contestant (`experts.expert.Contestant`), and the contest (`run`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from elec_pipeline.domain.history import History, rte_d1_mw
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.domain.rte_bar import RTE_D1
from elec_pipeline.forecasting.forecast import point_forecast

RTE = RTE_D1
"""RTE's D-1 forecast as it was known at 20:30 the day before. It takes part in every back-test."""


def rte_forecasts(history: History, days: Sequence[date]) -> list[Floats]:
    """Return RTE's point forecasts of delivery days, each of shape (23, 24 or 25, 7); NaN where it had no D-1.

    They are the same whichever issue is scored.
    """
    return [point_forecast(rte_d1_mw(history, day)) for day in days]
