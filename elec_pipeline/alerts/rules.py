"""Which problems there are, given the facts: pure.

Here: problems of the data, the forecasts, the disk and the backups. Not here: problems of runs
(`rules_of_runs`), what is no fault (`rules_of_tomorrow`), and when one is told of (`ledger`).

One cause makes one problem: hours follow raw values, forecasts that are old are missing ones. What was never asked
for is no problem: days before the first hour that is there, forecasts of days whose week before is not there,
issues from before the platform ran for a day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from elec_pipeline.alerts.allowances import LEARNING, has_autumn_gap, is_settling
from elec_pipeline.alerts.facts import Facts, Kind, Problem
from elec_pipeline.alerts.rules_of_runs import problems_of_runs
from elec_pipeline.alerts.rules_of_tomorrow import notices
from elec_pipeline.domain.completeness import DayState, Lack, lacks
from elec_pipeline.domain.delivery_day import Issue, delivery_day, hours, issue_time
from elec_pipeline.domain.freshness import OLDEST, OLDEST_BACKUP, is_late
from elec_pipeline.domain.timetable import GRACE

MANY_REVISIONS = 48
"""Quarter-hours: half a day."""
LEAST_REVISION = 0.02
"""As a share of the value. RTE's own corrections of the first days, and consolidation, are mostly smaller."""
LEAST_FREE = 2 * 1024**3
"""Bytes. A day of the platform writes some megabytes; PostgreSQL's log of changes takes up to one gigabyte."""
_FOLLOWS = {"hourly_consumption": "raw_consumption", "rte_forecasts": "raw_rte_forecasts"}


def problems(facts: Facts) -> list[Problem]:
    """Return every problem that there is, one for each cause, and what a trader is told of tomorrow."""
    missing = list(_missing_forecasts(facts))
    return [
        *problems_of_runs(facts),
        *_stale(facts, with_forecasts=not missing),
        *_incomplete(facts),
        *missing,
        *_of_forecasts(facts),
        *_revised(facts),
        *_short_disks(facts),
        *_old_backups(facts),
        *notices(facts),
    ]


def _stale(facts: Facts, *, with_forecasts: bool) -> Iterator[Problem]:
    late = {
        series: newest
        for series, newest in facts.newest.items()
        if newest is not None and is_late(series, newest, facts.now)
    }
    for series, newest in late.items():
        if _FOLLOWS.get(series) in late or (series == "chronos_predictions" and not with_forecasts):
            continue
        told = {"series": series, "newest": newest.isoformat()}
        yield Problem(f"{Kind.STALE}/{series}", Kind.STALE, told, newest + OLDEST[series])


def _lacks(facts: Facts, state: DayState) -> frozenset[Lack]:
    if facts.first_hour is None or state.day < delivery_day(facts.first_hour):
        return frozenset()
    if has_autumn_gap(facts, state.day, state.day):
        n_hours = len(hours(state.day))
        state = replace(
            state,
            complete_hours=min(n_hours, state.complete_hours + 1),
            rte_hours=min(n_hours, state.rte_hours + 1),
        )
    found = lacks(state, facts.now, with_weather=facts.with_weather)
    if state.day < delivery_day(facts.first_hour) + LEARNING:
        found -= {Lack.FORECAST, Lack.SCORE}
    return found


def _incomplete(facts: Facts) -> Iterator[Problem]:
    if is_settling(facts):
        return
    days_by_lack: dict[Lack, list[date]] = defaultdict(list)
    for state in facts.states:
        if state.day >= delivery_day(facts.now):
            continue
        found = _lacks(facts, state)
        for lack in found - {Lack.FORECAST}:
            # Without hours, no score: that is no problem of its own.
            if lack is not Lack.SCORE or Lack.ACTUALS not in found:
                days_by_lack[lack].append(state.day)
    for lack, days in sorted(days_by_lack.items()):
        told = {"lack": lack.value, "days": [str(day) for day in days]}
        yield Problem(f"{Kind.INCOMPLETE}/{lack.value}", Kind.INCOMPLETE, told)


def _missing_forecasts(facts: Facts) -> Iterator[Problem]:
    if is_settling(facts) or facts.first_forecast_at is None:
        return
    missing = [
        (issue_time(state.day, issue), f"{state.day} {issue.value}")
        for state in facts.states
        if Lack.FORECAST in _lacks(facts, state)
        for issue in Issue
        if issue not in state.issues
        and facts.first_forecast_at <= issue_time(state.day, issue) <= facts.now - GRACE
    ]
    if missing:
        told = {"issues": [name for _, name in sorted(missing)]}
        yield Problem(Kind.FORECAST.value, Kind.FORECAST, told, min(missing)[0])


def _of_forecasts(facts: Facts) -> Iterator[Problem]:
    if facts.held_back:
        yield Problem(Kind.HELD_BACK.value, Kind.HELD_BACK, {"reasons": list(facts.held_back)})
    if facts.drift:
        yield Problem(Kind.SKILL.value, Kind.SKILL, {"why": facts.drift})


def _revised(facts: Facts) -> Iterator[Problem]:
    found = facts.revisions
    if found is not None and found.values >= MANY_REVISIONS:
        told = {
            "values": found.values,
            "first": str(found.first),
            "last": str(found.last),
            "percent": round(100 * found.largest_share, 1),
        }
        yield Problem(Kind.REVISED.value, Kind.REVISED, told)


def _short_disks(facts: Facts) -> Iterator[Problem]:
    for disk in facts.disks:
        if disk.free < LEAST_FREE:
            told = {"path": disk.path, "free_mb": disk.free // 1024**2, "least_mb": LEAST_FREE // 1024**2}
            yield Problem(f"{Kind.DISK}/{disk.path}", Kind.DISK, told)


def _old_backups(facts: Facts) -> Iterator[Problem]:
    """Yield what is wrong with the backups; that there is none is told of once it lasts (`ledger.PATIENCE`)."""
    found = facts.backups
    if found is None:
        return
    told = {"folder": str(found.folder)}
    if found.newest is None:
        yield Problem(Kind.NO_BACKUP.value, Kind.NO_BACKUP, told)
    elif facts.now - found.newest > OLDEST_BACKUP:
        told["newest"] = found.newest.isoformat()
        yield Problem(Kind.BACKUP.value, Kind.BACKUP, told, found.newest + OLDEST_BACKUP)
