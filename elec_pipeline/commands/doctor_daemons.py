"""Which daemons of Dagster fire the schedules of one home: the processes of this machine, and the heartbeats.

Here: `elec doctor`'s look at the daemon. Not here: starting or stopping one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from sqlalchemy import Engine

from elec_pipeline.commands.findings import Finding, in_words
from elec_pipeline.store.orchestrator import Heartbeat, heartbeats

SILENCE = timedelta(minutes=2)
"""A daemon writes a heartbeat every 30 s; Dagster itself calls one alive for half an hour after the last."""
RECENT = timedelta(minutes=1)
SILENCE_OF_PARTS = timedelta(minutes=30, seconds=30)
"""As Dagster has it: one part may be at a long piece of work."""
ALWAYS = frozenset({"SENSOR", "SCHEDULER"})
"""Parts that every daemon has, by their names in Dagster's table; the others hang on `dagster.yaml`."""


def examine_daemon(of_dagster: Engine, home: Path) -> Finding:
    """Say whether exactly one daemon fires the schedules of a home.

    Args:
        of_dagster: On Dagster's own database.
        home: DAGSTER_HOME.
    """
    with of_dagster.connect() as connection:
        beats = heartbeats(connection)
    processes = daemon_processes(home)
    now = datetime.now(UTC)
    newest = max((beat.at for beat in beats), default=None)
    trouble = ""
    if len(processes) > 1:
        numbers = " and ".join(str(process.pid) for process in processes)
        trouble = f"{len(processes)} daemons run on one home (processes {numbers}): stop all but one"
    elif not processes and (newest is None or now - newest > SILENCE):
        heard = f"; it was last heard {in_words(now - newest)} ago" if newest else ""
        trouble = f"Dagster's daemon does not run, so no schedule fires: start `elec up`{heard}"
    elif len({beat.daemon for beat in beats if now - beat.at < RECENT}) > 1:
        trouble = "two daemons write heartbeats, one of them out of sight: stop one, unless it just restarted"
    elif processes:
        silent = silent_parts(beats, now, timedelta(seconds=time.time() - processes[0].create_time()))
        if silent:
            trouble = f"parts of the daemon are silent for half an hour ({', '.join(silent)}): restart `elec up`"
    return Finding("daemon", is_well=not trouble, text=trouble or "Dagster's daemon runs: schedules fire")


def silent_parts(beats: Sequence[Heartbeat], now: datetime, age: timedelta) -> list[str]:
    """Return the parts of a daemon that say nothing any more, by name.

    Args:
        beats: The last ones; a part that this daemon does not have may have left one. None at all: not known, as
            where Dagster is told to keep them elsewhere.
        now: Current instant, UTC.
        age: For how long the daemon has run.
    """
    if not beats or age < SILENCE_OF_PARTS:
        return []
    silences = dict.fromkeys(ALWAYS, age) | {beat.part: now - beat.at for beat in beats}
    return sorted(
        part
        for part, silence in silences.items()
        if silence > SILENCE_OF_PARTS and (silence < age or part in ALWAYS)
    )


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
