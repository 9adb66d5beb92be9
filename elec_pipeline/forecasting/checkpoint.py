"""Checkpoints: folders that hold experts and their combination, and which of them a value of ELEC_MODEL names.

Here: from a name to a `Forecaster`, with a clear error for everything that can be wrong on the way, and from
experts to a folder. Not here: training, which checkpoint is the promoted one, and what its card promises of its
files (`integrity`).

A checkpoint of ours has a folder for each expert, `combination.json`, `fingerprint.json` and a card. A folder or
a hub's model that others trained is a Chronos network alone, and forecasts as such.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.combination.combination import COMBINATION_FILE, Combination, read_combination
from elec_pipeline.forecasting.experts.catalogue import CATALOGUE
from elec_pipeline.forecasting.experts.chronos.chronos import CHRONOS, Chronos
from elec_pipeline.forecasting.experts.expert import Expert
from elec_pipeline.forecasting.forecaster import Forecaster
from elec_pipeline.forecasting.integrity import (
    CARD_FILE,
    damaged,
    read_card,
    require_files,
    require_listed,
    require_version,
)

BUNDLED = Path(__file__).parent / "bundled"
BUNDLED_LOCATION = "bundled"
"""Location of the checkpoint that comes with the package."""
FINGERPRINT_FILE = "fingerprint.json"
_log = logging.getLogger(__name__)
_COMMIT = re.compile(r"[0-9a-f]{40}")
RELATIVE, ABSOLUTE = 1e-6, 1e-3
"""How far a fingerprint may be from the stored one: kinds of processors differ by far less, features by far
more."""
REMEDY = (
    "Set ELEC_MODEL to a folder with config.json and *.safetensors, to a hub id such as amazon/chronos-2@COMMIT, "
    "or leave it empty for the bundled checkpoint. A damaged checkpoint must be copied or trained again."
)
BUNDLED_REMEDY = "Install elec-pipeline again, or name another model with ELEC_MODEL."


def load_forecaster(model: str, *, unfinished: bool = False) -> Forecaster:
    """Return the forecaster that a value of ELEC_MODEL names.

    Its files are checked against its card first; `integrity` says what is checked where there is none.

    Args:
        model: A folder, a hub id, or "" for the bundled checkpoint.
        unfinished: Whether it is being trained, so that its card is still to be written.

    Raises:
        ModelUnavailableError: It is missing, damaged, of an unsafe format or of no Chronos family, or this version
            makes other features than it was fitted on. Never is another model loaded instead.
    """
    folder = _folder(model)
    with _named(model):
        card = None if unfinished else read_card(folder)
        if not unfinished:
            require_files(folder, card)
        digest = require_version(folder, card)
        if not (folder / COMBINATION_FILE).exists():
            return _of_others(folder, model, digest)
        base_model, trained_through = _origin(folder, card)
        combination = read_combination(folder)
        experts = _experts(folder, combination.experts)
        require_fingerprint(folder, experts)
        return Forecaster(
            experts=experts,
            combination=combination,
            version=f"elec-{digest}",
            location=_location(folder, model),
            base_model=base_model,
            trained_through=trained_through,
        )


def load_network(model: str) -> tuple[Chronos, str]:
    """Return the network of a model and the model's version; the other experts, 100 MB, stay on the disk.

    It is of use for series that no feature is made of, which is why its fingerprint is not asked for. The files
    are checked as `load_forecaster` does.

    Args:
        model: A folder, a hub id, or "" for the bundled checkpoint.

    Raises:
        ModelUnavailableError: It is missing, damaged, of an unsafe format, of no Chronos family, or no network.
    """
    folder = _folder(model)
    with _named(model):
        card = read_card(folder)
        require_files(folder, card)
        digest = require_version(folder, card)
        if not (folder / COMBINATION_FILE).exists():
            alone = _of_others(folder, model, digest)
            return alone.chronos, alone.version
        if CHRONOS not in read_combination(folder).experts:
            raise damaged(f"{folder} holds no Chronos network.")
        return Chronos.load(folder / CHRONOS), f"elec-{digest}"


def chronos_folder(model: str) -> Path:
    """Return the folder of the network that a value of ELEC_MODEL names, to train from.

    Raises:
        ModelUnavailableError: It is missing or damaged, or an earlier version trained it.
    """
    folder = _folder(model)
    with _named(model):
        card = read_card(folder)
        require_files(folder, card)
        require_version(folder, card)
        return folder / CHRONOS if (folder / COMBINATION_FILE).exists() else folder


def save_checkpoint(folder: Path, experts: Sequence[Expert], combination: Combination) -> None:
    """Write experts, combination and fingerprint into an empty folder; the card is still to be written."""
    for expert in experts:
        (folder / expert.name).mkdir()
        expert.save(folder / expert.name)
    combination.save(folder)
    prints = {expert.name: [float(f"{value:.10g}") for value in expert.fingerprint()] for expert in experts}
    (folder / FINGERPRINT_FILE).write_text(json.dumps(prints) + "\n", encoding="utf-8")


def card_of(model: str) -> dict[str, Any]:
    """Return the card of a checkpoint; nothing is loaded. Empty where it has none, as of models of others.

    Args:
        model: A folder, a hub id, or "" for the bundled checkpoint.

    Raises:
        ModelUnavailableError: The card is damaged.
    """
    return read_card(Path(model).expanduser() if model else BUNDLED) or {}


def version_on_disk(model: str) -> str | None:
    """Return the version that a checkpoint's card names, once it is seen that the files are there. Quick.

    Neither are the files read nor is anything loaded: `load_forecaster` alone tells that they are whole.

    Args:
        model: A folder, a hub id, or "" for the bundled checkpoint.

    Returns:
        The version; None for a model that others trained, which has no card.

    Raises:
        ModelUnavailableError: A file is missing, the card is damaged or was changed, or there is no such folder.
    """
    if _is_of_hub(model):
        return None
    folder = _folder(model)
    with _named(model):
        card = read_card(folder)
        require_listed(folder, card)
        if card is None:
            if not (folder / "config.json").exists() or not any(folder.glob("*.safetensors")):
                raise damaged(f"{folder} holds no config.json with *.safetensors.")
            return None
        return str(card.get("version"))


@contextmanager
def _named(model: str) -> Iterator[None]:
    """Make what is wrong with a checkpoint a sentence that names the model and says what to do."""
    try:
        yield
    except ModelUnavailableError as error:
        raise _unavailable(model, error.reason or str(error)) from error


def _unavailable(model: str, reason: str) -> ModelUnavailableError:
    if not model:
        return ModelUnavailableError(f"The bundled model cannot be used: {reason} {BUNDLED_REMEDY}", reason)
    return ModelUnavailableError(f"The model of ELEC_MODEL={model!r} cannot be used: {reason} {REMEDY}", reason)


def _folder(model: str) -> Path:
    """Return the folder that holds a model; a hub's is fetched, or found among those fetched before."""
    path = Path(model).expanduser() if model else BUNDLED
    if path.is_dir():
        return path
    if not _is_of_hub(model):
        raise _unavailable(model, f"{path} is no folder.")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    name, is_pinned, commit = model.partition("@")
    if is_pinned and not _COMMIT.fullmatch(commit):
        raise _unavailable(model, f"{commit!r} is no commit of the hub, which has 40 hexadecimal digits.")
    try:
        folder = Path(snapshot_download(name, revision=commit or None, allow_patterns=["*.json", "*.safetensors"]))
    except (OSError, HFValidationError) as error:  # its HTTP errors are OSErrors, as are those of the network
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _unavailable(model, f"it is no folder, and the hub did not give it ({reason}).") from error
    if not is_pinned:  # its owner, or whoever takes the account over, may put another in its place
        _log.warning(f"The model {model} may change on the hub; {name}@{folder.name} names this one for good.")
    return folder


def _is_of_hub(model: str) -> bool:
    """Say whether a value of ELEC_MODEL can only be the id of a model of a hub."""
    path = Path(model).expanduser()
    is_path = path.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1 or path.exists()
    return bool(model) and not is_path


def _of_others(folder: Path, model: str, digest: str) -> Forecaster:
    """Return the forecaster of a network that others trained."""
    chronos = Chronos.load(folder)
    name = (
        "" if not model or Path(model).expanduser().is_dir() else model.rpartition("/")[2].partition("@")[0] + "-"
    )
    return Forecaster(
        experts={CHRONOS: chronos},
        combination=Combination.alone(CHRONOS),
        version=f"{chronos.family}-{name}{digest}",
        location=_location(folder, model),
        base_model=model,  # of a model that others trained only its name is known
        trained_through=None,
    )


def _experts(folder: Path, names: Sequence[str]) -> dict[str, Expert]:
    """Return the experts of a checkpoint by name, in the order of the catalogue."""
    if unknown := [name for name in names if name not in CATALOGUE]:
        raise damaged(f"{folder} holds experts that this version does not know: {', '.join(unknown)}.")
    made: dict[str, Expert] = {}
    for name, entry in CATALOGUE.items():
        if name in names:
            made[name] = entry.load(folder / name, made)
    return made


def require_fingerprint(folder: Path, experts: Mapping[str, Expert]) -> None:
    """Check that this version's feature code is that which a checkpoint was fitted on.

    Raises:
        ModelUnavailableError: It is not, or the file is missing or damaged.
    """
    path = folder / FINGERPRINT_FILE
    try:
        stored = {
            name: np.array(values, dtype=np.float64) for name, values in json.loads(path.read_text()).items()
        }
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise damaged(f"{path} cannot be read ({error}).") from error
    for name, expert in experts.items():
        ours, theirs = expert.fingerprint(), stored.get(name, np.empty(0))
        if ours.shape != theirs.shape or not np.allclose(ours, theirs, rtol=RELATIVE, atol=ABSOLUTE):
            raise damaged(
                f"its expert {name} was fitted on other features than this version of elec-pipeline makes: "
                "train again with `elec fine-tune`."
            )


def _location(folder: Path, model: str) -> str:
    if folder == BUNDLED:
        return BUNDLED_LOCATION
    return str(folder.resolve()) if Path(model).expanduser().is_dir() else model


def _origin(folder: Path, card: dict[str, Any] | None) -> tuple[str, date | None]:
    """Return what a checkpoint was trained from and through which day, as its card says."""
    if card is None:
        return "", None  # it is being trained
    try:
        _ = card["version"]
        return str(card["base_model"]), date.fromisoformat(card["trained_through"])
    except (ValueError, TypeError, KeyError) as error:
        raise damaged(f"{folder / CARD_FILE} is no card ({error}).") from error
