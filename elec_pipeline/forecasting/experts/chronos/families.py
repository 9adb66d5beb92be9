"""The three generations of Chronos models behind one call: one issue in, quantiles out.

Here: how each family is asked, and why its answer does not depend on what else is asked. Not here: loading
(`checkpoint`), and what is asked (`inputs`).

Every issue goes through the network alone, in the same shape and, by `Forecaster`, on one thread. The sums
inside a network depend, in their last digits, on the shape of a batch, on the place in it and on the number
of threads; alone, an issue has none of these. It costs little: the group attention of Chronos-2 grows with
the square of its batch, and small models gain nothing from threads.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from elec_pipeline.domain.quantiles import LEVELS, Floats, at_levels
from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.experts.chronos.inputs import ModelInput
from elec_pipeline.forecasting.experts.chronos.recipe import Family

if TYPE_CHECKING:
    from chronos import BaseChronosPipeline, Chronos2Pipeline, ChronosBoltPipeline, ChronosPipeline


class Engine(Protocol):
    """A model that forecasts one issue at a time."""

    def quantiles(self, asked: ModelInput, prediction_length: int, seed: int) -> Floats:
        """Return quantiles at `LEVELS`, shape (prediction_length, 7), in the unit of the target."""


class Chronos2Engine:
    """Chronos-2: quantiles from context and covariates in one pass."""

    def __init__(self, pipeline: Chronos2Pipeline) -> None:
        self._model = pipeline.model.eval()
        self._levels = [float(level) for level in pipeline.quantiles]
        self._patch = pipeline.model_output_patch_size

    def quantiles(self, asked: ModelInput, prediction_length: int, seed: int) -> Floats:  # noqa: ARG002
        """Return quantiles at `LEVELS`; there is no chance in it, the seed is not used."""
        import torch

        context, future = asked.rows()
        with torch.inference_mode():
            output = self._model(
                context=torch.tensor(context, dtype=torch.float32),
                group_ids=torch.zeros(len(context), dtype=torch.long),
                future_covariates=torch.tensor(future, dtype=torch.float32) if future.size else None,
                num_output_patches=-(-prediction_length // self._patch),
            )
        values = output.quantile_preds[0, :, :prediction_length].T.double().numpy()
        return at_levels(values, self._levels)


class BoltEngine:
    """Chronos-Bolt: quantiles from the context in one pass; its levels are 0.1 to 0.9."""

    def __init__(self, pipeline: ChronosBoltPipeline) -> None:
        self._model = pipeline.model.eval()
        self._levels = [float(level) for level in pipeline.quantiles]

    def quantiles(self, asked: ModelInput, prediction_length: int, seed: int) -> Floats:  # noqa: ARG002
        """Return quantiles at `LEVELS`; there is no chance in it, the seed is not used."""
        import torch

        with torch.inference_mode():
            output = self._model(context=torch.tensor(asked.target[None], dtype=torch.float32))
        values = output.quantile_preds[0, :, :prediction_length].T.double().numpy()
        return at_levels(values, self._levels)


class T5Engine:
    """Chronos-T5: quantiles of sample paths, drawn hour by hour."""

    def __init__(self, pipeline: ChronosPipeline) -> None:
        self._pipeline = pipeline
        self._turn = Lock()
        pipeline.model.eval()

    def quantiles(self, asked: ModelInput, prediction_length: int, seed: int) -> Floats:
        """Return quantiles at `LEVELS` of samples drawn with a seed; the process's own random state stays."""
        import torch

        # The random state is the process's: issues that are forecast side by side take turns.
        with self._turn, torch.random.fork_rng(devices=[]), torch.inference_mode():
            torch.manual_seed(seed)
            samples = self._pipeline.predict(torch.tensor(asked.target), prediction_length=prediction_length)
        return np.asarray(np.quantile(samples[0].double().numpy(), LEVELS, axis=0).T, dtype=np.float64)


def engine(family: Family, pipeline: BaseChronosPipeline, prediction_length: int) -> Engine:
    """Return the engine of a loaded pipeline.

    Raises:
        ModelUnavailableError: The model forecasts fewer hours than are needed.
    """
    if pipeline.model_prediction_length < prediction_length:
        raise ModelUnavailableError(
            f"the model forecasts {pipeline.model_prediction_length} hours at once, a day ahead needs "
            f"{prediction_length}"
        )
    engines: dict[Family, Callable[[Any], Engine]] = {
        Family.CHRONOS2: Chronos2Engine,
        Family.BOLT: BoltEngine,
        Family.T5: T5Engine,
    }
    return engines[family](pipeline)
