"""Retries with growing waits and jitter, obeying `Retry-After`.

Here: when to try again and how long to wait, for any HTTP source. Not here: what a reply means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from elec_pipeline.errors import SourceUnavailableError

T = TypeVar("T")

LONGEST_WAIT_S = 300.0


@dataclass(frozen=True)
class RetryPlan:
    """How often to try, and the scale of the waits between.

    Attributes:
        attempts: Tries in all.
        base_wait_s: The n-th wait is drawn between 0 and `base_wait_s * 2**n` seconds.
        longest_wait_s: No wait is longer, whatever `Retry-After` says.
        on_retry: Called with a sentence before each wait.
    """

    attempts: int = 6
    base_wait_s: float = 2.0
    longest_wait_s: float = LONGEST_WAIT_S
    on_retry: Callable[[str], None] | None = None

    def run(self, call: Callable[[], T]) -> T:
        """Run `call`, again where it raises `SourceUnavailableError`; the last error is raised as it is."""
        jittered = wait_random_exponential(multiplier=self.base_wait_s, max=self.longest_wait_s)

        def wait(state: RetryCallState) -> float:
            asked = getattr(_error(state), "retry_after_s", None)
            drawn = jittered(state)
            return drawn if asked is None else min(self.longest_wait_s, asked + min(drawn, 1.0))

        def announce(state: RetryCallState) -> None:
            if self.on_retry is not None and state.next_action is not None:
                self.on_retry(
                    f"try {state.attempt_number} of {self.attempts} failed: {_error(state)} "
                    f"Again in {state.next_action.sleep:.1f} s."
                )

        retrying = Retrying(
            retry=retry_if_exception_type(SourceUnavailableError),
            stop=stop_after_attempt(self.attempts),
            wait=wait,
            before_sleep=announce,
            reraise=True,
        )
        return retrying(call)


def _error(state: RetryCallState) -> BaseException | None:
    return None if state.outcome is None else state.outcome.exception()


def retry_after_seconds(header: str | None, now: datetime | None = None) -> float | None:
    """Read a `Retry-After` header: seconds, or an HTTP date.

    Example:
        >>> retry_after_seconds("7"), retry_after_seconds(None), retry_after_seconds("soon")
        (7.0, None, None)
        >>> retry_after_seconds("Wed, 01 Jan 2025 00:01:00 GMT", datetime(2025, 1, 1, tzinfo=UTC))
        60.0
    """
    if header is None:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:  # an offset of -0000: a time of UTC
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
