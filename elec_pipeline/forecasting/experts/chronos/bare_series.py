"""Forecasts of a bare hourly series, without times: what a caller's own numbers can be asked for.

Here: how a model that learnt something else is asked about such a series. Not here: forecasts of delivery days
(`forecaster`), which know the calendar, RTE's forecasts and temperatures and are far better.

A model of the load itself continues the series as it is. The bundled model continues distances to a reference
made of what is known of the day; a bare series has no calendar, so the reference here is the series a week before
(a day before, where less than two weeks are given), moved to the level of the last day. The network says how
uncertain that is. Measured on 300 spans of November 2022 to 2023, with eight weeks of context: MAPE 3.9 %, the
80 % band holds 81 %; the network asked about the load itself, which it never learnt, 12.1 %.

Beyond the model's horizon and up to a week, a model of the load is asked again with its own medians as context; of
the bundled one the last day's bands are repeated, and they grow from the second day on with the root of the lead
in days: on 71 spans of the same time the 80 % band then holds 76 to 81 % on each of the seven days (without, 47 %
on the last).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from elec_pipeline.domain.information_set import WEEK_HOURS
from elec_pipeline.domain.quantiles import BANDS, LEVELS, MEDIAN, Floats, uncrossed
from elec_pipeline.forecasting.experts.chronos.forecaster import Forecaster
from elec_pipeline.forecasting.experts.chronos.inputs import ModelInput
from elec_pipeline.forecasting.experts.chronos.recipe import Target
from elec_pipeline.forecasting.features.local_time import nan_mean
from elec_pipeline.forecasting.features.situations import Case

DAY_HOURS = 24
LEAST_CONTEXT = DAY_HOURS
"""A day shows when it is high and when low; of less nothing of that can be said."""
LONGEST_HORIZON = WEEK_HOURS
THIN_CONTEXT = 2 * WEEK_HOURS
THIN_SPREAD = 0.8
"""Standard deviation of a forecast's error as a share of the series' own, where that is too short to show its
errors: on 120 and more series of 24 to 335 hours, the 80 % band of the first day holds 81 to 86 %."""
LEVEL_SHARE = 0.8
"""How much of the last day's distance to the reference is taken to last."""
SPREAD_SHARE = 0.55
"""Factor on the network's distances to its median, which are of a target that varies less evenly."""


def forecast_series(forecaster: Forecaster, context: Sequence[float], prediction_length: int) -> Floats:
    """Return quantiles of the hours after a series.

    Args:
        forecaster: The model.
        context: Hourly, in order, any unit; at least `LEAST_CONTEXT` values, NaN where not known.
        prediction_length: Hours, at most `LONGEST_HORIZON`.

    Returns:
        Shape (prediction_length, 7) at `domain.quantiles.LEVELS`, ascending, in the unit of the series.

    Raises:
        InvalidForecastError: What comes out is not finite: the model is broken, or nothing of the series is known.
    """
    series = np.asarray(context, dtype=np.float64)
    if forecaster.recipe.target is Target.LOAD:
        median, distances = _continued(forecaster, series, prediction_length)
        grows_every = forecaster.recipe.prediction_length  # up to there the network widens them itself
    else:
        target, median = _distances(series, prediction_length)
        said = _asked(forecaster, target)
        spread = SPREAD_SHARE * (said - said[:, MEDIAN : MEDIAN + 1])  # its median is of days it does not see here
        distances = _repeated(_thin(series) if len(series) < THIN_CONTEXT else spread, prediction_length)
        grows_every = DAY_HOURS
    lead = 1 + np.arange(prediction_length) // grows_every
    quantiles = median[:, None] + distances * np.sqrt(lead)[:, None]
    return uncrossed(forecaster.required(quantiles, prediction_length))


def _continued(forecaster: Forecaster, series: Floats, prediction_length: int) -> tuple[Floats, Floats]:
    """Return medians and the quantiles' distances to them of a model of the load, asked as often as it takes."""
    said = np.empty((0, len(LEVELS)))
    while len(said) < prediction_length:
        said = np.concatenate([said, _asked(forecaster, np.concatenate([series, said[:, MEDIAN]]))])
    said = said[:prediction_length]
    return said[:, MEDIAN], said - said[:, MEDIAN : MEDIAN + 1]


def _asked(forecaster: Forecaster, target: Floats) -> Floats:
    """Return what the network says of the hours after a series of its target."""
    length, horizon = forecaster.recipe.context_hours, forecaster.recipe.prediction_length
    target = np.concatenate([np.full(max(0, length - len(target)), np.nan), target])[-length:]
    unknown = np.full((horizon, len(BANDS)), np.nan)
    asked = ModelInput(
        target, {}, {}, offset_mw=np.zeros(horizon), skip=0, kind=Case.ALONE, recent_errors_mw=unknown
    )
    return forecaster.quantiles_of(asked)


def _repeated(distances: Floats, prediction_length: int) -> Floats:
    """Return distances as far as is asked for, those of the last day again and again where they end before."""
    last_day = np.arange(max(0, len(distances) - DAY_HOURS), len(distances))
    beyond = max(0, prediction_length - len(distances))
    rows = np.concatenate([np.arange(len(distances)), np.resize(last_day, beyond)])
    return np.asarray(distances[rows[:prediction_length]], dtype=np.float64)


def _thin(series: Floats) -> Floats:
    """Return the distances of a day's quantiles to their median, of a series too short to show its own errors."""
    scale = THIN_SPREAD * float(np.nanstd(series)) if np.isfinite(series).any() else float("nan")
    normal = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
    return np.tile(scale * normal, (DAY_HOURS, 1))


def _distances(series: Floats, prediction_length: int) -> tuple[Floats, Floats]:
    """Return a series' distances to itself a period before, and what is expected of the hours after it."""
    period = WEEK_HOURS if len(series) >= 2 * WEEK_HOURS else DAY_HOURS
    distances = series[period:] - series[:-period]
    steps = np.arange(prediction_length) % period
    expected = series[len(series) - period + steps]
    last_day = distances[-DAY_HOURS:]
    level = LEVEL_SHARE * np.nanmean(last_day) if np.isfinite(last_day).any() else 0.0
    expected = np.where(np.isfinite(expected), expected, nan_mean(series))
    return distances, expected + level


def spread(quantiles: Floats, n: int) -> Floats:
    """Return `n` values of each hour, evenly spaced in probability: what as many samples look like on average.

    Args:
        quantiles: Shape (hours, 7) at `domain.quantiles.LEVELS`, ascending.
        n: How many.

    Returns:
        Shape (hours, n), ascending. Beyond the outermost levels the last slope goes on.

    Example:
        >>> spread(np.array([[-1.6, -1.3, -0.7, 0.0, 0.7, 1.3, 1.6]]), 3).round(2).tolist()
        [[-1.03, 0.0, 1.03]]
    """
    probabilities = (np.arange(n) + 0.5) / n
    levels = np.array(LEVELS)
    found = np.stack([np.interp(probabilities, levels, each) for each in quantiles])
    for beyond, end, inner in ((probabilities < levels[0], 0, 1), (probabilities > levels[-1], -1, -2)):
        slope = (quantiles[:, end] - quantiles[:, inner]) / (levels[end] - levels[inner])
        further = quantiles[:, end, None] + slope[:, None] * (probabilities - levels[end])
        found = np.where(beyond, further, found)
    return np.asarray(found, dtype=np.float64)
