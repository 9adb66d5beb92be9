"""The parts of a message whose words differ from kind to kind.

Here: the shape. Not here: the words (`sentences`, `sentences_of_notices`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sentences:
    """The words for a kind of problem: its title, what is wrong, what to do."""

    title: str
    what: str
    do: str
