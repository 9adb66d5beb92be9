"""How long the interval is that a row stands for: told by the row's neighbours, since no format says it.

Here: the rule, and intervals in quarter-hours. Not here: which of two values for a quarter stands (`load_curve`).

A distance of 15, 30 or 60 minutes between two rows is a step of a series where nothing near it is finer, or
where it comes so often in a row that missing rows cannot explain it. A row's interval is the step to the next
row. Before a hole, and at the end, it is the step that led to the row. So a series may change its step, a hole
is not taken for an interval, and nothing reaches into the next row's time or beyond the last row's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

STEPS_MINUTES = (15, 30, 60)
QUARTER_MINUTES = 15
_ENOUGH_MISSING = 3
"""So many rows would have to be missing, evenly, for a distance to be holes in the midst of a finer series."""
_ENOUGH_AT_AN_END = 2
"""The same where the finer series lies on one side only: there it may just have begun or ended."""
_UNKNOWN = 0

Minutes = np.ndarray[tuple[int], np.dtype[np.int64]]


def lengths(minutes: Minutes, among: Minutes | None = None) -> Minutes:
    """Return the length of each row's interval, in minutes; 0 where no neighbour tells.

    Args:
        minutes: When each interval begins: distinct, ascending, whole quarter-hours.
        among: Lengths that the same instants have in a larger series which this one is a part of; they count as
            evidence of a finer step, and stand where this series alone tells nothing.

    Example:
        >>> lengths(np.array([0, 30, 60, 75, 90])).tolist()  # half-hours, then quarters
        [30, 30, 15, 15, 15]
        >>> lengths(np.array([0, 15, 30, 60, 75])).tolist()  # quarters, one missing
        [15, 15, 15, 15, 15]
        >>> lengths(np.array([0, 60, 120, 165])).tolist()  # cut by the next row, to what sources have
        [60, 60, 30, 60]
        >>> lengths(np.array([0, 60, 300, 360])).tolist(), lengths(np.array([0])).tolist()
        ([60, 60, 60, 60], [0])
    """
    if len(minutes) < 2:  # noqa: PLR2004 - a lone row has no neighbour
        return np.full(len(minutes), _UNKNOWN) if among is None else among
    gaps = np.diff(minutes)
    steps = np.where(_are_steps(gaps, among), gaps, _UNKNOWN)
    before = _carried(np.concatenate([[_UNKNOWN], steps]))
    after = _carried(np.concatenate([steps, [_UNKNOWN]])[::-1])[::-1]
    far = np.where((before > 0) & (after > 0), np.minimum(before, after), np.maximum(before, after))
    adjacent = np.concatenate([[_UNKNOWN], steps])
    to_next = np.concatenate([gaps, [np.iinfo(np.int64).max]])
    is_doubtful = np.isin(to_next, STEPS_MINUTES)
    found = np.where(adjacent > 0, adjacent, far)
    # A distance that might be a step and is none is a hole in something finer.
    found = np.where(is_doubtful, np.where((far > 0) & (far < to_next), far, QUARTER_MINUTES), found)
    own = np.concatenate([steps, [_UNKNOWN]])
    found = np.where(own > 0, own, found)
    if among is not None:
        found = np.where(found > 0, found, among)
    cut = np.minimum(found, to_next)
    # No source has intervals of 45 minutes: what is cut to that stands in its first half-hour.
    return np.asarray(np.where(cut == 3 * QUARTER_MINUTES, 2 * QUARTER_MINUTES, cut), dtype=np.int64)


def with_lengths(rows: pd.DataFrame, series: Sequence[str], within: Sequence[str] = ()) -> pd.DataFrame:
    """Return rows with a column `interval_minutes`, 0 where no neighbour tells.

    Args:
        rows: Column `at` (UTC) and those of `series` and `within`; instants may repeat.
        series: Columns that tell series apart.
        within: The columns among them that tell larger series apart, which hold the others' evidence too.
    """
    microseconds = rows["at"].astype("datetime64[us, UTC]").astype("int64")
    minutes: Minutes = np.asarray(microseconds // 60_000_000, dtype=np.int64)
    found = larger = _by_group(minutes, rows[list(within)], None)
    if list(series) != list(within):
        found = _by_group(minutes, rows[list(series)], larger)
    return rows.assign(interval_minutes=found)


def in_quarters(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each quarter-hour of longer intervals, all with the interval's mean, ordered by instant.

    Args:
        rows: Columns `at` (UTC), `interval_minutes` (an unknown length is one quarter), and others.

    Returns:
        The same columns, and `part`: which quarter of its interval a row is, from 0.
    """
    parts = (rows["interval_minutes"].clip(lower=QUARTER_MINUTES) // QUARTER_MINUTES).to_numpy()
    whole = rows.loc[rows.index.repeat(parts)]
    part = np.arange(len(whole)) - np.repeat(np.cumsum(parts) - parts, parts)
    expanded = whole.assign(part=part, at=whole["at"] + pd.to_timedelta(part * QUARTER_MINUTES, unit="min"))
    return expanded.sort_values("at", kind="stable", ignore_index=True)


def _by_group(minutes: Minutes, keys: pd.DataFrame, larger: Minutes | None) -> Minutes:
    """Return the length of each row's interval, found among the rows that share its keys."""
    found = np.full(len(minutes), _UNKNOWN)
    columns = list(keys.columns)
    group = keys.groupby(columns, dropna=False, sort=False).ngroup().to_numpy() if columns else found
    order = np.argsort(group, kind="stable")
    for index in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        instants, first, position = np.unique(minutes[index], return_index=True, return_inverse=True)
        among = None if larger is None else larger[index][first]
        found[index] = lengths(instants, among)[position]
    return found


def _are_steps(gaps: Minutes, among: Minutes | None) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which distances between rows are steps, run by run of equal distances."""
    result = np.zeros(len(gaps), dtype=bool)
    begins = np.flatnonzero(np.concatenate([[True], np.diff(gaps) != 0])) if len(gaps) else np.array([], dtype=int)
    for begin, end in zip(begins, [*begins[1:], len(gaps)], strict=True):
        step = int(gaps[begin])
        if step not in STEPS_MINUTES:
            continue
        flanks = [int(gaps[n]) for n in (begin - 1, end) if 0 <= n < len(gaps)]
        finer = [common for flank in flanks if (common := int(np.gcd(flank, step))) < step]
        if among is not None:
            finer += [int(length) for length in among[begin:end] if _UNKNOWN < length < step]
        n_gaps = end - begin
        if not finer:
            result[begin:end] = True
            continue
        missing = n_gaps * (step // min(finer) - 1)
        enough = _ENOUGH_AT_AN_END if len(finer) == 1 else _ENOUGH_MISSING
        result[begin:end] = n_gaps > 1 and missing >= enough
    return result


def _carried(steps: Minutes) -> Minutes:
    """Return the last step known at each place."""
    place = np.where(steps > 0, np.arange(len(steps)), 0)
    return np.asarray(steps[np.maximum.accumulate(place)], dtype=np.int64)
