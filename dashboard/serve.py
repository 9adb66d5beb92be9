"""The command that serves the dashboard, for whoever starts it as a process."""

from __future__ import annotations

import sys
from pathlib import Path

PORT = 8501


def command(host: str, port: int) -> list[str]:
    """Return the command that serves the dashboard until it is interrupted."""
    return [
        sys.executable, "-m", "streamlit", "run", str(Path(__file__).with_name("app.py")),
        "--server.address", host, "--server.port", str(port), "--server.headless", "true",
    ]  # fmt: skip
