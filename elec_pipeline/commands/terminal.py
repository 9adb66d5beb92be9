"""Where the commands of `elec` print: one line at a time, never broken, no markup read from it.

Here: the two consoles. Not here: progress bars (`progress`), and what is printed.
"""

from __future__ import annotations

from contextlib import suppress

from rich.console import Console

out = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def say(line: str) -> None:
    """Print a line as it is."""
    with suppress(OSError):  # the terminal may have been closed: no reason to leave work undone
        out.print(line, markup=False)
