"""The first screen: tomorrow's peaks, ramp, energy, the gap to RTE, the changes; what is waited for.

Here: tiles and the line under the title. Not here: figures (`tiles`, `elec_pipeline.domain.day_summary`).
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboard import store, ticking, tiles
from dashboard.frame import Frame
from dashboard.language import NO_VALUE, moment_label, number, percent, short_day
from dashboard.texts import Texts
from elec_pipeline.domain.day_summary import MW_A_GW, DaySummary, Peak, interval_name, largest_gap
from elec_pipeline.domain.delivery_day import HOUR, WEEK, Issue, day_start, delivery_day
from elec_pipeline.domain.timetable import EVENING_ISSUE, written

LATELY_DAYS = 7


def line(frame: Frame, day: pd.DataFrame) -> None:
    """Show when the forecast was issued and what is waited for.

    Args:
        frame: Of the page.
        day: Of the delivery day, as `reads.hourly` returns it.
    """
    texts = frame.texts
    parts = [
        html.escape(texts("issued", moment=moment_label(moment.to_pydatetime(), texts.language)))
        for moment in day["issued_at"].dropna().sort_values().tail(1)
    ]
    st.html(f'<div class="elec-line">{" · ".join([*parts, ticking.countdown(texts, frame.now)])}</div>')


def show_tiles(frame: Frame, summary: DaySummary | None, week: pd.DataFrame, issue: Issue | None) -> None:
    """Show the figures of a delivery day, then how large errors were lately.

    Args:
        frame: Of the page.
        summary: Of the day; None where it is not forecast.
        week: Of the day and the week before it, as `reads.hourly` returns them.
        issue: Whose errors are shown.
    """
    shown: list[str] = []
    if summary is not None:
        hours = week[week.index >= pd.Timestamp(day_start(summary.day))]
        changes = (_change(frame, before) for before in tiles.changes(week, summary.day))
        shown = [*_day(frame, summary, hours), _gap(frame, hours), *changes]
    st.html(f'<dl class="elec-tiles">{"".join([*shown, *_errors(frame, issue)])}</dl>')


def _tile(label: str, value: str, note: str, explained: str = "", *, kind: str = "") -> str:
    """Return a tile. All of them are one piece of HTML, drawn at once; words that are too long for one break."""
    label, value, note, explained = (html.escape(each) for each in (label, value, note, explained))
    return f'<div class="{kind}" title="{explained}"><dt>{label}</dt><dd><b>{value}</b></dd><dd>{note}</dd></div>'


def _mw(texts: Texts, value: float, *, sign: bool = False) -> str:
    text = number(value, texts.language, sign=sign)
    return text if text == NO_VALUE else f"{text} MW"


def _day(frame: Frame, summary: DaySummary, hours: pd.DataFrame) -> Iterator[str]:
    texts, language = frame.texts, frame.texts.language
    peak = summary.peak
    _, rte = tiles.rte_of(hours)
    low, high, of_rte = (number(each, language) for each in (peak.low_mw, peak.high_mw, rte[peak.hour]))
    note = texts("peak_note", hour=interval_name(peak.hour), low=low, high=high, rte=of_rte)
    yield _tile(texts("peak"), _mw(texts, peak.load_mw), note, texts("peak_help"), kind="elec-peak")
    yield _part_of_day(texts, "morning_peak", summary.morning)
    yield _part_of_day(texts, "evening_peak", summary.evening)
    ramp = summary.ramp
    if ramp is not None:
        note = f"{interval_name(ramp.hour - HOUR)} → {interval_name(ramp.hour)}"
        yield _tile(texts("ramp"), _mw(texts, ramp.change_mw, sign=True), note, texts("ramp_help"))
    mean = number(MW_A_GW * summary.energy_gwh / summary.hours, language)
    is_whole = summary.hours == summary.hours_due
    note = texts("energy_mean", load=mean) if is_whole else _of_hours(texts, summary)
    yield _tile(texts("energy"), f"{number(summary.energy_gwh, language)} GWh", note)


def _of_hours(texts: Texts, summary: DaySummary) -> str:
    return texts("energy_hours", n=summary.hours, of=summary.hours_due)


def _part_of_day(texts: Texts, name: str, peak: Peak | None) -> str:
    value, note = (NO_VALUE, "") if peak is None else (_mw(texts, peak.load_mw), interval_name(peak.hour))
    return _tile(texts(name), value, note, texts(f"{name}_help"))


def _gap(frame: Frame, day: pd.DataFrame) -> str:
    texts = frame.texts
    kind, rte = tiles.rte_of(day)
    label = texts("gap", rte=texts(kind or "rte_d1"))
    gap = largest_gap(day, rte)
    if gap is None:
        return _tile(label, NO_VALUE, texts("rte_absent"))
    at, around = interval_name(gap.hour), interval_name(gap.first, gap.last)
    note = at if gap.first == gap.last else texts("gap_note", hours=around, hour=at)
    explained = texts("gap_help", n=gap.hours_outside, of=gap.hours)
    return _tile(label, _mw(texts, gap.difference_mw, sign=True), note, explained)


def _change(frame: Frame, before: tiles.Before) -> str:
    texts, language = frame.texts, frame.texts.language
    label = _named(frame, before.day, before.n_days)
    day = short_day(before.day, language)
    if before.change is None:
        return _tile(label, NO_VALUE, texts("nothing_before", day=day))
    note = texts("change_note", load=number(before.change.peak_mw, language, sign=True))
    explained = texts("change_help", day=day, n=before.change.hours)
    return _tile(label, _mw(texts, before.change.mean_mw, sign=True), note, explained)


def _named(frame: Frame, day: date, n_days: int) -> str:
    """Return against which day, as a reader calls it today."""
    texts, today = frame.texts, delivery_day(frame.now)
    if n_days == WEEK:
        return texts("against_week")
    name = {today: "against_today", today - timedelta(days=1): "against_yesterday"}.get(day)
    return texts("against_day", day=short_day(day, texts.language, weekday=False)) if name is None else texts(name)


def _errors(frame: Frame, issue: Issue | None) -> Iterator[str]:
    texts, language = frame.texts, frame.texts.language
    today = delivery_day(frame.now)
    lately = store.scored(frame.version, today - timedelta(days=LATELY_DAYS), today, issue)
    is_today = lately.index >= pd.Timestamp(day_start(today))
    n_days = tiles.days_compared(lately[~is_today])
    name = "some_last_days" if 0 < n_days < LATELY_DAYS else "last_days"
    for label, part in (
        (texts("today_so_far"), lately[is_today]),
        (texts(name, n=n_days or LATELY_DAYS, of=LATELY_DAYS), lately[~is_today]),
    ):
        ours, rte_error = tiles.errors(part)
        scored = ours == ours  # noqa: PLR0124 - NaN: nothing was scored
        note = texts("rte_error", error=percent(rte_error, language, 2)) if scored else texts("nothing_scored")
        explained = texts("error_help", clock=written(EVENING_ISSUE))
        yield _tile(label, percent(ours, language, 2), note, explained)
