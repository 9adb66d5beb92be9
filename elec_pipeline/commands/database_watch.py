"""A database that is away: told of without it, and put on record once it is back.

Here: one outage, from its first look to its last. Not here: who looks (`daemon_watch`), and waiting for the
database (`store.patience`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Engine

from elec_pipeline.alerts.addresses import addresses_of, send
from elec_pipeline.alerts.facts import Kind
from elec_pipeline.alerts.ledger import Entry, Event
from elec_pipeline.alerts.texts import message
from elec_pipeline.settings import Settings
from elec_pipeline.store import alerts as store


class Outage:
    """Tells each address once that the database is away, and once that it is back.

    Args:
        settings: Of the platform.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._looks = 0
        self._entry: Entry | None = None
        self._told: set[str] = set()

    def goes_on(self, error: str, *, least: int) -> str:
        """Note that the database does not answer, and tell of it.

        Args:
            error: What it or its driver says.
            least: How many looks in a row must have found it so before it is told of.

        Returns:
            A sentence for the log.
        """
        now = datetime.now(UTC)
        self._looks += 1
        if self._entry is None:
            self._entry = Entry(0, Kind.DATABASE.value, Kind.DATABASE, now, now, None, 0, {"error": error})
        self._entry = replace(self._entry, last_seen_at=now, facts={"error": error})
        if self._looks >= least:
            self._told |= self._send(self._entry, Event.OPENED, but_for=self._told)
        return f"The database cannot be looked into: {error}"

    def is_over(self, engine: Engine) -> None:
        """Note that the database answers: tell who was told, and put the outage on record."""
        if self._entry is not None and self._told:
            over = replace(self._entry, closed_at=datetime.now(UTC))
            others = {address.label for address in addresses_of(self._settings)} - self._told
            self._send(over, Event.OVER, but_for=others)
            with engine.begin() as connection:
                store.record_past(
                    connection,
                    key=over.key,
                    kind=over.kind.value,
                    facts=over.facts,
                    begin=over.opened_at,
                    end=over.last_seen_at,
                )
        self._looks, self._entry, self._told = 0, None, set()

    def _send(self, entry: Entry, event: Event, *, but_for: set[str]) -> set[str]:
        """Send a message to all addresses but some; returns which of them took it."""
        title, body = message(entry, event, self._settings.elec_alerts_language)
        addresses = [each for each in addresses_of(self._settings) if each.label not in but_for]
        return {address.label for address in addresses if send(address, title, body) is None}
