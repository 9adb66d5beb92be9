"""What a regression is given: columns, what they explain, and what it starts from.

Here: the containers. Not here: how columns are made (the other modules), and what is fitted (`experts`).
"""

from __future__ import annotations

from dataclasses import dataclass

from elec_pipeline.domain.quantiles import Floats


@dataclass(frozen=True)
class Scale:
    """The sizes that a regression's penalty and weights refer to.

    Attributes:
        feature_mw: Typical size of a feature; of a coefficient the penalty expects a size of one for that.
        robust_mw: Error from which a sample loses weight.
    """

    feature_mw: float
    robust_mw: float


@dataclass(frozen=True)
class Samples:
    """What a regression sees of some days, the oldest first.

    Attributes:
        features: Shape (days, 24, features), MW.
        wanted_mw: What they are to explain, shape (days, 24); NaN where it is not known.
        load_mw: The load then, shape (days, 24).
    """

    features: Floats
    wanted_mw: Floats
    load_mw: Floats

    def between(self, first: int, end: int) -> Samples:
        """Return the days of a range of positions, `end` not included."""
        days = slice(first, end)
        return Samples(self.features[days], self.wanted_mw[days], self.load_mw[days])


@dataclass(frozen=True)
class Problem:
    """What a regression is asked about some days.

    Attributes:
        names: Of the features.
        base_mw: What is corrected, shape (days, 24), MW.
        samples: Features, and load minus base where both are known.
    """

    names: tuple[str, ...]
    base_mw: Floats
    samples: Samples
