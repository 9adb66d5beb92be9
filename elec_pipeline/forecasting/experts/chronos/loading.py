"""Loading of a network from a folder: of which Chronos family it is, and whether its weights can be used.

Here: from a folder to a pipeline, with a clear error for everything that can be wrong on the way, and back into
a folder. Not here: which folder a model's name means, and whether its files are those that its card was written
for (`forecasting.checkpoint`, `forecasting.integrity`).

Only safetensors are read: unpickling weights runs whatever code they hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.experts.chronos.recipe import Family
from elec_pipeline.forecasting.experts.chronos.weights import WEIGHTS, fault_of_weights

if TYPE_CHECKING:
    from chronos import BaseChronosPipeline

CONFIG_FILE = "config.json"
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
PIPELINE_CLASSES = {
    "ChronosPipeline": Family.T5,
    "ChronosBoltPipeline": Family.BOLT,
    "Chronos2Pipeline": Family.CHRONOS2,
}
ARCHITECTURES = {"ChronosBoltModelForForecasting": Family.BOLT, "Chronos2Model": Family.CHRONOS2}


def load_pipeline(folder: Path) -> tuple[Family, BaseChronosPipeline]:
    """Return the family and the pipeline of a folder.

    Raises:
        ModelUnavailableError: It is damaged, of an unsafe format or of no Chronos family.
    """
    config = _config(folder)
    family = _family(config)
    if family is None:
        raise _unusable(f"{folder / CONFIG_FILE} is of no Chronos family.")
    if not list(folder.glob(WEIGHTS)):
        pickled = [path.name for pattern in PICKLES for path in folder.glob(pattern)]
        raise _unusable(
            f"its weights ({', '.join(pickled)}) are pickled, and unpickling runs whatever code they hold: "
            "convert them to safetensors."
            if pickled
            else f"{folder} holds no *.safetensors."
        )
    return family, _loaded(folder, family)


def save_pipeline(pipeline: BaseChronosPipeline, folder: Path) -> None:
    """Write the weights and a configuration that names their family."""
    # Without this key a checkpoint that was trained from scratch would be taken for a T5 when it is loaded.
    pipeline.inner_model.config.chronos_pipeline_class = type(pipeline).__name__
    pipeline.inner_model.save_pretrained(folder)
    for path in folder.glob(WEIGHTS):
        path.chmod(0o644)  # it is written readable for its owner alone


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


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unusable(f"{folder / CONFIG_FILE} cannot be read ({error}).") from error
    if not isinstance(config, dict) or not isinstance(config.get("chronos_config"), dict):
        raise _unusable(f"{folder / CONFIG_FILE} is of no Chronos model.")
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


def _loaded(folder: Path, family: Family) -> BaseChronosPipeline:
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
        raise _unusable(reason) from error
    if fault:
        raise _unusable(fault)
    return pipeline


def _unusable(reason: str) -> ModelUnavailableError:
    return ModelUnavailableError(reason, reason)
