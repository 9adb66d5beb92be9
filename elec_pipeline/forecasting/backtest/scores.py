"""Tables of a back-test: scores by forecaster, issue and kind of hour, reliability, the worst days.

Here: pure functions from a back-test's frame to tables. Not here: the formulas (`domain.metrics`), the groups
(`groups`), and how tables are shown.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from elec_pipeline.domain import metrics
from elec_pipeline.domain.kinds_of_day import kind_of_day
from elec_pipeline.domain.quantiles import BANDS, COLUMNS, LEVELS, MEDIAN
from elec_pipeline.forecasting.backtest.contestants import RTE
from elec_pipeline.forecasting.backtest.groups import GROUPS, grouped

COVERAGES = {f"coverage_{100 * content:.0f}": ends for content, ends in BANDS.items()}
"""Central bands by the column of their coverage, and the levels of their ends."""
SCORES = ("hours", "mape", "ratio_to_rte", "mae_mw", "bias_mw", "pinball_mw", "crps_mw", *COVERAGES)
LEAST_HOURS = 12
"""A day of which fewer hours could be scored is no worst day."""
WORST_DAYS = 10
EVERYTHING = "all"


def scores(frame: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Score every forecaster and issue of a back-test.

    Args:
        frame: Of a `BackTest`; with the columns of `groups.grouped` where it is grouped.
        by: A column to group by besides.

    Returns:
        Columns `issue`, `forecaster`, the one grouped by, and `SCORES`: `mape` in %, `ratio_to_rte` its ratio
        to RTE's on the same hours, coverage between 0 and 1. Point forecasts have no pinball loss and no
        coverage, and their CRPS is their mean absolute error, which it generalises.
    """
    keys = ["issue", "forecaster", *([by] if by else [])]
    rows = [
        dict(zip(keys, key, strict=True)) | _scores_of(part)
        for key, part in frame.groupby(keys, observed=True, sort=True)
    ]
    table = pd.DataFrame(rows, columns=[*keys, *(name for name in SCORES if name != "ratio_to_rte")])
    shared = [key for key in keys if key != "forecaster"]
    bar = table.loc[table["forecaster"] == RTE, [*shared, "mape"]].rename(columns={"mape": "rte_mape"})
    table = table.merge(bar, on=shared, how="left")
    table["ratio_to_rte"] = table["mape"] / table["rte_mape"]
    return table[[*keys, *SCORES]]


def every_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return all scores of a back-test, overall and by each kind of hour, one under the other.

    Returns:
        Columns `grouped_by` (`all`, or a name of `GROUPS`), `group`, `issue`, `forecaster` and `SCORES`.
    """
    return pd.concat(list(_tables(grouped(frame))), ignore_index=True)


def _tables(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    overall = scores(frame)
    overall.insert(0, "grouped_by", EVERYTHING)
    overall.insert(1, "group", EVERYTHING)
    yield overall
    for name in GROUPS:
        table = scores(frame, by=name)
        group = table.pop(name).astype(str)
        table.insert(0, "grouped_by", name)
        table.insert(1, "group", group)
        yield table


def reliability(frame: pd.DataFrame) -> pd.DataFrame:
    """Return how often the load stayed below each quantile; a reliable forecast's `observed` is its `level`.

    Returns:
        Columns `issue`, `forecaster`, `level` and `observed`, both between 0 and 1, for forecasters with
        quantiles. A load that equals a quantile counts as below it.
    """
    rows = []
    for (issue, forecaster), part in _probabilistic(frame).groupby(["issue", "forecaster"], observed=True):
        below = part["actual_mw"].to_numpy()[:, None] <= part[list(COLUMNS)].to_numpy()
        rows += [
            {"issue": issue, "forecaster": forecaster, "level": level, "observed": share}
            for level, share in zip(LEVELS, below.mean(axis=0).tolist(), strict=True)
        ]
    return pd.DataFrame(rows, columns=["issue", "forecaster", "level", "observed"])


def worst_days(frame: pd.DataFrame, count: int = WORST_DAYS) -> pd.DataFrame:
    """Return the days on which each forecaster erred most, by MAPE, the worst first.

    Days of which fewer than `LEAST_HOURS` hours could be scored are left out.

    Returns:
        Columns `issue`, `forecaster`, `delivery_day`, `kind_of_day`, `hours`, `mape` and `rte_mape` in %,
        `mae_mw`, `bias_mw`.
    """
    error = frame["load_mw"] - frame["actual_mw"]
    keys = ["issue", "forecaster", "delivery_day"]
    of_day = (
        frame[keys]
        .assign(mape=100 * error.abs() / frame["actual_mw"].abs(), mae_mw=error.abs(), bias_mw=error, hours=1)
        .groupby(keys, observed=True)
        .agg({"hours": "sum", "mape": "mean", "mae_mw": "mean", "bias_mw": "mean"})
        .reset_index()
    )
    bar = of_day.loc[of_day["forecaster"] == RTE, ["issue", "delivery_day", "mape"]]
    of_day = of_day.merge(bar.rename(columns={"mape": "rte_mape"}), on=["issue", "delivery_day"], how="left")
    of_day = of_day[of_day["hours"] >= LEAST_HOURS]
    ranked = of_day.sort_values(["issue", "forecaster", "mape"], ascending=[True, True, False], kind="stable")
    worst = ranked.groupby(["issue", "forecaster"], observed=True).head(count).reset_index(drop=True)
    worst["kind_of_day"] = [str(kind_of_day(day)) for day in worst["delivery_day"]]
    return worst[[*keys, "kind_of_day", "hours", "mape", "rte_mape", "mae_mw", "bias_mw"]]


def _probabilistic(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame[list(COLUMNS)].notna().all(axis=1)]


def _scores_of(part: pd.DataFrame) -> dict[str, float]:
    actual = part["actual_mw"].to_numpy()
    quantiles = part[list(COLUMNS)].to_numpy()
    median = quantiles[:, MEDIAN]
    has_quantiles = not bool(np.isnan(quantiles).any())
    mae = metrics.mae(actual, median)
    return {
        "hours": len(part),
        "mape": metrics.mape(actual, median),
        "mae_mw": mae,
        "bias_mw": metrics.bias(actual, median),
        "pinball_mw": metrics.pinball(actual, quantiles, LEVELS),
        "crps_mw": metrics.crps(actual, quantiles, LEVELS) if has_quantiles else mae,
        **{
            name: metrics.coverage(actual, quantiles[:, LEVELS.index(low)], quantiles[:, LEVELS.index(high)])
            for name, (low, high) in COVERAGES.items()
        },
    }
