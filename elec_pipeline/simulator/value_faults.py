"""Spoils single values of a reply, as a plan of faults says.

Here: what each value fault does to the values of a block. Not here: when, and for which type (`faults`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np

from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.simulator.curves import LoadType
from elec_pipeline.simulator.faults import ValueFault, ValueFaultKind
from elec_pipeline.simulator.noise import Ints

Value: TypeAlias = dict[str, str | int | float | None]
"""One value of a reply: `start_date`, `end_date`, `updated_date`, `value`."""

_OLDER = timedelta(minutes=10)


def spoil(
    values: list[Value],
    starts_s: Ints,
    load_type: LoadType,
    faults: Iterable[ValueFault],
    since: datetime,
) -> list[Value]:
    """Return the values of a block with the faults of a plan in them.

    Args:
        values: Sound values, in their order.
        starts_s: Start of each, seconds since 1970 UTC, shape (len(values),).
        load_type: Type of the block.
        faults: The faults; those of other types or times do nothing. Several can hit one value, in turn.
        since: When the plan was switched on, zone-aware: the `updated_date` of revised values.

    Returns:
        A new list; the values hit are copies.
    """
    length_s = load_type.resolution.total_seconds()
    spoiled: dict[int, list[Value]] = {}
    for fault in faults:
        if load_type not in fault.load_types:
            continue
        hit = (starts_s < fault.end.timestamp()) & (starts_s + length_s > fault.start.timestamp())
        for position in np.flatnonzero(hit).tolist():
            copies = spoiled.get(position, [values[position]])
            spoiled[position] = [copy for value in copies for copy in _spoiled(value, fault, since)]
    return [copy for position, value in enumerate(values) for copy in spoiled.get(position, [value])]


def _spoiled(value: Value, fault: ValueFault, since: datetime) -> list[Value]:
    undated = {key: entry for key, entry in value.items() if key != "updated_date"}
    other = _changed(value["value"], fault.argument)
    copies = {
        ValueFaultKind.MISSING: [],
        ValueFaultKind.NULL: [{**value, "value": None}],
        ValueFaultKind.ND: [{**value, "value": "ND"}],
        ValueFaultKind.DUPLICATE: [value, dict(value)],
        # The true value comes first: this catches a reader that takes the last one for the latest.
        ValueFaultKind.CONFLICT: [value, {**_dated(value, -_OLDER), "value": other}],
        ValueFaultKind.CONFLICT_UNDATED: [undated, {**undated, "value": other}],
        ValueFaultKind.IMPLAUSIBLE: [{**value, "value": whole(fault.argument)}],
        ValueFaultKind.REVISED: [{**_dated(value, since), "value": other}],
    }
    return copies[fault.kind]


def whole(value: float) -> int | float:
    """Return a whole number as an integer, as RTE writes it, and any other as it is."""
    return int(value) if float(value).is_integer() else value


def _changed(value: str | float | None, percent: float) -> str | int | float | None:
    if not isinstance(value, (int, float)):
        return value  # spoiled by an earlier fault of the plan
    return round(value * (1 + percent / 100))


def _dated(value: Value, moved: datetime | timedelta) -> Value:
    """Return a value with its `updated_date` moved by a time, or up to a moment if that is later."""
    text = value.get("updated_date")
    if not isinstance(text, str):
        return value
    updated = datetime.fromisoformat(text)
    changed = updated + moved if isinstance(moved, timedelta) else max(updated, moved)
    return {**value, "updated_date": changed.astimezone(PARIS).isoformat(timespec="seconds")}
