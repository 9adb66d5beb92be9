"""Integrity of a checkpoint: whether its files are those that its card was written for.

Here: what a card says of the files, sealing a new card, and the check. Not here: loading the files
(`checkpoint`), and what else a card tells (`lifecycle.card`).

Everything that decides a forecast is covered: each expert's folder, the combination, the fingerprint of the
feature code. The card holds the SHA-256 of each of these files (`files`) and one of its own content (`digest`);
the version ends with a digest of them all.

A folder without a card, or a model of a hub, is one that others trained: no digest of it is known. It must load
completely, with finite numbers that are not all zero. A folder with a combination is never one of these: training
writes a card beside it.

`MODEL_CARD.md` is for people; it is not checked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.files import sha256_of
from elec_pipeline.forecasting.combination.combination import COMBINATION_FILE

CARD_FILE = "card.json"
MODEL_CARD_FILE = "MODEL_CARD.md"
FILES = "files"
DIGEST = "digest"
_FORMER_LAYOUT = ("recipe.json", "regressions.safetensors")
"""Files that lay beside each other in checkpoints before experts had folders of their own."""


def version_digest(folder: Path) -> str:
    """Return the digest that a version ends with, of all files that decide forecasts: twelve hex digits."""
    digest = hashlib.sha256()
    for name, path in _deciding(folder).items():
        digest.update(name.encode() + b"\0" + bytes.fromhex(_sha256(path)))
    return digest.hexdigest()[:12]


def sealed(card: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a card with the digests of a checkpoint's files and of itself.

    Args:
        card: What it tells; digests that it holds already are made anew.
        folder: Where the finished files lie.
    """
    files = {name: _sha256(path) for name, path in _deciding(folder).items()}
    told = {name: value for name, value in card.items() if name != DIGEST} | {FILES: files}
    return told | {DIGEST: _digest_of(told)}


def read_card(folder: Path) -> dict[str, Any] | None:
    """Return the card of a checkpoint's folder; None where it has none.

    Raises:
        ModelUnavailableError: The file is there and holds no card.
    """
    path = folder / CARD_FILE
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise damaged(f"{path} cannot be read ({error}).") from error
    if not isinstance(card, dict):
        raise damaged(f"{path} is no card.")
    return card


def require_files(folder: Path, card: Mapping[str, Any] | None) -> None:
    """Check a folder's files against its card, before any of them is loaded.

    Args:
        folder: Of the checkpoint.
        card: As `read_card` returns it.

    Raises:
        ModelUnavailableError: A file is missing, is none that the card knows, or has other content; the card was
            changed; there is none beside a combination; or an earlier version trained the checkpoint.
    """
    _require(folder, card, content=True)


def require_listed(folder: Path, card: Mapping[str, Any] | None) -> None:
    """Check that a folder holds just the files that its card knows; their content is not read.

    Args:
        folder: Of the checkpoint.
        card: As `read_card` returns it.

    Raises:
        ModelUnavailableError: As `require_files` does, but for a file of other content.
    """
    _require(folder, card, content=False)


def require_version(folder: Path, card: Mapping[str, Any] | None) -> str:
    """Return the digest of a folder's files, once the card is seen to be of the same.

    Raises:
        ModelUnavailableError: It is of others.
    """
    found = version_digest(folder)
    if card is not None and str(card.get("version")).rsplit("-", 1)[-1] != found:
        raise damaged(
            f"files in {folder} are damaged: {CARD_FILE} was written for version {card.get('version')}, "
            f"they are {found}."
        )
    return found


def damaged(reason: str) -> ModelUnavailableError:
    """Return the error of a checkpoint with something wrong, to be completed with the name of the model."""
    return ModelUnavailableError(reason, reason)


def _require(folder: Path, card: Mapping[str, Any] | None, *, content: bool) -> None:
    if former := [name for name in _FORMER_LAYOUT if (folder / name).exists()]:
        raise damaged(
            f"{folder} was trained by an earlier version of elec-pipeline ({' and '.join(former)}), which this "
            "one cannot read: train again with `elec fine-tune`."
        )
    if card is None:
        if (folder / COMBINATION_FILE).exists():
            raise damaged(f"{folder / CARD_FILE} is missing, which training writes beside {COMBINATION_FILE}.")
        return
    files = card.get(FILES)
    told = {name: value for name, value in card.items() if name != DIGEST}
    if not isinstance(files, dict) or card.get(DIGEST) != _digest_of(told):
        raise damaged(f"{folder / CARD_FILE} was changed after it was written.")
    found = _deciding(folder)
    for name, digest in files.items():
        if name not in found:
            raise damaged(f"{folder / name} is missing.")
        if content and _sha256(found[name]) != digest:
            raise damaged(f"{folder / name} is damaged: its content is not what {CARD_FILE} was written for.")
    if unknown := sorted(set(found) - set(files)):
        raise damaged(f"{folder / unknown[0]} does not belong to this checkpoint: {CARD_FILE} does not know it.")


def _deciding(folder: Path) -> dict[str, Path]:
    """Return the files that decide forecasts, in order, by their path within the folder."""
    patterns = ("*.json", "*.safetensors", "*.txt")
    found = {
        path.relative_to(folder).as_posix(): path
        for pattern in patterns
        for path in folder.rglob(pattern)
        if path.is_file() and path.name not in {CARD_FILE, MODEL_CARD_FILE}
    }
    return dict(sorted(found.items()))


def _sha256(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise damaged(f"{path} cannot be read ({error}).") from error


def _digest_of(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
