"""A note of every write that changed rows, in the same transaction: what readers' caches hang on.

Here: the writes of the table `changes`. Not here: its reads (`queries.data_version`, `queries.last_changes`).
"""

from __future__ import annotations

from sqlalchemy import Connection, Table, insert, text

from elec_pipeline.store.tables import changes

# The newest note of each table stays: it says when the series was last updated. Locked notes are being
# dropped by another writer, who must not be waited for.
_DROP_OLD = text(
    f"""
DELETE FROM {changes} WHERE (zone, id) IN (
    SELECT zone, id FROM {changes} old
    WHERE changed_at < now() - interval '1 day'
      AND EXISTS (SELECT FROM {changes} newer
                  WHERE newer.zone = old.zone AND newer.table_name = old.table_name AND newer.id > old.id)
    FOR UPDATE SKIP LOCKED
)
"""
)


def note_change(connection: Connection, table: Table) -> None:
    """Note that the open transaction changes rows of a table; notes that are a day old and outdated go."""
    connection.execute(_DROP_OLD)
    connection.execute(insert(changes).values(table_name=table.name))
