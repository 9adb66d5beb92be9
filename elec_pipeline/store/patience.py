"""A command that takes long waits for the database where one that is quick gives up.

Here: `patience`, under which every SQLAlchemy engine of this process, Dagster's own included, waits in the middle
of connecting until the database answers. A statement that is cut off still fails: whoever sent it repeats it
(`Patience.repeat`). Not here: what an outage is (`outage`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.pool import ConnectionPoolEntry

from elec_pipeline.errors import ElecError, StoreUnavailableError
from elec_pipeline.settings import Settings
from elec_pipeline.store import outage, urls
from elec_pipeline.store.embedded import EmbeddedServer

LIMIT_S = 600.0
"""How long a database may be away; a restart takes seconds, a new version of the server minutes."""
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 15.0
GROWTH = 1.5
MOST_REPEATS = 8
"""How often one piece of work may be cut off; a database that ends it each time is no passing fault."""
_SLICE_S = 0.25

T = TypeVar("T")
Say = Callable[[str], None]


class Patience:
    """Waits for the database, and says so once for each outage.

    Args:
        settings: Which database it is; the embedded server is started again instead of waited for.
        say: Prints a line for the user.
        limit_s: How long an outage may last, seconds.
        check: Called several times a second while it waits; may raise to end the wait.
    """

    def __init__(
        self,
        settings: Settings,
        say: Say,
        *,
        limit_s: float | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._say = say
        self._limit_s = LIMIT_S if limit_s is None else limit_s
        self._check = check
        self._given_up: ElecError | None = None
        self._telling = threading.Lock()
        self._has_told = False

    @property
    def has_given_up(self) -> bool:
        """Whether an outage lasted longer than the limit: every connection then fails at once."""
        return self._given_up is not None

    def connect(
        self, dialect: Dialect, _record: ConnectionPoolEntry | None, arguments: list[Any], named: dict[str, Any]
    ) -> Any:
        """Open a connection of SQLAlchemy's, waiting where the server does not answer.

        Raises:
            StoreUnavailableError: It did not answer within the limit.
            EmbeddedServerError: The embedded server cannot be started again.
        """
        if self._given_up is not None:
            raise self._given_up
        try:
            return dialect.connect(*arguments, **named)
        except dialect.loaded_dbapi.Error as error:
            if not outage.is_outage(error):
                raise
            return self._wait(lambda: dialect.connect(*arguments, **named), error)

    def repeat(self, work: Callable[[], T], what: str, *, may: Callable[[], bool] = lambda: True) -> T:
        """Do a piece of work that may be done again, and again where the database went away in its middle.

        Args:
            work: Done anew each time.
            what: It is called so in the line that says that it is repeated.
            may: Tells after a failure whether it may still be repeated.

        Raises:
            StoreUnavailableError: The database stays away, or went away in every try.
        """
        for _ in range(MOST_REPEATS):
            try:
                return work()
            except Exception as error:
                if not may() or not self.may_repeat(error):
                    raise
                self.say_cut_off(error, what)
        return work()

    def may_repeat(self, error: BaseException) -> bool:
        """Say whether an error means that a statement was cut off, and not that the database stays away."""
        return not self.has_given_up and not isinstance(error, StoreUnavailableError) and outage.is_outage(error)

    def say_cut_off(self, error: BaseException, what: str) -> None:
        """Say that a piece of work is begun again, and why."""
        url = outage.url_of(self._settings)
        self._say(
            f"The database {urls.redact(url)} went away in the middle of {what} ({outage.reason(error, url)}): "
            "that is begun again."
        )

    def _wait(self, connect: Callable[[], Any], error: Exception) -> Any:
        """Try to connect with growing waits."""
        self._check()
        url = outage.url_of(self._settings)
        begin, wait_s = time.monotonic(), FIRST_WAIT_S
        if self._settings.database_url.get_secret_value():
            told = (
                f"The database {urls.redact(url)} does not answer: {outage.reason(error, url)}. This waits for it "
                f"up to {_span(self._limit_s)}, and goes on then; Ctrl-C stops it."
            )
        else:
            told = "The embedded PostgreSQL server has stopped: it is started again."
        self._tell(told, has_gone=True)
        while True:
            self._revive()
            try:
                connection = connect()
            except Exception as latest:
                if not outage.is_outage(latest):
                    raise
                error = latest
            else:
                self._tell(f"The database answers again after {time.monotonic() - begin:.0f} s.", has_gone=False)
                return connection
            left_s = self._limit_s - (time.monotonic() - begin)
            if left_s <= 0:
                self._given_up = outage.unavailable(
                    url, error, f"It was waited for {_span(self._limit_s)}. {outage.ADVICE}"
                )
                raise self._given_up from None
            self._sleep(min(wait_s, left_s))
            wait_s = min(wait_s * GROWTH, LONGEST_WAIT_S)

    def _tell(self, what: str, *, has_gone: bool) -> None:
        """Say that the database is gone or back, unless another thread that waits as well has said it."""
        with self._telling:
            if self._has_told != has_gone:
                self._has_told = has_gone
                self._say(what)

    def _revive(self) -> None:
        if self._settings.database_url.get_secret_value():
            return
        try:
            EmbeddedServer(self._settings.elec_home).ensure_running()
        except ElecError as error:
            self._given_up = error
            raise

    def _sleep(self, seconds: float) -> None:
        """Sleep, looking every moment whether the user wants to stop: Dagster keeps signals back."""
        end = time.monotonic() + seconds
        while (left_s := end - time.monotonic()) > 0:
            self._check()
            time.sleep(min(left_s, _SLICE_S))


@contextmanager
def patience(
    settings: Settings,
    say: Say,
    *,
    limit_s: float | None = None,
    check: Callable[[], None] = lambda: None,
) -> Iterator[Patience]:
    """Let every engine of this process wait for the database, for as long as a block lasts.

    Begin it after the first connection: a database that never answered is more likely named wrongly than away.
    """
    made = Patience(settings, say, limit_s=limit_s, check=check)
    event.listen(Engine, "do_connect", made.connect)
    try:
        yield made
    finally:
        event.remove(Engine, "do_connect", made.connect)


def _span(seconds: float) -> str:
    """Return a length of time in words.

    Example:
        >>> _span(600), _span(5)
        ('10 minutes', '5 s')
    """
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} s"  # noqa: PLR2004 - two minutes
