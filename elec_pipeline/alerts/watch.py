"""One look: from the problems that there are to the record of them, and to the messages about them.

Here: recording and telling, by whoever looks: the sensors, `elec up`, a command. Not here: what is looked at
(`reading`, `defs.run_outcomes`), and the rules (`rules`, `ledger`).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from elec_pipeline.alerts.addresses import addresses_of, send
from elec_pipeline.alerts.facts import Kind, Problem
from elec_pipeline.alerts.ledger import Delivery, Entry, Event, changes, due_messages, ends_at, is_due, is_past
from elec_pipeline.alerts.texts import SINCE, message
from elec_pipeline.settings import Settings
from elec_pipeline.store import alert_reads as reads
from elec_pipeline.store import alerts as store

REMEMBERED = timedelta(days=7)
"""How long after its end a problem may still be told of, and a lost message is shown."""
TELLING_S = 40.0
"""A sensor has sixty seconds; what is not sent by then is sent at the next watch."""


@dataclass(frozen=True)
class Told:
    """What a look did.

    Attributes:
        open: Problems that are open.
        sent: Messages that an address took.
        lost: Messages that an address did not take yet, in a sentence each.
    """

    open: int
    sent: int
    lost: tuple[str, ...]

    def __str__(self) -> str:
        """Return it in a sentence."""
        return (
            f"{self.open} problems are open; {self.sent} messages were sent, {len(self.lost)} are not delivered."
        )


def watch(
    engine: Engine,
    settings: Settings,
    problems: Iterable[Problem],
    now: datetime,
    *,
    looked_at: Collection[Kind] = (),
) -> Told:
    """Record which problems there are, and send the messages that are due.

    Args:
        engine: Of the store.
        settings: Of the platform.
        problems: Those that there are.
        now: Current instant, UTC.
        looked_at: Kinds of problems of which `problems` has all, so that those not among them are over.
    """
    with store.telling_alone(engine):
        with engine.begin() as connection:
            _record(connection, problems, now, looked_at)
        sent = _tell(engine, settings, now)
        with engine.connect() as connection:
            standing = sum(entry.closed_at is None for entry in lasting(connection, now))
            return Told(standing, sent, tuple(lost_messages(connection, settings, now)))


def entries(connection: Connection, now: datetime, back: timedelta = REMEMBERED) -> list[Entry]:
    """Return the problems that are open, or were over lately, oldest first."""
    rows = reads.recorded_alerts(connection, now - back)
    return [Entry(**{**row._asdict(), "kind": Kind(row.kind)}) for row in rows]


def lasting(connection: Connection, now: datetime, back: timedelta = REMEMBERED) -> list[Entry]:
    """Return such of them as last, or lasted, long enough to be told of: those that people are shown.

    A notice whose day has begun is over, also before the next watch puts that on record.
    """
    return [
        replace(entry, closed_at=ends_at(entry)) if entry.closed_at is None and is_past(entry, now) else entry
        for entry in entries(connection, now, back)
        if is_due(entry)
    ]


def open_facts(connection: Connection, now: datetime) -> dict[str, Mapping[str, Any]]:
    """Return the facts of the problems that are open, by key."""
    return {entry.key: entry.facts for entry in entries(connection, now) if entry.closed_at is None}


def lost_messages(connection: Connection, settings: Settings, now: datetime) -> list[str]:
    """Return a sentence for each message of the last days that an address of the settings has not taken."""
    labels = {address.label for address in addresses_of(settings)}
    return [
        f"«{row.key}» ({row.event}) is not delivered to {row.address} after {row.tries} tries: {row.error}"
        for row in reads.lost_deliveries(connection, now - REMEMBERED)
        if row.address in labels
    ]


def _record(
    connection: Connection, problems: Iterable[Problem], now: datetime, looked_at: Collection[Kind]
) -> None:
    found = changes(entries(connection, now), list(problems), now, looked_at=looked_at)
    for problem, flaps in found.opened:
        store.open_alert(
            connection, key=problem.key, kind=problem.kind.value, facts=_facts(problem), now=now, flaps=flaps
        )
    for alert_id, problem in found.seen.items():
        store.see_alert(connection, alert_id, _facts(problem), now)
    if found.closed:
        store.close_alerts(connection, list(found.closed), now)
    if found.dropped:
        store.drop_alerts(connection, list(found.dropped))


def _facts(problem: Problem) -> dict[str, Any]:
    return dict(problem.facts) | ({SINCE: problem.since.isoformat()} if problem.since else {})


def _tell(engine: Engine, settings: Settings, now: datetime) -> int:
    places = {address.label: address for address in addresses_of(settings)}
    with engine.connect() as connection:
        recorded = entries(connection, now)
        rows = reads.deliveries_of(connection, [entry.id for entry in recorded])
    deliveries = [Delivery(**{**row._asdict(), "event": Event(row.event)}) for row in rows]
    until = time.monotonic() + TELLING_S
    sent = 0
    for due in due_messages(recorded, deliveries, list(places), now):
        if time.monotonic() > until:
            break
        error = send(places[due.address], *message(due.entry, due.event, settings.elec_alerts_language))
        with engine.begin() as connection:
            store.record_delivery(
                connection, alert_id=due.entry.id, event=due.event.value, address=due.address, error=error, now=now
            )
        sent += error is None
    return sent
