"""What a checkpoint's regressions learn from past delivery days, before the model is trained on what they leave.

Here: which days teach, and the states that were reached on the way. Not here: features (`features.situations`)
and arithmetic (`online_ridge`).

A model that is trained on a
past day must see its reference as it would have been then: so the regressions are kept as they were before each
part of the history too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from elec_pipeline.domain.history import History
from elec_pipeline.forecasting.experts.ridge.coefficients import (
    NOT_BROUGHT_UP_TO_DATE,
    Learnt,
    Regressions,
    unit_precision,
)
from elec_pipeline.forecasting.experts.ridge.online_ridge import LEAST_DAYS, learn
from elec_pipeline.forecasting.experts.ridge.penalty import SCALES
from elec_pipeline.forecasting.features.past_days import date_of, inside, lessons, numbers

PARTS = 12
"""In how many parts a history is cut at the most; before each one there is a state."""


@dataclass(frozen=True)
class Course:
    """States of the regressions in order of time.

    Attributes:
        states: Each with the first delivery day that it may serve: its issues knew all that it was learnt from.
    """

    states: tuple[tuple[date, Regressions], ...]

    def before(self, day: date) -> Regressions | None:
        """Return the newest state that the issues for a day could have had; None where there is none."""
        fitting = [state for first, state in self.states if first <= day]
        return fitting[-1] if fitting else None

    @property
    def final(self) -> Regressions:
        """What was learnt from all days; empty where they were too few."""
        return self.states[-1][1] if self.states else Regressions()


def learnt(history: History, days: Sequence[date], *, blur_mw: float, seed: int) -> Course:
    """Return what delivery days teach.

    Args:
        history: Covers the days and what their features are made from.
        days: Days to learn from, and no others; later days are not looked at, those outside the history left out.
        blur_mw: Standard deviation of the blur that makes an early forecast of RTE's D-1, MW.
        seed: Of that blur.
    """
    days = inside(history, days)
    if len(days) < 2 * LEAST_DAYS:
        return Course(())  # half of them teach nothing, and of the other half no state would be known before
    states: dict[int, dict[str, Learnt]] = {}
    first_number = 0
    for lesson in lessons(history, days, blur_mw=blur_mw, seed=seed):
        first_number = int(lesson.day[0])
        samples = lesson.problem.samples
        known_days = np.flatnonzero(~np.isnan(samples.load_mw).all(axis=1))
        positions = _positions(first_number, len(lesson.day), days)
        for position, taught in learn(samples, SCALES[lesson.situation], snapshots=positions).items():
            through = lesson.day[known_days[known_days < position][-1]]
            # How firmly it is known is of no use where it is not brought up to date, and takes half a gigabyte.
            unit = unit_precision(taught.mean.shape[1])
            kept = lesson.situation not in NOT_BROUGHT_UP_TO_DATE
            regression = taught if kept else replace(taught, precision=unit)
            made = Learnt(regression, lesson.problem.names, lesson.inputs, through=date_of(through))
            states.setdefault(position, {})[lesson.key] = made
    return Course(
        # The issues for the day after the last one learnt from had not seen all of that one yet.
        tuple((date_of(first_number + position + 1), Regressions(states[position])) for position in sorted(states))
    )


def _positions(first_day: int, end: int, days: Sequence[date]) -> list[int]:
    """Return where a state is kept: before the parts of the days, none shorter than what teaches anything."""
    first = int(numbers(days).min() - first_day)
    step = max(LEAST_DAYS, -(-(end - first) // PARTS))
    return list(range(first + step, end, step))
