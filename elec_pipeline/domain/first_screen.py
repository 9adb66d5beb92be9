"""What the first screen says of a delivery day, in figures: the same for the dashboard and the JSON API. Pure.

Here: which series the figures are taken of. Not here: the figures (`day_summary`), words and formats.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import pandas as pd

from elec_pipeline.domain.day_summary import (
    Change,
    DaySummary,
    Gap,
    as_known,
    change,
    largest_gap,
    summarize,
)
from elec_pipeline.domain.delivery_day import WEEK, day_start, hours

KINDS_OF_RTE: Final = ("rte_d1", "rte_d2")
"""Which of RTE's forecasts a day is held against: the first that is there."""


@dataclass(frozen=True)
class Before:
    """A delivery day against one before it.

    Attributes:
        day: The day before.
        n_days: How many days before.
        change: None where nothing can be compared.
    """

    day: date
    n_days: int
    change: Change | None


@dataclass(frozen=True)
class FirstScreen:
    """A delivery day at a glance.

    Attributes:
        summary: None where nothing of it is forecast.
        rte_kind: Which of `KINDS_OF_RTE` it is held against; None where RTE has none.
        rte_mw: That forecast, MW, by hour (UTC).
        gap: None where no hour has both forecasts.
        changes: Against earlier days.
        issued_at: When the newest of its hours was issued, UTC; None where none is.
        hours_due: How many hours the day has.
    """

    summary: DaySummary | None
    rte_kind: str | None
    rte_mw: pd.Series
    gap: Gap | None
    changes: list[Before]
    issued_at: datetime | None
    hours_due: int


def first_screen(day: date, week: pd.DataFrame) -> FirstScreen:
    """Return a delivery day at a glance.

    Args:
        day: The delivery day.
        week: Of the day and the week before it, as `store.queries.side_by_side` returns them.
    """
    of_day = week[week.index >= pd.Timestamp(day_start(day))]
    kind, rte = rte_of(of_day)
    issued = pd.DatetimeIndex(of_day["issued_at"].dropna())
    return FirstScreen(
        summary=summarize(day, of_day),
        rte_kind=kind,
        rte_mw=rte,
        gap=largest_gap(of_day, rte),
        changes=changes(week, day),
        issued_at=max(issued).to_pydatetime() if len(issued) else None,
        hours_due=len(hours(day)),
    )


def rte_of(day: pd.DataFrame) -> tuple[str | None, pd.Series]:
    """Return which of RTE's forecasts a day is held against, and that: D-1, or D-2 where no D-1 is out.

    Args:
        day: Hours of one delivery day, as `store.queries.side_by_side` returns them.
    """
    kind = next((name for name in KINDS_OF_RTE if day[f"{name}_mw"].notna().any()), None)
    return kind, day[f"{kind or KINDS_OF_RTE[0]}_mw"]


def changes(frame: pd.DataFrame, day: date) -> list[Before]:
    """Return how a delivery day differs from the two days before it, and the same weekday a week before.

    Args:
        frame: Of the day and the week before it, as `store.queries.side_by_side` returns them.
        day: The delivery day.
    """
    before = as_known(frame[frame.index < pd.Timestamp(day_start(day))])
    curve = frame["load_mw"].reindex(hours(day))
    return [Before(day - timedelta(days=n_days), n_days, change(curve, before, n_days)) for n_days in (1, 2, WEEK)]
