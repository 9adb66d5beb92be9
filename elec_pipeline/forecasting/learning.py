"""What a recipe's references learn from past issues, before the model is trained on what they leave.

Here: on which issues, and what is to be explained there. Not here: features (`correction`, `similar_day`) and
fit (`ridge`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from elec_pipeline.delivery_day import Issue
from elec_pipeline.forecasting import correction, similar_day
from elec_pipeline.forecasting.local_grid import Integers
from elec_pipeline.forecasting.recipe import Recipe
from elec_pipeline.forecasting.references import WEEK, References
from elec_pipeline.forecasting.ridge import Samples, fit
from elec_pipeline.forecasting.training_windows import actual_mw
from elec_pipeline.information_set import Floats, History, InformationSet

_Part = tuple[date, Floats, Floats, Floats, Integers]
"""Delivery day; of its hours features, what they are to explain, load, and local hour."""


def learnt(history: History, days: Sequence[date], recipe: Recipe) -> Recipe:
    """Return a recipe with what past issues teach about RTE's errors and about the week before.

    Args:
        history: Covers the days and the context before them.
        days: Delivery days to learn from, and no others.
        recipe: Its context must reach back over what is made use of.

    Returns:
        The recipe; what too few days teach stays empty.
    """
    plain = recipe.without_what_is_learnt
    evenings = [_of_evening(each, actual, plain) for each, actual in _issues(history, days, Issue.EVENING, plain)]
    mornings = [_of_morning(each, actual, plain) for each, actual in _issues(history, days, Issue.MORNING, plain)]
    if not evenings:
        return plain
    return plain.model_copy(
        update={
            "correction": fit(
                _joined(evenings, max(days)),
                half_life_days=correction.HALF_LIFE_DAYS,
                robust_mw=correction.ROBUST_MW,
            ),
            "similar_day": fit(
                _joined(mornings, max(days)),
                half_life_days=similar_day.HALF_LIFE_DAYS,
                robust_mw=similar_day.ROBUST_MW,
            ),
        }
    )


def _issues(
    history: History, days: Sequence[date], issue: Issue, recipe: Recipe
) -> Iterator[tuple[InformationSet, Floats]]:
    for day in days:
        actual = actual_mw(history, day)
        information = history.at(day, issue, context_hours=recipe.history_hours)
        if len(actual) == information.delivery_hours:
            yield information, actual


def _of_evening(information: InformationSet, actual: Floats, recipe: Recipe) -> _Part:
    references = References(information, recipe)
    of_day = slice(-len(actual), None)
    known = correction.features(references.error, information.rte_mw, references.grid)
    wanted = actual - information.rte_mw[of_day]
    return information.delivery_day, known[of_day], wanted, actual, references.grid.hour[of_day]


def _of_morning(information: InformationSet, actual: Floats, recipe: Recipe) -> _Part:
    references = References(information, recipe)
    of_day = slice(-len(actual), None)
    known = similar_day.features(references.hybrid, references.error, references.grid)
    week_before = references.grid.earlier(references.hybrid, WEEK)
    wanted = actual - week_before[of_day]
    return information.delivery_day, known[of_day], wanted, actual, references.grid.hour[of_day]


def _joined(parts: Sequence[_Part], last: date) -> Samples:
    return Samples(
        features=np.concatenate([known for _, known, _, _, _ in parts]),
        wanted_mw=np.concatenate([wanted for _, _, wanted, _, _ in parts]),
        load_mw=np.concatenate([actual for _, _, _, actual, _ in parts]),
        hour=np.concatenate([hour for _, _, _, _, hour in parts]),
        age_days=np.concatenate([np.full(len(a), float((last - day).days)) for day, _, _, a, _ in parts]),
    )
