"""Two information sets of one delivery day mixed: some knowledge as the older issue had it, the rest as the newer.

Here: the mixture on the newer issue's grid. Not here: the groups (`knowledge`), how either set is cut (`history`),
and what a model makes of a mixture (`forecasting.changes`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.input_names import INPUTS
from elec_pipeline.domain.instants import HOUR64, padded
from elec_pipeline.domain.knowledge import Knowledge
from elec_pipeline.domain.plausibility import LOAD
from elec_pipeline.domain.quantiles import Floats

RTE_MW = "rte_mw"
"""Name of RTE's forecast in `InformationSet.left_out`."""


def differing(older: InformationSet, newer: InformationSet) -> frozenset[Knowledge]:
    """Return the groups in which two issues of a day do not know the same, on the newer one's grid.

    Raises:
        ValueError: They are of different delivery days, or the older one is not older.
    """
    moved = _moved(older, newer)
    names = moved.inputs.keys() | newer.inputs.keys()
    is_same = {
        Knowledge.LOAD: _are_same(moved.load_mw, newer.load_mw),
        Knowledge.RTE: moved.issue is newer.issue and _are_same(moved.rte_mw, newer.rte_mw),
        Knowledge.WEATHER: all(_are_same(moved.input(name), newer.input(name)) for name in names),
    }
    return frozenset(group for group in Knowledge if not is_same[group])


def hybrid(older: InformationSet, newer: InformationSet, of_newer: Collection[Knowledge]) -> InformationSet:
    """Return what an issue would know that is up to date in some groups of knowledge only.

    The grid is the newer issue's. What the older one did not know yet is NaN there, in the context too. The
    issue (morning or evening) comes with RTE's forecast: the two together make the situation, so that a forecast
    of RTE's is read as the issue that knew it read it.

    Args:
        older: What the issue before knew.
        newer: What the issue knew.
        of_newer: Groups that are as the newer issue knew them. With none of them it is `older` itself, on its own
            grid; with all of them `newer` itself.

    Raises:
        ValueError: They are of different delivery days, or the older one is not older.
    """
    chosen = frozenset(of_newer)
    moved = _moved(older, newer)
    if not chosen:
        return older
    if chosen == frozenset(Knowledge):
        return newer
    load, rte, weather = (newer if group in chosen else moved for group in Knowledge)
    return replace(
        newer,
        issue=rte.issue,
        load_mw=load.load_mw,
        rte_mw=rte.rte_mw,
        inputs=weather.inputs,
        nominal_vintages=rte.nominal_vintages,
        left_out={
            name: count
            for known, names in ((load, {LOAD}), (rte, {RTE_MW}), (weather, set(INPUTS)))
            for name, count in known.left_out.items()
            if name in names
        },
    )


def _moved(older: InformationSet, newer: InformationSet) -> InformationSet:
    """Return what the older issue knew on the newer one's grid."""
    if older.delivery_day != newer.delivery_day or older.issue_time >= newer.issue_time:
        raise ValueError(
            f"{older.delivery_day} {older.issue_time} is no earlier issue of {newer.delivery_day} "
            f"{newer.issue_time}"
        )
    offset = int((newer.hours[0] - older.hours[0]) // HOUR64)

    def moved(values: Floats) -> Floats:
        return padded(values, offset, offset + len(newer.hours))

    return replace(
        older,
        context_hours=newer.context_hours,
        hours=newer.hours,
        load_mw=moved(older.load_mw),
        rte_mw=moved(older.rte_mw),
        inputs={name: moved(values) for name, values in older.inputs.items()},
    )


def _are_same(one: Floats, other: Floats) -> bool:
    return np.array_equal(one, other, equal_nan=True)
