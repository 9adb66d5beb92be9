"""The database is away: how that is recognised, and the one sentence it becomes.

Here: telling an outage from every other database error, and wording it. Not here: waiting for the database
(`patience`), and connecting (`database`).

The errors come from three places: our SQLAlchemy engine with psycopg 3, psycopg 3 itself, and Dagster's storage
with psycopg2, which wraps some of them once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import psycopg
import sqlalchemy.exc

from elec_pipeline.errors import ElecError, StoreUnavailableError
from elec_pipeline.settings import Settings
from elec_pipeline.store import urls
from elec_pipeline.store.embedded import EmbeddedServer

SQLSTATES = ("08", "57P01", "57P02", "57P03", "57P05", "53300")
"""Beginnings of the error codes of a server that is away: connection failures, shutdown, crash, start-up, an idle
session that was ended, and all connections taken."""
ERROR_NAMES = frozenset({"OperationalError", "InterfaceError", "StoreUnavailableError"})
"""Names of the exceptions that may be an outage, where only the name is left of one, as in Dagster's history."""
ADVICE = "See that the server runs and that DATABASE_URL names it, then try again."
EMBEDDED_ADVICE = "`elec db start` starts the embedded server; then try again."
_DRIVERS = ("psycopg", "psycopg2")


def is_outage(error: BaseException) -> bool:
    """Say whether an error, or what caused it, means that the database does not answer."""
    return any(isinstance(each, StoreUnavailableError) or _is_driver_outage(each) for each in _causes(error))


def as_unavailable(error: BaseException, settings: Settings) -> StoreUnavailableError | None:
    """Return the sentence for an error that means that the database does not answer; None for any other error.

    Args:
        error: Whatever was raised.
        settings: Say which database it is about.
    """
    for each in _causes(error):
        if isinstance(each, StoreUnavailableError):
            return each
        if isinstance(each, ElecError):
            return None
        if _is_driver_outage(each):
            is_embedded = not settings.database_url.get_secret_value()
            return unavailable(url_of(settings), each, EMBEDDED_ADVICE if is_embedded else ADVICE)
    return None


def unavailable(url: str, error: BaseException | None, advice: str = ADVICE) -> StoreUnavailableError:
    """Return the sentence for a database that does not answer.

    Args:
        url: Of the database; its password is not shown.
        error: The driver's error, or SQLAlchemy's around it.
        advice: What to do.
    """
    return StoreUnavailableError(
        f"The database {urls.redact(url)} does not answer: {reason(error, url)}. {advice}"
    )


def reason(error: BaseException | None, url: str) -> str:
    """Return a driver's words in one line, without SQLAlchemy's statement and without the URL's password."""
    words = own_words(error).rstrip(".?")
    password = urls.password(url)
    return words.replace(password, urls.HIDDEN) if password else words


def own_words(error: BaseException | None) -> str:
    """Return the words of a fault in one line: the driver's own, where SQLAlchemy would add the statement."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def url_of(settings: Settings) -> str:
    """Return the URL of our database, without starting anything."""
    return settings.database_url.get_secret_value() or EmbeddedServer(settings.elec_home).url()


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what caused it, outermost first."""
    seen: set[int] = set()
    here: BaseException | None = error
    while here is not None and id(here) not in seen:
        seen.add(id(here))
        yield here
        here = here.__cause__


def _is_driver_outage(error: BaseException) -> bool:
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        if error.connection_invalidated:
            return True
        return error.orig is not None and _is_driver_outage(error.orig)
    name = type(error).__module__.partition(".")[0]
    if name not in _DRIVERS or not isinstance(error, _base_errors(name)):
        return False
    code = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    return code is None or code.startswith(SQLSTATES)


def _base_errors(driver: str) -> tuple[type[BaseException], ...]:
    module: ModuleType = psycopg
    if driver == "psycopg2":
        import psycopg2

        module = psycopg2
    return (module.OperationalError, module.InterfaceError)
