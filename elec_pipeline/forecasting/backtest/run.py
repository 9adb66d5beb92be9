"""Back-test: what contestants would have forecast at past issue times, next to what came true.

Here: information sets cut from a history, the contestants' forecasts of them, and the hours on which they can
be compared. Not here: scores and tables (`scores`), where the history comes from, files and pages.

Every forecast is made from an information set of `History.at`, as a live issue is: nothing after the issue
time can reach it. Within an issue all contestants are scored on identical hours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import Issue, days, spans
from elec_pipeline.domain.history import History, actual_mw
from elec_pipeline.domain.information_set import WEEK_HOURS, InformationSet, is_too_thin
from elec_pipeline.domain.quantiles import COLUMNS
from elec_pipeline.forecasting.backtest.contestants import RTE, rte_forecasts
from elec_pipeline.forecasting.experts.expert import Contestant
from elec_pipeline.forecasting.forecast import forecast_frame

MONTH_DAYS = 31
FRAME_COLUMNS = ("delivery_day", "issue", "hour_start", "issued_at", "forecaster", "actual_mw", *COLUMNS)

Progress = Callable[[date], None]


@dataclass(frozen=True)
class Tally:
    """How much of a range could be scored, and why the rest could not.

    Attributes:
        issues: Issues asked for.
        too_thin: Issues left out because less than half of the week before was known.
        hours: Hours of the delivery days of all other issues.
        without_actual: Hours among them whose load is not known.
        without_forecast: Hours with a known load for which a contestant had no forecast, by contestant; one
            such contestant takes the hour from all.
        scored: Hours on which every contestant is scored.
    """

    issues: int = 0
    too_thin: int = 0
    hours: int = 0
    without_actual: int = 0
    without_forecast: Mapping[str, int] = field(default_factory=dict)
    scored: int = 0

    def __add__(self, other: Tally) -> Tally:
        names = [*self.without_forecast, *(n for n in other.without_forecast if n not in self.without_forecast)]
        return Tally(
            self.issues + other.issues,
            self.too_thin + other.too_thin,
            self.hours + other.hours,
            self.without_actual + other.without_actual,
            {n: self.without_forecast.get(n, 0) + other.without_forecast.get(n, 0) for n in names},
            self.scored + other.scored,
        )


@dataclass(frozen=True)
class BackTest:
    """The outcome of a back-test.

    Attributes:
        frame: A row for each scored hour, issue and contestant, in the order of day, issue, contestant, hour,
            with the columns `FRAME_COLUMNS`: times in UTC, loads in MW; point forecasters have the median
            (`load_mw`) alone.
        tally: How many issues and hours were left out.
    """

    frame: pd.DataFrame
    tally: Tally

    @classmethod
    def joined(cls, parts: Sequence[BackTest]) -> BackTest:
        """Return the back-tests of consecutive ranges as one.

        Raises:
            ValueError: There is none.
        """
        if not parts:
            raise ValueError("there is no back-test to join")
        frame = pd.concat([part.frame for part in parts], ignore_index=True)
        return cls(frame, sum((part.tally for part in parts), Tally()))


def back_test(
    history: History,
    first: date,
    last: date,
    *,
    contestants: Mapping[str, Contestant],
    issues: Sequence[Issue] = tuple(Issue),
    truth: pd.Series | None = None,
    progress: Progress | None = None,
) -> BackTest:
    """Let contestants forecast every delivery day of a range, next to RTE's D-1.

    Args:
        history: Covers the range, and before it the context that the contestants need.
        first: First delivery day.
        last: Last delivery day, included.
        contestants: By name; RTE's forecast takes part under `rte_d1` without being named.
        issues: Which issues are made.
        truth: Load in MW by `hour_start` (UTC) to score against; the history's own load if not given. Hours
            that a database holds in part belong into the history, as live issues saw them, and not in here.
        progress: Told the last day of each month that is done.

    Raises:
        ValueError: The history ends before the range does, or a contestant takes RTE's name.
    """
    if RTE in contestants:
        raise ValueError(f"{RTE} takes part anyway")
    parts = []
    for begin, end in spans(first, last, MONTH_DAYS):
        parts += [_month(history, days(begin, end), issue, contestants, truth) for issue in issues]
        if progress is not None:
            progress(end)
    joined = BackTest.joined(parts)
    kinds: dict[str, list[str]] = {"issue": [str(issue) for issue in Issue], "forecaster": [RTE, *contestants]}
    frame = joined.frame.sort_values(["delivery_day", "issued_at"], kind="stable", ignore_index=True)
    for column, values in kinds.items():
        frame[column] = pd.Categorical(frame[column], categories=values)
    return BackTest(frame, joined.tally)


def _month(
    history: History,
    of_month: Sequence[date],
    issue: Issue,
    contestants: Mapping[str, Contestant],
    truth: pd.Series | None,
) -> BackTest:
    thin = {day for day in of_month if is_too_thin(history.at(day, issue, context_hours=WEEK_HOURS))}
    usable = [day for day in of_month if day not in thin]
    tally = Tally(issues=len(of_month), too_thin=len(thin))
    if not usable:
        return BackTest(_no_rows(), tally)
    cut: dict[int, list[InformationSet]] = {}
    forecasts = {RTE: rte_forecasts(history, usable)}
    for name, contestant in contestants.items():
        context_hours = contestant.context_hours
        if context_hours not in cut:
            cut[context_hours] = [history.at(day, issue, context_hours=context_hours) for day in usable]
        forecasts[name] = contestant.predict(cut[context_hours])
    scored_sets = [history.at(day, issue, context_hours=WEEK_HOURS) for day in usable]
    frames = {name: forecast_frame(scored_sets, made) for name, made in forecasts.items()}
    axis = frames[RTE]["hour_start"]
    actual = (
        np.concatenate([actual_mw(history, day) for day in usable])
        if truth is None
        else truth.reindex(pd.DatetimeIndex(axis)).to_numpy(dtype=np.float64)
    )
    day_of_row = np.repeat(np.array(usable, dtype=object), [each.delivery_hours for each in scored_sets])
    is_actual = ~np.isnan(actual)
    known = {name: frame["load_mw"].notna().to_numpy() for name, frame in frames.items()}
    scored = np.logical_and.reduce([is_actual, *known.values()])
    tally += Tally(
        hours=len(actual),
        without_actual=int(np.count_nonzero(~is_actual)),
        without_forecast={name: int(np.count_nonzero(is_actual & ~has)) for name, has in known.items()},
        scored=int(np.count_nonzero(scored)),
    )
    rows = [
        frame.assign(delivery_day=day_of_row, issue=str(issue), forecaster=name, actual_mw=actual)[scored]
        for name, frame in frames.items()
    ]
    return BackTest(pd.concat(rows, ignore_index=True)[list(FRAME_COLUMNS)], tally)


def _no_rows() -> pd.DataFrame:
    text, moment = pd.Series(dtype=object), pd.Series(dtype="datetime64[us, UTC]")
    columns: dict[str, pd.Series] = dict.fromkeys(FRAME_COLUMNS, pd.Series(dtype=np.float64))
    columns |= {"delivery_day": text, "issue": text, "forecaster": text, "hour_start": moment, "issued_at": moment}
    return pd.DataFrame(columns)
