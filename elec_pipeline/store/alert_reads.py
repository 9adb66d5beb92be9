"""Problems on record, and what was sent of them.

Here: rows of `alerts` and `alert_deliveries`. Not here: what they mean (`alerts.ledger`), and what the rules look
at in the series (`queries.watched`).

Beside `queries`, which loads pandas: the parent of a platform, which stays for years, records problems too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from elec_pipeline.store.tables import alert_deliveries, alerts


def recorded_alerts(connection: Connection, since: datetime) -> Sequence[Row[Any]]:
    """Return the problems that are open, or were over since an instant, oldest first; every column of `alerts`."""
    condition = or_(alerts.c.closed_at.is_(None), alerts.c.closed_at >= since)
    return connection.execute(select(alerts).where(condition).order_by(alerts.c.opened_at, alerts.c.id)).all()


def deliveries_of(connection: Connection, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Return what was sent of some problems; every column of `alert_deliveries`."""
    table = alert_deliveries
    return connection.execute(
        select(table).where(table.c.alert_id.in_(ids)).order_by(table.c.alert_id, table.c.event, table.c.address)
    ).all()


def lost_deliveries(connection: Connection, since: datetime) -> Sequence[Row[Any]]:
    """Return the messages tried since an instant that an address took neither then nor with the problem's end.

    Returns:
        Columns `key`, `event`, `address`, `tries`, `first_tried_at`, `last_tried_at` and `error`, oldest first.
    """
    table, later = alert_deliveries, alert_deliveries.alias("later")
    made_up_for = (
        select(later.c.alert_id)
        .where(
            later.c.alert_id == table.c.alert_id,
            later.c.address == table.c.address,
            later.c.event == "over",
            later.c.delivered_at.is_not(None),
        )
        .exists()
    )
    columns = [table.c[name] for name in ("event", "address", "tries", "first_tried_at", "last_tried_at", "error")]
    return connection.execute(
        select(alerts.c.key, *columns)
        .join(alerts, alerts.c.id == table.c.alert_id)
        .where(table.c.delivered_at.is_(None), table.c.last_tried_at >= since, ~made_up_for)
        .order_by(table.c.first_tried_at)
    ).all()
