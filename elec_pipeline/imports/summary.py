"""What an import did, for the user to read.

Here: counts, the first bad rows with their line numbers, and the text made of them. Not here: any reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from elec_pipeline.domain.delivery_day import PARIS
from elec_pipeline.domain.load_curve import CleanCurve
from elec_pipeline.store.bulk import NOTHING, Written

SHOWN_BAD_ROWS = 20


@dataclass
class ImportSummary:
    """Counts of one import.

    Attributes:
        read: Rows read, the bad ones included.
        bad: The first bad rows: where, and what is wrong.
        n_bad: How many there are in all.
        no_such_hour: Rows of the hour that spring's clock change skips; they are no values.
        empty: Rows without any value.
        implausible: Values outside 5 to 150 GW, which were rejected.
        conflicts: Values of instants that had contradictory ones, of which none was kept.
        after_the_fact: Hours of forecasts that were made when their hour had begun: kept, marked, never scored.
        written: What changed, by table.
        first: First instant, UTC.
        last: Last instant, UTC.
        notes: What was assumed.
    """

    read: int = 0
    bad: list[str] = field(default_factory=list)
    n_bad: int = 0
    no_such_hour: int = 0
    empty: int = 0
    implausible: int = 0
    conflicts: int = 0
    after_the_fact: int = 0
    written: dict[str, Written] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None
    notes: list[str] = field(default_factory=list)

    def report_bad(self, where: str, reason: str) -> None:
        """Count a bad row, and keep the first ones to show."""
        self.n_bad += 1
        if len(self.bad) < SHOWN_BAD_ROWS:
            self.bad.append(f"{where}: {reason}")

    def add(self, table: str, written: Written) -> None:
        """Add what a write changed."""
        self.written[table] = self.written.get(table, NOTHING) + written

    def add_cleaned(self, cleaned: CleanCurve) -> None:
        """Count what cleaning left out."""
        self.implausible += len(cleaned.implausible)
        self.conflicts += len(cleaned.conflicts)

    def cover(self, instants: pd.Series) -> None:
        """Widen the span by some instants, UTC."""
        if len(instants):
            first, last = instants.min().to_pydatetime(), instants.max().to_pydatetime()
            self.first = first if self.first is None else min(first, self.first)
            self.last = last if self.last is None else max(last, self.last)

    def lines(self) -> Iterator[str]:
        """Return the summary as lines of text."""
        if self.first is not None and self.last is not None:
            span = " to ".join(
                f"{moment.astimezone(PARIS):%Y-%m-%d %H:%M %Z}" for moment in (self.first, self.last)
            )
            yield f"{self.read:,} rows read, {span}"
        else:
            yield f"{self.read:,} rows read, none of use"
        for table, written in self.written.items():
            yield (
                f"{table}: {written.inserted:,} rows inserted, {written.replaced:,} replaced, "
                f"{written.unchanged:,} there already"
            )
        for count, meaning in (
            (self.no_such_hour, "rows of the hour that spring skips, left out"),
            (self.empty, "rows without a value"),
            (self.implausible, "values beyond belief, rejected"),
            (self.conflicts, "contradictory values of the same instant, none kept"),
            (self.after_the_fact, "hours forecast after the fact: kept and marked, never scored"),
        ):
            if count:
                yield f"{count:,} {meaning}"
        yield from self.notes
        if self.n_bad:
            yield f"{self.n_bad:,} bad rows, left out:"
            yield from (f"  {line}" for line in self.bad)
            if self.n_bad > len(self.bad):
                yield f"  and {self.n_bad - len(self.bad):,} more"
