"""`elec dashboard`: the process that serves the dashboard, for whoever supervises it, and running it alone."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

from elec_pipeline.commands.instance_lock import MEMBER
from elec_pipeline.commands.processes import Child, ensure_free, supervise
from elec_pipeline.commands.upkeep import TEND_S, every, kept, leaving_embedded, revive_embedded
from elec_pipeline.settings import Settings


def command(host: str, port: int) -> list[str]:
    """Return the command that serves the dashboard until it is interrupted."""
    found = importlib.util.find_spec("dashboard")  # found, not imported: pages know of us, and we nothing of them
    assert found is not None  # noqa: S101 - it is installed with this package
    assert found.origin is not None  # noqa: S101
    app = Path(found.origin).with_name("app.py")
    where = ["--server.address", host, "--server.port", str(port), "--server.headless", "true"]
    return [sys.executable, "-m", "streamlit", "run", str(app), *where]


def run_dashboard(settings: Settings, *, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve the dashboard until Ctrl-C, starting it, and the embedded server, again where they were killed.

    Raises:
        PortInUseError: The port is taken.
    """
    ensure_free(port, "--port")
    child = Child("dashboard", command(host, port), settings.elec_home / "logs" / "dashboard.log")
    token = f"{settings.elec_home} dashboard {os.getpid()}"
    with leaving_embedded(settings, say), kept(settings.elec_home, token) as keep:
        supervise(
            [child],
            {**os.environ, MEMBER: token},
            say,
            lambda: say(f"Dashboard: http://{host}:{port}   its log: {child.log}"),
            tend=every(TEND_S, keep, revive_embedded(settings, say)),
        )
