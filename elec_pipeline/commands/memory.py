"""How much memory supervised processes may hold before they are started anew.

Here: the limits, looking at them, and the restart. Not here: supervision (`processes`). Nothing is restarted while
a run is going on: a run's process is a child of the code server.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import psutil

from elec_pipeline.commands.processes import Child, end_process

LOOK_EVERY_S = 30.0
LEAST_LIFE_S = 1800.0
"""A process that is above its limit sooner is that by nature, and would be restarted for ever."""
MEBIBYTE = 2**20
LIMITS_MB: Mapping[str, int] = {
    "code server": 600,
    "web server": 600,
    "daemon": 500,
    "dashboard": 800,
    "JSON API": 1200,
}
"""Three times of what each holds when it idles; the API with its model, the dashboard with some open pages."""
_RUN = "multiprocessing.spawn"
"""In the command line of the process of a run."""


def bounded(
    children: Sequence[Child],
    environment: Mapping[str, str],
    say: Callable[[str], None],
    *,
    limits_mb: Mapping[str, int] = LIMITS_MB,
    least_life_s: float = LEAST_LIFE_S,
) -> Callable[[], None]:
    """Return what restarts every process above its limit, unless a run is going on.

    Args:
        children: The supervised processes.
        environment: Of the processes.
        say: Prints a line for the user; the log of the process has it too.
        limits_mb: By name of a process, MiB that are its own; those that are not named have no limit.
        least_life_s: How long a process lives at least, seconds.
    """

    def restart_if_needed() -> None:
        for child in children:
            limit = limits_mb.get(child.name)
            is_old = time.monotonic() - child.started_at >= least_life_s
            if limit is None or child.process is None or not child.is_running or not is_old:
                continue
            held = own_memory_mb(child.process.pid)
            if held <= limit or is_running_something(children):
                continue
            line = f"{child.name} holds {held:.0f} MiB, more than {limit}: it is started anew; no run is going on."
            say(line)
            child.note(line)
            end_process(child.process)
            child.start(environment)

    return restart_if_needed


def own_memory_mb(pid: int) -> float:
    """Return how much memory a process holds for itself alone, MiB; 0 where it has ended or may not be seen."""
    with suppress(psutil.Error):
        return float(psutil.Process(pid).memory_full_info().uss) / MEBIBYTE
    return 0.0


def is_running_something(children: Sequence[Child]) -> bool:
    """Say whether a run is going on below any of some processes."""
    for child in children:
        if child.process is None:
            continue
        with suppress(psutil.Error):
            for each in psutil.Process(child.process.pid).children(recursive=True):
                with suppress(psutil.Error):
                    if any(_RUN in part for part in each.cmdline()):
                        return True
    return False
