"""What counts as implausible: the limits of every measured series, and what is beyond them.

Here: the limits by name, which values of a series no grid and no weather makes, and the mean of the country from
the values of its places. Pure numpy. Not here: what becomes of a value that is left out (`load_curve.clean` where
a value enters, `history` where a forecast is made), how a course without jumps is found (`jumps`), and forecasts
that come out (`plausible_forecast`).

A value is implausible where it is beyond what France has seen, with room; where the series jumps to it and back as
no grid and no weather does; and where it repeats for a day what never stands still. NaN is missing, not
implausible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from elec_pipeline.domain.inputs import CLOUD_COVER, HUMIDITY, RADIATION, TEMPERATURE, WIND_SPEED
from elec_pipeline.domain.jumps import Flags, off_course
from elec_pipeline.domain.quantiles import Floats, of_known

LOAD = "load_mw"
RTE_TYPES = ("D-1", "D-2", "ID")
LEAST_WEIGHT = 0.75
"""Least share of the weights that must remain for a mean of the country."""
LEAST_PLACES = 3
"""From fewer places none can be said to be far from the others."""
FORTNIGHT = 14
LEAST_DAYS = 4
"""From fewer known days of a fortnight none can be said to be far from the others."""
RTE_TO_LOAD = (0.7, 1.45)
"""Least and greatest factor between RTE's day-ahead forecast and the load that came true."""
_NEVER = np.inf


@dataclass(frozen=True)
class Limits:
    """What a series can be.

    Attributes:
        lowest: Least value, in the series' unit.
        highest: Greatest value.
        step: Greatest change within an hour. Within n hours it is `step` times the root of n, at most `swing`.
        swing: Greatest change within any time.
        spike: Greatest distance of a value from both its neighbours of at most an hour away, to the same side.
        stuck_hours: A value that lasts for so many hours is no measurement and no forecast; None: it may last.
        apart: Greatest distance of a place from the median of all places of the hour; of the country, from the
            median of the same hour of its fortnight.
        factors: The least and the greatest factor on the median of the same hour of its fortnight; None: any.
    """

    lowest: float
    highest: float
    step: float = _NEVER
    swing: float = _NEVER
    spike: float = _NEVER
    stuck_hours: int | None = None
    apart: float = _NEVER
    factors: tuple[float, float] | None = None


_LOAD = Limits(
    lowest=15_000.0, highest=130_000.0, step=15_000.0, swing=45_000.0, spike=10_000.0, factors=(0.5, 1.8)
)
LIMITS: Final[Mapping[str, Limits]] = {
    LOAD: _LOAD,
    **dict.fromkeys(RTE_TYPES, _LOAD),
    TEMPERATURE: Limits(lowest=-25.0, highest=45.0, step=12.0, swing=30.0, spike=5.0, stuck_hours=20, apart=20.0),
    CLOUD_COVER: Limits(lowest=0.0, highest=100.0),
    WIND_SPEED: Limits(lowest=0.0, highest=30.0, step=6.0, swing=25.0, stuck_hours=20, apart=15.0),
    HUMIDITY: Limits(lowest=5.0, highest=100.0, step=40.0, stuck_hours=20, apart=60.0),
    RADIATION: Limits(lowest=0.0, highest=1_200.0, stuck_hours=20),
}
"""Of the country as a whole, by the name of the series.

What was seen: load 28.7 to 101.6 GW in the hours of 2012 to 2025, changes of 8.8 GW in one hour, 13.9 in two,
17.7 in three, 25.4 in 18, 4.0 GW from both neighbours; 3.9 GW between quarter-hours of 2025. RTE's D-1 27.7 to
100.3 GW, 8.9 GW in an hour, 4.4 GW from both neighbours. Temperature, weighted by population, -8.1 to 38.7 °C, 7.2
in an hour, 17.8 in twelve, 1.8 from both neighbours, 7 equal hours. The mean of ten cities, 2021 to 2025: wind 0.8
to 9.2 m/s, 1.4 in an hour; humidity 18.8 to 96.1 %, 16 in an hour; cloud cover all of 0 to 100 %.
"""
PLACE_LIMITS: Final[Mapping[str, Limits]] = {
    TEMPERATURE: Limits(lowest=-45.0, highest=50.0, step=30.0, swing=40.0, stuck_hours=20, apart=28.0),
    CLOUD_COVER: Limits(lowest=0.0, highest=100.0),
    WIND_SPEED: Limits(lowest=0.0, highest=60.0, step=25.0, swing=50.0, stuck_hours=20, apart=40.0),
    HUMIDITY: Limits(lowest=0.0, highest=100.0, stuck_hours=72),
    RADIATION: Limits(lowest=0.0, highest=1_300.0, stuck_hours=20),
}
"""Of one place.

What was seen in ten cities, 2021 to 2025: temperature -9.3 to 43.4 °C (France: -41 and 46), 17.4 in an hour, 7
equal hours, 16.4 from the median of the cities; wind up to 20.7 m/s, 11.3 in an hour, 5 equal hours, 17.3 from the
median; humidity 0 to 100 %, 84 in an hour, 28 equal hours; cloud cover any. A place's sunlight is zero all night,
16 hours at most.
"""


def beyond(values: npt.ArrayLike, limits: Limits) -> Flags:
    """Return which values lie outside the limits of their series, of the shape of the values; NaN does not.

    Example:
        >>> beyond([50e3, 0.0, np.nan, np.inf], LIMITS["load_mw"]).tolist()
        [False, True, False, True]
    """
    known = np.asarray(values, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray((known < limits.lowest) | (known > limits.highest))


def implausible(
    name: str, values: npt.ArrayLike, *, hours: npt.ArrayLike | None = None, place: bool = False
) -> Flags:
    """Return which values of one series cannot be true: beyond range, a jump that no grid makes, or stuck.

    Of a series that jumps, the longest part that can be one course is believed: a spike is left out, and a level
    that the series jumps to and comes back from. Where that part is no more than half of it, nothing is.

    Args:
        name: Of the series, in `LIMITS`.
        values: In its unit, in order of time, NaN where not known, shape (n,).
        hours: When each is, in hours from any instant, ascending, shape (n,); None: one after the other.
        place: Whether it is of one place and not of the country.

    Returns:
        Shape (n,).

    Example:
        >>> implausible("load_mw", [50e3, 51e3, 8e3, 9e3, np.nan, 52e3, 50e3, 49e3, 48e3]).tolist()
        [False, False, True, True, False, False, False, False, False]
        >>> implausible("temperature_c", [4.0, 5.0, -273.0]).tolist()
        [False, False, True]
    """
    limits = (PLACE_LIMITS if place else LIMITS)[name]
    known = np.asarray(values, dtype=np.float64)
    at = np.arange(len(known), dtype=np.float64) if hours is None else np.asarray(hours, dtype=np.float64)
    out = beyond(known, limits)
    left = np.flatnonzero(~out & ~np.isnan(known))
    if limits.stuck_hours is not None:
        stuck = _stuck(at[left], known[left], limits.stuck_hours)
        out[left[stuck]] = True
        left = left[~stuck]
    off = left[off_course(at[left], known[left], step=limits.step, swing=limits.swing, spike=limits.spike)]
    out[left if 2 * len(off) >= len(left) else off] = True
    return out


def implausible_in_window(name: str, values: npt.ArrayLike, usual: Floats | None = None) -> Flags:
    """Return which values of the country are implausible among those of the days around them.

    By their course (`implausible`), or beside the median of the same hour of their fortnight.

    Args:
        name: Of the series, in `LIMITS`.
        values: On an hourly grid, NaN where not known, shape (n,).
        usual: What is usual in each hour, shape (n,); None: as `usual_values` has it of what is left.

    Returns:
        Shape (n,).
    """
    limits, known = LIMITS[name], np.asarray(values, dtype=np.float64)
    out = implausible(name, known)
    if limits.factors is None and not np.isfinite(limits.apart):
        return out
    middle = usual_values(np.where(out, np.nan, known)) if usual is None else usual
    with np.errstate(invalid="ignore"):
        out |= np.abs(known - middle) > limits.apart
        if limits.factors is not None:
            out |= (known < limits.factors[0] * middle) | (known > limits.factors[1] * middle)
    return out


def usual_values(values: Floats) -> Floats:
    """Return the median of the same hour of the fortnight that each value is part of.

    Fortnights are counted back from the last value.

    Args:
        values: On an hourly grid, NaN where not known, shape (n,).

    Returns:
        Shape (n,), NaN where fewer than `LEAST_DAYS` days are known.

    Example:
        >>> usual_values(np.repeat([1.0, 2.0, 9.0, 2.0, np.nan], 24))[::24].tolist()
        [2.0, 2.0, 2.0, 2.0, 2.0]
    """
    hours = FORTNIGHT * 24
    padding = -len(values) % hours
    days = np.concatenate([np.full(padding, np.nan), values]).reshape(-1, FORTNIGHT, 24)
    [middle] = of_known(days.transpose(1, 0, 2).reshape(FORTNIGHT, -1), [0.5], least=LEAST_DAYS)
    return np.asarray(np.repeat(middle.reshape(-1, 1, 24), FORTNIGHT, axis=1).ravel()[padding:])


def national_mean(name: str, values: npt.ArrayLike, weights: npt.ArrayLike) -> tuple[Floats, Flags]:
    """Return the weighted mean of the places, without those that cannot be true.

    A place is left out of an hour where it is implausible by itself, or farther from the median of all places of
    the hour than any place of France is. A place that stands still is left out only where the others move. What a
    place that is left out or missing usually adds to the mean, in the hours of the same reply that all places
    have, stands in for it: a mean without Marseille would be a colder France.

    Args:
        name: Of the series, in `PLACE_LIMITS`.
        values: In its unit, in order of time, NaN where not known, shape (places, hours).
        weights: Of the places, shape (places,).

    Returns:
        The mean, shape (hours,), NaN where less than `LEAST_WEIGHT` of the weights remains; and which values were
        left out as implausible, shape (places, hours).

    Example:
        >>> mean, left_out = national_mean("temperature_c", [[4.0, 5.0], [5.0, 6.0], [9.0, -273.0]], [2, 2, 1])
        >>> mean.round(6).tolist(), left_out[2].tolist()
        ([5.4, 6.4], [False, True])
    """
    limits = PLACE_LIMITS[name]
    known, shares = np.array(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    shares = shares / shares.sum()
    out = np.array([implausible(name, each, place=True) for each in known]).reshape(known.shape)
    only_stuck = out & ~beyond(known, limits) if limits.stuck_hours is not None else np.zeros_like(out)
    if only_stuck.any() and not _moves(np.where(only_stuck, np.nan, known)):
        out &= ~only_stuck
    [middle] = of_known(np.where(out, np.nan, known), [0.5], least=LEAST_PLACES)
    with np.errstate(invalid="ignore"):
        out |= (np.abs(known - middle) > limits.apart) & ~np.isnan(known)
    kept = ~out & ~np.isnan(known)
    return _mean_of_kept(known, kept, shares, limits), out


def _mean_of_kept(known: Floats, kept: Flags, shares: Floats, limits: Limits) -> Floats:
    """Return the mean of the places that are kept, moved by what the others usually add to it."""
    weight = shares @ kept
    filled = np.where(kept, known, 0.0)
    enough = weight >= LEAST_WEIGHT
    mean = np.full(known.shape[1], np.nan)
    mean[enough] = (shares @ filled)[enough] / weight[enough]
    whole = kept.all(axis=0)
    if whole.all() or not whole.any():
        return mean
    # The mean of all is M = sum of kept w·x + w·(M + offset) of the others: M = mean of kept + w·offset / weight.
    offset = (known[:, whole] - mean[whole]).mean(axis=1)
    partly = enough & ~whole
    mean[partly] += ((shares * offset) @ ~kept)[partly] / weight[partly]
    return np.asarray(np.clip(mean, limits.lowest, limits.highest))


def _moves(known: Floats) -> bool:
    """Tell whether any place changes from one hour to the next."""
    steps = np.diff(known, axis=1)
    return bool((np.abs(steps[~np.isnan(steps)]) > 0).any())


def _stuck(at: Floats, known: Floats, hours: int) -> Flags:
    """Return which values are part of a run of equal ones that lasts for so many hours."""
    if len(known) < 2:  # noqa: PLR2004 - one value repeats nothing
        return np.zeros(len(known), dtype=bool)
    first = np.concatenate([[0], np.flatnonzero(np.diff(known) != 0) + 1])
    last = np.concatenate([first[1:], [len(known)]]) - 1
    return np.repeat(at[last] - at[first] + 1 >= hours, last - first + 1)
