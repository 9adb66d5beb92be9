"""The recipe of a Chronos model: how an information set becomes its input.

Here: the settings that must be the same in training and in use, stored as `recipe.json` beside the weights.
Not here: the arithmetic they steer (`inputs`).
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from elec_pipeline.domain import input_names as inputs
from elec_pipeline.errors import ModelUnavailableError

RECIPE_FILE = "recipe.json"


class Family(StrEnum):
    """The three generations of Chronos models."""

    T5 = "t5"
    BOLT = "bolt"
    CHRONOS2 = "chronos2"


class Target(StrEnum):
    """What the model forecasts."""

    LOAD = "load"
    """The load itself."""
    RESIDUAL = "residual"
    """The load minus the ridge's forecast."""


class Covariate(StrEnum):
    """Series that are known into the future. Each one costs a row of the batch."""

    RTE = "rte"
    """RTE's newest forecast, MW; NaN where there is none."""
    RTE_MOVE = "rte_move"
    """RTE's newest forecast minus the load a week before, MW: what RTE sees coming."""
    REFERENCE = "reference"
    """The ridge's forecast, MW."""
    DAY_TYPE = "day_type"
    """0 on working days, 0.5 on Saturdays, 1 on Sundays and public holidays."""
    TEMPERATURE = inputs.TEMPERATURE
    CLOUD_COVER = inputs.CLOUD_COVER
    WIND_SPEED = inputs.WIND_SPEED
    HUMIDITY = inputs.HUMIDITY
    """Weather forecasts, each as `domain.inputs` says; NaN where there is none."""

    @property
    def is_input(self) -> bool:
        """Whether it is one of `domain.inputs`."""
        return self.value in inputs.INPUTS


class Recipe(BaseModel):
    """How an information set becomes the input of one model.

    Frozen: two checkpoints with equal weights and different recipes are different models.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    target: Target = Field(default=Target.LOAD, description="What the model forecasts.")
    covariates: tuple[Covariate, ...] = Field(default=(), description="Series known into the future.")
    context_hours: int = Field(default=1344, ge=24, description="Hours before the forecast that it sees.")
    prediction_length: int = Field(
        default=48, ge=40, description="Hours the model forecasts; the horizon is at most 40."
    )
    from_midnight: bool = Field(
        default=False,
        description="Whether the model's forecast starts with the delivery day instead of the first hour "
        "that is not known; the hours between are then gaps, or RTE's forecast where that is no reference.",
    )

    @property
    def uses_ridge(self) -> bool:
        """Whether it stands on the ridge's forecast."""
        return self.target is Target.RESIDUAL or not {Covariate.REFERENCE, Covariate.RTE_MOVE}.isdisjoint(
            self.covariates
        )

    @property
    def inputs(self) -> frozenset[str]:
        """Names of the inputs (`domain.inputs`) among its covariates."""
        return frozenset(each.value for each in self.covariates if each.is_input)

    @property
    def reference_days(self) -> int:
        """Days before the delivery day of which it needs the ridge's forecast: those that it looks at at all."""
        return -(-self.context_hours // 24) + 1

    def save(self, folder: Path) -> None:
        """Write `recipe.json` into a checkpoint's folder."""
        (folder / RECIPE_FILE).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_recipe(folder: Path) -> Recipe | None:
    """Return the recipe of a checkpoint's folder; None where it has none.

    Raises:
        ModelUnavailableError: The file is there and does not hold a recipe.
    """
    path = folder / RECIPE_FILE
    try:
        return Recipe.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValidationError, UnicodeDecodeError, OSError) as error:
        reason = f"{path} is no recipe that this version understands ({error})."
        raise ModelUnavailableError(
            f"ELEC_MODEL: {reason} Train the checkpoint again with `elec fine-tune`, or set ELEC_MODEL to another "
            "one.",
            reason,
        ) from error


def default_recipe(family: Family, model_context_hours: int) -> Recipe:
    """Return the recipe of a checkpoint that comes without one, such as a model from a hub.

    Args:
        family: T5 and Bolt take no covariates; Chronos-2 gets RTE's forecast.
        model_context_hours: The most hours that the model can see.

    Example:
        >>> default_recipe(Family.BOLT, 512).context_hours, default_recipe(Family.CHRONOS2, 8192).covariates
        (512, (<Covariate.RTE: 'rte'>,))
    """
    covariates = (Covariate.RTE,) if family is Family.CHRONOS2 else ()
    return Recipe(context_hours=max(24, min(1344, model_context_hours)), covariates=covariates)
