"""The penalty of the ridge, by situation: the size of a coefficient, and from which error a day counts less.

Here: the numbers. Not here: the arithmetic that they steer (`online_ridge`). They are stored with what was fitted.
"""

from __future__ import annotations

from elec_pipeline.domain.information_set import Situation
from elec_pipeline.forecasting.features.design import Scale

SCALES = {
    Situation.EVENING: Scale(feature_mw=300.0, robust_mw=1_500.0),
    Situation.EARLY: Scale(feature_mw=300.0, robust_mw=1_000.0),
    Situation.ALONE: Scale(feature_mw=1_000.0, robust_mw=2_000.0),
}
"""Chosen on the years 2017 to 2023 and the validation days, each with what was learnt half a year before it."""
