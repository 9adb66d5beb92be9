"""Loading of checkpoints: which model ELEC_MODEL names, of which family, with which recipe.

Here: from a name to a `Forecaster`, with a clear error for everything that can be wrong on the way. Not
here: training, which checkpoint is the promoted one, and what its card promises of its files (`integrity`).

Only safetensors are read: unpickling weights runs whatever code they hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.experts.chronos.families import engine
from elec_pipeline.forecasting.experts.chronos.forecaster import Forecaster
from elec_pipeline.forecasting.experts.chronos.integrity import (
    CARD_FILE,
    CONFIG_FILE,
    WEIGHTS,
    read_card,
    require_files,
    require_version,
)
from elec_pipeline.forecasting.experts.chronos.recipe import Family, default_recipe, read_recipe
from elec_pipeline.forecasting.experts.chronos.weights import fault_of_weights
from elec_pipeline.forecasting.experts.ridge.coefficients import read_regressions

if TYPE_CHECKING:
    from chronos import BaseChronosPipeline

BUNDLED = Path(__file__).parents[2] / "bundled"
BUNDLED_LOCATION = "bundled"
"""Location of the checkpoint that comes with the package."""
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
PIPELINE_CLASSES = {
    "ChronosPipeline": Family.T5,
    "ChronosBoltPipeline": Family.BOLT,
    "Chronos2Pipeline": Family.CHRONOS2,
}
ARCHITECTURES = {"ChronosBoltModelForForecasting": Family.BOLT, "Chronos2Model": Family.CHRONOS2}
REMEDY = (
    "Set ELEC_MODEL to a folder with config.json and *.safetensors, to a hub id such as amazon/chronos-2, or "
    "leave it empty for the bundled checkpoint. A damaged checkpoint must be copied or trained again."
)
BUNDLED_REMEDY = "Install elec-pipeline again, or name another model with ELEC_MODEL."


def load_forecaster(model: str, *, unfinished: bool = False) -> Forecaster:
    """Return the forecaster that a value of ELEC_MODEL names.

    Its files are checked against its card first; `integrity` says what is checked where there is none.

    Args:
        model: A folder, a hub id, or "" for the bundled checkpoint.
        unfinished: Whether it is being trained, so that its card is still to be written.

    Raises:
        ModelUnavailableError: It is missing, damaged, of an unsafe format or of no Chronos family. Never is
            another model loaded instead.
    """
    folder = _folder(model)
    with _named(model):
        card = None if unfinished else read_card(folder)
        if not unfinished:
            require_files(folder, card)
        family, pipeline = _pipeline(folder, model)
        recipe = read_recipe(folder) or default_recipe(family, pipeline.model_context_length)
        base_model, trained_through = _origin(folder, card, model)
        digest = require_version(folder, card, recipe)
        name = "" if not model or Path(model).expanduser().is_dir() else model.rsplit("/", 1)[-1] + "-"
        return Forecaster(
            family=family,
            recipe=recipe,
            regressions=read_regressions(folder),
            version=f"{family}-{name}{digest}",
            location=_location(folder, model),
            base_model=base_model,
            trained_through=trained_through,
            _engine=engine(family, pipeline, recipe.prediction_length),
        )


def load_pipeline(model: str) -> tuple[Family, BaseChronosPipeline]:
    """Return the family and the pipeline that a value of ELEC_MODEL names, to train from.

    Raises:
        ModelUnavailableError: As `load_forecaster`.
    """
    folder = _folder(model)
    with _named(model):
        card = read_card(folder)
        require_files(folder, card)
        family, pipeline = _pipeline(folder, model)
        if card is not None:
            _origin(folder, card, model)
            require_version(
                folder, card, read_recipe(folder) or default_recipe(family, pipeline.model_context_length)
            )
    return family, pipeline


@contextmanager
def quiet() -> Iterator[None]:
    """Silence transformers' progress bars and notes, by its own settings, while models are loaded or trained."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


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
    if not model or path.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1 or path.exists():
        raise _unavailable(model, f"{path} is no folder.")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    try:
        return Path(snapshot_download(model, allow_patterns=["*.json", WEIGHTS]))
    except (OSError, HFValidationError) as error:  # its HTTP errors are OSErrors, as are those of the network
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _unavailable(model, f"it is no folder, and the hub did not give it ({reason}).") from error


def _pipeline(folder: Path, model: str) -> tuple[Family, BaseChronosPipeline]:
    config = _config(folder, model)
    family = _family(config)
    if family is None:
        raise _unavailable(model, f"{folder / CONFIG_FILE} is of no Chronos family.")
    if not list(folder.glob(WEIGHTS)):
        pickled = [path.name for pattern in PICKLES for path in folder.glob(pattern)]
        reason = (
            f"its weights ({', '.join(pickled)}) are pickled, and unpickling runs whatever code they hold: "
            "convert them to safetensors."
            if pickled
            else f"{folder} holds no *.safetensors."
        )
        raise _unavailable(model, reason)
    return family, _loaded(folder, family, model)


def _config(folder: Path, model: str) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unavailable(model, f"{folder / CONFIG_FILE} cannot be read ({error}).") from error
    if not isinstance(config, dict) or not isinstance(config.get("chronos_config"), dict):
        raise _unavailable(model, f"{folder / CONFIG_FILE} is of no Chronos model.")
    return config


def _family(config: dict[str, Any]) -> Family | None:
    """Return the family a configuration claims.

    A Chronos-2 that was trained from scratch may carry no pipeline class; its architecture tells.
    """
    if named := config.get("chronos_pipeline_class"):
        return PIPELINE_CLASSES.get(named)
    for architecture in config.get("architectures") or []:
        if architecture in ARCHITECTURES:
            return ARCHITECTURES[architecture]
    return Family.T5 if "tokenizer_class" in config["chronos_config"] else None


def _loaded(folder: Path, family: Family, model: str) -> BaseChronosPipeline:
    import torch
    from chronos import Chronos2Pipeline, ChronosBoltPipeline, ChronosPipeline
    from safetensors import SafetensorError

    classes = {
        Family.T5: ChronosPipeline,
        Family.BOLT: ChronosBoltPipeline,
        Family.CHRONOS2: Chronos2Pipeline,
    }
    broken = (OSError, SafetensorError, RuntimeError, ValueError, TypeError, KeyError, IndexError,
              AttributeError, AssertionError)  # fmt: skip
    try:
        with quiet():
            pipeline = classes[family].from_pretrained(folder, use_safetensors=True, dtype=torch.float32)
        fault = fault_of_weights(folder, pipeline)
    except broken as error:  # transformers answers a broken checkpoint with any of these
        reason = f"{folder} cannot be loaded ({type(error).__name__}: {error})."
        raise _unavailable(model, reason) from error
    if fault:
        raise _unavailable(model, fault)
    return pipeline


def _location(folder: Path, model: str) -> str:
    if folder == BUNDLED:
        return BUNDLED_LOCATION
    return str(folder.resolve()) if Path(model).expanduser().is_dir() else model


def _origin(folder: Path, card: dict[str, Any] | None, model: str) -> tuple[str, date | None]:
    """Return what a checkpoint was trained from and through which day, as its card says."""
    if card is None:
        return model, None  # of a model that others trained only its name is known
    try:
        _ = card["version"]
        return str(card["base_model"]), date.fromisoformat(card["trained_through"])
    except (ValueError, TypeError, KeyError) as error:
        raise _unavailable(model, f"{folder / CARD_FILE} is no card ({error}).") from error


def card_of(model: str) -> dict[str, Any]:
    """Return the card of a checkpoint; nothing is loaded. Empty where it has none, as of models of others.

    Args:
        model: A folder, a hub id, or "" for the bundled checkpoint.

    Raises:
        ModelUnavailableError: The card is damaged.
    """
    return read_card(Path(model).expanduser() if model else BUNDLED) or {}
