"""How much may still be asked of a source that counts calls by the minute.

Here: counting, waiting, and remembering a refusal. Not here: what a request costs, and requests themselves.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from elec_pipeline.errors import SourceQuotaError

_MINUTE_S = 60.0


class Allowance:
    """The calls of one process.

    Args:
        a_minute: Most calls in any 60 seconds; None: as many as one likes.
        clock: Returns seconds that only ever grow.
        sleep: Waits for some seconds.
    """

    def __init__(
        self,
        a_minute: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._a_minute = a_minute
        self._clock = clock
        self._sleep = sleep
        self._spent: deque[tuple[float, float]] = deque()
        self._refused_until_s = 0.0
        self._why = ""

    def take(self, calls: float) -> None:
        """Count some calls, after waiting until the minute has room for them.

        Raises:
            SourceQuotaError: The source said that its quota is used up, and that time is not over.
        """
        if self._clock() < self._refused_until_s:
            raise SourceQuotaError(self._why)
        if self._a_minute is None:
            return
        while self._spent and sum(each for _, each in self._spent) + calls > self._a_minute:
            at, _ = self._spent.popleft()
            self._sleep(max(0.0, at + _MINUTE_S - self._clock()))
        self._spent.append((self._clock(), calls))

    def refuse(self, seconds: float, why: str) -> None:
        """Remember for some seconds that the source refuses every request, and what it said."""
        self._refused_until_s = self._clock() + seconds
        self._why = why
