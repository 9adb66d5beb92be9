"""The recipe of a checkpoint: how an information set becomes the input of its model.

Here: the settings that must be the same in training and in use, stored as `recipe.json` beside the weights.
Not here: the arithmetic they steer (`references`, `model_inputs`).
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting import correction, similar_day
from elec_pipeline.forecasting.ridge import Coefficients

RECIPE_FILE = "recipe.json"
WEEK_HOURS = 168
LEARNT = ("correction", "similar_day")
"""Fields that a training fills."""


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
    """The load minus a reference made of RTE's forecast, or of the week before where RTE's is missing."""


class Covariate(StrEnum):
    """Series that are known into the future. Each one costs a row of the batch."""

    RTE = "rte"
    """RTE's newest forecast, MW; NaN where there is none."""
    RTE_MOVE = "rte_move"
    """RTE's newest forecast minus the similar-day forecast, MW: what RTE sees coming."""
    REFERENCE = "reference"
    """The reference itself, MW."""
    DAY_TYPE = "day_type"
    """0 on working days, 0.5 on Saturdays, 1 on Sundays and public holidays."""


class Recipe(BaseModel):
    """How an information set becomes the input of one model.

    Hashable and frozen: two checkpoints with equal weights and different recipes are different models.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: Target = Field(default=Target.LOAD, description="What the model forecasts.")
    covariates: tuple[Covariate, ...] = Field(default=(), description="Series known into the future.")
    context_hours: int = Field(default=1344, ge=24, description="Hours before the forecast that it sees.")
    lookback_hours: int = Field(
        default=0, ge=0, description="Further hours before these, from which references are made."
    )
    prediction_length: int = Field(
        default=48, ge=40, description="Hours the model forecasts; the horizon is at most 40."
    )
    from_midnight: bool = Field(
        default=False,
        description="Whether the model's forecast starts with the delivery day instead of the first hour "
        "that is not known; the hours between are then gaps, or RTE's forecast where that is no reference.",
    )
    error_weights: tuple[float, float, float] = Field(
        default=(0.0, 0.0, 0.0),
        description="Shares of RTE's errors of the same hour that correct its forecast in the reference: "
        "the last known one, their mean of a week, their mean of four weeks.",
    )
    correction: Coefficients = Field(
        default=(),
        description="What was learnt about RTE's errors, a row for each local hour; it takes the place of "
        "`error_weights` in the evening. Empty: nothing.",
    )
    similar_day: Coefficients = Field(
        default=(),
        description="What was learnt about differences to the week before, a row for each local hour. Empty: "
        "nothing, they are taken from the day before.",
    )

    @field_validator("correction", "similar_day")
    @classmethod
    def _whole(cls, learnt: Coefficients, field: ValidationInfo) -> Coefficients:
        wanted = 1 + len((correction if field.field_name == "correction" else similar_day).FEATURES)
        if learnt and [len(row) for row in learnt] != [wanted] * 24:
            raise ValueError(f"{field.field_name} has 24 rows of {wanted} coefficients")
        return learnt

    @property
    def without_what_is_learnt(self) -> Recipe:
        """The recipe as it was before a training."""
        return self.model_copy(update=dict.fromkeys(LEARNT, ()))

    @property
    def history_hours(self) -> int:
        """Context an information set must have: `History.at(…, context_hours=recipe.history_hours)`.

        At least a week, by which it is decided whether enough is known for a forecast at all.
        """
        return max(WEEK_HOURS, self.context_hours + self.lookback_hours)

    def save(self, folder: Path) -> None:
        """Write `recipe.json` into a checkpoint's folder."""
        (folder / RECIPE_FILE).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_recipe(folder: Path) -> Recipe | None:
    """Return the recipe of a checkpoint's folder; None where it has none.

    Raises:
        ModelUnavailableError: The file is there and does not hold a recipe.
    """
    path = folder / RECIPE_FILE
    if not path.is_file():
        return None
    try:
        return Recipe.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise ModelUnavailableError(
            f"ELEC_MODEL: {path} is no recipe that this version understands ({error}). "
            "Train the checkpoint again with `elec fine-tune`, or set ELEC_MODEL to another one."
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
