"""The weights of a checkpoint's experts as its card tells them, for people to read.

Here: by what a forecast stands on, each expert's share in the median and in the width of the bands. Not here: how
the weights are chosen and used (`combination`), and how a page or a terminal shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Weights:
    """The weights of the experts where a forecast stands on one situation and some inputs.

    Attributes:
        situation: Name of the situation; "" for wherever nothing else is said.
        inputs: Names of the inputs that are known.
        medians: By expert, in the checkpoint's order: its weight in the median.
        widths: The same of the width of the bands.
        late: Weight, beside these widths, of the errors of the forecast itself in the last weeks.
    """

    situation: str
    inputs: tuple[str, ...]
    medians: Mapping[str, float]
    widths: Mapping[str, float]
    late: float = 0.0


def weights(card: Mapping[str, Any]) -> list[Weights]:
    """Return the weights of the experts by what a forecast stands on; none where a card tells of none.

    Args:
        card: Of a checkpoint.

    Example:
        >>> blend = {"medians": {"b": 1.0}, "widths": {"a": 0.5, "b": 0.5}, "late": 0.5}
        >>> card = {"combination": {"experts": ["a", "b"], "blends": {"early+temperature_c": blend}}}
        >>> [found] = weights(card)
        >>> found.situation, found.inputs, found.medians
        ('early', ('temperature_c',), {'a': 0.0, 'b': 1.0})
        >>> found.widths, found.late
        ({'a': 0.25, 'b': 0.25}, 0.5)
        >>> weights({})
        []
    """
    combination = card.get("combination")
    if not combination:
        return []
    blends = combination.get("blends") or {"": combination["otherwise"]}
    made = []
    for key, blend in blends.items():
        situation, *inputs = key.split("+")
        late = float(blend.get("late", 0.0))
        medians, widths = (
            {name: share * float(blend[part].get(name, 0.0)) for name in combination["experts"]}
            for part, share in (("medians", 1.0), ("widths", 1 - late))
        )
        made.append(Weights(situation, tuple(inputs), medians, widths, late))
    return made
