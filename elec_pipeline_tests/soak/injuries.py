"""How faults are brought about: at the source, at the database, at the daemon, at the process of a run.

Here: what begins and ends with a fault. Not here: which faults there are (`faults`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from unittest.mock import patch

from elec_pipeline.sources.rte import RteClient
from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.soak.faults import Fault, Injury
from elec_pipeline_tests.soak.runs import Asked
from elec_pipeline_tests.soak.world import World

_PATIENCE_S = 60
HANGS = "slow=30:1"
"""The source's next answer is long in coming: meanwhile something happens."""


@dataclass
class Injuries:
    """Brings faults about in one world.

    Attributes:
        world: Where.
        server: Its database.
        in_force: The faults that last.
    """

    world: World
    server: EmbeddedServer
    in_force: list[Fault] = field(default_factory=list)

    def live(self, end: datetime, faults: list[Fault]) -> None:
        """Let time pass up to an instant, each fault beginning and ending at its time."""
        changes = {moment for fault in faults for moment in (fault.start, fault.end) if moment <= end}
        for moment in sorted(changes | {end}):
            if moment <= self.world.clock.now:
                continue
            self.world.live(moment)
            for fault in faults:
                if fault.end == moment:
                    self._end(fault)
            for fault in faults:
                if fault.start == moment:
                    self._begin(fault)

    def _begin(self, fault: Fault) -> None:
        self.in_force.append(fault)
        self._tell_source()
        if fault.injury in (Injury.AWAY, Injury.DATABASE_AWAY):
            self.world.runner.is_paused = True
        if fault.injury is Injury.DATABASE_AWAY:
            self.server.stop()
        if fault.injury is Injury.KILLED:
            self.world.runner.next = (fault.job, self._killed)
        if fault.injury in (Injury.DATABASE_RESTARTED, Injury.DATABASE_STOPPED):
            stays = fault.injury is Injury.DATABASE_STOPPED
            self.world.runner.next = (fault.job, lambda asked: self._without_database(asked, stays=stays))

    def _end(self, fault: Fault) -> None:
        if not fault.for_ever:
            self.in_force.remove(fault)
            self._tell_source()
        if fault.injury is Injury.DATABASE_AWAY:
            self.server.ensure_running()
        if self.world.runner.is_paused and not self._is_away():
            self.server.ensure_running()
            self.world.come_back()

    def _is_away(self) -> bool:
        away = (Injury.AWAY, Injury.DATABASE_AWAY, Injury.DATABASE_STOPPED)
        return any(fault.injury in away for fault in self.in_force)

    def _tell_source(self, *more: str) -> None:
        self.world.simulator.set_faults([*more, *(spec for fault in self.in_force for spec in fault.specs)])

    def _killed(self, asked: Asked) -> None:
        """Carry out a run in a process of its own, and kill that while it waits for the source."""
        with self._hanging() as answered:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [sys.executable, "-m", "elec_pipeline_tests.soak.child", self.world.clock.now.isoformat(),
                 asked.job, asked.request.partition_key or "", *_range_of(asked)],
                env=dict(os.environ),
            )  # fmt: skip
            deadline = time.monotonic() + _PATIENCE_S
            while answered() == 0:
                assert child.poll() is None, "the run ended before it was killed"
                assert time.monotonic() < deadline, "the run never asked the source"
                time.sleep(0.02)
            child.kill()
            child.wait()
        self.world.runner.note_death(asked)

    def _without_database(self, asked: Asked, *, stays: bool) -> None:
        """Carry out a run that loses the database while it waits for the source."""

        def interrupt() -> None:
            deadline = time.monotonic() + _PATIENCE_S
            while answered() == 0 and time.monotonic() < deadline:
                time.sleep(0.01)
            self.server.stop()
            if not stays:
                self.server.ensure_running()

        patient = patch.dict(RteClient.__init__.__kwdefaults__, {"timeout_s": (10.0, 10.0)})
        with patient, self._hanging("slow=4:1") as answered:
            thread = threading.Thread(target=interrupt)
            thread.start()
            self.world.runner.carry_out(asked)
            thread.join()
        if stays:
            self.world.runner.is_paused = True  # without its database the daemon evaluates nothing

    @contextmanager
    def _hanging(self, how: str = HANGS) -> Iterator[Callable[[], int]]:
        """Make the source's next answer slow; yields the number of requests that hang."""
        self._tell_source(how)
        faults = self.world.simulator.simulator
        yield lambda: sum(faults._faults._hits.values())  # noqa: SLF001 - the simulator counts only answers
        self._tell_source()


def _range_of(asked: Asked) -> list[str]:
    return [f"{name}={value}" for name, value in asked.request.tags.items()] + [
        f"asset={key.to_user_string()}" for key in asked.request.asset_selection or []
    ]
