"""`elec api` and `elec dashboard` alone: they keep the embedded server alive, and leave nothing behind."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from elec_pipeline.store.embedded import EmbeddedServer
from elec_pipeline_tests.crash.platform import ELEC, Platform, stopped_after, until

ALONE = {"api": "/api/data?range=7d", "dashboard": "/_stcore/health"}


@pytest.fixture
def platform() -> Iterator[Platform]:
    home = Path(tempfile.mkdtemp(prefix="elec-alone-"))
    home.chmod(0o755)
    with stopped_after(Platform(home, "http://127.0.0.1:9")) as made:
        yield made


def alone(platform: Platform, command: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start a command that serves pages, and wait until it does."""
    port = platform.api_port if command == "api" else platform.dashboard_port
    with platform.log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - our own command
            [ELEC, command, "--port", str(port)],
            env=platform.environment,
            cwd=platform.home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}{ALONE[command]}"
    until(lambda: status(url) == 200, 60, f"{url} answers", tell=platform.log.read_text)
    return child, url


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:  # noqa: S310 - this machine
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def kill_postmaster(home: Path) -> psutil.Process:
    with psycopg.connect(EmbeddedServer(home).url()) as connection:
        postmaster = psutil.Process(connection.info.backend_pid).parent()
    assert postmaster is not None
    postmaster.kill()
    return postmaster


@pytest.mark.parametrize("command", ALONE)
def test_a_killed_database_is_brought_back(platform: Platform, command: str) -> None:
    if command == "dashboard":
        assert platform.elec("db", "start").returncode == 0  # its pages open it when looked at
    child, url = alone(platform, command)
    kill_postmaster(platform.home)
    until(EmbeddedServer(platform.home).is_running, 60, "it is back", tell=platform.log.read_text)
    until(lambda: status(url) == 200, 60, "its pages too", tell=platform.log.read_text)
    child.terminate()
    assert child.wait(60) == 0


@pytest.mark.parametrize(
    ("command", "number"),
    [
        ("api", signal.SIGTERM),
        ("dashboard", signal.SIGHUP),
        *(
            pytest.param(*each, marks=pytest.mark.long)
            for each in (
                ("api", signal.SIGHUP),
                ("api", signal.SIGINT),
                ("dashboard", signal.SIGTERM),
                ("dashboard", signal.SIGINT),
            )
        ),
    ],
)
def test_a_stopped_one_leaves_nothing_behind(platform: Platform, command: str, number: signal.Signals) -> None:
    child, _ = alone(platform, command)
    child.send_signal(number)
    assert child.wait(60) == 0
    assert platform.left() == []


def test_the_children_of_a_killed_dashboard_end(platform: Platform) -> None:
    child, _ = alone(platform, "dashboard")
    below = psutil.Process(child.pid).children(recursive=True)
    assert below
    child.kill()
    child.wait()
    until(lambda: not platform.left(), 60, "nothing is left", tell=platform.left)


def test_a_dashboard_whose_server_was_killed_serves_again(platform: Platform) -> None:
    child, url = alone(platform, "dashboard")
    [page] = [
        each
        for each in psutil.Process(child.pid).children()
        if "streamlit" in " ".join(each.cmdline()) and each.is_running()
    ]
    page.kill()
    with suppress(psutil.NoSuchProcess):
        page.wait(10)
    time.sleep(0.5)
    until(lambda: status(url) == 200, 60, "it serves again", tell=platform.log.read_text)
    child.terminate()
    child.wait(60)
    assert platform.left() == []
