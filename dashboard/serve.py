"""The process that serves the dashboard: its command, for whoever supervises it, and running it alone."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from elec_pipeline.commands.processes import ensure_free


def command(host: str, port: int) -> list[str]:
    """Return the command that serves the dashboard until it is interrupted."""
    app = Path(__file__).with_name("app.py")
    where = ["--server.address", host, "--server.port", str(port), "--server.headless", "true"]
    return [sys.executable, "-m", "streamlit", "run", str(app), *where]


def run_dashboard(*, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve the dashboard until Ctrl-C.

    Raises:
        PortInUseError: The port is taken.
    """
    ensure_free(port, "--port")
    say(f"Dashboard: http://{host}:{port}")
    with contextlib.suppress(KeyboardInterrupt):
        subprocess.run(command(host, port), check=False)  # noqa: S603 - our own command
