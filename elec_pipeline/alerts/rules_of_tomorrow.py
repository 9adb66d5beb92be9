"""What a trader is told of tomorrow, given the facts: pure.

Here: the four notices. Not here: their levels (`settings_notices`), what is read of tomorrow (`tomorrow`), and
their words (`sentences_of_notices`).

A notice is of one delivery day, and is over when that begins (`ledger.is_past`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from elec_pipeline.alerts.facts import Facts, Kind, Problem, Tomorrow
from elec_pipeline.domain.day_summary import interval_name
from elec_pipeline.settings_notices import Levels

HEATING_BELOW_C = 15.0
"""Warmer days are not heated: being colder than usual then is no cold spell."""
NO_COLD_C = -60
"""The level of cold that switches it off."""


def notices(facts: Facts) -> Iterator[Problem]:
    """Yield what a trader is told of tomorrow."""
    found = facts.tomorrow
    if found is None:
        return
    for kind, told in (
        (Kind.RTE_OUTSIDE, _rte_outside(found, facts.levels)),
        (Kind.CHANGED, _changed(found, facts.levels)),
        (Kind.COLD, _cold(found, facts.levels)),
        (Kind.PEAK, _peak(found, facts.levels)),
    ):
        if told is not None:
            yield Problem(f"{kind}/{found.day}", kind, {"day": str(found.day)} | told)


def _rte_outside(found: Tomorrow, levels: Levels) -> dict[str, Any] | None:
    gap = found.gap
    if gap is None or not levels.rte_hours or gap.hours_outside < levels.rte_hours:
        return None
    return {
        "hours": gap.hours_outside,
        "of": gap.hours,
        "gap_mw": round(gap.difference_mw),
        "at": interval_name(gap.hour),
        "around": interval_name(gap.first, gap.last),
    }


def _changed(found: Tomorrow, levels: Levels) -> dict[str, Any] | None:
    moved = found.moved
    if moved is None or not (
        _reaches(moved.mean_mw, levels.change_mean_mw) or _reaches(moved.most_mw, levels.change_hour_mw)
    ):
        return None
    told = {
        "previous": moved.since.isoformat(),
        "mean_mw": round(moved.mean_mw),
        "most_mw": round(moved.most_mw),
        "at": interval_name(moved.hour),
    }
    return told if moved.driver is None else told | {"driver": moved.driver, "driver_mw": round(moved.driver_mw)}


def _reaches(change_mw: float, level_mw: int) -> bool:
    return level_mw > 0 and abs(change_mw) >= level_mw


def _cold(found: Tomorrow, levels: Levels) -> dict[str, Any] | None:
    mean, usual = found.temperature_c, found.usual_c
    if mean is None:
        return None
    is_cold = levels.cold_c > NO_COLD_C and mean < levels.cold_c
    is_colder = levels.colder_by_c > 0 and usual is not None and mean <= usual - levels.colder_by_c
    if not is_cold and not (is_colder and mean < HEATING_BELOW_C):
        return None
    told = {"temperature_c": round(mean, 1)}
    return told if usual is None else told | {"usual_c": round(usual, 1)}


def _peak(found: Tomorrow, levels: Levels) -> dict[str, Any] | None:
    peak = found.peak
    if peak is None or not levels.peak_mw or peak.load_mw < levels.peak_mw:
        return None
    told = {"peak_mw": round(peak.load_mw), "at": interval_name(peak.hour), "level_mw": levels.peak_mw}
    has_band = not math.isnan(peak.low_mw) and not math.isnan(peak.high_mw)
    return told | {"low_mw": round(peak.low_mw), "high_mw": round(peak.high_mw)} if has_band else told
