"""Which problems Dagster's runs tell of: steps that failed, and checks that did not pass; pure.

Here: from what has ended lately, and from the problems that are open, to those that there are now. Not here: how
runs are read (`defs.run_outcomes`).

All failures by one fault of ours are one problem, whichever steps they hit: a source that is down fails several
jobs an hour. It is over once each of these steps has succeeded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from elec_pipeline.alerts.allowances import LEARNING, has_autumn_gap, is_settling
from elec_pipeline.alerts.facts import CheckResult, Facts, Failure, Kind, Problem, RunOutcome
from elec_pipeline.domain.delivery_day import delivery_day

LOST = "AlertsNotDeliveredError"
"""Failures of the watch itself because a message was not taken: telling of them would not be taken either."""
TOO_EARLY = "ContextTooThinError"
"""No forecast can be made before there is a week of load; no problem while that is being loaded."""
A_WEEK = timedelta(days=7)
CHECKS = {
    "raw_consumption": ("no_conflict", "plausible", "first_choice"),
    "raw_rte_forecasts": ("no_conflict", "plausible", "first_choice"),
    "chronos_predictions": ("quantiles_in_order",),
}
"""Checks that are told of as such. The others are told of by what they look at: days, series, forecasts."""
FULLY_INFORMED = "chronos_predictions.fully_informed"
RECENT = timedelta(days=3)
"""Checks of older days, such as those of a backfill, are history."""
LONGEST_ERROR = 600


def problems_of_runs(facts: Facts) -> Iterator[Problem]:
    """Yield the problems that runs tell of."""
    yield from _failures(facts)
    yield from _checks(facts)


def _failures(facts: Facts) -> Iterator[Problem]:
    succeeded: dict[str, datetime] = {}
    failed: dict[str, dict[str, Any]] = defaultdict(dict)
    for key, told in facts.open.items():
        if key.startswith(f"{Kind.RUN}/"):
            failed[key] |= told["steps"]
    for run in facts.runs:
        for failure in run.failures:
            if not _is_expected(failure, facts):
                steps = failed[f"{Kind.RUN}/{failure.fault or failure.step}"]
                steps[failure.step] = _told(run, failure, steps.get(failure.step), succeeded)
        succeeded |= dict.fromkeys(run.succeeded, run.ended_at)
    for key, steps in failed.items():
        lasting = {step: told for step, told in steps.items() if not _is_mended(told, succeeded.get(step))}
        if lasting:
            newest = max(lasting.values(), key=lambda told: str(told["last"]))
            since = min(datetime.fromisoformat(told["since"]) for told in lasting.values())
            told = {"steps": lasting, **{name: newest[name] for name in ("fault", "error", "job", "run")}}
            yield Problem(key, Kind.RUN, told, since)


def _is_expected(failure: Failure, facts: Facts) -> bool:
    if failure.fault != TOO_EARLY:
        return failure.fault == LOST
    return facts.first_hour is None or facts.now - facts.first_hour < A_WEEK


def _is_mended(told: dict[str, Any], succeeded_at: datetime | None) -> bool:
    return succeeded_at is not None and succeeded_at > datetime.fromisoformat(told["last"])


def _told(
    run: RunOutcome, failure: Failure, former: dict[str, Any] | None, succeeded: dict[str, datetime]
) -> dict[str, Any]:
    """Return what is on record of a step that failed, which may go on from what was."""
    ended = run.ended_at.isoformat()
    if former is not None and former["last"] >= ended:
        return former  # seen before
    goes_on = former is not None and not _is_mended(former, succeeded.get(failure.step))
    return {
        "since": former["since"] if former is not None and goes_on else ended,
        "last": ended,
        "job": run.job,
        "run": run.run_id,
        "fault": failure.fault,
        "error": failure.error[:LONGEST_ERROR],
    }


def _checks(facts: Facts) -> Iterator[Problem]:
    today = delivery_day(facts.now)
    newest: dict[str, tuple[CheckResult, RunOutcome]] = {}
    for run in facts.runs:
        if run.last_day is None or run.last_day < today - RECENT:
            continue
        newest |= {
            name: (result, run)
            for name, result in run.checks.items()
            if name != FULLY_INFORMED or run.last_day >= today
        }
    for name in [f"{asset}.{check}" for asset, checks in CHECKS.items() for check in checks] + [FULLY_INFORMED]:
        kind = Kind.DEGRADED if name == FULLY_INFORMED else Kind.CHECK
        key = kind.value if name == FULLY_INFORMED else f"{kind}/{name}"
        if name not in newest:
            if key in facts.open:
                yield Problem(key, kind, facts.open[key])
            continue
        result, run = newest[name]
        if not result.passed and not (kind is Kind.DEGRADED and _may_be_degraded(facts)):
            told = {"check": name, "actual": result.actual, "day": str(run.last_day), "run": run.run_id}
            yield Problem(key, kind, told, run.ended_at)


def _may_be_degraded(facts: Facts) -> bool:
    today = delivery_day(facts.now)
    return is_settling(facts) or has_autumn_gap(facts, today - LEARNING, today)
