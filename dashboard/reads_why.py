"""What the section «why» needs of the store: the issue that is shown, what it knew, what moved, who said what.

Here: reads. Not here: figures of them (`why`), Streamlit and its caches (`store`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, issue_time
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.plausibility import FORTNIGHT
from elec_pipeline.store import queries

CONTEXT_DAYS = FORTNIGHT
"""The weather of the week before is among them, and what is implausible is judged by a whole fortnight."""


@dataclass(frozen=True, eq=False)
class Why:
    """An issue that is shown.

    Attributes:
        issued_at: UTC.
        model_version: Which model made it.
        ours: The median by hour, MW.
        known: What it knew; None of one made at no issue time of ours, as imported ones are.
        known_before: What the issue before it knew; None as above, or where there is none.
        is_first: Whether there is no earlier issue of the day.
        changes: Its rows of `prediction_changes`.
        experts: Its rows of `expert_predictions`.
    """

    issued_at: datetime
    model_version: str
    ours: pd.Series
    known: InformationSet | None
    known_before: InformationSet | None
    is_first: bool
    changes: pd.DataFrame
    experts: pd.DataFrame


def why(engine: Engine, day: date, issue: Issue | None) -> Why | None:
    """Return what there is to say of the newest issue of a delivery day, or of the issue named; None without any.

    Args:
        engine: Of the store.
        day: The delivery day.
        issue: Morning or evening; None for the newest.
    """
    start, end = day_start(day), day_end(day)
    with engine.connect() as connection:
        said = queries.newest_predictions(connection, start, end, issue)
        if said.empty:
            return None
        newest = said[said["issued_at"] == said["issued_at"].max()]
        at, version = newest["issued_at"].iloc[0], str(newest["model_version"].iloc[0])
        made = queries.scorable_predictions(connection, start, end)
        changes, experts = (
            rows[(rows["issued_at"] == at) & (rows["model_version"] == version)].reset_index(drop=True)
            for rows in (
                queries.prediction_changes_between(connection, start, end),
                queries.expert_predictions_between(connection, start, end),
            )
        )
    before = None if changes.empty else changes["previous_issued_at"].max()
    known, known_before = _known(engine, day, [at, before])
    return Why(
        issued_at=at.to_pydatetime(),
        model_version=version,
        ours=newest.set_index("hour_start")["load_mw"],
        known=known,
        known_before=known_before,
        is_first=not (made["issued_at"] < at).any(),
        changes=changes,
        experts=experts,
    )


def _known(engine: Engine, day: date, moments: list[pd.Timestamp | None]) -> list[InformationSet | None]:
    """Return what the issues of a day at some moments knew."""
    at = {issue_time(day, issue): issue for issue in Issue}
    issues = [None if moment is None else at.get(moment.to_pydatetime()) for moment in moments]
    if not any(issues):
        return [None] * len(moments)
    start = day_start(day - timedelta(days=CONTEXT_DAYS + 2))
    history = queries.history(engine, start, day_end(day))
    return [None if issue is None else history.at(day, issue, context_hours=24 * CONTEXT_DAYS) for issue in issues]
