from __future__ import annotations

import os
from pathlib import Path

import pytest

from elec_pipeline.commands.child_log import LONGEST_LINE_BYTES, ChildLog
from elec_pipeline.redaction import remember


def printed(log: ChildLog, output: bytes) -> None:
    """Write what a process would have printed."""
    reading, writing = os.pipe()
    thread = log.follow(os.fdopen(reading, "rb"))
    with os.fdopen(writing, "wb") as file:
        file.write(output)
    thread.join(10)
    assert not thread.is_alive()
    log.close()


def test_files_are_rotated_by_size_and_kept_in_number(tmp_path: Path) -> None:
    log = ChildLog(tmp_path / "daemon.log", largest_bytes=10_000, former_files=2)
    printed(log, b"".join(b"line %06d\n" % n for n in range(10_000)))
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["daemon.log", "daemon.log.1", "daemon.log.2"]
    assert all(path.stat().st_size <= 10_000 for path in tmp_path.iterdir())
    assert (tmp_path / "daemon.log").read_text().endswith("line 009999\n")


def test_what_was_there_before_stays(tmp_path: Path) -> None:
    for n in range(2):
        printed(ChildLog(tmp_path / "api.log"), b"start %d\n" % n)
    assert (tmp_path / "api.log").read_text() == "start 0\nstart 1\n"


def test_no_line_holds_a_secret_and_no_line_is_endless(tmp_path: Path) -> None:
    remember("a-secret-of-the-test-alone")
    printed(ChildLog(tmp_path / "web.log"), b"a-secret-of-the-test-alone \xff\n" + b"x" * 3 * LONGEST_LINE_BYTES)
    first, *rest = (tmp_path / "web.log").read_text().splitlines()
    assert "a-secret" not in first
    assert [len(line) for line in rest] == [LONGEST_LINE_BYTES] * 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_costs_lines_and_not_the_child(tmp_path: Path) -> None:
    path = tmp_path / "full.log"
    path.symlink_to("/dev/full")
    log = ChildLog(path, largest_bytes=0)
    printed(log, b"lost\n" * 10_000)  # more than a pipe holds: somebody read it all
    path.unlink()
    printed(log, b"kept\n")
    assert path.read_text() == "kept\n"
