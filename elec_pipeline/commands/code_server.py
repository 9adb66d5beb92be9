"""The code server that the web server and the daemon of one `elec up` share: our definitions are loaded once.

Here: its command, its socket, and the workspace file that leads to it. Not here: supervising it (`processes`).
`workspace.yaml` stays what users of `dagster` commands know, who get a code server of their own.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from elec_pipeline.commands.processes import Child

MODULE = "elec_pipeline.definitions"
LOCATION = "elec_pipeline"
WORKSPACE = "shared-workspace.yaml"
SOCKET = "code-server.sock"
SOCKET_PATH_LIMIT = 100
"""Bytes that a socket's path may have everywhere; the kernels stop at 104 or 108."""


@contextmanager
def socket_path(home: Path) -> Iterator[Path]:
    """Yield where the socket lies: in Dagster's home, or where that path is too long in a private folder.

    Args:
        home: DAGSTER_HOME, which is its owner's alone.
    """
    path = home / SOCKET
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        path.unlink(missing_ok=True)
        yield path
        path.unlink(missing_ok=True)
        return
    folder = Path(tempfile.mkdtemp(prefix="elec-code-"))  # 0700
    try:
        yield folder / SOCKET
    finally:
        rmtree(folder, ignore_errors=True)


def write_workspace(home: Path, path: Path) -> Path:
    """Write the workspace file that leads to the code server; returns it."""
    workspace = home / WORKSPACE
    location = {"grpc_server": {"socket": str(path), "location_name": LOCATION}}
    workspace.write_text(f"# Written by `elec up` at every start.\n{json.dumps({'load_from': [location]})}\n")
    return workspace


def code_server(path: Path, log: Path) -> Child:
    """Return the process of the code server.

    Args:
        path: Its socket.
        log: File for its output.
    """
    listening = ["--socket", str(path), "--location-name", LOCATION]
    command = [sys.executable, "-m", "dagster", "api", "grpc", *listening, "--module-name", MODULE]
    return Child("code server", command, log, is_ready=lambda: answers(path))


def answers(path: Path) -> bool:
    """Say whether somebody listens on a socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
