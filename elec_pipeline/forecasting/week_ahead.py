"""Forecasts of the days two to seven ahead: the day-ahead forecast, made again for each day after the other.

Here: how one day follows from the day before it, what the weather's own error makes of it, the bands and the daily
peak. Not here: what such an issue knows (`domain.history`, with `lead_days`), which days there are
(`domain.week_ahead`), and the experts.

Each day is forecast by the experts of the day-ahead forecast, in the situation without a forecast of RTE's. Of
the days between the issue and the delivery day our own forecast stands in for RTE's. Regressions learnt for each
lead were tried instead: on every fourth morning of 2024, with the temperature that came true, they missed D+2 by
1.87 and D+7 by 2.15 %, the ridge alone in this way by 1.77 and 2.05.

Of the weather only the temperature is used: with clouds, wind and humidity as forecast at such leads the same
mornings were missed by 2 % more at D+2 and by 3 % more at D+7. Where the source's forecast ends, its last day
stands for the rest.

How far off a day is has two parts. The first is the experts' own: their errors of the last 60 days, a day ahead,
times a factor for the lead. The second is the temperature's: what becomes of the forecast where it is warmer or
colder on all days by as much as a forecast of the lead is off. Whole days of such errors are added to the
median: quantiles of hours and of the daily peak, and the probability of its hour, come from the same days.
`python -m benchmarks.week_ahead` prints what all of this is worth, and the factors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np

from elec_pipeline.domain.delivery_day import day_end, day_start, delivery_day
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.inputs import TEMPERATURE
from elec_pipeline.domain.instants import HOUR64, instant
from elec_pipeline.domain.plausible_forecast import implausible_forecast
from elec_pipeline.domain.quantiles import LEVELS, MEDIAN, Floats, uncrossed
from elec_pipeline.forecasting.experts.ridge.reference import HOURS_OF_A_DAY
from elec_pipeline.forecasting.features.local_time import LocalGrid
from elec_pipeline.forecasting.forecast import DECIMALS
from elec_pipeline.forecasting.forecaster import Forecaster

OFF_C: Mapping[int, float] = {1: 0.0, 2: 0.44, 3: 0.69, 4: 0.97, 5: 1.29, 6: 1.62, 7: 1.93}
"""Standard deviation of the error of the country's mean temperature by lead, beyond that of a day ahead: that of a
calibrated forecast whose anomalies correlate with those that come true by 0.99, 0.975, 0.95, 0.91, 0.855 and 0.785
at two to seven days, where the anomalies themselves have 3.1 degrees (2015 to 2023)."""
OWN: Mapping[int, float] = {2: 1.21, 3: 1.31, 4: 1.32, 5: 1.33, 6: 1.33, 7: 1.39}
"""Factor on the errors of a day ahead, by lead, with the temperature known: the band of 80 % holds 80 % of the
hours of 2024, the newest year before the test days, forecast by a model that had learnt from the years before.
Factors that did so on 2022 and 2023 were greater (1.24 to 1.63): on 2024 their bands held 80 to 85 %, on the test
days 82 to 88 %, which led to these."""
OWN_WITHOUT: Mapping[int, float] = {2: 1.65, 3: 2.1, 4: 2.4, 5: 2.6, 6: 2.8, 7: 3.2}
"""The same where no temperature is known, on 2022 to 2024."""
OF_WEATHER = 0.8
"""Factor on what the temperature's error makes of the forecast: it is seldom as far off from morning to night."""
LEAST_DAYS = 14
USUAL_ERROR = 0.015
"""As a share of the load, where the experts know too few errors of theirs."""
WEATHERS = tuple(NormalDist().inv_cdf((number + 0.5) / 11) for number in range(11))
"""Errors of the temperature that are looked at, in standard deviations."""


@dataclass(frozen=True, eq=False)
class DayAhead:
    """The forecast of one day.

    Attributes:
        delivery_day: Paris day.
        lead: Days from the day of the issue to it.
        quantiles: At `LEVELS`, shape (23, 24 or 25, 7), MW.
        peak_mw: Quantiles of its highest hour, shape (7,), MW.
        peak_probability: That an hour is the highest, shape (23, 24 or 25,); they add to one.
    """

    delivery_day: date
    lead: int
    quantiles: Floats
    peak_mw: Floats
    peak_probability: Floats


@dataclass(frozen=True, eq=False)
class Path:
    """What one course of the weather leads to, by lead: medians, MW, and the errors that the experts know.

    Attributes:
        medians: Shape (23, 24 or 25,) each.
        errors: As shares of the load, shape (days, 24) each.
    """

    medians: Mapping[int, Floats]
    errors: Mapping[int, Floats]


@dataclass(frozen=True, eq=False)
class OfRte:
    """What RTE's weekly forecast says of a day, and the share it has in ours.

    Attributes:
        load_mw: Shape (23, 24 or 25,), NaN where nothing is known.
        share: From 0 to 1.
    """

    load_mw: Floats
    share: float

    def drawn(self, median: Floats) -> Floats:
        """Return a median drawn towards it by its share, MW; as it is where nothing is known."""
        return np.asarray(median + self.share * np.nan_to_num(self.load_mw - median))


def week_ahead(
    forecaster: Forecaster,
    tomorrow: InformationSet,
    later: Sequence[InformationSet],
    weekly: Mapping[int, OfRte] | None = None,
) -> tuple[list[DayAhead], str | None]:
    """Return the forecasts of the days after tomorrow, up to the first that is implausible.

    Args:
        forecaster: Whose experts speak.
        tomorrow: What the morning issue of tomorrow's forecast knows.
        later: The same knowledge of the days after it, consecutive, from the second on.
        weekly: What RTE's weekly forecast says by lead, where it has a share in ours; None: nowhere.

    Returns:
        The days, and why the rest is not published; None where all are there.

    Raises:
        InvalidForecastError: The output of the experts is not finite.
    """
    known = [_filled(each) for each in later]
    said, weights = forecaster.expected(tomorrow)
    first = {tomorrow.delivery_day: said.median(weights)}
    expected = path(forecaster, first, known)
    warmer, colder = (
        path(forecaster, first, [_moved(each, sign) for each in known], with_errors=False) for sign in (1, -1)
    )
    made: list[DayAhead] = []
    of_rte = weekly or {}
    for lead, information in enumerate(known, start=2):
        by_weather = (warmer.medians[lead] - colder.medians[lead]) / 2
        has_weather = TEMPERATURE in information.usable_inputs
        own = (OWN if has_weather else OWN_WITHOUT)[lead]
        hour = LocalGrid.of(information.hours[-information.delivery_hours :]).hour
        median = expected.medians[lead]
        if lead in of_rte:
            median = of_rte[lead].drawn(median)
        days = scenarios(median, own * expected.errors[lead][:, hour], OF_WEATHER * by_weather)
        day = of_scenarios(information.delivery_day, lead, median, days)
        if (reason := implausible_forecast(day.quantiles, information)) is not None:
            return made, f"The forecast of {day.delivery_day}, {lead} days ahead, is not published: {reason}."
        made.append(day)
    return made, None


def path(
    forecaster: Forecaster,
    first: Mapping[date, Floats],
    later: Sequence[InformationSet],
    *,
    with_errors: bool = True,
) -> Path:
    """Return the medians of some days, each standing on those before it.

    Args:
        forecaster: Whose experts speak.
        first: Tomorrow's median, MW, by its day.
        later: What is known of the days after it, consecutive, from the second on.
        with_errors: Whether the errors that the experts know are asked for.
    """
    expected = dict(first)
    medians, errors = {}, {}
    for lead, information in enumerate(later, start=2):
        said, weights = forecaster.expected(_standing_on(information, expected), with_errors=with_errors)
        medians[lead] = expected[information.delivery_day] = said.median(weights)
        errors[lead] = said.late_errors(weights)
    return Path(medians, errors)


def scenarios(median: Floats, errors: Floats, by_weather: Floats) -> Floats:
    """Return days as they may come: the median with each error, in both directions, in each weather.

    Args:
        median: Shape (n,), MW.
        errors: As shares of the load, shape (days, n); days with a gap are left out.
        by_weather: What an error of the temperature of one standard deviation makes of the day, shape (n,), MW.

    Returns:
        Shape (days, n), MW.
    """
    whole = errors[~np.isnan(errors).any(axis=1)]
    if len(whole) < LEAST_DAYS:
        whole = _usual_errors(len(median))
    both = np.concatenate([whole, -whole]) * median
    weather = np.multiply.outer(WEATHERS, by_weather)
    return np.asarray(median + (both[:, None] + weather[None]).reshape(-1, len(median)))


def _usual_errors(hours: int) -> Floats:
    """Return errors of days as they usually are, shares of the load: as large all day, or with a wave through it.

    Shape (days, hours).
    """
    sizes = [NormalDist().inv_cdf(level) * USUAL_ERROR for level in LEVELS]
    angles = np.arange(hours) * 2 * np.pi / hours
    waves = [np.sqrt(2) * np.cos(angles + number * np.pi / 4) for number in range(8)]
    return np.concatenate([np.multiply.outer(sizes, shape) for shape in (np.ones(hours), *waves)])


def of_scenarios(day: date, lead: int, median: Floats, days: Floats) -> DayAhead:
    """Return quantiles of the hours and of the peak, and how often each hour is the highest.

    Args:
        day: Delivery day.
        lead: In days.
        median: Shape (n,), MW.
        days: Shape (scenarios, n), MW.

    Example:
        >>> days = np.array([[50e3, 60e3], [50e3, 62e3], [64e3, 58e3], [50e3, 60e3]])
        >>> made = of_scenarios(date(2025, 7, 1), 2, np.array([50e3, 60e3]), days)
        >>> made.peak_mw[MEDIAN].item(), made.peak_probability.tolist()
        (61000.0, [0.25, 0.75])
    """
    quantiles = np.quantile(days, LEVELS, axis=0).T
    quantiles[:, MEDIAN] = median
    return DayAhead(
        day,
        lead,
        np.asarray(np.round(uncrossed(quantiles), DECIMALS), dtype=np.float64),
        np.asarray(np.round(np.quantile(days.max(axis=1), LEVELS), DECIMALS), dtype=np.float64),
        np.bincount(days.argmax(axis=1), minlength=len(median)) / len(days),
    )


def _standing_on(information: InformationSet, expected: Mapping[date, Floats]) -> InformationSet:
    """Return an information set in which our own forecasts stand for RTE's on the days before the delivery day."""
    rte = information.rte_mw.copy()
    for day, median in expected.items():
        rte[_hours_of(information, day)] = median
    rte[-information.delivery_hours :] = np.nan
    return replace(information, rte_mw=rte)


def _filled(information: InformationSet) -> InformationSet:
    """Return an information set with the temperature alone; where its forecast ends, its last day stands."""
    if TEMPERATURE not in information.inputs:
        return replace(information, inputs={})
    values = information.inputs[TEMPERATURE].copy()
    for hour in range(information.context_hours, len(values)):
        if np.isnan(values[hour]):
            values[hour] = values[hour - HOURS_OF_A_DAY]
    return replace(information, inputs={TEMPERATURE: values})


def _moved(information: InformationSet, sign: float) -> InformationSet:
    """Return an information set in which it is warmer on each day to come by what its forecast is off."""
    if TEMPERATURE not in information.inputs:
        return information
    values = information.inputs[TEMPERATURE].copy()
    today = delivery_day(information.issue_time)
    for lead, off in OFF_C.items():
        values[_hours_of(information, today + timedelta(days=lead))] += sign * off
    return replace(information, inputs={TEMPERATURE: values})


def _hours_of(information: InformationSet, day: date) -> slice:
    """Return where a day's hours stand; an empty slice where the grid ends before it."""
    first, end = (
        int((instant(moment) - information.hours[0]) // HOUR64) for moment in (day_start(day), day_end(day))
    )
    return slice(first, end)
