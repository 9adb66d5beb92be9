"""Drift: whether our evening forecast has lately become worse against RTE's than it used to be.

Here: the rule, on daily scores; pure. Not here: where scores come from (`store.queries`), and what is done
about it (`defs.sensors`).

Both forecasters are scored on the same days, so that a hard week, which is hard for both, is no drift.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.domain.rte_bar import RTE_D1
from elec_pipeline.store.models import RegisteredModel

RECENT_DAYS = 7
USUAL_DAYS = 90
SCORED_BEFORE = timedelta(days=120)
"""How far back scores are read; more than these 97 days, for days without a score."""
LEAST_USUAL_DAYS = 28
"""With fewer days before the last seven, what the model's card promised stands in for what was usual."""
WORSE_THAN_RTE = 1.0
WORSE_THAN_USUAL = 1.25
"""A model trained through 2021, on the weeks from July 2022 to June 2024: the ratio of seven days is that much
worse than usual, and worse than RTE's, on 6 % of days, which asks for four trainings a year; at 1.15 for nine.
"""
PAUSE = timedelta(days=14)
"""At least so long between two trainings: fewer new days would teach next to nothing."""
OURS, THEIRS = "chronos_evening", RTE_D1


@dataclass(frozen=True)
class Drift:
    """What the rule found.

    Attributes:
        is_drifting: Whether a retraining should be asked for.
        why: The figures, in one sentence.
        last: The newest day with both scores; None where there is none.
    """

    is_drifting: bool
    why: str
    last: date | None = None


def drift(scores: pd.DataFrame, promised: float | None = None) -> Drift:
    """Return whether the last seven scored days are worse than RTE's forecast and much worse than usual.

    Their ratio is our mean MAPE divided by RTE's. It must exceed 1, and 1.25 times the ratio of the up to 90
    scored days before; a model that never was better than RTE's forecast is a case for people, not for this.

    Args:
        scores: Columns `delivery_day`, `forecaster`, `mape`; of the last 97 days or more.
        promised: The ratio that the model's card promises; used where too few days came before.

    Example:
        >>> from elec_pipeline.domain.delivery_day import days
        >>> asked = days(date(2025, 1, 1), date(2025, 4, 7))
        >>> def scored(last_week: float) -> pd.DataFrame:
        ...     ours = [0.8] * 90 + [last_week] * 7
        ...     return pd.DataFrame({"delivery_day": asked * 2, "mape": ours + [1.0] * 97,
        ...                          "forecaster": ["chronos_evening"] * 97 + ["rte_d1"] * 97})
        >>> drift(scored(0.99)).is_drifting, drift(scored(1.01)).is_drifting
        (False, True)
        >>> drift(scored(1.01)).why
        "The last 7 days: 1.010 of RTE's MAPE; the limit is 1.000 (usual 0.800)."
    """
    both = scores.pivot_table(index="delivery_day", columns="forecaster", values="mape").sort_index()
    both = both.reindex(columns=[OURS, THEIRS]).dropna()
    if len(both) < RECENT_DAYS:
        return Drift(is_drifting=False, why=f"Only {len(both)} days have both scores, {RECENT_DAYS} are needed.")
    recent, before = both.iloc[-RECENT_DAYS:], both.iloc[:-RECENT_DAYS].iloc[-USUAL_DAYS:]
    ratio = float(recent[OURS].mean() / recent[THEIRS].mean())
    usual = float(before[OURS].mean() / before[THEIRS].mean()) if len(before) >= LEAST_USUAL_DAYS else promised
    limit = WORSE_THAN_RTE if usual is None else max(WORSE_THAN_RTE, WORSE_THAN_USUAL * usual)
    known = "nothing usual yet" if usual is None else f"usual {usual:.3f}"
    return Drift(
        is_drifting=ratio > limit,
        why=f"The last {RECENT_DAYS} days: {ratio:.3f} of RTE's MAPE; the limit is {limit:.3f} ({known}).",
        last=both.index[-1],
    )


def promised_ratio(card: Mapping[str, Any]) -> float | None:
    """Return the ratio of our evening MAPE to RTE's that a model's card promises; None where it does not.

    Example:
        >>> promised_ratio({"metrics": {"evening": {"ratio_to_rte": 0.76}}}), promised_ratio({})
        (0.76, None)
    """
    ratio = card.get("metrics", {}).get("evening", {}).get("ratio_to_rte")
    return None if ratio is None else float(ratio)


def pause_after(registered: Sequence[RegisteredModel], asked_at: str | None, now: datetime) -> str:
    """Return why no further training is asked for yet; "" where one may be.

    Args:
        registered: Every registered model; those with a card were trained here.
        asked_at: When drift last asked for a training, ISO 8601; None where it never did.
        now: Current instant.

    Example:
        >>> from datetime import UTC
        >>> pause_after([], "2025-01-01T09:00:00+00:00", datetime(2025, 1, 10, tzinfo=UTC))
        'A training was asked for or made on 2025-01-01: no further one before 2025-01-15.'
        >>> pause_after([], "2025-01-01T09:00:00+00:00", datetime(2025, 1, 15, 9, tzinfo=UTC))
        ''
    """
    moments = [each.created_at for each in registered if "card" in each.metrics]
    moments += [datetime.fromisoformat(asked_at)] if asked_at else []
    last = max(moments, default=None)
    if last is None or now >= last + PAUSE:
        return ""
    made, again = (moment.astimezone(PARIS).date() for moment in (last, last + PAUSE))
    return f"A training was asked for or made on {made}: no further one before {again}."
