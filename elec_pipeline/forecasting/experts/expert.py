"""What an expert is: one way to forecast delivery days, behind one protocol.

Here: the protocol that the back-test, the combination, the gate and a live issue know, and nothing else of an
expert. Not here: the experts, each in a folder or file beside this one.

How each is fitted and loaded is no part of the protocol, for an expert that stands on another is given it
(`chronos` on `ridge`): `catalogue` lists it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from elec_pipeline.domain.information_set import InformationSet
from elec_pipeline.domain.quantiles import Floats


class Contestant(Protocol):
    """Forecasts delivery days from information sets; a `Forecaster`, which combines experts, is one too."""

    @property
    def context_hours(self) -> int:
        """Context that its information sets must have at least; what they have more of is not used."""

    def predict(self, sets: Sequence[InformationSet]) -> list[Floats]:
        """Return for every issue an array of shape (23, 24 or 25, 7): quantiles at `domain.quantiles.LEVELS`, MW.

        One that forecasts points gives the median alone (`forecast.point_forecast`). NaN where it has no forecast.
        """


class Expert(Contestant, Protocol):
    """A contestant that can be a part of a checkpoint."""

    @property
    def name(self) -> str:
        """Of its folder in a checkpoint, its weights and its scores."""

    @property
    def inputs(self) -> frozenset[str]:
        """Names of the inputs (`domain.inputs`) that it makes use of where they are known; none is needed."""

    def save(self, folder: Path) -> None:
        """Write all that it was fitted to into a folder of its own, which is there and empty."""

    def fingerprint(self) -> Floats:
        """Return what its feature code makes of the information sets of `features.specimen`, shape (n,).

        A checkpoint keeps it, and is not used by a version whose code makes something else.
        """


@runtime_checkable
class KnowsItsErrors(Protocol):
    """An expert that can tell, from an information set, how far off it was of late."""

    def late_errors(self, information: InformationSet) -> Floats:
        """Return the errors of days before the delivery day that it had not learnt from, the oldest first.

        Returns:
            By local hour, as shares of the load, shape (days, 24); NaN where that is not known. The same days for
            all experts of a checkpoint.
        """
