"""An engine for those who only read: the JSON API, the dashboard.

Here: a pool whose every transaction is read-only, in the server's own eyes, and ends after a while. Its sessions
act as the role of readers, so that the server refuses to write whatever a session says of its transactions. Not
here: what is read (`queries`), and the engine of those who write (`database`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, create_engine, event

from elec_pipeline.errors import ConfigurationError
from elec_pipeline.settings import Settings
from elec_pipeline.store import roles, urls
from elec_pipeline.store.database import dagster_database, database_url
from elec_pipeline.store.session import pinned

CONNECT_TIMEOUT_S = 3
_log = logging.getLogger(__name__)


def open_reader(settings: Settings, *, connections: int, statement_timeout_s: float) -> Engine:
    """Return an engine that can only read. Nothing is connected yet, and no table made or migrated.

    Args:
        settings: `ELEC_READONLY_DATABASE_URL`, else `DATABASE_URL`, else the embedded server, started if need be.
        connections: The most that are open at once.
        statement_timeout_s: The server ends a statement that takes longer, seconds.

    Raises:
        ConfigurationError: A URL is of no PostgreSQL.
        EmbeddedServerError: The embedded server cannot be started.
    """
    return _reader(settings, lambda url: url, connections, statement_timeout_s)


def open_dagster_reader(settings: Settings, *, statement_timeout_s: float) -> Engine:
    """Return an engine, of one connection, that can only read Dagster's own database on the same server.

    Nothing is connected yet: the database may be missing, or closed to the account that reads.
    """

    def beside(url: str) -> str:
        return urls.with_database(url, dagster_database(url))

    return _reader(settings, beside, 1, statement_timeout_s)


def _reader(
    settings: Settings, place: Callable[[str], str], connections: int, statement_timeout_s: float
) -> Engine:
    options = {
        "default_transaction_read_only": "on",
        "statement_timeout": f"{statement_timeout_s * 1000:.0f}",
        "application_name": "elec-reader",
    }
    engine = create_engine(
        urls.for_sqlalchemy(place(_pinned(settings, options))),
        pool_pre_ping=True,  # a restarted server costs one ping instead of a failed answer
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,
        isolation_level="REPEATABLE READ",  # an answer of several queries is of one moment
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
    )
    if not settings.elec_readonly_database_url.get_secret_value():  # whose account is chosen for reading
        event.listen(engine, "connect", _become_reader)
    return engine


def _become_reader(session: Any, _record: object) -> None:
    if not roles.become_reader(session):
        _log.warning(
            f"This account cannot act as {roles.READER}: reads are read-only transactions of the account that "
            "also writes. `elec db start` says what is missing."
        )


def _pinned(settings: Settings, options: dict[str, str]) -> str:
    url = settings.elec_readonly_database_url.get_secret_value()
    if not url:
        return pinned(database_url(settings), options)
    try:
        return pinned(url, options)
    except ConfigurationError as error:  # which names the usual one
        raise ConfigurationError(str(error).replace("DATABASE_URL", "ELEC_READONLY_DATABASE_URL")) from None
