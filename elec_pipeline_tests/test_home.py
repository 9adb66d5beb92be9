"""What lies in ELEC_HOME is its owner's alone: nobody else lists, reads, writes or locks anything."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from elec_pipeline import home as state
from elec_pipeline.errors import ConfigurationError
from elec_pipeline.home import dagster_home
from elec_pipeline.locks import try_lock
from elec_pipeline.store.embedded import EmbeddedServer

AS_ROOT = os.geteuid() == 0
PROGRAMS = Path(sys.executable).parent
INTRUDER = """
import fcntl, os, sys
for path in sys.argv[1:]:
    for doing, act in {
        "list": lambda: os.listdir(path),
        "read": lambda: open(path, "rb").read(1),
        "write": lambda: os.open(path, os.O_WRONLY),
        "lock": lambda: fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_SH | fcntl.LOCK_NB),
        "make": lambda: os.mkdir(path + "/intruder"),
    }.items():
        try:
            act()
        except OSError:
            continue
        print(doing, path)
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every account can enter and list."""
    folder = Path(tempfile.mkdtemp(prefix="elec-home-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def intrude(home: Path) -> list[str]:
    """Try, as another account, to reach everything in a folder and itself; returns what could be done."""
    other = pwd.getpwnam("daemon")
    paths = [str(path) for path in (home, *home.rglob("*")) if not path.is_symlink()]
    tried = subprocess.run(  # noqa: S603 - the system's interpreter and our own code
        [shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable, "-I", "-c", INTRUDER, *paths],
        user=other.pw_uid, group=other.pw_gid, extra_groups=[], cwd="/",
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tried.stdout.splitlines()


def reachable_interpreter() -> bool:
    """Say whether another account can run a Python here."""
    other = pwd.getpwnam("daemon")
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if python is None:
        return False
    done = subprocess.run([python, "-I", "-c", ""], user=other.pw_uid, group=other.pw_gid, cwd="/", check=False)  # noqa: S603
    return done.returncode == 0


as_root = pytest.mark.skipif(not AS_ROOT, reason="only root can become another account")


@as_root
@pytest.mark.timeout(200)
def test_another_account_reaches_nothing_of_an_installation_that_worked(place: Path) -> None:
    if not reachable_interpreter():
        pytest.skip("no Python that another account can run")
    home = place / "state"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("RTE_", "ELEC_", "DATABASE_"))
    }
    environment |= {"ELEC_HOME": str(home), "ELEC_SOURCE": "odre", "OPEN_METEO_URL": "off"}
    environment |= {
        "ODRE_BASE_URL": "http://127.0.0.1:9",
        "DAGSTER_HOME": str(dagster_home(home)),
    }
    select = ["--select", "hourly_consumption", "--partition", "2025-06-02"]
    commands: list[list[object]] = [
        [PROGRAMS / "elec", "env"],
        [PROGRAMS / "dagster", "asset", "materialize", "-m", "elec_pipeline.definitions", *select],
    ]
    try:
        for command in commands:
            done = subprocess.run(  # noqa: S603 - our own commands
                [str(part) for part in command], env=environment, cwd=place, capture_output=True, text=True,
                check=False, umask=0o022,
            )  # fmt: skip
        assert "RUN_SUCCESS" in done.stderr or "RUN_FAILURE" in done.stderr, done.stderr[-2000:]
        log = state.folder(home, "logs") / "api.log"
        log.write_text("a line")
        lock = try_lock(home / "backfill.lock")
        assert lock is not None
        work = state.folder(home, "checkpoints", ".training")
        (work / "run.json").write_text("{}")
        assert list((home / "dagster").rglob("*.err")), "the compute logs of the run are there"
        programs = home / "postgres" / "bin-"  # a copy of PostgreSQL's programs, public ones, may be read
        assert [line for line in intrude(home) if str(programs) not in line] == []
        assert mode(home) == mode(home / "postgres") == 0o711
        assert mode(home / "dagster") == mode(home / "logs") == mode(home / "checkpoints") == 0o700
        written = [path for path in (home / "dagster").rglob("*") if not path.is_symlink()]
        assert {mode(path) & 0o077 for path in written} == {0}
        os.close(lock)
    finally:
        EmbeddedServer(home).stop()


@as_root
def test_the_intruder_would_find_an_open_folder(place: Path) -> None:
    if not reachable_interpreter():
        pytest.skip("no Python that another account can run")
    (place / "open").write_text("a line")
    (place / "open").chmod(0o644)
    assert f"read {place / 'open'}" in intrude(place)
    assert f"list {place}" in intrude(place)


def test_an_ordinary_user_has_it_for_itself(place: Path) -> None:
    user = pwd.getpwnam("nobody") if AS_ROOT else pwd.getpwuid(os.geteuid())
    become = f"os.setgroups([]); os.setgid({user.pw_gid}); os.setuid({user.pw_uid})" if AS_ROOT else ""
    home = place / "mine" / "state"
    code = f"""
import os
from pathlib import Path
from elec_pipeline.home import folder, prepare
os.umask(0o022)
{become}
folder(Path({str(home)!r}), "logs")
os.mkdir({str(home / "postgres")!r})
prepare(Path({str(home)!r}), for_server=True)
"""
    place.chmod(0o777)
    repository = Path(state.__file__).parents[1]
    subprocess.run([sys.executable, "-c", code], cwd=repository, check=True)  # noqa: S603 - our own code
    assert mode(home) == mode(home / "logs") == mode(home / "postgres") == 0o700
    assert home.stat().st_uid == user.pw_uid


def test_an_earlier_installation_is_narrowed(place: Path) -> None:
    home = place / "state"
    for name in ("dagster", "logs", "postgres"):
        (home / name).mkdir(parents=True)
        (home / name).chmod(0o755)
    home.chmod(0o755)
    state.prepare(home)
    assert mode(home) == mode(home / "postgres") == (0o711 if AS_ROOT else 0o700)
    assert mode(home / "dagster") == mode(home / "logs") == 0o700


@pytest.mark.parametrize("name", ["other.txt", "projects"])
def test_a_folder_with_other_things_in_it_keeps_its_mode_and_ours_in_it_are_private(
    place: Path, name: str
) -> None:
    (place / name).mkdir()
    made = state.folder(place, "logs")
    assert mode(place) == 0o755
    assert mode(made) == 0o700


@as_root
def test_a_folder_of_somebody_else_keeps_its_mode(place: Path) -> None:
    os.chown(place, 1, 1)
    assert mode(state.prepare(place)) == 0o755


def test_the_folder_for_temporary_files_keeps_its_mode() -> None:
    before = mode(Path("/tmp"))  # noqa: S108 - looked at, not used
    state.prepare(Path("/tmp"))  # noqa: S108
    assert mode(Path("/tmp")) == before  # noqa: S108


@as_root
def test_a_private_folder_is_opened_for_the_server_to_pass_and_no_further(place: Path) -> None:
    home = place / "state"
    assert mode(state.prepare(home)) == 0o700
    assert mode(state.prepare(home, for_server=True)) == 0o711


def test_a_folder_is_never_seen_before_its_mode(place: Path) -> None:
    """What another process finds has its mode already: one that came between would be refused the way through."""
    seen: set[int] = set()
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            for each in place.glob("[a-z]*"):
                seen.add(mode(each))

    watcher = threading.Thread(target=look)
    watcher.start()
    for number in range(300):
        state.make_way(place / f"way-{number}" / "below", 0o711)
    ended.set()
    watcher.join()
    assert seen == {0o711}
    assert not list(place.glob(".*"))


def test_a_way_that_another_process_made_meanwhile_is_taken(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = place / "home"
    chmod = Path.chmod

    def quicker(self: Path, to: int) -> None:
        chmod(self, to)
        if self != wanted:
            (wanted / "theirs").mkdir(parents=True)

    monkeypatch.setattr(Path, "chmod", quicker)
    state.make_way(wanted, 0o711)
    assert [each.name for each in place.iterdir()] == ["home"]
    assert (wanted / "theirs").is_dir()


def test_what_is_no_folder_is_explained(place: Path) -> None:
    (place / "file").write_text("")
    with pytest.raises(ConfigurationError, match="ELEC_HOME"):
        state.folder(place / "file", "logs")
