"""The list of experts: every one that a checkpoint may hold or that can be scored, and how each is made.

Here: the one list that a new expert is added to. Not here: the experts, each in a folder or file beside this one,
and what is made of several (`combination`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from elec_pipeline.domain.history import History
from elec_pipeline.forecasting.experts.boosting.boosting import BOOSTING, Boosting, fitted
from elec_pipeline.forecasting.experts.chronos.chronos import CHRONOS, Chronos
from elec_pipeline.forecasting.experts.expert import Expert
from elec_pipeline.forecasting.experts.mlp.mlp import MLP, Mlp
from elec_pipeline.forecasting.experts.naive import SEASONAL_NAIVE, SeasonalNaive
from elec_pipeline.forecasting.experts.ridge.ridge import RIDGE, Ridge

Load = Callable[[Path, Mapping[str, Expert]], Expert]
"""From its folder, and the experts of the same checkpoint that stand before it in the list, to an expert."""
Fit = Callable[[History, Sequence[date], Sequence[date]], Expert]
"""From a history, the days to learn from and later days to choose by, to an expert."""


@dataclass(frozen=True)
class Entry:
    """How an expert is made.

    Attributes:
        load: Reads it from its folder of a checkpoint.
        fit: Fits it by itself; None where fitting a checkpoint does it (`lifecycle.fitting`).
    """

    load: Load
    fit: Fit | None = None


def _ridge(made: Mapping[str, Expert]) -> Ridge | None:
    found = made.get(RIDGE)
    return found if isinstance(found, Ridge) else None


CATALOGUE: Mapping[str, Entry] = {
    RIDGE: Entry(lambda folder, _: Ridge.load(folder)),
    MLP: Entry(lambda folder, made: Mlp.load(folder, _ridge(made))),
    CHRONOS: Entry(lambda folder, made: Chronos.load(folder, _ridge(made))),
    BOOSTING: Entry(lambda folder, _: Boosting.load(folder), fitted),
    SEASONAL_NAIVE: Entry(lambda _folder, _: SeasonalNaive(), lambda *_: SeasonalNaive()),
}
"""By name; one that stands on another comes after it."""
