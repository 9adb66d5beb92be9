"""What an issue stands on and what moved since the one before: figures of the section «why».

Here: pure figures from what `reads_why` read. Not here: what moved since the issue before
(`elec_pipeline.domain.moved`), SQL, words, charts (`charts.why`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import WEEK, hours, same_time_days_before
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.inputs import CLOUD_COVER, TEMPERATURE
from elec_pipeline.domain.moved import DRIVERS, OTHERS, by_driver, moved
from elec_pipeline.forecasting.features.situations import fitting_key, key
from elec_pipeline.forecasting.lifecycle.weights import Weights, weights

SHOWN_INPUTS = (TEMPERATURE, CLOUD_COVER)
BEFORE = "before"
"""Ends the names of the columns of the week before."""
__all__ = [
    "BEFORE",
    "DRIVERS",
    "OTHERS",
    "SHOWN_INPUTS",
    "by_driver",
    "experts",
    "means",
    "moved",
    "weather",
    "weights_of",
]


def weather(known: InformationSet, day: date) -> pd.DataFrame:
    """Return what an issue knew of the weather of its day, and of the same weekday a week before.

    Args:
        known: What the issue knew; of each day before it that is what the same issue of that day knew.
        day: The delivery day.

    Returns:
        Index: hours of the day (UTC); a column for each of `SHOWN_INPUTS`, and one of the week before with
        `.before` after its name; NaN where not known.
    """
    axis = hours(day)
    grid = pd.DatetimeIndex(known.hours).tz_localize("UTC")
    table = pd.DataFrame({name: known.input(name) for name in SHOWN_INPUTS}, index=grid)
    before = table.reindex(same_time_days_before(axis, WEEK)).set_axis(axis)
    return table.reindex(axis).join(before.add_suffix(f".{BEFORE}"))


def means(table: pd.DataFrame, name: str) -> tuple[float, float]:
    """Return the mean of an input of `weather` over the hours that both days know, and its change since the other.

    Example:
        >>> axis = hours(date(2025, 3, 30))
        >>> means(pd.DataFrame({"t": 8.0, "t.before": 6.5}, index=axis), "t")
        (8.0, 1.5)
    """
    both = table[[name, f"{name}.{BEFORE}"]].dropna()
    if both.empty:
        return float(table[name].mean()), float("nan")
    now, before = both.mean()
    return float(now), float(now - before)


def weights_of(card: Mapping[str, Any], version: str, known: InformationSet) -> Weights | None:
    """Return the weights of the experts for what an issue stood on; None where its model's card is another one.

    Args:
        card: Of a checkpoint.
        version: Of the model that made the issue.
        known: What the issue knew.
    """
    if card.get("version") != version:
        return None
    found = {"+".join([each.situation, *sorted(each.inputs)]): each for each in weights(card)}
    fitting = fitting_key(key(known.situation, known.usable_inputs), found)
    return found.get(fitting or "")


def experts(medians: pd.DataFrame, ours: pd.Series, blend: Weights | None) -> pd.DataFrame:
    """Return how high each expert is, beside our forecast: ours first, then the experts by their weight.

    Args:
        medians: `hour_start`, `expert`, `load_mw` of one issue.
        ours: The median of our forecast, by hour.
        blend: The weights; None where they are not known.

    Returns:
        Index: the expert's name, "" for ours; `weight` (%), `mean_mw`, `peak_mw`, `peak_hour` (UTC).
    """
    curves = medians.pivot_table(index="hour_start", columns="expert", values="load_mw")
    shares = {} if blend is None else blend.medians
    names = sorted(map(str, curves), key=lambda name: (-shares.get(name, 0.0), name))
    rows = {
        name: {
            "weight": 100 * shares[name] if name in shares else np.nan,
            "mean_mw": curve.mean(), "peak_mw": curve.max(), "peak_hour": curve.idxmax(),
        }
        for name, curve in [("", ours.dropna()), *((name, curves[name].dropna()) for name in names)]
    }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index")
