"""What each expert is worth: its stored scores beside our forecast and the references, on the same days.

Here: a pure table from the rows of `forecast_accuracy`. Not here: every hour of our forecast and RTE's
(`comparison`), and how days are scored (`elec_pipeline.steps.scoring`).
"""

from __future__ import annotations

import pandas as pd

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.forecasters import SEASONAL_NAIVE, expert_of, ours
from elec_pipeline.domain.rte_bar import RTE_D1
from elec_pipeline.domain.rte_debiased import RTE_DEBIASED

REFERENCES = (RTE_D1, RTE_DEBIASED, SEASONAL_NAIVE)
_MEANS = ["mape", "mae_mw", "bias_mw"]


def board(scores: pd.DataFrame, issue: Issue) -> pd.DataFrame:
    """Score our forecast of an issue, the experts it is made of, and the references, the best MAPE first.

    Experts are those of the newest day that has any. Days are those on which all of them, our forecast and the
    references that the period has are scored on the same number of hours.

    Args:
        scores: Rows of `forecast_accuracy` of a period.
        issue: Morning or evening; the references are the same for both.

    Returns:
        Index: forecaster; `mape` (%), `ratio` to that of `rte_d1`, `mae_mw`, `bias_mw`, `days`. No row where there
        is no such day.
    """
    of_issue = {name for name in scores["forecaster"].unique() if (expert_of(name) or ("", None))[1] is issue}
    experts = scores[scores["forecaster"].isin(of_issue)]
    newest = experts.loc[experts["delivery_day"] == experts["delivery_day"].max(), "forecaster"]
    present = set(scores["forecaster"])
    names = [*newest, *(name for name in (ours(issue), *REFERENCES) if name in present)] if len(newest) else []
    hours = scores.pivot_table(index="delivery_day", columns="forecaster", values="hours").reindex(columns=names)
    days = hours.index[hours.notna().all(axis=1) & (hours.min(axis=1) == hours.max(axis=1))]
    chosen = scores[scores["forecaster"].isin(names) & scores["delivery_day"].isin(days)]
    weighted = (
        chosen[_MEANS].mul(chosen["hours"], axis=0).assign(hours=chosen["hours"], forecaster=chosen["forecaster"])
    )
    sums = weighted.groupby("forecaster").sum()
    table = sums[_MEANS].div(sums["hours"], axis=0).assign(days=len(days)).sort_values("mape", kind="stable")
    table.insert(1, "ratio", table["mape"] / table["mape"].get(RTE_D1, float("nan")))
    return table
