"""The combination: how the experts' forecasts become the one that is issued.

Here: weights of the medians and of the widths by what a forecast stands on, the file that holds them, and the
arithmetic. Not here: how they are chosen (`calibration`), and the experts.

The median is the weighted mean of the experts' medians. The bands have the shape of one expert's; their
half-widths are weighted geometric means of the experts' and of the sizes of the median's own errors of the last
weeks, times a factor that makes them hold what they claim, and another on days of which these weeks tell little.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, NonNegativeFloat, PositiveFloat, ValidationError, field_validator
from pydantic import Field as Described

from elec_pipeline.domain.kinds_of_day import is_unusual
from elec_pipeline.domain.quantiles import MEDIAN, Floats
from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.combination.bands import drawn_towards, half_widths, stretched, widened
from elec_pipeline.forecasting.combination.said import Said
from elec_pipeline.forecasting.features.situations import KEYS, fitting_key

COMBINATION_FILE = "combination.json"
_WHOLE = 1e-6


class Blend(BaseModel):
    """How the experts are combined where a forecast stands on one situation and some inputs."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    medians: dict[str, NonNegativeFloat] = Described(
        description="Weight of each expert's median; they add up to 1."
    )
    widths: dict[str, NonNegativeFloat] = Described(
        description="Weight of each expert's half-widths; they add up to 1. Where one has none the first stands."
    )
    late: float = Described(
        default=0.0,
        ge=0,
        le=1,
        description="Weight, beside the widths, of how large the errors of the median were in the last weeks.",
    )
    spreads: tuple[PositiveFloat, PositiveFloat, PositiveFloat] = Described(
        default=(1.0, 1.0, 1.0), description="Factors on the half-widths of the bands of 50, 80 and 90 %."
    )

    @field_validator("medians", "widths")
    @classmethod
    def _add_up(cls, weights: dict[str, float]) -> dict[str, float]:
        if abs(sum(weights.values()) - 1) > _WHOLE:
            raise ValueError(f"the weights add up to {sum(weights.values())} instead of 1")
        return weights

    @property
    def shape(self) -> str:
        """The expert whose bands have the shape: the first of the widths."""
        return next(iter(self.widths))

    def combined(self, said: Mapping[str, Floats], late_sizes: Floats | None = None) -> Floats:
        """Return the combined forecast.

        Args:
            said: By expert, quantiles at `domain.quantiles.LEVELS`, shape (n, 7), MW.
            late_sizes: How large the errors of its median were of late, at what `BANDS` claim, shape (n, 3), MW;
                NaN or None where that is not known: the experts' widths stand.

        Returns:
            Shape (n, 7), MW; neighbours may cross.

        Example:
            >>> one = np.array([[-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0]])
            >>> blend = Blend(medians={"a": 0.75, "b": 0.25}, widths={"a": 0.5, "b": 0.5})
            >>> blend.combined({"a": one, "b": 4 * one + 8}).tolist()
            [[-6.0, -2.0, 0.0, 2.0, 4.0, 6.0, 10.0]]
        """
        shaped = said[self.shape]
        for name, weight in self.widths.items():
            if name != self.shape:
                # One after the other: each takes its share of what the ones before have left.
                shaped = drawn_towards(shaped, half_widths(said[name]), weight / self._weight_up_to(name))
        if self.late and late_sizes is not None:
            shaped = drawn_towards(shaped, late_sizes, self.late)
        median = np.sum([weight * said[name][:, MEDIAN] for name, weight in self.medians.items()], axis=0)
        return np.asarray(stretched(shaped, self.spreads) + median[:, None])

    def _weight_up_to(self, name: str) -> float:
        names = list(self.widths)
        return sum(self.widths[each] for each in names[: names.index(name) + 1]) or 1.0


class Combination(BaseModel):
    """How the experts of a checkpoint are combined."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    experts: tuple[str, ...] = Described(description="Names of the experts, each with a folder of its own.")
    blends: dict[str, Blend] = Described(
        default={}, description="By what a forecast stands on, as `features.situations.key` names it."
    )
    otherwise: Blend = Described(description="Where there is no blend for what a forecast stands on.")
    unusual: PositiveFloat = Described(
        default=1.0, description="Further factor on all half-widths on public holidays and bridge days."
    )

    @field_validator("blends")
    @classmethod
    def _of_known_keys(cls, blends: dict[str, Blend]) -> dict[str, Blend]:
        if unknown := set(blends) - set(KEYS):
            raise ValueError(f"{', '.join(sorted(unknown))}: only {', '.join(KEYS)} are known")
        return blends

    @classmethod
    def alone(cls, name: str) -> Combination:
        """Return the combination that says what one expert says."""
        return cls(experts=(name,), otherwise=Blend(medians={name: 1.0}, widths={name: 1.0}))

    def of(self, key: str) -> Blend:
        """Return how the experts are combined where a forecast stands on what a key names.

        Where too few such days were there to choose it on, that of fewer inputs.
        """
        fitting = fitting_key(key, self.blends)
        return self.otherwise if fitting is None else self.blends[fitting]

    def combined(self, key: str, day: date, said: Said) -> Floats:
        """Return the combined forecast of a delivery day; see `Blend.combined`."""
        blend = self.of(key)
        quantiles = blend.combined(said.quantiles, said.late_sizes(blend.medians))
        return widened(quantiles, self.unusual) if is_unusual(day) else quantiles

    def save(self, folder: Path) -> None:
        """Write `combination.json` into a checkpoint's folder."""
        (folder / COMBINATION_FILE).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_combination(folder: Path) -> Combination:
    """Return the combination of a checkpoint's folder.

    Raises:
        ModelUnavailableError: The file is missing or does not hold one.
    """
    path = folder / COMBINATION_FILE
    try:
        return Combination.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError, OSError) as error:
        reason = f"{path} holds no combination that this version understands ({error})."
        raise ModelUnavailableError(reason, reason) from error
