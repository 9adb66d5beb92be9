"""Tables in Markdown, for a model's card, Dagster's pages and the figures of a benchmark.

Here: the notation. Not here: which figures, and how many digits of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def markdown_table(columns: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    r"""Return a table; a bar in a cell is escaped.

    Example:
        >>> print(markdown_table(["issue", "hours"], [["evening", 24], ["a|b", 25]]))
        | issue | hours |
        |---|---|
        | evening | 24 |
        | a\|b | 25 |
    """
    head, *body = ([str(cell).replace("|", r"\|") for cell in line] for line in (columns, *rows))
    lines = [" | ".join(line) for line in (head, *body)]
    return "\n".join([f"| {lines[0]} |", "|---" * len(columns) + "|", *(f"| {line} |" for line in lines[1:])])
