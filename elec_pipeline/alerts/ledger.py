"""When a problem opens, when it is over, and which messages are due: pure.

Here: from the problems of now and those on record to what changes on record, and to the messages. Not here: the
tables (`store.alerts`), and who sends (`watch`).

A problem that passes by itself, such as a day that is about to be healed, is told of only where it lasts. It is
over once it was not seen for a while; for one that comes and goes that while doubles each time, so that it cannot
flood.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from elec_pipeline.alerts.facts import NOTICES, Kind, Problem
from elec_pipeline.domain.delivery_day import day_start
from elec_pipeline.domain.freshness import OLDEST_BACKUP

PATIENCE = {
    Kind.STALE: timedelta(minutes=55),
    Kind.INCOMPLETE: timedelta(minutes=175),
    Kind.NO_BACKUP: OLDEST_BACKUP,
}
"""How long a problem of a kind has to last before it is told of; the others are told of at once. One and three
watches: the sensor `heal` asks for what is lacking every hour. A new installation, and one that was restored or
upgraded from a version without backups, has none until its first night."""
CALM = timedelta(minutes=55)
"""How long a problem must not be seen for it to be over: at the next watch."""
CALM_OF = {Kind.DAEMON: timedelta(minutes=10)}
LONGEST_CALM = timedelta(days=1)
FLAPPING_WITHIN = timedelta(days=1)
"""A problem that comes back sooner is the same one, flapping."""
GIVE_UP = timedelta(days=3)
"""A message that no address took for so long is not sent any more; it stays on record as lost."""


class Event(StrEnum):
    """What a message is about: a problem that opened, or one that is over."""

    OPENED = "opened"
    OVER = "over"


@dataclass(frozen=True)
class Entry:
    """A problem on record; times are UTC.

    Attributes:
        id: Of the row.
        key: Of the problem.
        kind: Of the problem.
        opened_at: When it was first seen.
        last_seen_at: When it was last seen.
        closed_at: When it was over; None while it lasts.
        flaps: How often the same problem had just been over when it came back.
        facts: What was last said of it.
    """

    id: int
    key: str
    kind: Kind
    opened_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None
    flaps: int
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Delivery:
    """Whether an address took a message.

    Attributes:
        alert_id: Of the problem.
        event: What the message was about.
        address: Label of the address.
        tries: How often it was sent.
        first_tried_at: UTC.
        last_tried_at: UTC.
        delivered_at: UTC; None where the address did not take it yet.
        error: Why not.
    """

    alert_id: int
    event: Event
    address: str
    tries: int
    first_tried_at: datetime
    last_tried_at: datetime
    delivered_at: datetime | None
    error: str


@dataclass(frozen=True)
class Changes:
    """What changes on record.

    Attributes:
        opened: New problems, with the number of their flaps.
        seen: Problems that last, by the id of their row.
        closed: Ids of those that are over.
        dropped: Ids of those that passed before they were to be told of.
    """

    opened: Sequence[tuple[Problem, int]] = ()
    seen: Mapping[int, Problem] = field(default_factory=dict)
    closed: Sequence[int] = ()
    dropped: Sequence[int] = ()


@dataclass(frozen=True)
class Message:
    """A message that is due to an address."""

    entry: Entry
    event: Event
    address: str


def is_due(entry: Entry) -> bool:
    """Say whether a problem lasts, or lasted, long enough to be told of."""
    return entry.last_seen_at - entry.opened_at >= PATIENCE.get(entry.kind, timedelta(0))


def ends_at(entry: Entry) -> datetime | None:
    """Return when a notice is over whatever is seen: when its delivery day begins, UTC; None of other problems."""
    return day_start(date.fromisoformat(entry.facts["day"])) if entry.kind in NOTICES else None


def is_past(entry: Entry, moment: datetime) -> bool:
    """Say whether a problem is a notice of a delivery day that has begun."""
    end = ends_at(entry)
    return end is not None and moment >= end


def calm(kind: Kind, flaps: int) -> timedelta:
    """Return how long a problem must not be seen for it to be over.

    Example:
        >>> [str(calm(Kind.RUN, flaps)) for flaps in (0, 1, 9)]
        ['0:55:00', '1:50:00', '1 day, 0:00:00']
    """
    doubled: int = 2 ** min(flaps, 8)
    return min(LONGEST_CALM, CALM_OF.get(kind, CALM) * doubled)


def changes(
    recorded: Iterable[Entry], problems: Iterable[Problem], now: datetime, *, looked_at: Collection[Kind]
) -> Changes:
    """Return what changes on record at an instant.

    Args:
        recorded: Problems that are open, or were over lately.
        problems: Those that there are.
        now: Current instant, UTC.
        looked_at: Kinds of problems of which `problems` has all; of the others none can be over.
    """
    there = {problem.key: problem for problem in problems}
    standing = {entry.key: entry for entry in recorded if entry.closed_at is None}
    flaps: dict[str, int] = {}
    for entry in recorded:
        if entry.closed_at is not None and now - entry.closed_at < FLAPPING_WITHIN:
            flaps[entry.key] = max(flaps.get(entry.key, 0), entry.flaps + 1)
    gone = [
        entry
        for entry in standing.values()
        if entry.key not in there
        and entry.kind in looked_at
        and (is_past(entry, now) or now - entry.last_seen_at >= calm(entry.kind, entry.flaps))
    ]
    return Changes(
        opened=[(each, flaps.get(key, 0)) for key, each in there.items() if key not in standing],
        seen={standing[key].id: each for key, each in there.items() if key in standing},
        closed=[entry.id for entry in gone if is_due(entry)],
        dropped=[entry.id for entry in gone if not is_due(entry)],
    )


def due_messages(
    recorded: Iterable[Entry], deliveries: Iterable[Delivery], addresses: Sequence[str], now: datetime
) -> list[Message]:
    """Return the messages to send, in the order in which the problems opened.

    An opening is due to each address that has not taken it, and the end to each that was sent the opening: where
    that was lost, the end tells it all. That a notice ends because its day begins is told to nobody.

    Args:
        recorded: Problems that are open, or were over lately.
        deliveries: What was sent of them.
        addresses: Labels of the addresses.
        now: Current instant, UTC.
    """
    sent = {(each.alert_id, each.event, each.address): each for each in deliveries}
    due = []
    for entry in sorted(recorded, key=lambda entry: (entry.opened_at, entry.id)):
        if is_past(entry, entry.closed_at or now):
            continue
        event = Event.OPENED if entry.closed_at is None else Event.OVER
        for address in addresses:
            was_told = (entry.id, Event.OPENED, address) in sent
            former = sent.get((entry.id, event, address))
            is_open_question = former is None or (
                former.delivered_at is None and now - former.first_tried_at < GIVE_UP
            )
            if is_open_question and (is_due(entry) if event is Event.OPENED else was_told):
                due.append(Message(entry, event, address))
    return due
