"""The vintages of a delivery day in order of issue: since when each counts, on what basis, how far off it was.

Here: pure figures from the store's frames. Not here: words (`views.day`), curves (`charts.day`), and the rule by
which a vintage counts (`elec_pipeline.domain.vintages`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from dashboard.tiles import after_the_fact
from elec_pipeline.domain import metrics
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR
from elec_pipeline.domain.vintages import FETCH_ALLOWANCE, timed


@dataclass(frozen=True)
class Vintage:
    """One forecast of a day, as it was published or issued.

    Attributes:
        forecast_type: Of RTE's: `D-1`, `D-2` or `ID`; None for ours.
        counts_from: Since when it counts as known, UTC.
        published_at: When it was published or issued, UTC.
        loaded_at: When it reached the store, UTC.
        n_nominal: In how many hours it counts from its nominal time, for it was loaded after the day began.
        rows: Its hours: `hour_start`, `load_mw` and what the store has besides.
        mape: Percent, over the complete hours of the actual; NaN where there is none.
        bias_mw: Mean of forecast less actual over them.
    """

    forecast_type: str | None
    counts_from: datetime
    published_at: datetime
    loaded_at: datetime
    n_nominal: int
    rows: pd.DataFrame
    mape: float
    bias_mw: float

    @property
    def is_nominal(self) -> bool:
        """Whether all of it counts from its nominal time."""
        return self.n_nominal == len(self.rows)

    @property
    def came_late(self) -> bool:
        """Whether it reached us so late that it counts from later than its publication, or after its day began."""
        first_hour: pd.Timestamp = self.rows["hour_start"].min()
        is_after = self.loaded_at > first_hour and self.loaded_at - self.published_at > FETCH_ALLOWANCE
        return is_after or self.counts_from > self.published_at


def vintage_rows(actual: pd.DataFrame, vintages: pd.DataFrame, issues: pd.DataFrame) -> list[Vintage]:
    """Return the vintages of a delivery day in order of issue.

    What of ours was made after the fact has no error: it is no forecast.

    Args:
        actual: `hour_start`, `load_mw`, `quarters`.
        vintages: Of RTE's forecasts: `hour_start`, `forecast_type`, `published_at`, `ingested_at`, `load_mw`.
        issues: Of ours: `hour_start`, `issued_at`, `created_at`, `model_version`, `load_mw`, `after_the_fact`.
    """
    whole = actual[actual["quarters"] == QUARTERS_AN_HOUR].set_index("hour_start")["load_mw"]
    found = []
    if not vintages.empty:
        for _, rows in timed(vintages).groupby(["forecast_type", "published_at"]):
            mape, bias = _errors(rows, whole)
            found.append(
                Vintage(
                    forecast_type=str(rows["forecast_type"].iloc[0]),
                    counts_from=rows["known_at"].min().to_pydatetime(),
                    published_at=rows["published_at"].iloc[0].to_pydatetime(),
                    loaded_at=rows["ingested_at"].min().to_pydatetime(),
                    n_nominal=int(rows["is_nominal"].sum()),
                    rows=rows,
                    mape=mape,
                    bias_mw=bias,
                )
            )
    for _, rows in issues.groupby(["issued_at", "model_version"]):
        mape, bias = _errors(rows[~after_the_fact(rows)], whole)
        moment = rows["issued_at"].iloc[0].to_pydatetime()
        loaded = rows["created_at"].min().to_pydatetime()
        found.append(Vintage(None, moment, moment, loaded, 0, rows, mape, bias))
    return sorted(found, key=lambda each: (each.counts_from, each.published_at, each.forecast_type or ""))


def _errors(rows: pd.DataFrame, actual: pd.Series) -> tuple[float, float]:
    """Return MAPE (%) and bias (MW) over the hours that have an actual; NaN without any."""
    forecast = rows.set_index("hour_start")["load_mw"]
    truth = actual.reindex(forecast.index).to_numpy()
    return metrics.mape(truth, forecast.to_numpy()), metrics.bias(truth, forecast.to_numpy())
