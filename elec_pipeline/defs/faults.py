"""What Dagster does with our errors: which faults of a step pass and are tried again, and which do not.

Here: the one place where the domain's exceptions become Dagster's. An error that is none of ours fails the
step at once, with its stack trace.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from elec_pipeline.defs.partitions import QUOTA_FAILS_TAG
from elec_pipeline.errors import ElecError, SourceUnavailableError, StoreUnavailableError

FAULT = "fault"
"""Metadata of a failure: the name of our exception, `DiskFull` or `OperationalError` of the database, for whoever
asked for the run and can mend it."""
MORE_TRIES = 2
FIRST_WAIT_S = 60.0
"""A request has been retried for minutes when this begins; the second wait is twice as long."""


@contextmanager
def typed_faults(context: dg.AssetExecutionContext | dg.OpExecutionContext) -> Iterator[None]:
    """Turn our errors into Dagster's: a passing fault asks for a retry, any other fails with its one sentence."""
    import psycopg
    from sqlalchemy.exc import OperationalError

    from elec_pipeline.store.outage import own_words

    try:
        yield
    except (SourceUnavailableError, StoreUnavailableError, OperationalError, psycopg.OperationalError) as error:
        # psycopg's own come from COPY, which SQLAlchemy does not see.
        # Who asked for such a run waits for the database, as for a quota, and repeats it at once when it is back.
        is_repeated = QUOTA_FAILS_TAG in context.run.tags and not isinstance(error, SourceUnavailableError)
        if is_repeated or context.retry_number >= MORE_TRIES:
            fault = {FAULT: _name(error)}
            raise dg.Failure(description=own_words(error), metadata=fault, allow_retries=False) from None
        context.log.warning(f"{own_words(error)} The step is tried again.")
        raise dg.RetryRequested(MORE_TRIES, FIRST_WAIT_S * 2**context.retry_number) from error
    except ElecError as error:
        fault = {FAULT: _name(error)}
        raise dg.Failure(description=own_words(error), metadata=fault, allow_retries=False) from None


def _name(error: Exception) -> str:
    """Return the name of a fault, whichever library raised it."""
    import psycopg

    if isinstance(error, ElecError):
        return type(error).__name__
    is_full = isinstance(getattr(error, "orig", error), psycopg.errors.DiskFull)
    return "DiskFull" if is_full else "OperationalError"
