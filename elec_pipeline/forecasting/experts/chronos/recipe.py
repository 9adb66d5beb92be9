"""The recipe of a checkpoint: how an information set becomes the input of its model.

Here: the settings that must be the same in training and in use, stored as `recipe.json` beside the weights.
Not here: the arithmetic they steer (`experts.ridge.reference`, `inputs`).
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, ValidationError, field_validator

from elec_pipeline.domain.information_set import WEEK_HOURS
from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.experts.ridge.reference import Reach
from elec_pipeline.forecasting.features.situations import KINDS, LOOKBACK_DAYS, without_temperature

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
    """The load minus a reference made of RTE's forecast, or of the week before where RTE's is missing."""


class Covariate(StrEnum):
    """Series that are known into the future. Each one costs a row of the batch."""

    RTE = "rte"
    """RTE's newest forecast, MW; NaN where there is none."""
    RTE_MOVE = "rte_move"
    """RTE's newest forecast minus the load a week before, MW: what RTE sees coming."""
    REFERENCE = "reference"
    """The reference itself, MW."""
    DAY_TYPE = "day_type"
    """0 on working days, 0.5 on Saturdays, 1 on Sundays and public holidays."""


class Calibration(BaseModel):
    """What is made of a model's quantiles, so that they hold what they claim."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    median_share: float = Field(
        default=1.0, ge=0, le=1, description="How much of the median moves the forecast off the reference."
    )
    spreads: tuple[PositiveFloat, PositiveFloat, PositiveFloat] = Field(
        default=(1.0, 1.0, 1.0),
        description="Factors on the distances to the median of the ends of the bands of 50, 80 and 90 %.",
    )


class Recipe(BaseModel):
    """How an information set becomes the input of one model.

    Frozen: two checkpoints with equal weights and different recipes are different models.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    target: Target = Field(default=Target.LOAD, description="What the model forecasts.")
    covariates: tuple[Covariate, ...] = Field(default=(), description="Series known into the future.")
    context_hours: int = Field(default=1344, ge=24, description="Hours before the forecast that it sees.")
    update_days: int = Field(
        default=60,
        ge=0,
        description="Days before the issue by which the regressions of the reference are brought up to date.",
    )
    prediction_length: int = Field(
        default=48, ge=40, description="Hours the model forecasts; the horizon is at most 40."
    )
    from_midnight: bool = Field(
        default=False,
        description="Whether the model's forecast starts with the delivery day instead of the first hour "
        "that is not known; the hours between are then gaps, or RTE's forecast where that is no reference.",
    )
    recent_error_share: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="How far the spread is drawn towards the reference's errors of the days it was brought up to "
        "date with. 0: it is the model's alone.",
    )
    calibration: dict[str, Calibration] = Field(
        default={},
        description="What is made of the model's output, by what the forecast stands on, one of "
        "`features.situations.KINDS`.",
    )

    @field_validator("calibration")
    @classmethod
    def _of_known_kinds(cls, calibration: dict[str, Calibration]) -> dict[str, Calibration]:
        if unknown := set(calibration) - set(KINDS):
            raise ValueError(f"{', '.join(sorted(unknown))}: only {', '.join(KINDS)} are known")
        return calibration

    @property
    def reference_days(self) -> int:
        """Days before the delivery day that have a reference of their own: those that are looked at at all."""
        return max(self.update_days, -(-self.context_hours // 24) + 1)

    @property
    def reach(self) -> Reach:
        """How far back references are made for this recipe."""
        return Reach(self.update_days, self.reference_days)

    @property
    def uses_references(self) -> bool:
        """Whether anything is made of a reference."""
        return self.target is Target.RESIDUAL or Covariate.REFERENCE in self.covariates

    @property
    def history_hours(self) -> int:
        """Context an information set must have: `History.at(…, context_hours=recipe.history_hours)`.

        At least a week, by which it is decided whether enough is known for a forecast at all; and the days
        that references are made from.
        """
        whole_days = self.reference_days + LOOKBACK_DAYS + 1 if self.uses_references else 0
        return max(WEEK_HOURS, self.context_hours, 24 * whole_days)

    def calibration_of(self, kind: str) -> Calibration:
        """Return what is made of the output where a forecast stands on `kind`, one of `features.situations.KINDS`.

        Where too few days with temperature were there to choose it, that of the same case without.
        """
        of_case = self.calibration.get(without_temperature(kind), Calibration())
        return self.calibration.get(kind, of_case)

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
