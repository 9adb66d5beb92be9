"""The file that a backup is: a tar whose members are checked by SHA-256, written whole or not at all.

Here: writing it under a temporary name, and reading it with every check before anything is used. Not here: what
the members are made of (`making`), and what is done with them (`restoring`, `verifying`).

The dumps inside are compressed by `pg_dump`, the weights of checkpoints hardly can be: the tar itself is plain.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from pathlib import Path
from typing import IO

from elec_pipeline.backup import manifest as manifests
from elec_pipeline.backup.manifest import Manifest, Member
from elec_pipeline.errors import DamagedBackupError

MANIFEST, MANIFEST_SUM = "manifest.json", "manifest.sha256"
_CHUNK = 2**20


def members_of(folder: Path) -> dict[str, Member]:
    """Return every file below a folder by its name in an archive."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): _member(path) for path in files}


def write(path: Path, folder: Path, manifest: Manifest) -> None:
    """Write an archive of mode 0600 and wait until it is on the disk.

    Args:
        path: Where; must not exist.
        folder: Holds the members that the manifest names.
        manifest: Goes first, so that whoever looks inside sees it at once.

    Raises:
        OSError: It cannot be written.
    """
    text = manifest.model_dump_json(indent=1).encode()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, MANIFEST, text, manifest)
            _add(tar, MANIFEST_SUM, hashlib.sha256(text).hexdigest().encode(), manifest)
            for name in manifest.members:
                info = _header(name, (folder / name).stat().st_size, manifest)
                with (folder / name).open("rb") as member:
                    tar.addfile(info, member)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says of itself.

    Raises:
        DamagedBackupError: It is no backup, or is cut off or changed there.
        RestoreRefusedError: A newer program wrote it.
    """
    try:
        with tarfile.open(path, mode="r:") as tar:
            return _manifest(tar)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise damaged(path, error) from None
    except DamagedBackupError as error:
        raise damaged(path, error) from None


def extract(path: Path, folder: Path) -> Manifest:
    """Extract a backup, and check all of it.

    Args:
        path: The archive.
        folder: Where its members go; nothing of it is to be used where this raises.

    Raises:
        DamagedBackupError: A byte of it is missing or changed.
        RestoreRefusedError: A newer program wrote it.
    """
    try:
        with tarfile.open(path, mode="r:") as tar:
            manifest = _manifest(tar)
            _extract(tar, manifest, folder)
    except (tarfile.TarError, EOFError, DamagedBackupError) as error:
        raise damaged(path, error) from None
    return manifest


def damaged(path: Path, error: Exception) -> DamagedBackupError:
    """Return the sentence for a file that is no whole backup."""
    reason = str(error).strip().rstrip(".")
    return DamagedBackupError(
        f"{path} is not a whole backup of elec-pipeline ({reason}): take another one. Nothing was changed."
    )


def _extract(tar: tarfile.TarFile, manifest: Manifest, folder: Path) -> None:
    found = {info.name: info for info in tar if info.name not in (MANIFEST, MANIFEST_SUM)}
    if set(found) != set(manifest.members) or not all(info.isreg() for info in found.values()):
        raise DamagedBackupError("Its members are not those of its manifest.")
    for name, expected in manifest.members.items():
        target = folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _copy(tar, found[name], target) != expected:
            raise DamagedBackupError(f"{name} is not what it was.")


def _manifest(tar: tarfile.TarFile) -> Manifest:
    text, expected = _text(tar, MANIFEST), _text(tar, MANIFEST_SUM)
    if hashlib.sha256(text).hexdigest().encode() != expected:
        raise DamagedBackupError("Its manifest was changed.")
    return manifests.read(text)


def _text(tar: tarfile.TarFile, name: str) -> bytes:
    try:
        member = tar.extractfile(name)
    except KeyError:
        raise DamagedBackupError(f"It has no {name}.") from None
    if member is None:
        raise DamagedBackupError(f"Its {name} is no file.")
    return member.read()


def _copy(tar: tarfile.TarFile, info: tarfile.TarInfo, target: Path) -> Member:
    source = tar.extractfile(info)
    assert source is not None, "a regular file has content"  # noqa: S101
    with target.open("xb") as file:
        return _digest(source, file)


def _member(path: Path) -> Member:
    with path.open("rb") as source:
        return _digest(source)


def _digest(source: IO[bytes], copy: IO[bytes] | None = None) -> Member:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if copy is not None:
            copy.write(chunk)
    return Member(bytes=size, sha256=digest.hexdigest())


def _header(name: str, size: int, manifest: Manifest) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(manifest.made_at.timestamp())
    return info


def _add(tar: tarfile.TarFile, name: str, content: bytes, manifest: Manifest) -> None:
    tar.addfile(_header(name, len(content), manifest), io.BytesIO(content))
