"""What a reply held that could not be read, counted.

Here: the counts, by what was left out. Not here: what can be read (`values`, and the readers of each source), and
where the counts are shown (the assets).
"""

from __future__ import annotations

from collections import Counter


class LeftOut:
    """Parts of replies that were left out while the rest was kept.

    Example:
        >>> left_out = LeftOut()
        >>> str(left_out), bool(left_out)
        ('nothing', False)
        >>> left_out.add("values without a readable start", 3)
        >>> left_out.add("blocks without values")
        >>> str(left_out), left_out.total
        ('values without a readable start: 3, blocks without values: 1', 4)
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, what: str, count: int = 1) -> None:
        """Count some parts more.

        Args:
            what: In the plural, without the source's own words: no secret may get in here.
            count: How many.
        """
        if count:
            self._counts[what] += count

    def include(self, other: LeftOut) -> None:
        """Count what another has counted too."""
        self._counts.update(other._counts)

    @property
    def total(self) -> int:
        """How many parts there are in all."""
        return self._counts.total()

    def __bool__(self) -> bool:
        return self.total > 0

    def __str__(self) -> str:
        return ", ".join(f"{what}: {count}" for what, count in self._counts.items()) or "nothing"
