"""What became of every row that an import read: the counts add up, or the import is at fault.

Here: the outcomes, their order and their counts. Not here: who decides on an outcome (`eco2mix`,
`older_layout`), and the text that the user reads (`summary`).

A row is counted once, by the best of what became of its values and their quarter-hours. A value that is left
out of a row that is otherwise of use is counted beside it, in `values_left_out`.
"""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass, field

import pandas as pd

from elec_pipeline.errors import RowsUnaccountedForError


class Outcome(enum.IntEnum):
    """What became of a row or of a value, the best first."""

    STORED = 0
    THERE_ALREADY = 1
    BETTER_KNOWN = 2
    REPEATED = 3
    STANDS_OTHERWISE = 4
    PART_OF_AN_HOUR = 5
    CONTRADICTORY = 6
    IMPLAUSIBLE = 7
    UNREADABLE = 8
    NO_SUCH_HOUR = 9
    EMPTY = 10


REASONS = {
    Outcome.BETTER_KNOWN: "a value of better quality, or of a finer step, is known for the same time",
    Outcome.REPEATED: "another row says the same, or a later row of the same time and issue replaces it",
    Outcome.STANDS_OTHERWISE: "another forecast of the same hour is stored, and stands",
    Outcome.PART_OF_AN_HOUR: "a forecast of a part of an hour: only whole hours made at one time are kept",
    Outcome.CONTRADICTORY: "contradictory values of the same time, none kept",
    Outcome.IMPLAUSIBLE: "beyond belief: national load lies between 15 and 130 GW, and does not jump",
    Outcome.UNREADABLE: "cannot be read",
    Outcome.NO_SUCH_HOUR: "of the hour that spring's clock change skips",
    Outcome.EMPTY: "without a value",
}
"""Why a row is left out, by outcome; the two outcomes that are missing here leave none out."""
_KNOWN = (Outcome.STORED, Outcome.THERE_ALREADY, Outcome.BETTER_KNOWN)
_NO_LOSS = (Outcome.STORED, Outcome.THERE_ALREADY, Outcome.REPEATED, Outcome.NO_SUCH_HOUR, Outcome.EMPTY)


@dataclass
class Counts:
    """Counts of one import.

    Attributes:
        read: Rows read.
        rows: Rows by outcome.
        values_left_out: Values that were left out of rows which had others, by outcome.
    """

    read: int = 0
    rows: Counter[Outcome] = field(default_factory=Counter)
    values_left_out: Counter[Outcome] = field(default_factory=Counter)

    @property
    def stored(self) -> int:
        """Rows of which the store took something."""
        return self.rows[Outcome.STORED]

    @property
    def there_already(self) -> int:
        """Rows that the store had."""
        return self.rows[Outcome.THERE_ALREADY]

    @property
    def left_out(self) -> dict[Outcome, int]:
        """Rows that were left out, by reason; only reasons that occurred."""
        return {outcome: self.rows[outcome] for outcome in REASONS if self.rows[outcome]}

    @property
    def landed_nothing(self) -> bool:
        """Whether the store has nothing of what was read: not from now, not from before, nor anything better."""
        return not any(self.rows[outcome] for outcome in _KNOWN)

    def settle(self, fates: pd.DataFrame) -> None:
        """Count some rows by the best of their fates.

        Args:
            fates: Columns `row`, which tells rows apart within this call, `kind`, which tells the values of a row
                apart, and `outcome`; any number of lines a value.

        Example:
            >>> counts = Counts(read=2)
            >>> fates = {"row": [1, 1, 2], "kind": ["D-1", "ID", "D-1"], "outcome": [0, 7, 10]}
            >>> counts.settle(pd.DataFrame(fates))
            >>> counts.stored, counts.left_out, dict(counts.values_left_out)
            (1, {<Outcome.EMPTY: 10>: 1}, {<Outcome.IMPLAUSIBLE: 7>: 1})
        """
        best = fates.groupby("row")["outcome"].min()
        for outcome, rows in Counter(best.tolist()).items():
            self.rows[Outcome(outcome)] += rows
        lost = fates[~fates["outcome"].isin(_NO_LOSS) & (fates["outcome"] != fates["row"].map(best))]
        for outcome in lost.drop_duplicates(["row", "kind", "outcome"])["outcome"].tolist():
            self.values_left_out[Outcome(outcome)] += 1

    def check(self) -> None:
        """See that every row that was read is accounted for.

        Raises:
            RowsUnaccountedForError: It is not.
        """
        if (counted := self.rows.total()) != self.read:
            raise RowsUnaccountedForError(
                f"{self.read:,} rows were read and {counted:,} are accounted for. This is a fault of elec import: "
                "what is stored is right, but do not rely on its being all. Please report it with this line."
            )
