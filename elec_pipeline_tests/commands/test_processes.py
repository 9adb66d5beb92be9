from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from elec_pipeline.commands import processes
from elec_pipeline.commands.processes import Child, ensure_free, supervise
from elec_pipeline.errors import PortInUseError


def sleeper(name: str, folder: Path, seconds: float = 60) -> Child:
    code = f"import time; print('started', flush=True); time.sleep({seconds})"
    return Child(name, [sys.executable, "-c", code], folder / f"{name}.log")


def interrupt_after(seconds: float) -> Callable[[], None]:
    """Return what starts the countdown to a Ctrl-C."""
    return threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start


def test_a_port_in_use_is_named_with_the_option_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"{port} is in use.*--port"):
            ensure_free(port, "--port")
    ensure_free(port, "--port")


def test_an_interrupt_stops_every_child_and_restores_the_handlers(tmp_path: Path) -> None:
    children = [sleeper("one", tmp_path), sleeper("two", tmp_path)]
    said: list[str] = []
    before = signal.getsignal(signal.SIGINT)
    supervise(children, os.environ, said.append, interrupt_after(0.5))
    assert not any(child.is_running for child in children)
    assert said == ["Stopping."]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_child_that_ends_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "FIRST_RESTART_WAIT_S", 0.1)
    child = sleeper("short", tmp_path, seconds=0.1)
    child.wait_s = 0.1
    said: list[str] = []
    supervise([child], os.environ, said.append, interrupt_after(2.0))
    assert child.log.read_text().count("started") >= 2
    assert any("short ended with code 0" in line for line in said)


def test_a_child_that_ignores_the_interrupt_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOP_WAIT_S", 0.5)
    code = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(60)"
    child = Child("deaf", [sys.executable, "-c", code], tmp_path / "deaf.log")
    started = time.monotonic()
    supervise([child], os.environ, lambda _: None, interrupt_after(1.0))
    assert not child.is_running
    assert time.monotonic() - started < 10
