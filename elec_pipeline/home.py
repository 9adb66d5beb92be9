"""The folder for state, ELEC_HOME: made, and kept for its owner alone.

Here: where it is by default, which mode each folder has, making them, and narrowing those of earlier
installations. Not here: what lies in them, the embedded server's own folders (`store.postmaster_account`), and
lock files (`locks`).

    <ELEC_HOME>/    0700; 0711 where root starts the embedded server, whose account has to pass
        postgres/   the same; what lies in it belongs to the server's account alone
        dagster/, logs/, checkpoints/, backups/, …    0700, with all that lies in them

A folder that others can enter shows them data, logs and whatever a library writes there; one that they can write
to lets them put files in the place of ours.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import platformdirs

from elec_pipeline.errors import ConfigurationError

PRIVATE = 0o700
PASSABLE = 0o711
"""Others can pass through, knowing the name of what they want, and list nothing."""
SERVER = "postgres"
"""The embedded server's part."""
FOLDERS = ("dagster", "logs", "checkpoints", "training", "backtest", "models", "backups")
"""Ours, and those of earlier versions."""


def default_home() -> Path:
    """Return the folder for state where `ELEC_HOME` is not set.

    As root it lies under the system's state directory, because PostgreSQL refuses to run as root and the
    account it runs under cannot enter root's home.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/elec-pipeline")
    return platformdirs.user_state_path("elec-pipeline")


def prepare(home: Path, *, for_server: bool = False) -> Path:
    """Make ELEC_HOME where it is missing, with the mode it should have; narrow it, and our folders in it.

    A folder that is not ours keeps its mode, and so does one that holds other things than our state, such as a
    home or the system's folder for temporary files: what we put into it is for us alone all the same.

    Args:
        home: ELEC_HOME.
        for_server: Whether the embedded server is about to be started here; its folder is made too.

    Returns:
        The same.

    Raises:
        ConfigurationError: It cannot be made, or is no folder.
    """
    try:
        by_root = hasattr(os, "geteuid") and os.geteuid() == 0
        make_way(home, PASSABLE if by_root else PRIVATE)
        if for_server:
            make_way(home / SERVER, PASSABLE if by_root else PRIVATE)
        if _is_ours(home) and _holds_our_state_alone(home):
            # Asked again after each change: the server's folder may have come meanwhile, from another process.
            while (mode := _due(home, by_root=by_root)) != stat.S_IMODE(home.stat().st_mode):
                home.chmod(mode)
        for name in (SERVER, *FOLDERS):
            if _is_ours(home / name):
                _narrow(home / name, PASSABLE if by_root and name == SERVER else PRIVATE)
    except OSError as error:
        raise ConfigurationError(f"ELEC_HOME ({home}) is no folder that can be used: {error.strerror}.") from None
    return home


def make_way(folder: Path, mode: int) -> None:
    """Make a folder and its missing parents, each of a mode whatever the umask; those that exist keep theirs.

    Raises:
        OSError: One cannot be made.
    """
    for step in [*reversed(folder.parents), folder]:
        if not step.exists():
            make_at_once(step, mode)


def make_at_once(folder: Path, mode: int, owner: tuple[int, int] | None = None) -> None:
    """Make a folder that appears with its mode and its owner: another process that finds it takes it as it is.

    Args:
        folder: The folder, whose parent exists; one that is there meanwhile is kept.
        mode: Its mode, whatever the umask.
        owner: Its user and group, where they are others than ours.

    Raises:
        OSError: It cannot be made.
    """
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    made.chmod(mode)
    if owner is not None:
        os.chown(made, *owner)
    try:
        made.rename(folder)
    except OSError:
        made.rmdir()
        if not folder.is_dir():  # else another process was faster, and has put something into it
            raise


def folder(home: Path, *names: str) -> Path:
    """Return a folder in ELEC_HOME, made where it is missing, of mode 0700 whatever the umask.

    Args:
        home: ELEC_HOME.
        *names: Its name, and names of folders in it.

    Raises:
        ConfigurationError: It cannot be made.
    """
    step = prepare(home)
    for name in names:
        step /= name
        try:
            step.mkdir(mode=PRIVATE, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"{step} cannot be made ({error.strerror}): check ELEC_HOME.") from None
        if _is_ours(step):
            _narrow(step, PRIVATE)
    return step


def dagster_home(home: Path) -> Path:
    """Return the folder in ELEC_HOME that DAGSTER_HOME should name."""
    return home / "dagster"


def _due(home: Path, *, by_root: bool) -> int:
    return PASSABLE if by_root and (home / SERVER).exists() else PRIVATE


def _is_ours(path: Path) -> bool:
    """Say whether a folder is there and belongs to this account; on Windows, modes say nothing: none does."""
    if not hasattr(os, "geteuid"):
        return False
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()


def _holds_our_state_alone(home: Path) -> bool:
    """Say whether nothing but our state lies in a folder, hidden files aside."""
    if home == Path.home() or home.parent == home or home.stat().st_mode & stat.S_ISVTX:
        return False
    ours = {SERVER, *FOLDERS}
    return all(each.name in ours or each.name.startswith(".") or each.suffix == ".lock" for each in home.iterdir())


def _narrow(path: Path, most: int) -> None:
    """Take rights from a folder; none is ever added."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & ~most:
        path.chmod(mode & most)
