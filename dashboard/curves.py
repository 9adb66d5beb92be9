"""What the main chart is drawn from: days, hours or quarter-hours of a period, and what they are held against.

Here: which rows are read for which choice. Not here: the figure (`charts.load`), the page (`views.forecast`).

Quarter-hours are drawn of two days at most: of more the lines of quarters look like those of hours, and are four
times as many points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

import pandas as pd

from dashboard import address, store
from dashboard.difference import Against, other_curve
from dashboard.frame import Frame
from dashboard.span import Span
from dashboard.within_day import WithinDay, within_day
from elec_pipeline.domain.delivery_day import Issue
from elec_pipeline.domain.load_curve import QUARTERS_AN_HOUR

QUARTER_DAYS = 2
"""Of longer periods hours are drawn."""


class Step(StrEnum):
    """How far apart the points of the chart are."""

    QUARTER = "15min"
    HOUR = "1h"
    DAY = "1d"


@dataclass(frozen=True)
class Curves:
    """What the chart shows.

    Attributes:
        data: As `reads.hourly`, `reads.daily` or `queries.quarters_side_by_side` returns it.
        step: What its rows are.
        why: Key of the sentence that says why quarter-hours were chosen and are not shown; else empty.
    """

    data: pd.DataFrame
    step: Step
    why: str


def read_curves(frame: Frame, span: Span, stand_in: pd.DataFrame | None) -> Curves:
    """Return what the chart of a period shows.

    Args:
        frame: Of the page.
        span: The period.
        stand_in: The hours of another issue, for a day that the issue chosen does not forecast.
    """
    if not span.is_hourly:
        step, why = Step.DAY, "quarters_of_few_days" if _quarters_chosen() else ""
        return Curves(_read(frame, span, address.issue(), step), step, why)
    if not _quarters_chosen() or span.n_days > QUARTER_DAYS:
        why = "quarters_of_few_days" if _quarters_chosen() else ""
        return Curves(_patched(_read(frame, span, address.issue(), Step.HOUR), stand_in), Step.HOUR, why)
    data = _read(frame, span, address.issue(), Step.QUARTER)
    if stand_in is not None:
        others = _read(frame, span, None, Step.QUARTER)
        data = _patched(data, others[pd.DatetimeIndex(others.index).floor("h").isin(stand_in.index)])
    if data["load_mw"].isna().all():
        hours = _patched(_read(frame, span, address.issue(), Step.HOUR), stand_in)
        return Curves(hours, Step.HOUR, "no_quarters")
    return Curves(data, Step.QUARTER, "")


def read_other(frame: Frame, span: Span, curves: Curves, against: Against) -> pd.Series:
    """Return what our forecast is held against; of days before those shown too, where they are needed."""
    issues, data = None, curves.data
    if against is Against.PREVIOUS_ISSUE:
        read = store.quarter_issues if curves.step is Step.QUARTER else store.issues
        issues = read(frame.version, span.first, span.last)
    elif against.days_before:
        begin = Span(span.first - timedelta(days=against.days_before), span.last)
        data = _read(frame, begin, address.issue(), curves.step)
    return other_curve(data, against, issues, by_hour=curves.step is not Step.DAY)


def read_within_day(frame: Frame, curves: Curves) -> WithinDay | None:
    """Return the newest issue made within the day; None for days. Each of its quarters is as its hour."""
    if curves.step is Step.DAY:
        return None
    load = curves.data["load_mw"]
    hour = pd.DatetimeIndex(load.index).floor("h")
    within = within_day(
        store.newest_within_day(frame.version, store.minute_of(frame.now)), load.groupby(hour).mean()
    )
    if within is None or curves.step is Step.HOUR:
        return within
    of_quarters = within.load_mw.reindex(pd.DatetimeIndex(load.index), method="ffill", limit=QUARTERS_AN_HOUR - 1)
    return replace(within, load_mw=of_quarters)


def _quarters_chosen() -> bool:
    return address.get("resolution") == Step.QUARTER


def _read(frame: Frame, span: Span, issue: Issue | None, step: Step) -> pd.DataFrame:
    if step is Step.QUARTER:
        return store.quarters(frame.version, span.first, span.last, issue)
    return store.series(frame.version, span.first, span.last, issue, by_hour=step is Step.HOUR)


def _patched(data: pd.DataFrame, stand_in: pd.DataFrame | None) -> pd.DataFrame:
    if stand_in is None:
        return data
    return stand_in.reindex(data.index.intersection(stand_in.index)).combine_first(data)
