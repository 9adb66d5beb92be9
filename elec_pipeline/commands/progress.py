"""The progress bar of the commands that take long.

Here: how it looks. Not here: what is counted, which each command says.
"""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)


def progress_bar(console: Console | None = None, *, unit: str | None = None, is_shown: bool = True) -> Progress:
    """Return a bar for tasks: description, bar, how much is done, time left.

    Args:
        console: Where it goes; None for standard output.
        unit: What stands behind "7/12", such as " days"; fields of the task may be named, as in
            "{task.fields[losses]}". None: the share is shown in percent.
        is_shown: Whether there is a bar at all.
    """
    done = (TaskProgressColumn(),) if unit is None else (MofNCompleteColumn(), TextColumn(unit))
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *done,
        TimeRemainingColumn(elapsed_when_finished=True),
        console=console,
        disable=not is_shown,
    )
