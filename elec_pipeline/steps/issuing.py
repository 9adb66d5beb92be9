"""Issuing forecasts: which issues are due, what each knew, what is stored.

Here: the path from the store through the information set and the model back to the store, the same for a
live issue and a backfilled one. Not here: how a model predicts (`forecasting.forecaster`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from elec_pipeline.domain.delivery_day import Issue, day_end, day_start, days, hours, issue_time, spans
from elec_pipeline.domain.information_set import InformationSet, is_too_thin
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.errors import ContextTooThinError, ImplausibleForecastError
from elec_pipeline.forecasting.forecast import forecast_frame
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.forecasting.held_back import Issued
from elec_pipeline.steps.issue_changes import changes_frame, former_issues
from elec_pipeline.store import queries
from elec_pipeline.store.bulk import NOTHING, Written
from elec_pipeline.store.forecasts import write_predictions
from elec_pipeline.store.models import register_model

MONTH_DAYS = 31

Progress = Callable[[date], None]


@dataclass
class IssueReport:
    """What an issuing run did.

    Attributes:
        written: Rows added.
        issued: The information sets that a forecast was made from.
        there_already: How many due issues this model had made before.
        refused: Issues that are not published, with the reason: their context was too thin, or no forecast of
            theirs is plausible.
        held_back: About each forecast that was held back as implausible, why, and who speaks instead.
        implausible: Those of `refused` of which no forecast is plausible.
        crossings: Hours whose quantiles are not in order; none, unless a model is broken.
    """

    written: Written = NOTHING
    issued: list[InformationSet] = field(default_factory=list)
    there_already: int = 0
    refused: list[str] = field(default_factory=list)
    held_back: list[str] = field(default_factory=list)
    implausible: list[str] = field(default_factory=list)
    crossings: int = 0


def due_issues(first: date, last: date, now: datetime) -> list[tuple[date, Issue]]:
    """Return every issue of a range of delivery days whose time has come.

    Example:
        >>> from datetime import UTC
        >>> due_issues(date(2025, 7, 2), date(2025, 7, 2), datetime(2025, 7, 1, 12, tzinfo=UTC))
        [(datetime.date(2025, 7, 2), <Issue.MORNING: 'morning'>)]
    """
    return [(day, issue) for day in days(first, last) for issue in Issue if issue_time(day, issue) <= now]


def issue_due(
    engine: Engine,
    forecaster: Forecaster,
    first: date,
    last: date,
    *,
    now: datetime,
    progress: Progress | None = None,
    may_refuse_all: bool = False,
) -> IssueReport:
    """Issue every forecast of a range of delivery days that is due and that this model has not made yet.

    Args:
        engine: Of the store.
        forecaster: A loaded model.
        first: First delivery day.
        last: Last delivery day, included.
        now: Current instant, UTC.
        progress: Told the last day of each month once it is written.
        may_refuse_all: Whether it is no error that no issue can be made: the first days of a history.

    Raises:
        ContextTooThinError: No issue of the range is there, and none has a context to forecast from.
        ImplausibleForecastError: No issue of the range is there, and none of the forecasts is plausible.
    """
    report = IssueReport()
    for begin, end in spans(first, last, MONTH_DAYS):
        with engine.connect() as connection:
            made = queries.issues_made(connection, forecaster.version, begin, end)
        due = due_issues(begin, end, now)
        missing = [(day, issue) for day, issue in due if issue_time(day, issue) not in made]
        report.there_already += len(due) - len(missing)
        if missing:
            _issue(engine, forecaster, missing, report)
        if progress is not None:
            progress(end)
    if report.refused and not may_refuse_all and not report.issued and not report.there_already:
        if report.implausible:
            raise ImplausibleForecastError(
                f"{report.implausible[0]} Look at the load of the last weeks and at RTE's forecast. If they are "
                "sound it is the model: go back to the former one with `elec models rollback`."
            )
        raise ContextTooThinError(
            f"{report.refused[0]} Load more history first: `elec backfill`, or materialise raw_consumption and "
            "hourly_consumption of the weeks before."
        )
    return report


def _issue(
    engine: Engine, forecaster: Forecaster, missing: Sequence[tuple[date, Issue]], report: IssueReport
) -> None:
    context = timedelta(hours=forecaster.context_hours)
    start = day_start(missing[0][0] - timedelta(days=2)) - context
    history = queries.history(engine, start, day_end(missing[-1][0]))
    sets = []
    for day, issue in missing:
        known = history.at(day, issue, context_hours=forecaster.context_hours)
        if is_too_thin(known):
            report.refused.append(
                f"The {issue} issue of {day} cannot be made: only {known.known_share_of_last_week:.0%} of the "
                "week before it is known."
            )
        else:
            sets.append(known)
    if not sets:
        return
    register_model(
        engine,
        version=forecaster.version,
        base_model=forecaster.base_model,
        location=forecaster.location,
        trained_through=forecaster.trained_through,
    )
    made = forecaster.issue(sets)
    none_plausible = [each.held_back or "" for each in made if each.quantiles is None]
    report.implausible += none_plausible
    report.refused += none_plausible
    published = [(known, each) for known, each in zip(sets, made, strict=True) if each.quantiles is not None]
    if not published:
        return
    issued = [known for known, _ in published]
    predictions = to_frame(published, forecaster.version)
    with engine.connect() as connection:
        former = former_issues(connection, forecaster.version, issued)
    changes = changes_frame(former, predictions, issued, forecaster, history)
    experts = experts_frame(published, forecaster.version)
    report.written += write_predictions(engine, predictions, experts, changes)
    report.issued += issued
    report.held_back += [each.held_back for _, each in published if each.held_back is not None]
    report.crossings += int((np.diff(predictions[list(COLUMNS)].to_numpy(), axis=1) < 0).any(axis=1).sum())


def to_frame(published: Sequence[tuple[InformationSet, Issued]], version: str) -> pd.DataFrame:
    """Return the forecasts of a batch of issues as rows.

    Args:
        published: What each issue knew, and its forecast.
        version: Of the model.

    Returns:
        Columns `hour_start`, `issued_at` (UTC), `model_version`, the quantiles in MW and `held_back` (null where
        the forecast is the model's own), a row for each of the 23, 24 or 25 hours of each issue's delivery day.
    """
    sets = [known for known, _ in published]
    frame = forecast_frame(sets, [each.quantiles for _, each in published if each.quantiles is not None])
    frame.insert(2, "model_version", version)
    marks = [each.held_back for known, each in published for _ in range(known.delivery_hours)]
    return frame.assign(held_back=pd.Series(marks, index=frame.index, dtype=object))


def experts_frame(published: Sequence[tuple[InformationSet, Issued]], version: str) -> pd.DataFrame:
    """Return what the experts said in a batch of issues as rows.

    Args:
        published: What each issue knew, and its forecast.
        version: Of the model.

    Returns:
        Columns `hour_start`, `issued_at` (UTC), `model_version`, `expert` and `load_mw`, a row for each expert and
        hour of each issue's delivery day; none where an expert's number is not finite.
    """
    frames = []
    for known, each in published:
        said = pd.DataFrame(dict(each.experts), index=range(known.delivery_hours))
        said.insert(0, "hour_start", hours(known.delivery_day))
        said.insert(1, "issued_at", pd.Timestamp(known.issue_time).as_unit("us"))
        frames.append(said)
    rows = pd.concat(frames, ignore_index=True).melt(
        ["hour_start", "issued_at"], var_name="expert", value_name="load_mw"
    )
    rows.insert(2, "model_version", version)
    is_number = pd.Series(np.isfinite(rows["load_mw"].to_numpy(dtype=np.float64)), index=rows.index)
    return rows[is_number]
