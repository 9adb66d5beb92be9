"""Integrity of a checkpoint: whether its files are those that its card was written for.

Here: what a card says of the files, sealing a new card, and the check. Not here: loading the files
(`checkpoint`), and what else a card tells (`lifecycle.card`).

Everything that decides a forecast is covered: weights, regressions, recipe and configuration.

- A card written today holds the SHA-256 of each of these files (`files`), and one of its own content (`digest`).
- Older cards hold only the version. Its last twelve digits are a digest of weights, regressions and recipe, made
  as `version_digest` makes it today; that is checked. Of the configuration it says nothing: there only what makes
  the file unusable is noticed.
- A folder without a card, or a model of a hub, is one that others trained: no digest of it is known. It must load
  completely, with finite numbers that are not all zero. A folder with a recipe or regressions is never one of
  these: training writes a card beside them.

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
from elec_pipeline.forecasting.experts.chronos.recipe import RECIPE_FILE, Recipe
from elec_pipeline.forecasting.experts.ridge.coefficients import REGRESSIONS_FILE

CARD_FILE = "card.json"
CONFIG_FILE = "config.json"
WEIGHTS = "*.safetensors"
FILES = "files"
DIGEST = "digest"
_SHARD_INDEX = "*.safetensors.index.json"


def version_digest(folder: Path, recipe: Recipe) -> str:
    """Return the digest that a version ends with: of the recipe and of all `*.safetensors`, twelve hex digits."""
    # Without what is at its default: a field that recipes get later renames no checkpoint.
    digest = hashlib.sha256(recipe.model_dump_json(exclude_defaults=True).encode())
    for path in sorted(folder.glob(WEIGHTS)):
        digest.update(bytes.fromhex(_sha256(path)))
    return digest.hexdigest()[:12]


def sealed(card: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a card with the digests of a checkpoint's files and of itself.

    Args:
        card: What it tells; digests that it holds already are made anew.
        folder: Where the finished files lie.
    """
    files = {path.name: _sha256(path) for path in _deciding(folder)}
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
            changed; or there is none beside a recipe or regressions.
    """
    if card is None:
        if trained := [name for name in (RECIPE_FILE, REGRESSIONS_FILE) if (folder / name).exists()]:
            raise damaged(
                f"{folder / CARD_FILE} is missing, which training writes beside {' and '.join(trained)}."
            )
        return
    files = card.get(FILES)
    if files is None and DIGEST not in card:
        _require_names(folder, card)
        return
    told = {name: value for name, value in card.items() if name != DIGEST}
    if not isinstance(files, dict) or card.get(DIGEST) != _digest_of(told):
        raise damaged(f"{folder / CARD_FILE} was changed after it was written.")
    found = {path.name: path for path in _deciding(folder)}
    for name, digest in files.items():
        if name not in found:
            raise damaged(f"{folder / name} is missing.")
        if _sha256(found[name]) != digest:
            raise damaged(f"{folder / name} is damaged: its content is not what {CARD_FILE} was written for.")
    if unknown := sorted(set(found) - set(files)):
        raise damaged(f"{folder / unknown[0]} does not belong to this checkpoint: {CARD_FILE} does not know it.")


def require_version(folder: Path, card: Mapping[str, Any] | None, recipe: Recipe) -> str:
    """Return the digest of weights, regressions and recipe, once the card is seen to be of the same.

    Raises:
        ModelUnavailableError: It is of others.
    """
    found = version_digest(folder, recipe)
    if card is not None and str(card["version"]).rsplit("-", 1)[-1] != found:
        raise damaged(
            f"weights, regressions or recipe in {folder} are damaged: {CARD_FILE} was written for version "
            f"{card['version']}, they are {found}."
        )
    return found


def damaged(reason: str) -> ModelUnavailableError:
    """Return the error of a checkpoint with something wrong, to be completed with the name of the model."""
    return ModelUnavailableError(reason, reason)


def _require_names(folder: Path, card: Mapping[str, Any]) -> None:
    """Check that the files are there that a checkpoint with an older card has."""
    wanted = [CONFIG_FILE, RECIPE_FILE, *([REGRESSIONS_FILE] if card.get("regressions") else [])]
    for name in wanted:
        if not (folder / name).is_file():
            raise damaged(f"{folder / name} is missing.")


def _deciding(folder: Path) -> list[Path]:
    """Return the files that decide forecasts, in order."""
    patterns = (CONFIG_FILE, "generation_config.json", RECIPE_FILE, WEIGHTS, _SHARD_INDEX)
    return sorted(path for pattern in patterns for path in folder.glob(pattern))


def _sha256(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise damaged(f"{path} cannot be read ({error}).") from error


def _digest_of(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
