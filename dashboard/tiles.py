"""What the tiles above the forecast say.

Here: figures from the frames of `reads.hourly` and `reads.scored`. Not here: how those of a day are computed
(`elec_pipeline.domain.day_summary`), words and formats.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from elec_pipeline.domain import metrics
from elec_pipeline.domain.day_summary import Change, as_known, change
from elec_pipeline.domain.delivery_day import PARIS, WEEK, day_start, hours
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.store.queries.series import AFTER_THE_FACT

KINDS_OF_RTE = ("rte_d1", "rte_d2")


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


def rte_of(day: pd.DataFrame) -> tuple[str | None, pd.Series]:
    """Return which of RTE's forecasts a day is held against, and that: D-1, or D-2 where no D-1 is out.

    Args:
        day: Hours of one delivery day, as `reads.hourly` returns them.
    """
    kind = next((name for name in KINDS_OF_RTE if day[f"{name}_mw"].notna().any()), None)
    return kind, day[f"{kind or KINDS_OF_RTE[0]}_mw"]


def changes(frame: pd.DataFrame, day: date) -> list[Before]:
    """Return how a delivery day differs from the two days before it, and the same weekday a week before.

    Args:
        frame: Of the day and the week before it, as `reads.hourly` returns them.
        day: The delivery day.
    """
    before = as_known(frame[frame.index < pd.Timestamp(day_start(day))])
    curve = frame["load_mw"].reindex(hours(day))
    return [Before(day - timedelta(days=n_days), n_days, change(curve, before, n_days)) for n_days in (1, 2, WEEK)]


def after_the_fact(frame: pd.DataFrame) -> pd.Series:
    """Return which rows hold a forecast made when its hour had begun; none where the frame does not say."""
    if AFTER_THE_FACT not in frame:
        return pd.Series(data=False, index=frame.index)
    return frame[AFTER_THE_FACT].astype(bool)


def errors(frame: pd.DataFrame) -> tuple[float, float]:
    """Return the MAPE in % of ours and of RTE's D-1, on the complete hours that both forecast; NaN without any.

    What was made after the fact is no forecast and does not count.

    Args:
        frame: As `reads.scored` returns it.
    """
    whole = _compared(frame)
    if whole.empty:
        return float("nan"), float("nan")
    actual = whole["actual_mw"].to_numpy()
    return (
        metrics.mape(actual, whole["load_mw"].to_numpy()),
        metrics.mape(actual, whole["rte_d1_mw"].to_numpy()),
    )


def days_compared(frame: pd.DataFrame) -> int:
    """Return on how many Paris days there is an hour that `errors` counts."""
    return pd.DatetimeIndex(_compared(frame).index).tz_convert(PARIS).normalize().nunique()


def _compared(frame: pd.DataFrame) -> pd.DataFrame:
    counts = (frame["quarters"] == QUARTERS_AN_HOUR) & ~after_the_fact(frame)
    return frame[counts].dropna(subset=["actual_mw", "load_mw", "rte_d1_mw"])
