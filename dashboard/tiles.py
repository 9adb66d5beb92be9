"""What the tiles above the forecast say.

Here: figures from the frames of `reads.hourly` and `reads.scored`. Not here: how those of a day are computed
(`elec_pipeline.domain.day_summary`), words and formats.
"""

from __future__ import annotations

import pandas as pd

from elec_pipeline.domain import metrics
from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.domain.first_screen import Before, changes, rte_of
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.store.queries.series import AFTER_THE_FACT

__all__ = ["Before", "after_the_fact", "changes", "errors", "rte_of"]


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
