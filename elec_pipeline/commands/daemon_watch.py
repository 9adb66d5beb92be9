"""`elec up` looks after Dagster's daemon and the database: without them nothing else of the platform can tell.

Here: a look every few minutes, in a thread of the supervisor, and what is told of it. Not here: what is wrong
with a daemon (`doctor_daemons`), starting it again (`processes`), and messages (`alerts`).

A look is a few queries. It loads neither Dagster nor pandas, for this process stays for years.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from elec_pipeline.alerts.disks import disks
from elec_pipeline.alerts.facts import Kind, Problem
from elec_pipeline.alerts.watch import watch
from elec_pipeline.commands.database_watch import Outage
from elec_pipeline.commands.doctor_daemons import examine_daemon
from elec_pipeline.commands.upkeep import tended
from elec_pipeline.errors import ElecError
from elec_pipeline.home import dagster_home
from elec_pipeline.settings import Settings
from elec_pipeline.store.database import opened, opened_dagster
from elec_pipeline.store.outage import own_words

LOOK_S = 120.0
"""How often the supervisor looks."""
TIMES = 3
"""A daemon or a database that is started again is away for a moment: so many looks in a row must find it
wanting."""
FULL = 64 * 1024**2
"""Bytes. Where less is free, the database cannot be relied on to write, the record of the problem included."""
_LONGEST_LOOK_S = 30.0


@contextmanager
def daemon_watched(settings: Settings, say: Callable[[str], None]) -> Iterator[None]:
    """Tell people of a daemon that does not run, or a database that is away, for as long as a block lasts.

    Args:
        settings: Of the platform.
        say: Prints a line for the user.
    """
    look, told = DaemonLook(settings), ""

    def look_once() -> None:
        nonlocal told
        trouble = look()
        if trouble and trouble != told:
            say(trouble)
        told = trouble

    # Waited for at the end: a look would start the embedded server again that is about to stop.
    with tended(look_once, every_s=LOOK_S, longest_s=_LONGEST_LOOK_S):
        yield


class DaemonLook:
    """Looks at the daemon each time it is called, and tells of it once it is found wanting in a row.

    Args:
        settings: Of the platform.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._missed = 0
        self._outage = Outage(settings)

    def __call__(self) -> str:
        """Look once.

        Returns:
            Why it was not possible to look or to tell, in a sentence; "" where it was.
        """
        full = [disk for disk in disks(self._settings) if disk.free < FULL]
        if full:
            words = f"{full[0].free // 1024**2} MB are free at {full[0].path}, too little for it to write"
            return self._outage.goes_on(words, least=TIMES)
        try:
            with opened_dagster(self._settings) as of_dagster:
                finding = examine_daemon(of_dagster, dagster_home(self._settings.elec_home))
            found = "" if finding.is_well else finding.text
            self._missed = self._missed + 1 if found else 0
            with opened(self._settings) as engine:
                self._outage.is_over(engine)
                if 0 < self._missed < TIMES:
                    return ""
                problems = [Problem(Kind.DAEMON.value, Kind.DAEMON, {"found": found})] if found else []
                return self._tell(engine, problems)
        except (ElecError, SQLAlchemyError) as error:
            return self._outage.goes_on(own_words(error), least=TIMES)

    def _tell(self, engine: Engine, problems: list[Problem]) -> str:
        told = watch(engine, self._settings, problems, datetime.now(UTC), looked_at={Kind.DAEMON})
        return " ".join(told.lost)
