"""How much of a model's output is believed: chosen on days that the regressions had not learnt from.

Here: for each kind of case the share of the median that makes the smallest error, and the factors on the spread
that make the bands hold what they claim. Not here: the model, and days after the validation.

The days are the newest year that was learnt from or chosen on. A whole one, for the factors differ with the
season; and one only, for what is learnt of temperatures gets better from year to year. In 2017, 2018 and July
2022 to June 2024, bands with temperature that were calibrated on the 12 months before missed what they claim by
less than those on 18 or 24 months; without temperature by about as much.

Regressions are taken as they were before each day, and before the days that its issues bring them up to date with:
in use they are always older than these. Those days that the model was trained on it has seen once, among many
years, which its spread does not show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.information_set import History, InformationSet, actual_mw, is_too_thin
from elec_pipeline.domain.quantiles import BANDS, LEVELS, MEDIAN, Floats
from elec_pipeline.forecasting.degraded import with_blurred_rte, without_temperature
from elec_pipeline.forecasting.experts.chronos.forecaster import Forecaster
from elec_pipeline.forecasting.experts.chronos.recipe import Calibration, Target
from elec_pipeline.forecasting.experts.ridge.coefficients import Regressions
from elec_pipeline.forecasting.experts.ridge.fitting import Course
from elec_pipeline.forecasting.features.situations import KINDS

YEAR_DAYS = 365
"""So many days, at the most, are calibrated on."""
SHARES = np.linspace(0.0, 1.0, 21)
LEAST_HOURS = 24 * 14
"""From fewer hours whose load is known nothing is chosen."""
LEAST_SPREAD = 0.01
"""However good the medians are, bands keep some width."""


def calibrations(
    history: History, days: Sequence[date], forecaster: Forecaster, course: Course, *, blur_mw: float, seed: int
) -> dict[str, Calibration]:
    """Return the calibration of every kind of case that the days hold enough of.

    Args:
        history: Covers the days.
        days: The newest year learnt from or chosen on.
        forecaster: As it was trained, not calibrated.
        course: What the regressions had learnt before each day.
        blur_mw: Standard deviation of the blur that makes an early forecast of RTE's D-1, MW.
        seed: Of that blur.
    """
    said: dict[str, list[Floats]] = {kind: [] for kind in KINDS}
    left: dict[str, list[Floats]] = {kind: [] for kind in KINDS}
    for information in _issues(history, days, forecaster.context_hours, blur_mw, np.random.default_rng(seed)):
        regressions = (
            _before(course, information.delivery_day, forecaster) if course.states else forecaster.regressions
        )
        if regressions is None:
            continue
        asked, output = replace(forecaster, regressions=regressions).ask(information)
        of_day = slice(asked.skip, len(asked.offset_mw))
        said[asked.kind].append(output[of_day])
        left[asked.kind].append(actual_mw(history, information.delivery_day) - asked.offset_mw[of_day])
    # Without a reference there is nothing that the median could be drawn towards.
    shares = SHARES if forecaster.recipe.target is Target.RESIDUAL else SHARES[-1:]
    return {
        kind: calibration(np.concatenate(left[kind]), np.concatenate(said[kind]), shares=shares)
        for kind in KINDS
        if sum(np.count_nonzero(~np.isnan(values)) for values in left[kind]) >= LEAST_HOURS
    }


def _before(course: Course, day: date, forecaster: Forecaster) -> Regressions | None:
    """Return a state that a day's issues bring up to date with as many days as those of a model in use do."""
    return course.before(day - timedelta(days=forecaster.recipe.update_days)) or course.before(day)


def calibration(left_mw: Floats, quantiles: Floats, *, shares: Floats = SHARES) -> Calibration:
    """Return what makes quantiles fit what was left by the reference.

    Args:
        left_mw: Load minus reference, shape (n,), MW; NaN is left out.
        quantiles: Of it, shape (n, 7), MW. Hours whose quantiles are all the same say nothing of the spread.
        shares: Of the median, to choose from.

    Example:
        >>> truth = np.linspace(-100, 100, 2001)
        >>> narrow = np.tile(np.quantile(truth, LEVELS) / 2, (2001, 1))
        >>> calibration(truth, narrow)
        Calibration(median_share=0.0, spreads=(2.0, 2.0, 2.0))
    """
    known = ~np.isnan(left_mw)
    truth, said = left_mw[known], quantiles[known]
    median = said[:, MEDIAN]
    errors = [np.abs(truth - share * median).mean() for share in shares]
    share = float(shares[int(np.argmin(errors))])
    around, distance = truth - share * median, said - median[:, None]
    factors = []
    for content, (low, high) in BANDS.items():
        width = np.where(around < 0, distance[:, LEVELS.index(low)], distance[:, LEVELS.index(high)])
        wide = width != 0
        factor = float(np.quantile(around[wide] / width[wide], content)) if wide.any() else 1.0
        factors.append(round(max(LEAST_SPREAD, factor), 3))
    return Calibration(median_share=round(share, 2), spreads=(factors[0], factors[1], factors[2]))


def _issues(
    history: History, days: Sequence[date], context_hours: int, blur_mw: float, random: np.random.Generator
) -> Iterator[InformationSet]:
    for day in days:
        morning, evening = (history.at(day, issue, context_hours=context_hours) for issue in Issue)
        known = [morning, evening, with_blurred_rte(morning, evening, blur_mw, random)]
        if not np.isnan(evening.temperature_c).all():
            known += [without_temperature(each) for each in known]
        yield from (each for each in known if not is_too_thin(each))
