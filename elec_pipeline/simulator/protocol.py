"""Writes RTE's JSON: the replies of `short_term` and `weekly_forecasts`, and errors.

Here: the text of replies, pure. Not here: reading requests (`window`), HTTP (`app`), values (`curves`).
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS, day_end, day_start, days
from elec_pipeline.simulator.curves import Curves, LoadType
from elec_pipeline.simulator.faults import ActiveFaults
from elec_pipeline.simulator.publication import latest
from elec_pipeline.simulator.value_faults import Value, spoil, whole
from elec_pipeline.simulator.window import Days, ShortTermRequest

BOM = b"\xef\xbb\xbf"


class ByteOrderMark(enum.StrEnum):
    """Which replies begin with a byte-order mark, as RTE's sample does."""

    SOME = "some"
    """Those whose first day has an odd number: half of them, and always the same ones."""
    ALWAYS = "always"
    NEVER = "never"

    def precedes(self, first: date) -> bool:
        """Tell whether the reply for a window that begins on a day has a mark."""
        return self is ByteOrderMark.ALWAYS or (self is ByteOrderMark.SOME and first.toordinal() % 2 == 1)


def paris_iso(instants: pd.DatetimeIndex) -> list[str]:
    """Write instants as RTE does: Paris time, each with the offset that holds then.

    Args:
        instants: UTC, whole seconds, after 2000.

    Returns:
        One text per instant.

    Example:
        >>> paris_iso(pd.DatetimeIndex(["2025-10-26T00:00Z", "2025-10-26T01:00Z"]))
        ['2025-10-26T02:00:00+02:00', '2025-10-26T02:00:00+01:00']
    """
    utc = instants.to_numpy("datetime64[s]")
    local = instants.tz_convert(PARIS).tz_localize(None).to_numpy("datetime64[s]")
    summer = (local - utc) == np.timedelta64(2, "h")
    # Formatted as an array: half a year of four types is 70,000 values, and strftime would take seconds.
    texts = np.strings.add(np.datetime_as_string(local, unit="s"), np.where(summer, "+02:00", "+01:00"))
    return [str(text) for text in texts.tolist()]


def short_term_body(
    curves: Curves,
    request: ShortTermRequest,
    now: datetime,
    faults: ActiveFaults,
    byte_order_mark: ByteOrderMark = ByteOrderMark.SOME,
) -> bytes:
    """Return the body of a reply with everything that is out by now.

    Args:
        curves: Where values come from.
        request: Types and days.
        now: The present moment, zone-aware.
        faults: The plan whose value faults are applied.
        byte_order_mark: Which replies begin with a mark.

    Returns:
        JSON in UTF-8. One block per type, in another order than asked for, because RTE promises none.
    """
    blocks = [_block(curves, load_type, request, now, faults) for load_type in reversed(request.types)]
    return _body("short_term", blocks, byte_order_mark, request)


def weekly_body(
    curves: Curves,
    request: Days,
    now: datetime,
    faults: ActiveFaults,
    byte_order_mark: ByteOrderMark = ByteOrderMark.SOME,
) -> bytes:
    """Return the body of a reply of `weekly_forecasts` with everything that is out by now.

    Args:
        curves: Where values come from.
        request: Days.
        now: The present moment, zone-aware.
        faults: The plan whose value faults are applied.
        byte_order_mark: Which replies begin with a mark.

    Returns:
        JSON in UTF-8, an element a day that is forecast. A value bears an `updated_date` only where it is another
        than its day's: a client has to read both.
    """
    found = (_day(curves, day, now, faults) for day in days(request.first, request.end)[:-1])
    return _body("weekly_forecasts", [each for each in found if each["values"]], byte_order_mark, request)


def _body(resource: str, blocks: list[dict[str, Any]], byte_order_mark: ByteOrderMark, request: Days) -> bytes:
    body = json.dumps({resource: blocks}).encode()
    return BOM + body if byte_order_mark.precedes(request.first) else body


def error_body(code: str, description: str, transaction_id: str) -> dict[str, object]:
    """Return an error as RTE's platform writes it.

    Args:
        code: The `error`.
        description: The `error_description`.
        transaction_id: Number under which RTE's support would find the request.

    Returns:
        The object to be sent as JSON.
    """
    return {
        "error": code,
        "error_description": description,
        "error_uri": "",
        "error_details": {"transaction_id": transaction_id},
    }


def _block(
    curves: Curves, load_type: LoadType, request: ShortTermRequest, now: datetime, faults: ActiveFaults
) -> dict[str, Any]:
    start, end = day_start(request.first), day_start(max(request.first, request.end))
    values = _values_out(curves, load_type, (start, end), now, faults)
    return {"type": load_type.value, **_span(start, end), "values": values}


def _day(curves: Curves, day: date, now: datetime, faults: ActiveFaults) -> dict[str, Any]:
    """Return the element of a day of the weekly forecasts; its temperatures are left open, nobody reads them."""
    start, end = day_start(day), day_end(day)
    values = _values_out(curves, LoadType.WEEKLY, (start, end), now, faults)
    updated = min((text for each in values if isinstance(text := each.get("updated_date"), str)), default=None)
    numbers = [each for each in values if isinstance(each["value"], (int, float))]
    peak = max(numbers, key=lambda each: float(each["value"] or 0), default=None)
    return {
        **_span(start, end),
        "updated_date": updated,
        "peak": {
            "peak_hour": peak and peak["start_date"],
            "value": peak and peak["value"],
            "temperature": None,
            "temperature_deviation": None,
        },
        "values": [
            {name: told for name, told in each.items() if name != "updated_date" or told != updated}
            for each in values
        ],
    }


def _span(start: datetime, end: datetime) -> dict[str, Any]:
    start_text, end_text = paris_iso(pd.DatetimeIndex([start, end]).as_unit("s"))
    return {"start_date": start_text, "end_date": end_text}


def _values_out(
    curves: Curves, load_type: LoadType, span: tuple[datetime, datetime], now: datetime, faults: ActiveFaults
) -> list[Value]:
    """Return the values of a stretch of time that are out by now, with the faults of the plan in them."""
    start, end = span
    out = latest(curves.vintages(load_type, start, end), now)
    starts = pd.DatetimeIndex(out["interval_start"])
    values = _values(load_type, starts, out["load_mw"], pd.DatetimeIndex(out["published_at"]))
    if faults.plan.of_values:
        starts_s = starts.to_numpy("datetime64[s]").astype(np.int64)
        values = spoil(values, starts_s, load_type, faults.plan.of_values, faults.since)
    return values


def _values(
    load_type: LoadType, starts: pd.DatetimeIndex, load_mw: Iterable[float], published: pd.DatetimeIndex
) -> list[Value]:
    ends = starts + load_type.resolution
    rows = zip(paris_iso(starts), paris_iso(ends), paris_iso(published), load_mw, strict=True)
    return [
        {"start_date": start, "end_date": end, "updated_date": updated, "value": whole(value)}
        for start, end, updated, value in rows
    ]
