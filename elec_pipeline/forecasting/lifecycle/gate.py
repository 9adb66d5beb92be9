"""The gate: whether a candidate model deserves to take the place of the live one.

Here: the rule and its verdict, from both models' losses on the same days; pure. Not here: how they forecast
those days (`gate_losses`), and what follows from the verdict (`retraining`).

The test is Diebold and Mariano's on the daily differences of the pinball loss, one-sided, with Bartlett's
long-run variance over a week's lags and the critical values of fixed-b asymptotics, which keep to their level
on samples of two or three months where normal ones, and a block bootstrap too, call too much real.

Sources: Diebold and Mariano, Journal of Business and Economic Statistics 13 (1995) 253-263; Kiefer and
Vogelsang, Econometric Theory 21 (2005) 1130-1164, for the critical values; Coroneo and Iacone, Journal of
Applied Econometrics 35 (2020) 391-409, for both together on small samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from elec_pipeline.domain.quantiles import Floats

MOST = 1e6
"""Larger statistics are stored as this."""


class Gate(BaseModel):
    """What a candidate must show."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_days: int = Field(default=56, ge=2, description="Delivery days that must be comparable.")
    least_margin: float = Field(
        default=0.005, ge=0, description="Share of the live model's loss by which it must be lower."
    )
    least_coverage_80: float = Field(default=0.75, description="Least share inside the 80 % band.")
    most_coverage_80: float = Field(default=0.85, description="Largest share inside the 80 % band.")
    lags: int = Field(default=7, ge=0, description="Days over which daily differences may be correlated.")


@dataclass(frozen=True)
class DailyLosses:
    """Losses of two models on the same issues, days in order.

    Attributes:
        days: Delivery days compared.
        candidate_mw: The candidate's mean pinball loss of each day, both issues together, shape (days,), MW.
        live_mw: The live model's, shape (days,), MW.
        candidate_coverage_80: Share of all hours inside the candidate's 80 % band.
        live_coverage_80: Share of all hours inside the live model's.
        candidate_mape: MAPE of the candidate's median over the hours for which RTE had a D-1, %.
        rte_mape: That of RTE's D-1 as it was known at 20:30 the day before (`domain.rte_bar`), on the same hours.
    """

    days: Sequence[date]
    candidate_mw: Floats
    live_mw: Floats
    candidate_coverage_80: float
    live_coverage_80: float
    candidate_mape: float = math.nan
    rte_mape: float = math.nan


@dataclass(frozen=True)
class Verdict:
    """What the gate found. Figures are None where no day could be compared.

    Attributes:
        passed: Whether the candidate deserves promotion.
        why: The reason, in one sentence.
        candidate: Version of the candidate.
        live: Version of the live model.
        days: How many delivery days were compared.
        first: The first of them.
        last: The last of them.
        candidate_mw: Mean pinball loss of the candidate, MW.
        live_mw: Mean pinball loss of the live model, MW.
        margin: By which share of the live model's loss the candidate's is lower.
        statistic: Diebold and Mariano's; positive where the candidate is better.
        critical: What it must exceed at one-sided 95 %.
        candidate_coverage_80: Share inside the candidate's 80 % band.
        live_coverage_80: Share inside the live model's 80 % band.
        candidate_mape: The candidate's MAPE over the hours for which RTE had a D-1, %. It decides nothing.
        rte_mape: RTE's on the same hours, of its D-1 as it was known at 20:30 the day before.
    """

    passed: bool
    why: str
    candidate: str
    live: str
    days: int
    first: date | None = None
    last: date | None = None
    candidate_mw: float | None = None
    live_mw: float | None = None
    margin: float | None = None
    statistic: float | None = None
    critical: float | None = None
    candidate_coverage_80: float | None = None
    live_coverage_80: float | None = None
    candidate_mape: float | None = None
    rte_mape: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as JSON holds it."""
        return {name: str(value) if isinstance(value, date) else value for name, value in asdict(self).items()}


def judge(losses: DailyLosses, candidate: str, live: str, gate: Gate | None = None) -> Verdict:
    """Return whether a candidate deserves to take the live model's place.

    Args:
        losses: Of both on the same days, on none of which either was trained or chosen.
        candidate: Version of the candidate.
        live: Version of the live model.
        gate: What the candidate must show.

    Example:
        >>> from elec_pipeline.domain.delivery_day import days
        >>> noise = np.sin(np.arange(90.0))
        >>> losses = DailyLosses(days(date(2025, 1, 1), date(2025, 3, 31)), 95 + noise, 100 - noise, 0.8, 0.8)
        >>> verdict = judge(losses, "new", "old")
        >>> verdict.passed, round(verdict.margin, 3), verdict.days
        (True, 0.05, 90)
        >>> judge(losses, "new", "old", Gate(least_days=91)).why
        'Refused: only 90 days could be compared that neither model learnt from, 91 are needed.'
    """
    gate = gate or Gate()
    count = len(losses.days)
    if count < gate.least_days:
        why = f"only {count} days could be compared that neither model learnt from, {gate.least_days} are needed"
        return Verdict(passed=False, why=f"Refused: {why}.", candidate=candidate, live=live, days=count)
    gain = losses.live_mw - losses.candidate_mw
    ours, theirs = float(losses.candidate_mw.mean()), float(losses.live_mw.mean())
    margin = 1 - ours / theirs if theirs else 0.0
    statistic, critical = diebold_mariano(gain, gate.lags), critical_value(count, gate.lags)
    coverage = losses.candidate_coverage_80
    compared = f"{ours:.1f} MW of pinball loss against {theirs:.1f} MW on {count} days"
    objections = [
        (candidate == live, "it is the live model itself"),
        (ours >= theirs, f"it is not better: {compared}"),
        (
            statistic <= critical,
            f"the difference may be chance ({statistic:.2f}, needs {critical:.2f}): {compared}",
        ),
        (margin < gate.least_margin, f"it is only {margin:.2%} better, {gate.least_margin:.2%} is asked for"),
        (
            not gate.least_coverage_80 <= coverage <= gate.most_coverage_80,
            f"its 80 % band holds {coverage:.1%}, not {gate.least_coverage_80:.0%} to {gate.most_coverage_80:.0%}",
        ),
    ]
    refused = next((text for is_so, text in objections if is_so), None)
    return Verdict(
        passed=refused is None,
        why=f"Refused: {refused}." if refused else f"Better by {margin:.1%}: {compared}.",
        candidate=candidate,
        live=live,
        days=count,
        first=losses.days[0],
        last=losses.days[-1],
        candidate_mw=round(ours, 2),
        live_mw=round(theirs, 2),
        margin=round(margin, 5),
        statistic=round(float(np.clip(statistic, -MOST, MOST)), 3),  # JSON has no infinity
        critical=round(critical, 3),
        candidate_coverage_80=round(coverage, 4),
        live_coverage_80=round(losses.live_coverage_80, 4),
        candidate_mape=_rounded(losses.candidate_mape),
        rte_mape=_rounded(losses.rte_mape),
    )


def _rounded(mape: float) -> float | None:
    """Return a score as JSON can hold it: None where nothing was scored."""
    return None if math.isnan(mape) else round(mape, 4)


def diebold_mariano(differences: Floats, lags: int) -> float:
    """Return the statistic of Diebold and Mariano: the mean difference over its standard error.

    The long-run variance has Bartlett's weights, which keep it from becoming negative.

    Args:
        differences: Of the losses, in order of time, shape (n,); positive where the second model is better.
        lags: Up to which lag differences may be correlated.

    Returns:
        0 where there is no difference at all; infinite where it is the same every day.

    Example:
        >>> round(diebold_mariano(np.array([1.0, 3.0, 1.0, 3.0]), lags=0), 3)
        4.0
        >>> diebold_mariano(np.zeros(60), lags=7)
        0.0
    """
    count = len(differences)
    mean = float(differences.mean())
    around = differences - mean
    variance = float(around @ around) / count
    for lag in range(1, min(lags, count - 1) + 1):
        variance += 2 * (1 - lag / (lags + 1)) * float(around[lag:] @ around[:-lag]) / count
    if variance <= 0:
        return float(np.sign(mean)) * np.inf if mean else 0.0
    return mean / float(np.sqrt(variance / count))


def critical_value(count: int, lags: int) -> float:
    """Return what the statistic exceeds by chance in 5 % of samples, under fixed-b asymptotics.

    Kiefer and Vogelsang's polynomial for Bartlett's weights; it grows with the share of the sample that the
    lags take, from 1.645 of the normal distribution.

    Example:
        >>> round(critical_value(90, 7), 2), round(critical_value(100_000, 7), 3)
        (1.84, 1.645)
    """
    share = min(1.0, (lags + 1) / count)
    return float(np.polyval([-0.3427, 0.3142, 2.1859, 1.6449], share))
