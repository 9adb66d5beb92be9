"""Dagster's home: a folder under ELEC_HOME with our `dagster.yaml`, shared by all processes of an instance.

Here: making it, and keeping its files up to date without losing what an operator changed in them. As package
managers do it: a file that is as we shipped it last is replaced by the newer one; one that was edited stays, and
the newer one is put beside it as `<name>.new`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from elec_pipeline.home import dagster_home, folder
from elec_pipeline.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

INSTANCE_FILES = ("dagster.yaml", "workspace.yaml")
AS_SHIPPED = ".as-shipped"
"""Ends the name of the copy of each file as we shipped it last, which tells whether it was edited since."""
NEWER = ".new"


def prepare(settings: Settings) -> Path:
    """Make Dagster's home and bring the instance files in it up to date; returns the folder."""
    home = folder(settings.elec_home, dagster_home(settings.elec_home).name)
    for name in INSTANCE_FILES:
        _bring_up_to_date(home / name, _shipped(name).read_bytes())
    return home


def edited_files(settings: Settings) -> dict[Path, Path | None]:
    """Return the instance files that were edited, each with the newer one beside it until that is removed."""
    home = dagster_home(settings.elec_home)
    edited: dict[Path, Path | None] = {}
    for name in INSTANCE_FILES:
        path, newer = home / name, home / f"{name}{NEWER}"
        if path.exists() and _is_edited(path):
            edited[path] = newer if newer.exists() else None
    return edited


@contextmanager
def open_instance(settings: Settings, *, as_it_is: bool = False) -> Iterator[dg.DagsterInstance]:
    """Open the instance, making its home and its tables where they are missing.

    Args:
        settings: Of the platform.
        as_it_is: Whether the instance files in its home stay what they are; they must be there then.
    """
    import dagster as dg

    from elec_pipeline.store.database import open_dagster_to_reader

    home = dagster_home(settings.elec_home) if as_it_is else prepare(settings)
    os.environ["DAGSTER_HOME"] = str(home)
    with dg.DagsterInstance.get() as instance:
        if not as_it_is:
            open_dagster_to_reader(settings)
        yield instance


def _bring_up_to_date(path: Path, shipped: bytes) -> None:
    as_shipped, newer = path.with_name(f".{path.name}{AS_SHIPPED}"), path.with_name(f"{path.name}{NEWER}")
    if not path.exists() or not _is_edited(path) or path.read_bytes() == shipped:
        for each in (path, as_shipped):
            _write(each, shipped)
        newer.unlink(missing_ok=True)
    elif as_shipped.read_bytes() != shipped:
        _write(newer, shipped)
        _write(as_shipped, shipped)  # told once: the operator compares the two, and removes the newer one


def _is_edited(path: Path) -> bool:
    """Say whether somebody else than we wrote a file last.

    Versions before this rule overwrote the file with every command and noted nothing: what they left is ours.
    """
    as_shipped = path.with_name(f".{path.name}{AS_SHIPPED}")
    return as_shipped.exists() and as_shipped.read_bytes() != path.read_bytes()


def _write(path: Path, content: bytes) -> None:
    """Write a file as a whole: a process that reads it meanwhile sees the former one."""
    if path.exists() and path.read_bytes() == content:
        return
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_bytes(content)
    partial.replace(path)


def _shipped(name: str) -> Path:
    """Return an instance file: at the root of a checkout, or inside an installed wheel."""
    package = Path(__file__).parents[1]
    in_checkout = package.parent / name
    return in_checkout if in_checkout.exists() else package / "defs" / name
