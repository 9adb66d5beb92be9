"""How each issue differs from the one before it of the same delivery day: the rows of `prediction_changes`.

Here: which issue was before, and rows of what moved and why. Not here: the arithmetic (`forecasting.changes`), and
issuing itself (`issuing`).

The issue before is the newest one that was issued earlier for the same day, as this model made it, else as the
model that made it first: what a reader saw. One made after the fact was no forecast, and is none here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, hours, issue_time
from elec_pipeline.domain.history import History
from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.knowledge import Knowledge
from elec_pipeline.domain.quantiles import Floats
from elec_pipeline.forecasting.changes import ridge_changes
from elec_pipeline.forecasting.forecast import DECIMALS
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.store import queries

_KEY = ["hour_start", "issued_at"]
_SAID = [*_KEY, "load_mw"]


def changes_frame(
    former: pd.DataFrame,
    predictions: pd.DataFrame,
    sets: Sequence[InformationSet],
    forecaster: Forecaster,
    history: History,
) -> pd.DataFrame:
    """Return how the issues of a batch differ from those before them, as rows.

    Args:
        former: What earlier issues of these days said, as `former_issues` returns it.
        predictions: The batch, as `issuing.to_frame` returns it.
        sets: What each issue of the batch knew.
        forecaster: Which made it.
        history: That the sets were cut from, and from which what former issues knew is cut.

    Returns:
        Columns `hour_start`, `issued_at`, `previous_issued_at` (UTC), `model_version`, `load_change_mw` of the
        medians, and the share of each group of `Knowledge` (NaN where it cannot be told: the model has no ridge,
        or the issue before was made at no issue time of ours). No row of an issue without a former one.
    """
    said = pd.concat([predictions[_SAID], former[_SAID]], ignore_index=True).drop_duplicates(_KEY)
    batch = {each.issue_time: each for each in sets}
    frames, pairs = [], []
    for known in sets:
        axis, now = hours(known.delivery_day), pd.Timestamp(known.issue_time)
        of_day = said[said["hour_start"].isin(axis)].set_index("hour_start")
        earlier = of_day.loc[of_day["issued_at"] < now, "issued_at"]
        if earlier.empty:
            continue
        before = pd.Timestamp(earlier.max())
        new, old = (of_day.loc[of_day["issued_at"] == at, "load_mw"].reindex(axis) for at in (now, before))
        frame = pd.DataFrame({"hour_start": axis, "issued_at": now.as_unit("us")})
        frame["model_version"] = forecaster.version
        frame["previous_issued_at"] = before.as_unit("us")
        frame["load_change_mw"] = np.round((new - old).to_numpy(dtype=np.float64), DECIMALS)
        frames.append(frame)
        pairs.append((_known_by(known, before.to_pydatetime(), batch, history), known))
    if not frames:
        return pd.DataFrame()
    for frame, of_pair in zip(frames, _shares(forecaster, pairs), strict=True):
        for group in Knowledge:
            frame[group.column] = np.nan if of_pair is None else np.round(of_pair[group], DECIMALS)
    return pd.concat(frames, ignore_index=True).dropna(subset="load_change_mw")


def former_issues(connection: Connection, model_version: str, sets: Sequence[InformationSet]) -> pd.DataFrame:
    """Return what is stored of every issue of the delivery days of a batch.

    Args:
        connection: To the store.
        model_version: Of the batch; what this model said stands before what another said.
        sets: What each issue of the batch knew.

    Returns:
        Columns `hour_start`, `issued_at` (UTC), `load_mw`, one row for each hour of each issue.
    """
    days = [each.delivery_day for each in sets]
    span = day_start(min(days)), day_end(max(days))
    said = queries.issues_between(connection, *span)
    own = said[(said["model_version"] == model_version) & (said["issued_at"] <= said["hour_start"])]
    first = queries.scorable_predictions(connection, *span)
    return pd.concat([own[_SAID], first[_SAID]], ignore_index=True).drop_duplicates(_KEY)


def _known_by(
    newer: InformationSet, issued_at: datetime, batch: Mapping[datetime, InformationSet], history: History
) -> InformationSet | None:
    """Return what an earlier issue of the same day knew; None where it was made at no issue time."""
    if issued_at in batch:
        return batch[issued_at]
    for issue in Issue:
        if issue_time(newer.delivery_day, issue) == issued_at:
            return history.at(newer.delivery_day, issue, context_hours=newer.context_hours)
    return None


def _shares(
    forecaster: Forecaster, pairs: Sequence[tuple[InformationSet | None, InformationSet]]
) -> list[Mapping[Knowledge, Floats] | None]:
    """Return for each pair the shares by group; None where it cannot be told."""
    known = [(older, newer) for older, newer in pairs if older is not None]
    made = ridge_changes(forecaster, known)
    if made is None:
        return [None] * len(pairs)
    by_newer = {newer: of_pair for (_, newer), of_pair in zip(known, made, strict=True)}
    return [by_newer.get(newer) for _, newer in pairs]
