"""Skill of a forecaster against RTE's D-1 over some days, from the daily scores. Pure.

Here: which days count, and the ratio. Not here: the scores of a day (`metrics`), and where they are kept
(`store`).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from elec_pipeline.domain.forecasters import QUARTER_SUFFIX
from elec_pipeline.domain.rte_bar import RTE_D1


@dataclass(frozen=True)
class Skill:
    """How much better than RTE's D-1 a forecaster was.

    Attributes:
        ratio: 1 less the ratio of the MAPEs over the same days: 0 is as good as RTE, 1 perfect, negative worse.
        days: How many days it stands on.
    """

    ratio: float
    days: int


def skill_against_rte(scores: pd.DataFrame) -> dict[str, Skill]:
    """Return the skill of each forecaster, RTE's own D-1 left out, on the days that both have a score of.

    By the hour: what is scored by the quarter-hour has a bar of its own.

    Args:
        scores: Columns `delivery_day`, `forecaster`, `mape` (percent), `hours`; a row for each forecaster and day.

    Returns:
        By forecaster; those that share no day with RTE's D-1 are missing. Days count by their hours, 23 to 25.

    Example:
        >>> day = [pd.Timestamp("2025-03-30").date()] * 2
        >>> table = {"delivery_day": day, "forecaster": ["rte_d1", "ours"], "mape": [2.0, 1.5], "hours": 23}
        >>> skill_against_rte(pd.DataFrame(table))
        {'ours': Skill(ratio=0.25, days=1)}
    """
    of_rte = scores.loc[scores["forecaster"] == RTE_D1, ["delivery_day", "mape", "hours"]]
    others = (scores["forecaster"] != RTE_D1) & ~scores["forecaster"].str.endswith(QUARTER_SUFFIX)
    both = scores[others].merge(of_rte, on="delivery_day", suffixes=("", "_rte"))
    found = {}
    for name, rows in both.groupby("forecaster"):
        errors, of_bar = (
            float((rows[f"mape{end}"] * rows[f"hours{end}"]).sum() / rows[f"hours{end}"].sum())
            for end in ("", "_rte")
        )
        if of_bar > 0:
            found[str(name)] = Skill(1 - errors / of_bar, len(rows))
    return found
