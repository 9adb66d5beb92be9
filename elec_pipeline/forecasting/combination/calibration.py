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

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from elec_pipeline.domain.quantiles import BANDS, LEVELS, MEDIAN, Floats
from elec_pipeline.forecasting.combination.combination import Blend
from elec_pipeline.forecasting.features.situations import KEYS, key
from elec_pipeline.forecasting.samples import Sample

YEAR_DAYS = 365
"""So many days, at the most, are calibrated on."""
SHARES = np.linspace(0.0, 1.0, 21)
"""Of an expert's median, to choose from."""
LEAST_HOURS = 24 * 14
"""From fewer hours whose load is known nothing is chosen."""
LEAST_SPREAD = 0.01
"""However good the medians are, bands keep some width."""


def calibrated(
    samples: Iterable[Sample],
    said_of: Callable[[Sample], Mapping[str, Floats] | None],
    widths: Mapping[str, float],
) -> dict[str, Blend]:
    """Return how experts are combined on everything that the samples hold enough of.

    Args:
        samples: Of days that the experts had not learnt from.
        said_of: Returns what each expert says of a sample, by name, in the order in which they are given weight;
            None where one could say nothing then.
        widths: Weights of the experts' half-widths, that of the shape first.

    Returns:
        By `features.situations.key`.
    """
    truth: dict[str, list[Floats]] = {each: [] for each in KEYS}
    said: dict[str, list[Mapping[str, Floats]]] = {each: [] for each in KEYS}
    for sample in samples:
        made = said_of(sample)
        if made is not None:
            stands_on = key(sample.information.situation, sample.information.usable_inputs)
            truth[stands_on].append(sample.truth_mw)
            said[stands_on].append(made)
    return {
        each: chosen(
            np.concatenate(truth[each]),
            {name: np.concatenate([made[name] for made in said[each]]) for name in said[each][0]},
            widths,
        )
        for each in KEYS
        if sum(np.count_nonzero(~np.isnan(values)) for values in truth[each]) >= LEAST_HOURS
    }


def chosen(truth_mw: Floats, said: Mapping[str, Floats], widths: Mapping[str, float]) -> Blend:
    """Return the blend that fits what came true.

    The first expert's median stands; each further one gets the share that makes the mean absolute error smallest.

    Args:
        truth_mw: Shape (n,), MW; NaN is left out.
        said: By expert, quantiles of shape (n, 7), MW.
        widths: Weights of the experts' half-widths, that of the shape first.

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
    plain = Blend(medians=medians, widths=dict(widths))
    return plain.model_copy(update={"spreads": _spreads(truth, plain.combined(made))})


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
