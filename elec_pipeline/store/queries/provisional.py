"""Which delivery days hold provisional values, to be read again from a better source."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Date, cast, func, select, text

from elec_pipeline.domain.delivery_day import PARIS, day_end, day_start
from elec_pipeline.store.provisional import provisional
from elec_pipeline.store.tables import ZONE, raw_consumption


def provisional_days(connection: Connection, first: date, last: date) -> list[date]:
    """Return the delivery days of a range, both ends included, that hold provisional actual values, in order."""
    table = raw_consumption
    day = cast(func.timezone(PARIS.key, table.c.interval_start), Date)
    statement = (
        select(day)
        .distinct()
        .where(table.c.zone == ZONE)
        .where(table.c.interval_start >= day_start(first), table.c.interval_start < day_end(last))
        .where(text(provisional("source")))
        .order_by(day)
    )
    return list(connection.scalars(statement))
