"""The shared code server as `elec up` starts it, asked as the web server and the daemon ask it."""

from __future__ import annotations

import os
import stat
import time
from contextlib import ExitStack
from pathlib import Path

import dagster as dg
import pytest

from elec_pipeline.commands.code_server import LOCATION, SOCKET, answers, code_server, socket_path, write_workspace
from elec_pipeline.commands.processes import end_process
from elec_pipeline.settings import Settings


def test_a_workspace_file_leads_to_the_code_server_with_every_definition(
    configured: Settings, tmp_path: Path
) -> None:
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import WorkspaceFileTarget

    assert configured.database_url
    with socket_path(tmp_path) as path, dg.instance_for_test() as instance, ExitStack() as stack:
        child = code_server(path, tmp_path / "code-server.log")
        child.start(os.environ)
        assert child.process is not None
        stack.callback(end_process, child.process)  # also where the test fails
        until = time.monotonic() + 60
        while not child.is_ready():
            assert child.is_running, child.log.read_text()
            assert time.monotonic() < until
            time.sleep(0.1)
        target = WorkspaceFileTarget(paths=[str(write_workspace(tmp_path, path))])
        with WorkspaceProcessContext(instance, target) as loaded, loaded.create_request_context() as context:
            location = context.get_code_location(LOCATION)
            [repository] = location.get_repositories().values()
            assert {"morning_forecast", "evening_forecast"} <= {each.name for each in repository.get_schedules()}
        end_process(child.process)
        child.finish_log()
        assert not child.is_ready()
    assert not path.exists()


@pytest.mark.parametrize("length", [10, 200])
def test_the_socket_lies_where_its_path_is_short_enough_and_nobody_else_may_go(
    tmp_path: Path, length: int
) -> None:
    home = tmp_path / ("h" * length)
    home.mkdir(mode=0o700)
    with socket_path(home) as path:
        assert len(os.fsencode(path)) <= 100
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert (path == home / SOCKET) is (length == 10 and len(os.fsencode(home / SOCKET)) <= 100)
        assert not answers(path)
