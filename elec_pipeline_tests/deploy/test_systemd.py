"""What stands between an administrator and the service of one server without containers."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from elec_pipeline_tests.deploy.conftest import DEPLOY

SYSTEMD = DEPLOY / "systemd"
LINES = {
    "DATABASE_URL=host=/nowhere dbname=other": ("DATABASE_URL", "host=/nowhere dbname=other"),
    "ELEC_API_CORS_ORIGINS=https://a.example, https://b.example": (
        "ELEC_API_CORS_ORIGINS",
        "https://a.example, https://b.example",
    ),
    "ELEC_ALERTS=json://a.example/?x=1&y=$2;z": ("ELEC_ALERTS", "json://a.example/?x=1&y=$2;z"),
    'ELEC_MODEL="a folder"': ("ELEC_MODEL", "a folder"),
    "ELEC_BACKUP_FOLDER='/mnt/a'": ("ELEC_BACKUP_FOLDER", "/mnt/a"),
    "ELEC_UI_PASSWORD=$(touch made)`touch made`": ("ELEC_UI_PASSWORD", "$(touch made)`touch made`"),
    "# ELEC_SOURCE=rte": ("ELEC_SOURCE", None),
    "; ELEC_SOURCE=rte": ("ELEC_SOURCE", None),
    "ELEC_SOURCE=": ("ELEC_SOURCE", ""),
}


@pytest.mark.parametrize("line", LINES)
def test_the_administrators_elec_reads_settings_as_the_service_does(tmp_path: Path, line: str) -> None:
    name, value = LINES[line]
    (tmp_path / "elec.env").write_text(f"# first\n\n{line}", encoding="utf-8")
    state = tmp_path / "state"
    state.mkdir()
    runuser = tmp_path / "runuser"
    runuser.write_text('#!/bin/sh\npwd\nprintf "%s\\n" "$*"\nexec env -0\n', encoding="utf-8")
    runuser.chmod(0o755)
    script = (SYSTEMD / "elec").read_text(encoding="utf-8")
    script = script.replace("/etc/elec-pipeline/elec.env", str(tmp_path / "elec.env"))
    inherited = {key: given for key, given in os.environ.items() if not key.startswith(("ELEC_", "DATABASE_"))}
    script = script.replace("/var/lib/elec-pipeline", str(state))
    done = subprocess.run(  # noqa: S603 - our own script
        [shutil.which("sh") or "sh", "-c", script, "elec", "doctor", "--json"],
        env=inherited | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    folder, asked, rest = done.stdout.split("\n", 2)
    seen = dict(each.split("=", 1) for each in rest.split("\0") if each)
    assert seen.get(name) == value
    assert (folder, seen["ELEC_HOME"], seen["HOME"]) == (str(state),) * 3
    assert asked == "--user elec -- /opt/elec-pipeline/.venv/bin/elec doctor --json"
    assert not list(tmp_path.rglob("made"))


def test_what_was_ended_on_purpose_stays_down() -> None:
    unit = (SYSTEMD / "elec-pipeline.service").read_text(encoding="utf-8").splitlines()
    assert "Restart=on-failure" in unit
