"""From settings to a database that is only read: for pages, not for anything that writes.

Here: how a reader gets its engine. Not here: migrations, which are the writers' business, and the reads
themselves (`queries`).
"""

from __future__ import annotations

from sqlalchemy import Engine, create_engine

from elec_pipeline.settings import Settings
from elec_pipeline.store import urls
from elec_pipeline.store.database import database_url

STATEMENT_TIMEOUT_S = 15


def open_for_reading(settings: Settings) -> Engine:
    """Return an engine whose every transaction is read-only and whose every statement is bounded in time.

    It connects as the role of `ELEC_READONLY_DATABASE_URL` where that is set. Nothing is asked of the server
    yet: one that is gone shows at the first read.
    """
    url = settings.elec_readonly_database_url.get_secret_value() or database_url(settings)
    options = f"-c timezone=UTC -c default_transaction_read_only=on -c statement_timeout={STATEMENT_TIMEOUT_S}s"
    return create_engine(
        urls.for_sqlalchemy(url),
        pool_pre_ping=True,
        pool_size=2,
        max_overflow=4,
        connect_args={"options": options, "connect_timeout": 5, "application_name": "elec-dashboard"},
    )
