"""The last readings of the store, and when new ones are made.

Here: one read at a time, in a thread of its own, at most every `HOLDS_S` seconds, and no wait for a database that
hangs. Not here: what is read (`readings`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from elec_pipeline.api.metrics.readings import Readings
from elec_pipeline.errors import StoreError

_LOG = logging.getLogger(__name__)
HOLDS_S = 30.0
FAILURE_HOLDS_S = 5.0
"""A database that is gone is asked again sooner: that it is back should show at the next scrape."""
WAITS_S = 5.0
"""A scraper gives up after 10 s by default."""


class Monitor:
    """Keeps the last readings.

    Args:
        read: Makes them, in a thread; raises `SQLAlchemyError` where the database is gone.
        holds_s: For how long they are believed, seconds.
        waits_s: For how long a caller waits for new ones, seconds; a read that takes longer goes on.

    Attributes:
        waits_s: As given; may be changed.
    """

    def __init__(
        self, read: Callable[[], Readings], *, holds_s: float = HOLDS_S, waits_s: float = WAITS_S
    ) -> None:
        self._read = read
        self._holds_s = holds_s
        self.waits_s = waits_s
        self._thread = ThreadPoolExecutor(1, "api-metrics")
        self._last: Readings | None = None
        self._until = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def current(self) -> Readings | None:
        """Return readings that are not old; None where the database does not answer, or not in time."""
        if time.monotonic() < self._until:
            return self._last
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._renew())
        try:
            await asyncio.wait_for(asyncio.shield(self._reading), self.waits_s)
        except TimeoutError:
            return None
        return self._last

    def close(self) -> None:
        """Wait until the thread has ended."""
        self._thread.shutdown(cancel_futures=True)

    async def _renew(self) -> None:
        began = time.monotonic()
        try:
            self._last = await asyncio.get_running_loop().run_in_executor(self._thread, self._read)
        except (SQLAlchemyError, StoreError) as error:
            if self._last is not None or self._until == float("-inf"):
                _LOG.warning("the metrics are without the database (%s)", error)
            self._last = None
            self._until = time.monotonic() + min(FAILURE_HOLDS_S, self._holds_s)
        else:
            self._until = began + self._holds_s
