"""Files and folders, whatever they hold: their digest, and a folder that takes another's place.

Here: what training, registry and checkpoints share. Not here: where state belongs (`home`), locks (`locks`).
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content, 64 hex digits.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_folder(folder: Path, by: Path) -> None:
    """Put a copy of one folder in another's place, which stands until the copy lies complete beside it.

    Args:
        folder: Need not be there, nor its parent.
        by: What is copied; it may lie on another disk.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    new, old = (folder.with_name(f".{folder.name}.{kind}") for kind in ("new", "old"))
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(by, new)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
