"""The expert of dense networks: what they make of the ridge's features of the delivery day.

Here: the expert and its folder. Not here: the networks (`networks`), and how they are learnt (`fitting`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np

from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.quantiles import MEDIAN, Floats
from elec_pipeline.forecasting.experts.mlp.networks import Network, read_networks, save_networks
from elec_pipeline.forecasting.experts.ridge.ridge import Ridge

MLP = "mlp"
LATE_MEMBERS = 1
"""Of a network, on the days before: their errors differ in size by little, and a forecast takes no longer."""


@dataclass(frozen=True, eq=False)
class Mlp:
    """Dense networks, and the ridge whose features they see.

    Attributes:
        networks: By what a forecast stands on, as `features.situations.key` names it.
        ridge: Makes the features, and speaks where there is no network.
    """

    name: ClassVar[str] = MLP
    networks: Mapping[str, Network] = field(repr=False)
    ridge: Ridge = field(default_factory=Ridge)

    @property
    def context_hours(self) -> int:
        """The ridge's."""
        return self.ridge.context_hours

    @property
    def inputs(self) -> frozenset[str]:
        """The ridge's: the networks see what its regressions see."""
        return self.ridge.inputs

    def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
        """Return the forecasts; around its own median, the ridge's bands.

        Raises:
            ValueError: An information set has less context than `context_hours`.
            ModelUnavailableError: The networks were learnt on other features.
        """
        return [self._predict_one(each) for each in sets]

    def late_errors(self, information: InformationSet) -> Floats:
        """Return how far off a network was on the days that bring the ridge up to date, as shares of the load.

        Shape (days, 24). The ridge's own where there is none.
        """
        late = self.ridge.references(information).late_days
        network = None if late is None else self.networks.get(late.key)
        if late is None or network is None:
            return self.ridge.late_errors(information)
        # What the ridge says of a day before it is known.
        ridge_mw = late.wanted_mw - late.errors_mw
        expected = network.corrections(late.features, ridge_mw, members=LATE_MEMBERS)
        return np.asarray((late.wanted_mw - expected) / late.load_mw)

    def _predict_one(self, information: InformationSet) -> Floats:
        quantiles = self.ridge.predict([information])[0]
        asked = self.ridge.references(information).delivery_day
        network = None if asked is None else self.networks.get(asked.key)
        if asked is None or network is None:
            return quantiles
        network.require(asked.names)
        correction = network.corrections(asked.features[None], asked.correction_mw[None])[0]
        median = self.ridge.references(information).corrected(correction)
        return np.asarray(quantiles + (median - quantiles[:, MEDIAN])[:, None])

    def save(self, folder: Path) -> None:
        """Write `networks.safetensors`."""
        save_networks(self.networks, folder)

    @classmethod
    def load(cls, folder: Path, ridge: Ridge | None = None) -> Mlp:
        """Return the expert that was saved in a folder.

        Raises:
            ModelUnavailableError: The file is missing or does not hold one.
        """
        return cls(read_networks(folder), ridge or Ridge())

    def fingerprint(self) -> Floats:
        """Return the ridge's, whose features are what the networks see."""
        return self.ridge.fingerprint()
