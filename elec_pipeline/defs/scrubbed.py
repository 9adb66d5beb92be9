"""What Dagster stores holds no secret: its database, and the files of what ran.

Here: the hook on whatever is written to a database, and the manager of compute logs that `dagster.yaml` names. Not
here: what a secret is (`redaction`), logs and output (`guard`).

Dagster serialises an exception with its message, its causes and their stack traces, into events, ticks of
schedules and sensors, and the records of its daemon. All of them reach the database as text that is bound to a
statement: there they are scrubbed, whoever serialised them, in the web server and the daemon as in a run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TextIO, cast

from dagster._core.storage.compute_log_manager import ComputeIOType
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from sqlalchemy import Engine, event

from elec_pipeline.defs.unconfigured import Unconfigured
from elec_pipeline.guard import ScrubbedStream
from elec_pipeline.redaction import scrub


def guard_databases() -> None:
    """Scrub every text that this process writes to a database through SQLAlchemy; again is no harm."""
    if not event.contains(Engine, "before_cursor_execute", _scrub_parameters):
        event.listen(Engine, "before_cursor_execute", _scrub_parameters, retval=True)


class ScrubbedComputeLogManager(Unconfigured, LocalComputeLogManager):
    """Compute logs in files whose lines hold no secret.

    What a step prints is scrubbed on its way out (`guard`); a schedule's or a sensor's log is written right here.
    """

    @classmethod
    def arguments(cls) -> dict[str, Any]:
        """Return the folder where Dagster's own would be."""
        from elec_pipeline.home import dagster_home
        from elec_pipeline.settings import settings

        home = os.environ.get("DAGSTER_HOME") or str(dagster_home(settings().elec_home))
        return {"base_dir": str(Path(home) / "storage")}

    @contextmanager
    def open_log_stream(self, log_key: Sequence[str], io_type: ComputeIOType) -> Iterator[IO[Any] | None]:
        """Open the file of a log for writing; Dagster calls this."""
        with super().open_log_stream(log_key, io_type) as stream:
            yield None if stream is None else cast(IO[Any], ScrubbedStream(cast(TextIO, stream)))


def _scrub_parameters(
    _connection: Any,
    _cursor: Any,
    statement: str,
    parameters: Any,
    _context: Any,
    _many: bool,  # noqa: FBT001
) -> tuple[str, Any]:
    return statement, _scrubbed(parameters)


def _scrubbed(value: Any) -> Any:
    """Return a value with every text in it scrubbed; the very same object where there is none."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return {key: _scrubbed(each) for key, each in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_scrubbed(each) for each in value)
    return value
