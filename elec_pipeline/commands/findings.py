"""What a look at the platform finds: one line each, and the words in it.

Here: the shape of a finding, and how a length of time is put. Not here: what is looked at (`doctor` and
its neighbours). It loads little: the parent of a platform, which stays for years, looks too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from elec_pipeline.errors import ElecError
from elec_pipeline.store.outage import own_words


@dataclass(frozen=True)
class Finding:
    """One line of the report: a `subject`, whether it is well, and what was found or what to do."""

    subject: str
    is_well: bool
    text: str


def look(subject: str, find: Callable[[], str]) -> Finding:
    """Return what was found, or the sentence of what went wrong."""
    try:
        return Finding(subject, is_well=True, text=find())
    except (ElecError, SQLAlchemyError) as error:
        return Finding(subject, is_well=False, text=own_words(error))


def in_words(age: timedelta) -> str:
    """Return a length of time in its largest unit.

    Example:
        >>> [in_words(timedelta(minutes=n)) for n in (0.5, 1, 90, 60 * 24 * 3)]
        ['30 s', '1 min', '1.5 h', '3 days']
    """
    seconds = age.total_seconds()
    for unit_s, name in ((86400 * 2, "days"), (3600, "h"), (60, "min")):
        if seconds >= unit_s:
            value = seconds / min(unit_s, 86400)
            return f"{value:.1f} {name}".replace(".0 ", " ")
    return f"{seconds:.0f} s"
