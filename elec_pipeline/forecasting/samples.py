"""Samples of past issues: what was known, as it was or made worse, and what came true.

Here: the one generator that fitting, training windows, calibration, cards and the gate take from. Not here: which
issues are of use (`domain.history.is_usable`), how they are made worse (`degraded`), and what is learnt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.history import History, actual_mw, is_usable
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.inputs import nested
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.degraded import with_blurred_rte, with_gaps, with_only, without_rte


@dataclass(frozen=True)
class Sample:
    """One issue with what came true.

    Attributes:
        information: What was known.
        truth_mw: Load of the delivery day, shape (23, 24 or 25,), MW; NaN where not known.
    """

    information: InformationSet
    truth_mw: Floats


class Degradation(BaseModel):
    """How often issues are also shown worse than they were, so that a model learns what to do then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    without_rte_share: float = Field(
        default=0.15, ge=0, le=1, description="Share of days also seen without RTE's forecast of the day."
    )
    without_inputs_share: float = Field(
        default=0.5, ge=0, le=1, description="Share of days seen without their inputs, where there are any."
    )
    poor_rte_share: float = Field(
        default=0.3, ge=0, le=1, description="Share of days whose morning is also seen with a blurred D-1 as D-2."
    )
    poor_rte_mw: float = Field(default=600.0, ge=0, description="Standard deviation of that blur, MW.")
    gaps_share: float = Field(
        default=0.1, ge=0, le=1, description="Share of days also seen with gaps in load and RTE's forecast."
    )


def as_issued(
    history: History, days: Sequence[date], *, context_hours: int, issues: Sequence[Issue] = tuple(Issue)
) -> Iterator[Sample]:
    """Yield the issues of days as they were; those that are of no use are left out.

    Args:
        history: Covers the days and the context before them.
        days: Delivery days.
        context_hours: Of the information sets.
        issues: Which.
    """
    for day in days:
        for issue in issues:
            yield from _usable(history, [history.at(day, issue, context_hours=context_hours)])


def in_every_situation(
    history: History, days: Sequence[date], *, context_hours: int, blur_mw: float, random: np.random.Generator
) -> Iterator[Sample]:
    """Yield each day in every situation that it can be forecast in, with all inputs, with fewer, with none.

    Args:
        history: Covers the days and the context before them.
        days: Delivery days.
        context_hours: Of the information sets.
        blur_mw: Standard deviation of the blur that makes an early forecast of RTE's D-1, MW.
        random: Of that blur.
    """
    for day in days:
        morning, evening = (history.at(day, issue, context_hours=context_hours) for issue in Issue)
        known = [morning, evening, with_blurred_rte(morning, evening, blur_mw, random)]
        inputs = frozenset(name for name, values in evening.inputs.items() if not np.isnan(values).all())
        for names in reversed(nested(inputs)):
            yield from _usable(history, [with_only(each, names) for each in known])


def degraded(
    history: History, days: Sequence[date], shares: Degradation, *, context_hours: int, random: np.random.Generator
) -> Iterator[Sample]:
    """Yield both issues of each day, and by chance some that are worse.

    Args:
        history: Covers the days and the context before them.
        days: Delivery days.
        shares: How often which is made worse.
        context_hours: Of the information sets.
        random: What decides.
    """
    for day in days:
        sets = {issue: history.at(day, issue, context_hours=context_hours) for issue in Issue}
        if random.random() < shares.without_inputs_share:
            sets = {issue: with_only(known) for issue, known in sets.items()}
        made = list(sets.values())
        if random.random() < shares.without_rte_share:
            made.append(without_rte(sets[Issue.EVENING]))
        if random.random() < shares.poor_rte_share:
            made.append(with_blurred_rte(sets[Issue.MORNING], sets[Issue.EVENING], shares.poor_rte_mw, random))
        if random.random() < shares.gaps_share:
            made.append(with_gaps(sets[random.choice(list(Issue))], random))
        yield from _usable(history, made)


def _usable(history: History, sets: Sequence[InformationSet]) -> Iterator[Sample]:
    for information in sets:
        if is_usable(history, information):
            yield Sample(information, actual_mw(history, information.delivery_day))
