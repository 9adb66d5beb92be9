"""The ridge expert: a regression for each local hour, which every issue brings up to date.

Here: the expert, its options and its folder. Not here: the forecast itself (`reference`), the arithmetic
(`online_ridge`), what is learnt (`fitting`) and its file (`coefficients`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar
from weakref import WeakKeyDictionary

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from elec_pipeline.domain.information_set import WEEK_HOURS, InformationSet
from elec_pipeline.domain.inputs import INPUTS
from elec_pipeline.domain.quantiles import BANDS, LEVELS, Floats
from elec_pipeline.errors import ModelUnavailableError
from elec_pipeline.forecasting.experts.ridge.coefficients import Regressions, read_regressions
from elec_pipeline.forecasting.experts.ridge.fingerprint import fingerprint
from elec_pipeline.forecasting.experts.ridge.reference import Reach, References
from elec_pipeline.forecasting.features.situations import LOOKBACK_DAYS

RIDGE = "ridge"
OPTIONS_FILE = "options.json"


class RidgeOptions(BaseModel):
    """What decides its forecasts beside what it has learnt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    update_days: int = Field(
        default=60, ge=0, description="Days before the issue by which the regressions are brought up to date."
    )
    reference_days: int = Field(
        default=60,
        ge=0,
        description="Days before the delivery day that have a forecast of their own, for what stands on them; at "
        "least as many.",
    )

    @model_validator(mode="after")
    def _reaches_as_far(self) -> RidgeOptions:
        if self.reference_days < self.update_days:
            raise ValueError(f"reference_days must be at least update_days, {self.update_days}")
        return self


@dataclass(frozen=True, eq=False)
class Ridge:
    """What the regressions have learnt, as an expert.

    Attributes:
        options: How far back it looks.
        regressions: What was learnt; where nothing was, RTE's forecast or the week before stand as they are.
    """

    name: ClassVar[str] = RIDGE
    options: RidgeOptions = field(default_factory=RidgeOptions)
    regressions: Regressions = field(default_factory=Regressions, repr=False)
    _made: WeakKeyDictionary[InformationSet, References] = field(
        init=False, default_factory=WeakKeyDictionary, repr=False
    )
    """What it made of an information set, as long as that lives; a changed copy begins with nothing."""

    @property
    def context_hours(self) -> int:
        """At least a week, by which it is decided whether enough is known for a forecast at all."""
        return max(WEEK_HOURS, 24 * (self.options.reference_days + LOOKBACK_DAYS + 1))

    @property
    def inputs(self) -> frozenset[str]:
        """Those that something was learnt of."""
        return frozenset(name for each in self.regressions.learnt.values() for name in each.inputs)

    def references(self, information: InformationSet) -> References:
        """Return its forecasts of every hour of an information set's grid, cut to its own context.

        Made once for each information set: experts that stand on it, and the combination, ask for the same.

        Raises:
            ValueError: The context is shorter than `context_hours`.
            ModelUnavailableError: The regressions were learnt on other features.
        """
        made = self._made.get(information)
        if made is None:
            # A copy even where nothing is cut: what is kept of a set must not hold the set itself, or both stay.
            known = replace(information.with_context(self.context_hours))
            reach = Reach(self.options.update_days, self.options.reference_days)
            made = self._made[information] = References(known, reach, self.regressions)
        return made

    def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
        """Return the forecasts; the bands are as wide as its errors of the last weeks, NaN where those are few.

        Raises:
            ValueError: An information set has less context than `context_hours`.
            ModelUnavailableError: The regressions were learnt on other features.
        """
        return [self._predict_one(each) for each in sets]

    def late_errors(self, information: InformationSet) -> Floats:
        """Return how far off it was on the days that bring it up to date, as shares of the load; (days, 24)."""
        late = self.references(information).late_days
        return np.empty((0, 24)) if late is None else late.errors_mw / late.load_mw

    def _predict_one(self, information: InformationSet) -> Floats:
        made = self.references(information)
        of_day = slice(-information.delivery_hours, None)
        quantiles = np.repeat(made.reference[of_day, None], len(LEVELS), axis=1)
        for errors, (low, high) in zip(made.recent_errors_mw[of_day].T, BANDS.values(), strict=True):
            quantiles[:, LEVELS.index(low)] -= errors
            quantiles[:, LEVELS.index(high)] += errors
        return quantiles

    def save(self, folder: Path) -> None:
        """Write `options.json` and `regressions.safetensors`."""
        (folder / OPTIONS_FILE).write_text(self.options.model_dump_json(indent=2) + "\n", encoding="utf-8")
        self.regressions.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Ridge:
        """Return the expert that was saved in a folder.

        Raises:
            ModelUnavailableError: The files are missing or do not hold one.
        """
        path = folder / OPTIONS_FILE
        try:
            options = RidgeOptions.model_validate_json(path.read_text(encoding="utf-8"))
        except (ValidationError, UnicodeDecodeError, OSError) as error:
            reason = f"{path} holds no options of the ridge ({error})."
            raise ModelUnavailableError(reason, reason) from error
        return cls(options, read_regressions(folder))

    def fingerprint(self) -> Floats:
        """Return what features, base and update are of fixed days, drawn together."""
        return fingerprint(tuple(name for name in INPUTS if name in self.inputs))
