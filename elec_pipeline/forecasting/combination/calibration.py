"""How the experts are combined: chosen on days that the regressions had not learnt from.

Here: for everything that a forecast can stand on, the weights of the medians that make the smallest error, and
the factors on the widths that make the bands hold what they claim. Not here: which days (`samples`), and what
the experts had learnt before each of them (`lifecycle.fitting`).

The days are the newest year that was learnt from or chosen on. A whole one, for the factors differ with the
season; and one only, for what is learnt of temperatures gets better from year to year. In 2017, 2018 and July
2022 to June 2024, bands with temperature that were calibrated on the 12 months before missed what they claim by
less than those on 18 or 24 months; without temperature by about as much.

Days that a network was trained on it has seen once, among many years, which its spread does not show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from elec_pipeline.domain.kinds_of_day import is_unusual
from elec_pipeline.domain.quantiles import BANDS, LEVELS, MEDIAN, Floats
from elec_pipeline.forecasting.combination.bands import half_widths
from elec_pipeline.forecasting.combination.combination import Blend
from elec_pipeline.forecasting.combination.said import Said
from elec_pipeline.forecasting.features.situations import KEYS, key
from elec_pipeline.forecasting.samples import Sample

YEAR_DAYS = 365
"""So many days, at the most, are calibrated on."""
SHARES = np.linspace(0.0, 1.0, 21)
"""Of an expert's median, to choose from."""
LEAST_HOURS = 24 * 14
"""From fewer hours whose load is known nothing is chosen."""
BAND = 1
"""Position of the band that is to hold as much on unusual days: that of 80 %."""
MOST_UNUSUAL = 2.0
LEAST_SPREAD = 0.01
"""However good the medians are, bands keep some width."""


@dataclass(frozen=True)
class Calibrated:
    """What is chosen on days that the experts had not learnt from.

    Attributes:
        blends: By `features.situations.key`.
        unusual: As `Combination.unusual`: one for everything, for a year has few such days.
    """

    blends: dict[str, Blend]
    unusual: float


@dataclass(frozen=True)
class _Seen:
    """What came true on a day, and what the experts had said of it. Not the sample: thousands are held at once."""

    day: date
    truth_mw: Floats
    said: Said


def calibrated(
    samples: Iterable[Sample],
    said_of: Callable[[Sample], Said | None],
    widths: Mapping[str, float],
    *,
    late: float = 0.0,
) -> Calibrated:
    """Return how experts are combined on everything that the samples hold enough of.

    Args:
        samples: Of days that the experts had not learnt from.
        said_of: Returns what the experts say of a sample, in the order in which they are given weight; None where
            one could say nothing then.
        widths: Weights of the experts' half-widths, that of the shape first.
        late: As `Blend.late`.
    """
    seen: dict[str, list[_Seen]] = {each: [] for each in KEYS}
    for sample in samples:
        said = said_of(sample)
        if said is not None:
            known = sample.information
            one = _Seen(known.delivery_day, sample.truth_mw, said)
            seen[key(known.situation, known.usable_inputs)].append(one)
    enough = {
        each: of
        for each, of in seen.items()
        if sum(np.count_nonzero(~np.isnan(one.truth_mw)) for one in of) >= LEAST_HOURS
    }
    blends = {
        each: chosen(
            np.concatenate([one.truth_mw for one in of]),
            {name: np.concatenate([one.said.quantiles[name] for one in of]) for name in of[0].said.quantiles},
            widths,
            late=late,
            late_sizes=partial(_late_sizes, of),
        )
        for each, of in enough.items()
    }
    return Calibrated(blends, _unusual(enough, blends))


def _late_sizes(seen: Sequence[_Seen], medians: Mapping[str, float]) -> Floats:
    return np.concatenate([one.said.late_sizes(medians) for one in seen])


def _unusual(seen: Mapping[str, Sequence[_Seen]], blends: Mapping[str, Blend]) -> float:
    """Return what the 80 % bands of public holidays and bridge days must be widened by to hold as much."""
    errors, widths = [], []
    for each, of in seen.items():
        for one in of:
            if is_unusual(one.day):
                made = blends[each].combined(one.said.quantiles, one.said.late_sizes(blends[each].medians))
                errors.append(np.abs(one.truth_mw - made[:, MEDIAN]))
                widths.append(half_widths(made)[:, BAND])
    if not errors:
        return 1.0
    error, width = np.concatenate(errors), np.concatenate(widths)
    known = ~np.isnan(error) & (width > 0)
    if np.count_nonzero(known) < LEAST_HOURS:
        return 1.0
    factor = np.quantile(error[known] / width[known], list(BANDS)[BAND])
    return round(float(np.clip(factor, 1.0, MOST_UNUSUAL)), 3)


def chosen(
    truth_mw: Floats,
    said: Mapping[str, Floats],
    widths: Mapping[str, float],
    *,
    late: float = 0.0,
    late_sizes: Callable[[Mapping[str, float]], Floats] | None = None,
) -> Blend:
    """Return the blend that fits what came true.

    The first expert's median stands; each further one gets the share that makes the mean absolute error smallest.

    Args:
        truth_mw: Shape (n,), MW; NaN is left out.
        said: By expert, quantiles of shape (n, 7), MW.
        widths: Weights of the experts' half-widths, that of the shape first.
        late: As `Blend.late`.
        late_sizes: From weights of the medians to how large their errors were of late, shape (n, 3).

    Example:
        >>> truth = np.linspace(-100, 100, 2001)
        >>> narrow = np.tile(np.quantile(truth, LEVELS) / 2, (2001, 1))
        >>> chosen(truth, {"one": narrow}, {"one": 1.0}).spreads
        (2.0, 2.0, 2.0)
    """
    known = ~np.isnan(truth_mw)
    truth = truth_mw[known]
    made = {name: quantiles[known] for name, quantiles in said.items()}
    first, *others = made
    median, medians = made[first][:, MEDIAN], {first: 1.0}
    for name in others:
        further = made[name][:, MEDIAN]
        errors = [np.abs(truth - median - share * (further - median)).mean() for share in SHARES]
        share = round(float(SHARES[int(np.argmin(errors))]), 2)
        medians = {each: round(weight * (1 - share), 6) for each, weight in medians.items()} | {name: share}
        median = median + share * (further - median)
    plain = Blend(medians=medians, widths=dict(widths), late=late)
    sizes = late_sizes(medians)[known] if late_sizes else None
    return plain.model_copy(update={"spreads": _spreads(truth, plain.combined(made, sizes))})


def _spreads(truth: Floats, quantiles: Floats) -> tuple[float, float, float]:
    """Return the factors on the distances to the median that make each band hold what it claims."""
    median = quantiles[:, MEDIAN]
    around, distance = truth - median, quantiles - median[:, None]
    factors = []
    for content, (low, high) in BANDS.items():
        width = np.where(around < 0, distance[:, LEVELS.index(low)], distance[:, LEVELS.index(high)])
        wide = width != 0
        factor = float(np.quantile(around[wide] / width[wide], content)) if wide.any() else 1.0
        factors.append(round(max(LEAST_SPREAD, factor), 3))
    return factors[0], factors[1], factors[2]
