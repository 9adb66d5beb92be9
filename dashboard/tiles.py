"""What the tiles above the forecast say.

Here: figures from the frame of `reads.hourly`. Not here: words and formats.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from elec_pipeline.domain import metrics
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.store.queries.series import AFTER_THE_FACT

MW_A_GW = 1000


@dataclass(frozen=True)
class DayFigures:
    """A delivery day as forecast.

    Attributes:
        peak_mw: Highest hour of the median.
        peak_hour: Its start, UTC.
        low_mw: Lower end of the 80 % band then.
        high_mw: Upper end.
        energy_gwh: Sum of the median over the hours that are forecast.
        hours: How many hours those are.
        rte_kind: `rte_d1`, or `rte_d2` where D-1 is not out; None where neither is.
        rte_mw: RTE's forecast at the peak hour; NaN where there is none.
        issued_at: Of the issue at the peak, UTC.
    """

    peak_mw: float
    peak_hour: datetime
    low_mw: float
    high_mw: float
    energy_gwh: float
    hours: int
    rte_kind: str | None
    rte_mw: float
    issued_at: datetime

    @property
    def difference_mw(self) -> float:
        """Ours less RTE's at the peak, MW."""
        return self.peak_mw - self.rte_mw


def day_figures(frame: pd.DataFrame) -> DayFigures | None:
    """Return the figures of a delivery day; None where nothing of it is forecast.

    Args:
        frame: Rows of one delivery day, as `reads.hourly` returns them.
    """
    said = frame.dropna(subset=["load_mw"])
    if said.empty:
        return None
    highest = int(said["load_mw"].to_numpy().argmax())
    peak = said.iloc[highest]
    kind = next((name for name in ("rte_d1", "rte_d2") if not np.isnan(peak[f"{name}_mw"])), None)
    return DayFigures(
        peak_mw=float(peak["load_mw"]),
        peak_hour=pd.DatetimeIndex(said.index)[highest].to_pydatetime(),
        low_mw=float(peak["q10"]),
        high_mw=float(peak["q90"]),
        energy_gwh=float(said["load_mw"].sum()) / MW_A_GW,
        hours=len(said),
        rte_kind=kind,
        rte_mw=float("nan") if kind is None else float(peak[f"{kind}_mw"]),
        issued_at=pd.Timestamp(peak["issued_at"]).to_pydatetime(),
    )


def after_the_fact(frame: pd.DataFrame) -> pd.Series:
    """Return which rows hold a forecast made when its hour had begun; none where the frame does not say."""
    if AFTER_THE_FACT not in frame:
        return pd.Series(data=False, index=frame.index)
    return frame[AFTER_THE_FACT].astype(bool)


def errors(frame: pd.DataFrame) -> tuple[float, float]:
    """Return the MAPE in % of ours and of RTE's D-1, on the complete hours that both forecast; NaN without any.

    What was made after the fact is no forecast and does not count.

    Args:
        frame: As `reads.hourly` returns it.
    """
    counts = (frame["quarters"] == QUARTERS_AN_HOUR) & ~after_the_fact(frame)
    whole = frame[counts].dropna(subset=["actual_mw", "load_mw", "rte_d1_mw"])
    if whole.empty:
        return float("nan"), float("nan")
    actual = whole["actual_mw"].to_numpy()
    return (
        metrics.mape(actual, whole["load_mw"].to_numpy()),
        metrics.mape(actual, whole["rte_d1_mw"].to_numpy()),
    )
