"""Writes of the tables `alerts` and `alert_deliveries`.

Here: writes, and the lock that lets one process at a time tell. Not here: reads (`alert_reads`), and when a
problem opens or is over (`alerts.ledger`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from elec_pipeline.store.tables import alert_deliveries, alerts

KEPT = timedelta(days=400)
"""Problems that were over longer ago go."""
_LOCK = text("SELECT pg_advisory_lock(hashtext('elec.alerts'))")
_UNLOCK = text("SELECT pg_advisory_unlock(hashtext('elec.alerts'))")


@contextmanager
def telling_alone(engine: Engine) -> Iterator[None]:
    """Let no other process record or tell of problems for as long as a block lasts; waits for one that does."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(_LOCK)
        try:
            yield
        finally:
            connection.execute(_UNLOCK)


def open_alert(
    connection: Connection, *, key: str, kind: str, facts: Mapping[str, Any], now: datetime, flaps: int
) -> None:
    """Record a problem that is new."""
    row = {"key": key, "kind": kind, "facts": dict(facts), "opened_at": now, "last_seen_at": now, "flaps": flaps}
    connection.execute(insert(alerts).values(row))


def record_past(
    connection: Connection, *, key: str, kind: str, facts: Mapping[str, Any], begin: datetime, end: datetime
) -> None:
    """Record a problem that is over, and of which people were told while it could not be recorded."""
    row = {"key": key, "kind": kind, "facts": dict(facts)}
    connection.execute(insert(alerts).values({**row, "opened_at": begin, "last_seen_at": end, "closed_at": end}))


def see_alert(connection: Connection, alert_id: int, facts: Mapping[str, Any], now: datetime) -> None:
    """Record that a problem is still there, and what is said of it now."""
    connection.execute(update(alerts).where(alerts.c.id == alert_id).values(last_seen_at=now, facts=dict(facts)))


def close_alerts(connection: Connection, ids: list[int], now: datetime) -> None:
    """Record that problems are over; those that were over long ago go."""
    connection.execute(update(alerts).where(alerts.c.id.in_(ids)).values(closed_at=now))
    connection.execute(delete(alerts).where(alerts.c.closed_at < now - KEPT))


def drop_alerts(connection: Connection, ids: list[int]) -> None:
    """Forget problems that passed before they were told of."""
    connection.execute(delete(alerts).where(alerts.c.id.in_(ids)))


def record_delivery(
    connection: Connection, *, alert_id: int, event: str, address: str, error: str | None, now: datetime
) -> None:
    """Record that a message was sent.

    Args:
        connection: To the store.
        alert_id: Of the problem.
        event: What the message was about.
        address: Label of the address.
        error: Why the address did not take it; None where it did.
        now: UTC.
    """
    row = {
        "alert_id": alert_id,
        "event": event,
        "address": address,
        "tries": 1,
        "first_tried_at": now,
        "last_tried_at": now,
        "delivered_at": None if error else now,
        "error": error or "",
    }
    statement = upsert(alert_deliveries).values(row)
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["alert_id", "event", "address"],
            set_={
                "tries": func.least(alert_deliveries.c.tries + 1, 32_000),
                "last_tried_at": new.last_tried_at,
                "delivered_at": new.delivered_at,
                "error": new.error,
            },
        )
    )
