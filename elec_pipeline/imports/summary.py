"""What an import did, for the user to read.

Here: the counts, the first rows that cannot be read with their line numbers, and the text made of them. Not
here: any reading, and what the outcomes mean (`counting`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from elec_pipeline.domain.delivery_day import clock
from elec_pipeline.errors import NothingImportedError
from elec_pipeline.imports.counting import REASONS, Counts, Outcome
from elec_pipeline.store.bulk import NOTHING, Written

SHOWN_BAD_ROWS = 20


@dataclass
class ImportSummary:
    """What one import did.

    Attributes:
        counts: What became of each row.
        bad: The first rows and values that cannot be read: where, and what is wrong.
        n_bad: How many there are in all.
        after_the_fact: Hours of forecasts that were made when their hour had begun: kept, marked, never scored.
        written: What changed, by table.
        first: First instant, UTC.
        last: Last instant, UTC.
        notes: What was assumed or passed over.
    """

    counts: Counts = field(default_factory=Counts)
    bad: list[str] = field(default_factory=list)
    n_bad: int = 0
    after_the_fact: int = 0
    written: dict[str, Written] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Rows read, those that are left out included."""
        return self.counts.read

    def report_bad(self, where: str, reason: str) -> None:
        """Note a row or a value that cannot be read, and keep the first ones to show."""
        self.n_bad += 1
        if len(self.bad) < SHOWN_BAD_ROWS:
            self.bad.append(f"{where}: {reason}")

    def add(self, table: str, written: Written) -> None:
        """Add what a write changed."""
        self.written[table] = self.written.get(table, NOTHING) + written

    def cover(self, instants: pd.Series) -> None:
        """Widen the span by some instants, UTC."""
        if len(instants):
            first, last = instants.min().to_pydatetime(), instants.max().to_pydatetime()
            self.first = first if self.first is None else min(first, self.first)
            self.last = last if self.last is None else max(last, self.last)

    def lines(self) -> Iterator[str]:
        """Return the summary as lines of text."""
        counts = self.counts
        span = ""
        if self.first is not None and self.last is not None:
            span = f", {clock(self.first)} to {clock(self.last)}"
        yield (
            f"{counts.read:,} rows read = {counts.stored:,} stored + {counts.there_already:,} there already + "
            f"{sum(counts.left_out.values()):,} left out{span}"
        )
        yield from (f"  {line}" for line in self._reasons())
        for table, written in self.written.items():
            yield (
                f"{table}: {written.inserted:,} rows inserted, {written.replaced:,} replaced, "
                f"{written.unchanged:,} there already"
            )
        for outcome, values in counts.values_left_out.items():
            yield f"{values:,} values left out of rows that have others: {REASONS[outcome]}"
        if self.after_the_fact:
            yield f"{self.after_the_fact:,} hours forecast after the fact: kept and marked, never scored"
        yield from self.notes
        if self.n_bad:
            yield f"{self.n_bad:,} rows or values that cannot be read:"
            yield from (f"  {line}" for line in self.bad)
            if self.n_bad > len(self.bad):
                yield f"  and {self.n_bad - len(self.bad):,} more"

    def check(self) -> None:
        """See that something of what was read is of use.

        Raises:
            NothingImportedError: Nothing is: neither stored now, nor there already.
        """
        if not self.counts.landed_nothing:
            return
        why = "; ".join(self._reasons()) or "there are no rows"
        raise NothingImportedError(f"Nothing was imported, of {self.read:,} rows read: {why}.")

    def _reasons(self) -> Iterator[str]:
        for outcome, rows in self.counts.left_out.items():
            yield f"{rows:,} left out: {REASONS[Outcome(outcome)]}"
