"""A regression for each local hour that is learnt once and brought up to date by every issue.

Here: the recursive least squares that both share, pure arithmetic on tables. Not here: which features
(`features.situations`), on which days it is learnt (`fitting`), and what becomes of it (`reference`).

What was learnt is kept as a normal distribution of the coefficients: their mean, and how firmly each direction is
known (the precision). An issue then weighs what it knows of the last months against that, so that coefficients
follow RTE's ways without forgetting years. Samples weigh by the inverse of their load, for errors count in
percent, less the older they are, and less where their error is large.

Source: recursive least squares with exponential forgetting, as in Ljung, «System Identification», 1999, section
11.2; the weights of large errors are Huber's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.features.design import Samples, Scale

HALF_LIFE_DAYS = 730.0
"""Age at which a day counts half."""
PRIOR_SHARE = 0.25
"""What was learnt counts this much of its weight at the end of the learning, so that the last weeks are heard:
with states half a year old, that made errors from 2017 to June 2024 smaller than 0.9 or 0.1 did."""
TYPICAL_LOAD_MW = 50_000.0
LEAST_DAYS = 28
"""Fewer days than this teach nothing."""
BATCH_DAYS = 7
"""Days between two looks at the coefficients while they are learnt."""


@dataclass(frozen=True)
class Regression:
    """Coefficients for each local hour, and how firmly they are known.

    Attributes:
        mean: Shape (24, features + 1), the constant last.
        precision: Shape (24, features + 1, features + 1).
        scale: Of its features and errors.
    """

    mean: Floats
    precision: Floats
    scale: Scale

    @cached_property
    def covariance(self) -> Floats:
        """The inverse of the precision."""
        return np.asarray(np.linalg.inv(self.precision), dtype=np.float64)


def learn(samples: Samples, scale: Scale, *, snapshots: Collection[int] = ()) -> dict[int, Regression]:
    """Return what samples teach, at their end and, where asked for, before some of their days.

    Args:
        samples: Days in order; days without anything known count as time that passes.
        scale: Of features and errors.
        snapshots: Positions of days before which the state is wanted too.

    Returns:
        By position; the last has the number of days as its key. A position before which fewer than
        `LEAST_DAYS` days are known is left out.
    """
    rows = _with_constant(samples.features, scale)
    count, _, size = rows.shape
    penalty = scale.feature_mw**2 * np.eye(size)
    gram, moment = np.zeros((24, size, size)), np.zeros((24, size))
    mean: Floats = np.zeros((24, size))
    is_known = np.asarray(~np.isnan(samples.wanted_mw).all(axis=1))
    if is_known.sum() < LEAST_DAYS:
        return {}
    ends = sorted({*range(BATCH_DAYS, count, BATCH_DAYS), *(at for at in snapshots if 0 < at < count), count})
    made, start = {}, 0
    for end in ends:
        part = samples.between(start, end)
        left = part.wanted_mw - _explained(rows[start:end], mean)
        weight = _weights(left, part.load_mw, scale) * _ages(end - start)[:, None]
        faded = _decay(end - start)
        gain, pull = _sums(rows[start:end], np.nan_to_num(part.wanted_mw), weight)
        gram, moment = faded * gram + gain, faded * moment + pull
        if is_known[:end].any():  # else it stays nothing: weather is known of the last years alone
            mean = np.asarray(np.linalg.solve(gram + penalty, moment[..., None])[..., 0], dtype=np.float64)
        if (end == count or end in snapshots) and is_known[:end].sum() >= LEAST_DAYS:
            made[end] = _rounded(Regression(mean, PRIOR_SHARE * gram + penalty, scale))
        start = end
    return made


@dataclass(frozen=True)
class Updated:
    """A regression once some days are known too.

    Attributes:
        coefficients: Shape (24, features + 1).
        errors_mw: What each of the days brought beyond what was expected of it when only those before it were
            known, shape (days, 24); NaN where nothing is known.
    """

    coefficients: Floats
    errors_mw: Floats


def up_to_date(regression: Regression, samples: Samples) -> Updated:
    """Return what a regression becomes once some days are known too, and how each of them surprised it.

    The result depends on nothing but its arguments: computed in double precision and in one order. As there are
    fewer days than features, it is solved for the days (Woodbury's identity). Half of the solution, the one
    with the lower triangle, are the innovations of a Kalman filter that sees the days one by one.

    Args:
        regression: What was learnt before.
        samples: The days before an issue, the oldest first.

    Returns:
        The coefficients with all of them, and an error for each of them.
    """
    import torch

    rows = _with_constant(samples.features, regression.scale)
    left = samples.wanted_mw - _explained(rows, regression.mean)
    weight = _weights(left, samples.load_mw, regression.scale) * _ages(len(rows))[:, None]
    root = torch.from_numpy(np.sqrt(weight)).T[:, :, None]
    seen = torch.from_numpy(rows).permute(1, 0, 2) * root
    surprise = torch.from_numpy(np.nan_to_num(left)).T[:, :, None] * root
    spread = torch.bmm(seen, torch.from_numpy(regression.covariance))
    of_days = torch.baddbmm(torch.eye(len(rows), dtype=seen.dtype), spread, seen.transpose(1, 2))
    lower = torch.linalg.cholesky(of_days)
    innovations = torch.linalg.solve_triangular(lower, surprise, upper=False)
    solved = torch.linalg.solve_triangular(lower.transpose(1, 2), innovations, upper=True)
    step = torch.bmm(spread.transpose(1, 2), solved)[..., 0]
    errors = torch.diagonal(lower, dim1=1, dim2=2) * innovations[..., 0] / root[..., 0]  # 0 / 0 where not known
    return Updated(regression.mean + step.numpy(), errors.numpy().T)


def walked(samples: Samples, scale: Scale, *, update_days: int) -> Floats:
    """Return what a regression in use would have made of each day, from the days before it alone.

    For what learns to correct the ridge: a state that had learnt from a day would be too good on it. Like one in
    use, it weighs the last days in full and what was learnt before them by `PRIOR_SHARE`; unlike that, it looks at
    them once in `BATCH_DAYS`, and is never older.

    Args:
        samples: Days in order.
        scale: Of features and errors.
        update_days: Last days that weigh in full; 0: what was learnt is not brought up to date.

    Returns:
        Shape (days, 24), MW; 0 as long as nothing is known.
    """
    rows = _with_constant(samples.features, scale)
    count, _, size = rows.shape
    penalty = scale.feature_mw**2 * np.eye(size)
    gram, moment = np.zeros((24, size, size)), np.zeros((24, size))
    mean: Floats = np.zeros((24, size))
    made = np.empty((count, 24))
    recent: deque[tuple[Floats, Floats]] = deque(maxlen=-(-update_days // BATCH_DAYS))
    learnt_share = PRIOR_SHARE if recent.maxlen else 1.0
    for start in range(0, count, BATCH_DAYS):
        end = min(start + BATCH_DAYS, count)
        made[start:end] = _explained(rows[start:end], mean)
        part = samples.between(start, end)
        weight = _weights(part.wanted_mw - made[start:end], part.load_mw, scale) * _ages(end - start)[:, None]
        faded = _decay(end - start)
        gain, pull = _sums(rows[start:end], np.nan_to_num(part.wanted_mw), weight)
        gram, moment = faded * gram + gain, faded * moment + pull
        recent.append((gain, pull))
        known, wanted = learnt_share * gram + penalty, learnt_share * moment
        for gain, pull in recent:
            known, wanted = known + (1 - learnt_share) * gain, wanted + (1 - learnt_share) * pull
        mean = np.asarray(np.linalg.solve(known, wanted[..., None])[..., 0], dtype=np.float64)
    return made


def apply(features: Floats, coefficients: Floats, scale: Scale) -> Floats:
    """Return what coefficients make of features.

    Args:
        features: Shape (days, 24, features), MW.
        coefficients: Shape (24, features + 1).
        scale: Of the regression.

    Returns:
        Shape (days, 24), MW.
    """
    return _explained(_with_constant(features, scale), coefficients)


def _with_constant(features: Floats, scale: Scale) -> Floats:
    rows = np.empty((*features.shape[:2], features.shape[2] + 1))
    rows[:, :, :-1], rows[:, :, -1] = features, scale.feature_mw
    return rows


def _explained(rows: Floats, coefficients: Floats) -> Floats:
    # Summed by numpy itself, not by a matrix product: a day's value must not depend on how many days there are.
    return np.asarray(np.einsum("dhf,hf->dh", rows, coefficients, optimize=False), dtype=np.float64)


def _weights(left_mw: Floats, load_mw: Floats, scale: Scale) -> Floats:
    """Return how much each day and hour counts, shape (days, 24); 0 where what is left is not known."""
    load = np.where(load_mw > 0, load_mw, TYPICAL_LOAD_MW)
    robust = np.minimum(1.0, scale.robust_mw / np.maximum(np.abs(left_mw), 1.0))
    return np.nan_to_num(robust) * TYPICAL_LOAD_MW / load


def _sums(rows: Floats, wanted: Floats, weight: Floats) -> tuple[Floats, Floats]:
    by_hour = rows.transpose(1, 2, 0)
    weighted = by_hour * weight.T[:, None, :]
    return weighted @ by_hour.transpose(0, 2, 1), (weighted @ wanted.T[..., None])[..., 0]


def _decay(days: float) -> float:
    return float(0.5 ** (days / HALF_LIFE_DAYS))


def _ages(days: int) -> Floats:
    """Return how much each of some days counts, the last one in full."""
    return np.asarray(0.5 ** (np.arange(days - 1, -1, -1) / HALF_LIFE_DAYS), dtype=np.float64)


def _rounded(regression: Regression) -> Regression:
    """Return a regression as it is stored, in single precision and one triangle; reading it changes nothing."""
    mean, precision = (
        values.astype(np.float32).astype(np.float64) for values in (regression.mean, regression.precision)
    )
    lower = np.tril(precision)
    return Regression(mean, lower + np.tril(precision, -1).transpose(0, 2, 1), regression.scale)
