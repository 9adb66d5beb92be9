"""What counts as an implausible forecast: one that is far outside what season, last weeks and temperature allow.

Here: the bounds, and the reason why a forecast is beyond them. Not here: what is implausible in what a forecast is
made from (`plausibility`), and who speaks instead (`forecasting.forecaster`).

The bounds are wide: no hour of 2012 to 2025 comes near them, be it in the cold of February 2012, at Christmas, in
the lockdown of 2020 or in the heat of June 2019. They are for what is broken, not for what is some percent wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.plausibility import FORTNIGHT, LIMITS, LOAD
from elec_pipeline.domain.quantiles import MEDIAN, Floats

if TYPE_CHECKING:
    from elec_pipeline.domain.information_set import InformationSet

LOWEST_MW, HIGHEST_MW = 20_000.0, 110_000.0
"""No quantile of a published forecast lies outside. Load was 28.7 to 101.6 GW in the hours of 2012 to 2025."""
TO_RTE: Final = (0.8, 1.25)
"""Least and greatest factor on RTE's day-ahead forecast of an hour. The load that came true: 0.85 to 1.22."""
BELOW: Final = 0.4
"""How far a median may lie below the lowest load of the same hour in the fortnight before. The load: 0.27."""
ABOVE_IN_SUMMER, ABOVE_IN_WINTER = 0.25, 0.5
"""How far above the highest, where no temperature is known. The load: 0.13 from April to September, 0.31 in other
months, when it turns cold."""
ABOVE_AS_WARM: Final = 0.35
"""How far above where temperature is known, beside what colder or hotter days take. The load: 0.19."""
SUMMER_MONTHS: Final = range(4, 10)
HEATING_BELOW_C, COOLING_ABOVE_C = 16.0, 22.0
HEATING_MW_A_DEGREE, COOLING_MW_A_DEGREE = 2_400.0, 1_000.0
MOST_FOR_WEATHER_MW = 20_000.0
"""What colder or hotter days may take at most: some eight degrees beyond the fortnight before."""
NARROWEST_MW, WIDEST_MW = 100.0, 40_000.0
"""Mean width of the band of 90 % over a day. Ours: some 2 to 10 GW."""
_TO_THE_GW = 1e3


def implausible_forecast(quantiles: Floats, information: InformationSet) -> str | None:
    """Return why a forecast cannot be published, in a few words; None where it can.

    Args:
        quantiles: Shape (23, 24 or 25, 7), MW, at `quantiles.LEVELS`.
        information: What the issue knew.
    """
    if not np.isfinite(quantiles).all():
        return "it has hours without a value"
    if quantiles.min() < LOWEST_MW or quantiles.max() > HIGHEST_MW:
        return f"it goes from {_gw(quantiles.min())} to {_gw(quantiles.max())} GW"
    width = float((quantiles[:, -1] - quantiles[:, 0]).mean())
    if not NARROWEST_MW <= width <= WIDEST_MW:
        return f"its band of 90 % is {width:,.0f} MW wide"
    median = quantiles[:, MEDIAN]
    step = float(np.abs(np.diff(median)).max())
    if step > LIMITS[LOAD].step:
        return f"it changes by {_gw(step)} GW within an hour"
    return _beside_rte(median, information) or _beside_last_weeks(median, information)


def _beside_rte(median: Floats, information: InformationSet) -> str | None:
    factor = median / information.rte_mw[-len(median) :]
    known = factor[~np.isnan(factor)]
    if not known.size or (known.min() >= TO_RTE[0] and known.max() <= TO_RTE[1]):
        return None
    return f"it is {known.min():.2f} to {known.max():.2f} of RTE's forecast"


def _beside_last_weeks(median: Floats, information: InformationSet) -> str | None:
    lowest, highest = last_weeks(information)
    more, less = _weather_mw(information)
    if np.isnan(more):
        is_summer = information.delivery_day.month in SUMMER_MONTHS
        above, more, less = (ABOVE_IN_SUMMER if is_summer else ABOVE_IN_WINTER), 0.0, 0.0
    else:
        above = ABOVE_AS_WARM
    if (median > highest * (1 + above) + more).any():
        return f"it is {_gw((median - highest).max())} GW above the same hours of the last weeks"
    if (median < lowest * (1 - BELOW) - less).any():
        return f"it is {_gw((lowest - median).max())} GW below the same hours of the last weeks"
    return None


def last_weeks(information: InformationSet) -> tuple[Floats, Floats]:
    """Return the lowest and the highest load known of each hour of the delivery day in the fortnight before.

    Returns:
        Two of shape (23, 24 or 25,), MW; NaN where none is known. The hour is that of UTC, or one beside it.
    """
    hours = information.delivery_hours
    load = information.load_mw
    end = len(load) - hours  # of the day before
    # Of each hour the same one and its neighbours, so that a change of clocks is no change of load.
    back = np.arange(1, FORTNIGHT + 2)[:, None, None] * 24
    at = np.arange(end, len(load))[None, :, None] + np.array([-1, 0, 1])[None, None, :] - back
    known = np.where((at >= 0) & (at < len(load)), load[np.clip(at, 0, len(load) - 1)], np.nan)
    flat = known.transpose(1, 0, 2).reshape(hours, -1)
    absent = np.isnan(flat)
    lowest, highest = np.where(absent, np.inf, flat).min(axis=1), np.where(absent, -np.inf, flat).max(axis=1)
    is_known = ~absent.all(axis=1)
    return np.where(is_known, lowest, np.nan), np.where(is_known, highest, np.nan)


def _weather_mw(information: InformationSet) -> tuple[float, float]:
    """Return how much more, and how much less, the weather may take than in the fortnight; NaN where not known."""
    temperature = information.input(TEMPERATURE)
    if TEMPERATURE not in information.usable_inputs:
        return np.nan, np.nan
    hours = information.delivery_hours
    before = temperature[-hours - FORTNIGHT * 24 : -hours]
    daily = before[len(before) % 24 :].reshape(-1, 24)
    known = daily[~np.isnan(daily).any(axis=1)].mean(axis=1)
    if not known.size:
        return np.nan, np.nan
    usual, today = _taken(known), float(_taken(temperature[-hours:].mean(keepdims=True))[0])
    more, less = today - usual.max(), usual.min() - today
    return float(np.clip(more, 0, MOST_FOR_WEATHER_MW)), float(np.clip(less, 0, MOST_FOR_WEATHER_MW))


def _taken(temperature_c: Floats) -> Floats:
    heating = np.maximum(HEATING_BELOW_C - temperature_c, 0) * HEATING_MW_A_DEGREE
    return np.asarray(heating + np.maximum(temperature_c - COOLING_ABOVE_C, 0) * COOLING_MW_A_DEGREE)


def _gw(value_mw: float) -> str:
    return f"{value_mw / _TO_THE_GW:.1f}"
