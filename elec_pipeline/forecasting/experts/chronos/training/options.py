"""What a training run is asked to do, and what it says while it runs.

Here: settings, their defaults, progress. Not here: the run itself (`lifecycle.fitting`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from elec_pipeline.forecasting.experts.chronos.recipe import Covariate, Recipe, Target
from elec_pipeline.forecasting.experts.ridge.ridge import RidgeOptions
from elec_pipeline.forecasting.samples import Degradation

BUNDLED_RECIPE = Recipe(
    target=Target.RESIDUAL,
    covariates=(Covariate.RTE_MOVE, Covariate.REFERENCE, Covariate.DAY_TYPE),
    context_hours=672,
    prediction_length=48,
    from_midnight=True,
)
"""The recipe of the bundled network."""
PRETRAINED_RECIPE = Recipe(
    target=Target.LOAD,
    covariates=(
        Covariate.REFERENCE,
        Covariate.RTE,
        Covariate.DAY_TYPE,
        Covariate.TEMPERATURE,
        Covariate.CLOUD_COVER,
    ),
    context_hours=672,
    prediction_length=48,
)
"""The recipe of a Chronos-2 that others trained: it knows loads, and its covariates tell of this one."""


class Architecture(BaseModel):
    """Size of a Chronos-2 that is trained from scratch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(default=96, description="Width of a token (d_model).")
    heads: int = Field(default=4, description="Attention heads; the width is divided among them.")
    layers: int = Field(default=2, description="Encoder layers.")
    hidden: int = Field(default=384, description="Width inside the feed-forward layers.")
    dropout: float = Field(default=0.1, description="Share of activations dropped in training.")
    patch_hours: int = Field(default=24, description="Hours that make one token.")
    initial_scale: float = Field(default=0.05, gt=0, description="Scale of the random initial weights.")
    quantiles: tuple[float, ...] = Field(
        default=(0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 0.99),
        description="Levels that the model learns.",
    )

    def config(self, recipe: Recipe) -> dict[str, Any]:
        """Return the arguments of `Chronos2CoreConfig`."""
        return {
            "d_model": self.width,
            "d_kv": self.width // self.heads,
            "d_ff": self.hidden,
            "num_layers": self.layers,
            "num_heads": self.heads,
            "dropout_rate": self.dropout,
            "initializer_factor": self.initial_scale,
            "chronos_config": {
                "context_length": recipe.context_hours,
                "input_patch_size": self.patch_hours,
                "input_patch_stride": self.patch_hours,
                "output_patch_size": self.patch_hours,
                "max_output_patches": -(-recipe.prediction_length // self.patch_hours),
                "quantiles": list(self.quantiles),
                "use_reg_token": True,
                "use_arcsinh": True,
            },
        }


class TrainingOptions(BaseModel):
    """How to train: from which model, with which recipe, for how long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_model: str = Field(
        default="",
        description="A folder or hub id of any Chronos family to start from. Empty: a Chronos-2 from scratch.",
    )
    recipe: Recipe = Field(default=BUNDLED_RECIPE, description="How information sets become model input.")
    architecture: Architecture = Field(default=Architecture(), description="Size, where it starts from scratch.")
    steps: int = Field(default=400, ge=1, description="Optimisation steps.")
    windows_per_step: int = Field(default=32, ge=1, description="Windows in one step's batch.")
    learning_rate: float = Field(default=1e-3, gt=0, description="Peak; 1e-5 suits a pretrained model.")
    warmup_steps: int = Field(default=50, ge=0, description="Steps of linear warm-up; cosine decay follows.")
    weight_decay: float = Field(default=0.01, ge=0, description="AdamW's weight decay.")
    validate_every: int = Field(default=100, ge=1, description="Steps between two looks at the validation days.")
    patience: int = Field(
        default=0,
        ge=0,
        description="Looks at the validation days without a lower loss after which it stops. 0: it never does.",
    )
    learn_ridge: bool = Field(
        default=True, description="Whether the ridge that the recipe stands on learns before the model."
    )
    learn_mlp: bool = Field(
        default=True,
        description="Whether dense networks learn too, on the ridge's features, where days are enough.",
    )
    update_days: int = Field(
        default=60, ge=0, description="Days before an issue by which the ridge is brought up to date."
    )
    seed: int = Field(default=20240101, description="Seed of initial weights, batches and masking.")
    degradation: Degradation = Field(
        default=Degradation(), description="How often issues are also shown worse than they were."
    )

    @property
    def ridge(self) -> RidgeOptions:
        """How far back the ridge looks, for this recipe to stand on it."""
        needed = self.recipe.reference_days if self.recipe.uses_ridge else 0
        return RidgeOptions(update_days=self.update_days, reference_days=max(self.update_days, needed))


@dataclass(frozen=True)
class Progress:
    """How far a training run is.

    Attributes:
        step: Steps done.
        steps: Steps in all.
        loss: Training loss since the last report; None where this report has none.
        validation_loss: Loss on the validation windows; None where this report has none.
        note: That the run goes on from this step, or why it starts afresh; mostly empty.
    """

    step: int
    steps: int
    loss: float | None = None
    validation_loss: float | None = None
    note: str = ""


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class TrainedCheckpoint:
    """A checkpoint that `lifecycle.fitting.train` wrote.

    Attributes:
        folder: Where experts, combination and card lie.
        version: As `Forecaster.version`.
        card: What `card.json` holds.
    """

    folder: Path
    version: str
    card: dict[str, Any]
