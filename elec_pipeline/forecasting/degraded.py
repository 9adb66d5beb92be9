"""Information sets made worse: without RTE's forecast, without an input, with gaps, with a blurred forecast.

Here: what fitting and calibration take so that a forecast degrades as its inputs do. Not here: which of them are
taken for what (`samples`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.quantiles import Floats

BLUR_PERSISTENCE = 0.9
"""Correlation of the blur of neighbouring hours."""

GAP_HOURS = 24 * 28
"""Gaps are made in this much of the end of a context."""


def without_rte(information: InformationSet) -> InformationSet:
    """Return an information set in which RTE's forecast of the delivery day never came."""
    rte = information.rte_mw.copy()
    rte[-information.delivery_hours :] = np.nan
    return replace(information, rte_mw=rte)


def with_only(information: InformationSet, names: Iterable[str] = ()) -> InformationSet:
    """Return an information set that knows some inputs, by name, and no other."""
    kept = set(names)
    return replace(information, inputs={name: each for name, each in information.inputs.items() if name in kept})


def with_blurred_rte(
    morning: InformationSet, evening: InformationSet, blur_mw: float, random: np.random.Generator
) -> InformationSet:
    """Return a morning that knows a worse forecast of the delivery day, as RTE's D-2 would be.

    Args:
        morning: The issue to change.
        evening: The evening issue of the same day, whose D-1 is blurred.
        blur_mw: Standard deviation of the blur, which persists from hour to hour.
        random: Source of the blur.
    """
    hours = morning.delivery_hours
    rte = morning.rte_mw.copy()
    rte[-hours:] = evening.rte_mw[-hours:] + blur((1, hours), blur_mw, random)[0]
    return replace(morning, rte_mw=rte)


def with_gaps(information: InformationSet, random: np.random.Generator) -> InformationSet:
    """Return an information set with a gap in the last month of the load, and one of RTE's forecast.

    They last up to three and up to six days.
    """
    load, rte = information.load_mw.copy(), information.rte_mw.copy()
    for values, share in ((load, 1.0), (rte, 2.0)):
        length = int(random.integers(1, int(72 * share)))
        first = max(0, information.context_hours - GAP_HOURS)
        start = int(random.integers(first, max(first + 1, information.context_hours - length)))
        values[start : start + length] = np.nan
    return replace(information, load_mw=load, rte_mw=rte)


def blur(shape: tuple[int, int], blur_mw: float, random: np.random.Generator) -> Floats:
    """Return what makes a forecast worse, as RTE's D-2 is worse than its D-1: it persists from hour to hour.

    Args:
        shape: Days and hours a day.
        blur_mw: Standard deviation, MW.
        random: Source of the blur.

    Returns:
        Of that shape, MW; days are independent of each other.
    """
    innovations = random.normal(0.0, blur_mw, shape)
    innovations[:, 1:] *= np.sqrt(1 - BLUR_PERSISTENCE**2)
    made = innovations.copy()
    for hour in range(1, shape[1]):
        made[:, hour] += BLUR_PERSISTENCE * made[:, hour - 1]
    return made
