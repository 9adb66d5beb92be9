"""Which daemons of Dagster fire the schedules of one home: the processes of this machine, and the heartbeats.

Here: `elec doctor`'s look at the daemon. Not here: starting or stopping one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import dagster as dg
import psutil

from elec_pipeline.commands.doctor import Finding, in_words

SILENCE_S = 120.0
"""A daemon writes a heartbeat every 30 s; Dagster itself calls one alive for half an hour after the last."""
RECENT_S = 60.0


def examine_daemon(instance: dg.DagsterInstance, home: Path) -> Finding:
    """Say whether exactly one daemon fires the schedules of a home.

    Args:
        instance: Of Dagster.
        home: DAGSTER_HOME.
    """
    from dagster._daemon.controller import get_daemon_statuses

    now = time.time()
    processes = daemon_processes(home)
    statuses = get_daemon_statuses(instance, instance.get_required_daemon_types(), ignore_errors=True)
    beats = [status.last_heartbeat for status in statuses.values() if status.last_heartbeat is not None]
    silence_s = now - max((beat.timestamp for beat in beats), default=0.0)
    trouble = ""
    if len(processes) > 1:
        numbers = " and ".join(str(process.pid) for process in processes)
        trouble = f"{len(processes)} daemons run on one home (processes {numbers}): stop all but one"
    elif not processes and silence_s > SILENCE_S:
        heard = f"; it was last heard {in_words(timedelta(seconds=silence_s))} ago" if beats else ""
        trouble = f"Dagster's daemon does not run, so no schedule fires: start `elec up`{heard}"
    elif len({beat.daemon_id for beat in beats if now - beat.timestamp < RECENT_S}) > 1:
        trouble = "two daemons write heartbeats, one of them out of sight: stop one, unless it just restarted"
    elif processes and now - processes[0].create_time() > SILENCE_S:
        silent = sorted(name for name, status in statuses.items() if not status.healthy)
        if silent:
            trouble = f"parts of the daemon are silent for half an hour ({', '.join(silent)}): restart `elec up`"
    return Finding("daemon", is_well=not trouble, text=trouble or "Dagster's daemon runs: schedules fire")


def daemon_processes(home: Path) -> list[psutil.Process]:
    """Return the daemons of this machine that serve a home, oldest first.

    A daemon whose environment may not be read counts where its folder or its command line names the home.

    Args:
        home: DAGSTER_HOME.
    """
    found = []
    for process in psutil.process_iter():
        try:
            if _is_daemon(process.cmdline()) and _serves(process, home.resolve()):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    numbers = {process.pid for process in found}
    return sorted((each for each in found if _parent(each) not in numbers), key=lambda each: each.create_time())


def _is_daemon(command: Sequence[str]) -> bool:
    names = [Path(part).name for part in command]
    if "run" not in names:
        return False
    return "dagster-daemon" in names[: names.index("run")] or "dagster._daemon" in names[: names.index("run")]


def _serves(process: psutil.Process, home: Path) -> bool:
    try:
        named = process.environ().get("DAGSTER_HOME")
    except psutil.AccessDenied:
        return _names(home, [*process.cmdline(), _folder(process)])
    return named is not None and Path(named).resolve() == home


def _folder(process: psutil.Process) -> str:
    try:
        return process.cwd()
    except psutil.AccessDenied:
        return ""


def _names(home: Path, texts: Iterable[str]) -> bool:
    return any(Path(text).is_relative_to(home) for text in texts if text.startswith("/"))


def _parent(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.NoSuchProcess:
        return None
